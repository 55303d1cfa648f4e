/** Does one job that the parent process sends, answers and ends: `inChild.ts` starts it. */
import { peakBytes, type JobReply, type JobRequest } from "./job.js";

/** Each job loads what it needs, so that its memory is its own. */
const jobs: Readonly<Record<string, (argument: never) => Promise<unknown>>> = {
  dataPath: async (argument) => (await import("./dataPath.js")).measureDataPath(argument),
  floors: async (argument) => (await import("./floors.js")).measureFloors(argument),
  compilation: async (argument) => (await import("./compilation.js")).measureCompilation(argument),
  preprocessing: async (argument) => (await import("./preprocessing.js")).measurePreprocessing(argument),
  bareLoop: async (argument) => (await import("../service/bareLoop.js")).runBareLoop(argument),
  load: async (argument) => (await import("../service/load.js")).loadService(argument),
  training: async (argument) => (await import("./training.js")).measureTraining(argument),
};

async function answer({ job, argument }: JobRequest): Promise<JobReply> {
  try {
    const work = jobs[job];
    if (work === undefined) throw new Error(`internal: there is no job "${job}"`);
    const value = await work(argument as never);
    return { kind: "done", value, peakBytes: peakBytes() };
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    return { kind: "failed", name, message };
  }
}

process.once("message", (request) => {
  void answer(request as JobRequest).then((reply) =>
    process.send!(reply, () => {
      process.disconnect();
    }),
  );
});
