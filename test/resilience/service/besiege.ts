/**
 * Besieges `mmkit serve`: `npm run resilience:serve -- [--requests 1000000] [--connections 32] [--pipelined 16]
 * [--swap 2000] [--seed 1]`. Requests of all kinds, half of them wrong, pipelined on many connections; beside them
 * clients that go away, send too slowly, too much or no HTTP, and new exports in the folder all the time, some of them
 * broken. Every request must be answered with its status and a sensible body, the service must not end before it is told
 * to, and its memory must not grow. Exit code 1 otherwise.
 */
import { setTimeout as sleep } from "node:timers/promises";
import yargs from "yargs";
import { hideBin } from "yargs/helpers";
import { byteSize } from "../../../runtime/artifacts/byteSize.js";
import { Random } from "../../../runtime/data/random.js";
import { ServiceProcess } from "../../benchmarks/service/serviceProcess.js";
import { ExportSwaps } from "./exportSwaps.js";
import { MemoryCourse } from "./memoryCourse.js";
import { nuisances, siegeTimeouts } from "./nuisances.js";
import { PipelinedConnection, type RawAnswer } from "./pipelinedConnection.js";
import { RequestKinds, siegeLimits, type PreparedRequest } from "./requestKinds.js";

const given = await yargs(hideBin(process.argv))
  .option("requests", { type: "number", default: 1_000_000, describe: "Of all clients together" })
  .option("connections", { type: "number", default: 32, describe: "That ask without a pause" })
  .option("pipelined", { type: "number", default: 16, describe: "Requests sent at a time on each" })
  .option("nuisances", { type: "number", default: 8, describe: "Clients that do not behave, at a time" })
  .option("swap", { type: "number", default: 2000, describe: "Time from one export to the next, ms" })
  .option("seed", { type: "number", default: 1 })
  .strict()
  .parse();

const size = { users: 2000, items: 1000, dim: 32, seen: 6 };
const SHOWN = 20;

/** Fewer than the clients ask for at one time at most, so that some are refused. */
const MAX_CONCURRENT = 240;

/** Memory of the last quarter of the run over that of the second, and what a short run needs to warm up, bytes. */
const GROWTH = 1.1;
const WARMING = 32 * 2 ** 20;

const statuses = new Map<string, number>();
const problems: string[] = [];
let sent = 0;
let answered = 0;
let refused = 0;

function note(problem: string): void {
  problems.push(problem);
  if (problems.length <= SHOWN) process.stderr.write(`PROBLEM ${problem}\n`);
}

function judge(
  { kind, statuses: allowed, problem, text }: PreparedRequest,
  { status, head, body }: RawAnswer,
): void {
  answered++;
  const name = `${kind}: ${status}`;
  statuses.set(name, (statuses.get(name) ?? 0) + 1);
  if (status === 503) {
    refused++;
    if (!head.includes("\r\nretry-after: ")) note(`${kind}: 503 without Retry-After`);
    return;
  }
  if (!allowed.includes(status)) {
    note(`${kind}: ${status}, ${allowed.join(" or ")} expected: ${body.toString()} for ${text}`);
    return;
  }
  const parsed = JSON.parse(body.toString()) as { readonly statusCode?: number };
  const found =
    status === 200 ? problem(parsed) : parsed.statusCode === status ? null : "a body of another status";
  if (found !== null) note(`${kind}: ${found}: ${body.toString()} for ${text}`);
}

async function askUntilDone(port: number, client: number): Promise<void> {
  const kinds = new RequestKinds(new Random(given.seed, "siege", client), size);
  let connection = new PipelinedConnection(port);
  while (sent < given.requests) {
    const requests = Array.from({ length: given.pipelined }, () => kinds.next());
    sent += requests.length;
    try {
      const answers = await connection.send(requests.map(({ text }) => text));
      for (const [position, answer] of answers.entries()) judge(requests[position]!, answer);
    } catch (error) {
      note((error as Error).message);
      connection = new PipelinedConnection(port);
      await sleep(100);
    }
  }
  connection.close();
}

const annoyed = new Map<string, number>();

async function annoyUntilDone(port: number, client: number): Promise<void> {
  const random = new Random(given.seed, "nuisance", client);
  const names = Object.keys(nuisances);
  while (sent < given.requests) {
    const name = names[random.uint32() % names.length]!;
    const problem = await nuisances[name]!(port, random);
    annoyed.set(name, (annoyed.get(name) ?? 0) + 1);
    if (problem !== null) note(`${name}: ${problem}`);
  }
}

