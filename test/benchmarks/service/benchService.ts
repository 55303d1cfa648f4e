/**
 * Measures `mmkit serve` under load: `npm run bench:serve -- [--export folder] [--connections 1,8,64] [--seconds 5]
 * [--repeats 3] [--workers 1]`. autocannon asks from a process of its own; beside it stands the same model in a bare
 * loop. Without an export, one of the size of Amazon Baby with random vectors is made. Loop and service take turns, and
 * each line is of the turn that answered most: other programs can only take away.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import yargs from "yargs";
import { hideBin } from "yargs/helpers";
import { loadExport } from "../../../runtime/serving/loadExport.js";
import { babySize, writeGeneratedExport } from "../../runtime/service/generatedExport.js";
import { markdownTable } from "../benchTable.js";
import { inChild } from "../inChild.js";
import type { BareLoopOptions, BareLoopResult } from "./bareLoop.js";
import type { Latencies } from "./latencies.js";
import type { LoadOptions } from "./load.js";
import { ServiceProcess } from "./serviceProcess.js";

const given = await yargs(hideBin(process.argv))
  .option("export", { type: "string", describe: "Folder that `mmkit export` wrote" })
  .option("connections", { type: "string", default: "1,8,64", describe: "Comma separated" })
  .option("seconds", { type: "number", default: 5, describe: "Of every turn" })
  .option("repeats", { type: "number", default: 3, describe: "Turns of everything" })
  .option("workers", { type: "number", default: 1, describe: "Of the service" })
  .option("k", { type: "number", default: 10, describe: "Items per list" })
  .strict()
  .parse();

/** What one line of the table shows. */
interface Line {
  readonly name: string;
  readonly latencies: Latencies;
  /** Processor time per request, ms. */
  readonly processor: number;
  /** Requests per run of the model. */
  readonly perRun: number;
  /** Delay of the service's event loop, 99th percentile, ms. */
  readonly loopDelay: number | null;
}

async function bareLine(name: string, options: BareLoopOptions): Promise<Line> {
  const { latencies, processor } = (await inChild<BareLoopResult>("bareLoop", options)).value;
  return { name, latencies, processor, perRun: options.block, loopDelay: null };
}

/** Node measures the delay with a timer of 10 ms and counts those in. */
const TIMER = 10;

async function serviceLine(service: ServiceProcess, options: LoadOptions): Promise<Line> {
  const before = await service.metrics();
  const latencies = (await inChild<Latencies>("load", options)).value;
  const after = await service.metrics();
  const grown = (name: string): number => (after.get(name) ?? 0) - (before.get(name) ?? 0);
  const requests = grown('mmkit_batch_requests_sum{graph="recommend"}');
  return {
    name: `service, ${options.connections} connection${options.connections === 1 ? "" : "s"}`,
    latencies,
    processor: (1000 * grown("process_cpu_seconds_total")) / requests,
    perRun: requests / grown('mmkit_batch_requests_count{graph="recommend"}'),
    loopDelay: Math.max(0, 1000 * (after.get("nodejs_eventloop_lag_p99_seconds") ?? NaN) - TIMER),
  };
}

function row({ name, latencies, processor, perRun, loopDelay }: Line): string[] {
  return [
    name,
    latencies.requestsPerSecond.toFixed(0),
    latencies.p50.toFixed(2),
    latencies.p99.toFixed(2),
    processor.toFixed(3),
    perRun.toFixed(1),
    loopDelay === null ? "" : loopDelay.toFixed(1),
  ];
}

const temporary = await mkdtemp(join(tmpdir(), "mmkit-bench-service-"));
try {
  const folder = given.export ?? join(temporary, "export");
  if (given.export === undefined) await writeGeneratedExport(folder, babySize, 1);
  const { description } = await loadExport(folder);
  const { users, items, dim } = description;
  const { k, seconds, workers, repeats } = given;
  const connections = given.connections.split(",").map(Number);
  const best = new Map<string, Line>();
  const service = await ServiceProcess.start(folder, ["--workers", String(workers)]);
  try {
    for (let turn = 1; turn <= repeats; turn++) {
      process.stderr.write(`turn ${turn} of ${repeats}\n`);
      const lines = [
        await bareLine("bare loop, one user per run", { folder, k, seconds, block: 1 }),
        await bareLine("bare loop, 64 users per run", { folder, k, seconds, block: 64 }),
      ];
      for (const count of connections) {
        lines.push(await serviceLine(service, { url: service.url, users, k, seconds, connections: count }));
      }
      for (const line of lines) {
        const known = best.get(line.name)?.latencies.requestsPerSecond ?? 0;
        if (line.latencies.requestsPerSecond > known) best.set(line.name, line);
      }
    }
  } finally {
    await service.stop();
  }
  const header = [
    ...["", "requests/s", "p50 ms", "p99 ms"],
    ...["processor ms/request", "requests/run", "loop delay p99 ms"],
  ];
  console.log(
    `${description.model}: ${users} users, ${items} items, vectors of ${dim}; lists of ${k}; ` +
      `${workers} worker${workers === 1 ? "" : "s"}, ${availableParallelism()} processors, the best of ${repeats} turns\n`,
  );
  console.log(markdownTable(header, [...best.values()].map(row)));
} finally {
  await rm(temporary, { recursive: true, force: true });
}
