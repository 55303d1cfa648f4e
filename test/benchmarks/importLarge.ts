/**
 * Imports millions of generated interactions from a CSV and says what that costs: `npm run bench:import --
 * [--interactions 20000000] [--threads 2] [--memory 1GB] [--folder <where there is space>]`. Prints the time beside that
 * of DuckDB reading the file once, and the peak memory of the importing process. What was generated is deleted.
 */
import { fork } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { DuckDBInstance } from "@duckdb/node-api";
import yargs from "yargs";
import { hideBin } from "yargs/helpers";
import { Random } from "../../runtime/data/random.js";
import { runCli } from "../../src/cli/runCli.js";

const ROWS_PER_PART = 50_000;

/** Popular users and items are met more often: the cube of a uniform number decides. */
function* csvParts(interactions: number): Generator<string, void> {
  const random = new Random(1, "import benchmark");
  const users = Math.ceil(interactions / 6);
  const items = Math.ceil(interactions / 60);
  yield "user,item,rating,timestamp\n";
  for (let done = 0; done < interactions; done += ROWS_PER_PART) {
    const lines: string[] = [];
    for (let row = done; row < Math.min(done + ROWS_PER_PART, interactions); row++) {
      const user = Math.floor((random.uint32() / 2 ** 32) ** 2 * users);
      const item = Math.floor((random.uint32() / 2 ** 32) ** 3 * items);
      const rating = 1 + (random.uint32() % 5);
      lines.push(
        `U${user.toString(36)},P${item.toString(36)},${rating},${1_400_000_000 + (random.uint32() % 2 ** 28)}\n`,
      );
    }
    yield lines.join("");
  }
}

/** Seconds on the clock, and of processors: those that count where other programs use them, too. */
interface Cost {
  readonly clock: number;
  readonly processor: number;
}

const processorSeconds = (usage: NodeJS.CpuUsage): number => (usage.user + usage.system) / 1e6;

async function costOf(work: () => Promise<unknown>): Promise<Cost> {
  const [started, used] = [performance.now(), process.cpuUsage()];
  await work();
  return { clock: (performance.now() - started) / 1000, processor: processorSeconds(process.cpuUsage(used)) };
}

const costText = ({ clock, processor }: Cost): string =>
  `${clock.toFixed(1)} s, ${processor.toFixed(1)} s of processors`;

/** What it costs DuckDB to read every column of the file once. */
async function readOnce(file: string, threads: number): Promise<Cost> {
  const instance = await DuckDBInstance.create(":memory:", { threads: String(threads) });
  const connection = await instance.connect();
  const read = `SELECT max("user"), max(item), sum(rating), max("timestamp") FROM read_csv('${file}')`;
  const cost = await costOf(() => connection.runAndReadAll(read));
  connection.closeSync();
  instance.closeSync();
  return cost;
}

/** What the importing process used: bytes of memory at its peak, seconds of processors. */
interface Usage {
  readonly peak: number;
  readonly processor: number;
}

/** Runs this program again to import, so that the memory measured is that of the import alone. */
function usageOfImport(words: readonly string[]): Promise<Usage> {
  return new Promise((done, fail) => {
    const child = fork(process.argv[1]!, ["--import", JSON.stringify(words)], {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    let usage: Usage | null = null;
    child.on("message", (message) => (usage = message as Usage));
    child.on("error", fail);
    child.on("close", (code) => {
      if (code === 0 && usage !== null) done(usage);
      else fail(new Error(`the import ended with ${code ?? "a signal"}`));
    });
  });
}

const options = await yargs(hideBin(process.argv))
  .option("interactions", { type: "number", default: 20_000_000, describe: "Rows to generate" })
  .option("threads", { type: "number", default: 2, describe: "Threads of DuckDB" })
  .option("memory", { type: "string", default: "1GB", describe: "Memory of DuckDB" })
  .option("folder", {
    type: "string",
    default: tmpdir(),
    describe: "Where the files are made; about 100 bytes a row",
  })
  .option("import", { type: "string", hidden: true })
  .strict()
  .parse();

if (options.import !== undefined) {
  process.exitCode = await runCli(JSON.parse(options.import) as readonly string[], process);
  process.send?.({
    peak: process.resourceUsage().maxRSS * 1024,
    processor: processorSeconds(process.cpuUsage()),
  });
  process.disconnect();
} else {
  const { interactions, threads, memory } = options;
  const folder = await mkdtemp(join(resolve(options.folder), "mmkit-import-"));
  try {
    const file = join(folder, "interactions.csv");
    const generating = await costOf(() =>
      pipeline(Readable.from(csvParts(interactions)), createWriteStream(file)),
    );
    const bytes = (await stat(file)).size;
    process.stderr.write(`generated ${(bytes / 1e6).toFixed(0)} MB in ${generating.clock.toFixed(0)} s\n`);
    const reading = await readOnce(file, threads);
    const out = join(folder, "dataset");
    const words = ["data", "import", "csv", file, "--out", out, "--k-core", "5", "--split", "mmrec"];
    let usage: Usage = { peak: NaN, processor: NaN };
    const { clock } = await costOf(async () => {
      usage = await usageOfImport([...words, "--threads", String(threads), "--memory", memory]);
    });
    const importing = { clock, processor: usage.processor };
    const written = await Promise.all(
      (await readdir(out)).map(async (name) => (await stat(join(out, name))).size),
    );
    const total = written.reduce((sum, size) => sum + size, 0);
    process.stdout.write(
      `${interactions} interactions, ${(bytes / 1e6).toFixed(0)} MB of CSV, ${threads} threads, DuckDB limited to ${memory}\n` +
        `  DuckDB reads the file once     ${costText(reading)}\n` +
        `  import, 5-core, split, write   ${costText(importing)}, ${(total / 1e6).toFixed(0)} MB written\n` +
        `  peak memory of the process     ${(usage.peak / 1e9).toFixed(2)} GB\n`,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