/** Attempts to take a new export so far. */
async function attempts(service: ServiceProcess): Promise<number> {
  const metrics = await service.metrics();
  return ["loaded", "failed", "unchanged"]
    .map((outcome) => metrics.get(`mmkit_reloads_total{outcome="${outcome}"}`) ?? 0)
    .reduce((sum, count) => sum + count, 0);
}

async function swapUntilDone(swaps: ExportSwaps, service: ServiceProcess): Promise<void> {
  for (let turn = 1; sent < given.requests; turn++) {
    const before = await attempts(service);
    await swaps.next();
    if (turn % 3 === 0) service.child.kill("SIGHUP");
    // Every fifth time the next export comes while this one is loaded.
    while (turn % 5 !== 0 && sent < given.requests && (await attempts(service)) === before) await sleep(200);
    await sleep(turn % 5 === 0 ? 600 : given.swap);
  }
}

async function watchUntilDone(service: ServiceProcess, memory: MemoryCourse): Promise<void> {
  for (let samples = 0; sent < given.requests; samples++) {
    await sleep(1000);
    const metrics = await service.metrics();
    const bytes = metrics.get("process_resident_memory_bytes");
    if (bytes === undefined) continue;
    memory.add(answered, bytes);
    if (samples % 15 === 0)
      process.stderr.write(`${answered} answers, ${byteSize(bytes)}, ${problems.length} problems\n`);
  }
}

const counts = (of: ReadonlyMap<string, number>): string =>
  [...of]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, count]) => `  ${name.padEnd(28)} ${count}\n`)
    .join("");

const swaps = await ExportSwaps.make(size);
const memory = new MemoryCourse();
const started = performance.now();
try {
  const limits = {
    ...{ "max-k": siegeLimits.maxK, "max-rows": siegeLimits.maxRows, "max-list": siegeLimits.maxList },
    ...{ "max-results": siegeLimits.maxResults, "max-body": siegeLimits.maxBody },
    ...{ "headers-timeout": siegeTimeouts.headers, "request-timeout": siegeTimeouts.request },
    ...{ "max-concurrent": MAX_CONCURRENT, watch: 500 },
  };
  const words = Object.entries(limits).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const service = await ServiceProcess.start(swaps.folder, [...words, "--no-docs"]);
  const { port } = service;
  let isEnding = false;
  void service.ended.then((how) => {
    if (isEnding) return;
    note(`the service ended with ${how}: ${service.log.slice(-5).join("\n")}`);
    sent = given.requests;
  });
  await Promise.all([
    ...Array.from({ length: given.connections }, (_, client) => askUntilDone(port, client)),
    ...Array.from({ length: given.nuisances }, (_, client) => annoyUntilDone(port, client)),
    swapUntilDone(swaps, service),
    watchUntilDone(service, memory),
  ]);
  const metrics = await service.metrics();
  isEnding = true;
  await service.stop();
  const seconds = (performance.now() - started) / 1000;
  const value = (name: string): number => metrics.get(name) ?? 0;
  const [early, late] = [memory.median(0.25, 0.5), memory.median(0.75, 1)];
  console.log(
    `${sent} requests in ${seconds.toFixed(0)} s: ${answered} answered, ${sent - answered} lost, ${refused} refused with 503\n` +
      `${counts(statuses)}clients that do not behave:\n${counts(annoyed)}` +
      `exports put in place: ${swaps.count.whole} whole, ${swaps.count.broken} broken; reloads: ` +
      `${value('mmkit_reloads_total{outcome="loaded"}')} loaded, ${value('mmkit_reloads_total{outcome="failed"}')} failed, ` +
      `${value('mmkit_reloads_total{outcome="unchanged"}')} unchanged; ${value("mmkit_workers_lost_total")} workers lost\n` +
      `memory: ${byteSize(early)} in the second quarter of the run, ${byteSize(late)} in the last, ` +
      `${byteSize(memory.peak)} at most; slope over the second half ` +
      `${((memory.slope() * 1e5) / 2 ** 20).toFixed(2)} MiB per 100,000 requests`,
  );
  if (late > GROWTH * early + WARMING) note(`memory grew from ${byteSize(early)} to ${byteSize(late)}`);
  console.log(`${problems.length} problems`);
  if (problems.length > 0) process.exitCode = 1;
} finally {
  await swaps.remove();
}
