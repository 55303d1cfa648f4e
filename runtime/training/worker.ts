/** The training thread: an engine that answers calls by message, since onnxruntime blocks the thread it runs in. */
import { parentPort, workerData } from "node:worker_threads";
import type { Engine } from "./engine.js";
import { LocalEngine } from "./localEngine.js";
import { packError } from "./packedError.js";
import type { WorkerCall, WorkerReply, WorkerStart } from "./workerMessages.js";

function reply(message: WorkerReply): void {
  parentPort?.postMessage(message);
}

async function perform(engine: Engine, call: WorkerCall): Promise<unknown> {
  switch (call.method) {
    case "runEpoch":
      return engine.runEpoch(...call.parameters);
    case "evaluate":
      return engine.evaluate(...call.parameters);
    case "readState":
      return engine.readState();
    case "writeState":
      return engine.writeState(...call.parameters);
    case "close":
      return engine.close();
  }
}

async function serve(): Promise<void> {
  const { options, cancelled } = workerData as WorkerStart;
  const flag = new Int32Array(cancelled);
  const engine = await LocalEngine.open(options, {
    report: (event) => {
      reply({ kind: "event", event });
    },
    isCancelled: () => Atomics.load(flag, 0) !== 0,
  });
  parentPort?.on("message", (call: WorkerCall) => {
    perform(engine, call).then(
      (value) => {
        reply({ kind: "result", id: call.id, value });
      },
      (error: unknown) => {
        reply({ kind: "error", id: call.id, error: packError(error) });
      },
    );
  });
  reply({ kind: "opened", info: engine.info });
}

serve().catch((error: unknown) => {
  reply({ kind: "failed", error: packError(error) });
});
