/**
 * A program: loads the model file named first with the provider named second, in a process of its own, because a
 * provider may end the process. Prints one line of JSON: how many milliseconds a run took, or what went wrong.
 */
import { InferenceSession, Tensor, env } from "onnxruntime-node";
import { providersOf, type Device } from "../artifacts/device.js";

async function probe(model: string, device: Device): Promise<number> {
  env.logLevel = "warning";
  const session = await InferenceSession.create(model, {
    executionProviders: providersOf(device),
    // Without this, a provider that computes nothing would pass, the CPU doing its work.
    extra: device === "cpu" ? {} : { session: { disable_cpu_ep_fallback: "1" } },
  });
  const started = performance.now();
  const { y } = await session.run({ x: new Tensor("float32", Float32Array.of(1, 2, 3, 4), [2, 2]) });
  const milliseconds = performance.now() - started;
  const found = [...(y!.data as Float32Array)].join();
  if (found !== "7,10,15,22") throw new Error(`1, 2, 3, 4 squared as a matrix gave ${found}`);
  await session.release();
  return milliseconds;
}

const [, , model, device] = process.argv as [string, string, string, string];
try {
  process.stdout.write(`${JSON.stringify({ milliseconds: await probe(model, device as Device) })}\n`);
} catch (error) {
  process.stdout.write(`${JSON.stringify({ problem: (error as Error).message.trim() })}\n`);
}
