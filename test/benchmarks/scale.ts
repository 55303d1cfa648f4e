/**
 * Sends millions of generated users through the data path of training, shard by shard: `npm run bench:scale -- [--users
 * 10000000] [--per-user 10] [--items 1000000] [--shard 100000]`. Reading, layout for sparse products, sampling and
 * stacking of batches of one epoch; nothing is trained. Prints rates and the peak memory, which the shard decides, not
 * the users. What is generated is deleted.
 */
import { createWriteStream } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import yargs from "yargs";
import { hideBin } from "yargs/helpers";
import { byteSize } from "../../runtime/artifacts/byteSize.js";
import { markdownTable, secondsText } from "./benchTable.js";
import { generatedInteractions } from "./data/generatedInteractions.js";
import { inChild } from "./inChild.js";
import { runBenchmark } from "./runBenchmark.js";
import type { DataPath, DataPathRequest } from "./jobs/dataPath.js";
import { timed, type Seconds } from "./jobs/job.js";

const options = await yargs(hideBin(process.argv))
  .option("users", {
    type: "string",
    default: "10000000",
    describe: "Users, one or several numbers with commas",
  })
  .option("per-user", { type: "number", default: 10, describe: "Training interactions per user on average" })
  .option("items", { type: "number", default: 1_000_000, describe: "Items" })
  .option("shard", { type: "number", default: 100_000, describe: "Users held in memory at once" })
  .option("batch", { type: "number", default: 2048, describe: "Triples per step" })
  .option("folder", { type: "string", default: tmpdir(), describe: "Where the file is made; 20 bytes a row" })
  .strict()
  .check(({ users }) => {
    const wrong = users.split(",").find((count) => !/^[1-9]\d*$/.test(count));
    if (wrong === undefined) return true;
    throw new Error(`--users takes whole numbers, found "${wrong}"`);
  })
  .parse();

function rate(pairs: number, { clock, processor }: Seconds): string {
  return `${secondsText(clock)} (${secondsText(processor)}), ${(pairs / processor / 1e6).toFixed(2)} M/s`;
}

async function run(): Promise<true> {
  const { items, shard, batch } = options;
  const rows: string[][] = [];
  for (const users of options.users.split(",").map(Number)) {
    const folder = await mkdtemp(join(resolve(options.folder), "mmkit-scale-"));
    try {
      const file = join(folder, "interactions.tsv");
      const pairs = users * options.perUser;
      const spec = { users, items, pairs, heldOutUsers: 0, seed: 1 };
      process.stderr.write(`generating ${pairs.toLocaleString("en")} interactions\n`);
      const generating = await timed(() =>
        pipeline(Readable.from(generatedInteractions(spec)), createWriteStream(file)),
      );
      process.stderr.write("passing them through the data path\n");
      const request: DataPathRequest = { file, items, usersPerShard: shard, batchSize: batch };
      const { value: found, peakBytes } = await inChild<DataPath>("dataPath", request);
      rows.push([
        ...[found.users, found.pairs, found.shards, found.steps].map((count) => count.toLocaleString("en")),
        byteSize((await stat(file)).size),
        ...[generating.seconds, found.counting, found.passing].map((seconds) => rate(found.pairs, seconds)),
        ...[found.padding.toFixed(2), byteSize(found.layoutBytes), byteSize(peakBytes)],
      ]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  process.stdout.write(
    markdownTable(
      [
        ...["users", "interactions", "shards", "steps", "file"],
        ...["generated", "read once", "epoch of the data path"],
        ...["padding", "shard's layout", "peak memory"],
      ],
      rows,
    ) +
      "\nSeconds on the clock (of processors), million interactions per second of processors; one process, " +
      `${shard.toLocaleString("en")} users in memory at once, ${items.toLocaleString("en")} items.\n`,
  );
  return true;
}

await runBenchmark(run);
