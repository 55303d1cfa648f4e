/** A thread that holds sessions of a model's graphs and runs batches: onnxruntime blocks the thread it runs in. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parentPort } from "node:worker_threads";
import { InferenceSession, env } from "onnxruntime-node";
import { Piscina, transferableSymbol, valueSymbol } from "piscina";
import { ArtifactError } from "../artifacts/artifactError.js";
import { providersOf, type Device } from "../artifacts/device.js";
import type { InteractionLists } from "../data/interactions.js";
import type { ExportDescription, Precision } from "../serving/exportFormat.js";
import {
  buffersOf,
  packLists,
  servedGraphs,
  type GraphBatch,
  type GraphResult,
  type ServedGraph,
} from "./graphBatch.js";
import { feedsOf, resultOf } from "./graphFeeds.js";
import { packError, type ThreadError } from "./threadError.js";

/** Given to the thread when it starts. */
export interface GraphThreadStart {
  readonly folder: string;
  readonly description: ExportDescription;
  readonly precision: Precision;
  readonly device: Device;
  readonly threads: number;
  readonly seen: InteractionLists | null;
}

/** Said by the thread once, when its sessions are open, or cannot be opened. */
export type GraphThreadNotice =
  { readonly kind: "opened" } | { readonly kind: "failed"; readonly error: ThreadError };

/** An error thrown in a thread would lose its class, and look like the end of the thread. */
export type GraphReply = { readonly result: GraphResult } | { readonly error: ThreadError };

const { folder, description, precision, device, threads, seen } = Piscina.workerData as GraphThreadStart;

/** The bytes that export.json tells of, whatever took the file's place meanwhile. */
async function checkedBytes(name: string): Promise<Uint8Array> {
  const file = join(folder, name);
  const bytes = await readFile(file);
  const expected = description.files[name]?.sha256;
  const found = createHash("sha256").update(bytes).digest("hex");
  if (found === expected) return bytes;
  throw new ArtifactError(
    file,
    `it must have the sha256 ${expected ?? "of export.json"}, found ${found}: it was changed while it was loaded`,
    "Write the folder again with `mmkit export`.",
  );
}

async function openSession(graph: ServedGraph): Promise<InferenceSession> {
  const { graphs, externalData } = description.precisions[precision]!;
  const options: InferenceSession.SessionOptions = {
    executionProviders: providersOf(device),
    intraOpNumThreads: threads,
    logSeverityLevel: 4,
  };
  try {
    // Constants in other files are found beside a graph's file only.
    if (externalData.length > 0) return await InferenceSession.create(join(folder, graphs[graph]), options);
    return await InferenceSession.create(await checkedBytes(graphs[graph]), options);
  } catch (error) {
    if (error instanceof ArtifactError) throw error;
    const problem = `onnxruntime cannot load it (${(error as Error).message.trim()})`;
    const fix = "Write the folder again with `mmkit export`.";
    throw new ArtifactError(join(folder, graphs[graph]), problem, fix);
  }
}

type Sessions = ReadonlyMap<ServedGraph, InferenceSession>;

async function runOn(sessions: Sessions, batch: GraphBatch): Promise<GraphResult> {
  const feeds = feedsOf(batch, seen);
  const started = performance.now();
  const outputs = await sessions.get(batch.graph)!.run(feeds);
  return resultOf(batch, outputs, performance.now() - started);
}

/** The smallest batch of each kind. */
function trials(): GraphBatch[] {
  const rows = (): Int32Array => Int32Array.of(0);
  const hidden = packLists([[]]);
  return [
    { graph: "recommend", users: rows(), withoutSeen: Uint8Array.of(1), hidden, k: 1 },
    { graph: "score", users: rows(), items: rows() },
    { graph: "similar", items: rows(), k: 1 },
    { graph: "foldIn", liked: packLists([[0]]), hidden, k: 1 },
  ];
}

/** Opens a session of every graph and runs each once, so that what cannot run is found before requests come. */
async function openSessions(): Promise<Sessions> {
  // What goes wrong is thrown; the log would repeat it on stderr.
  env.logLevel = "fatal";
  const sessions = new Map<ServedGraph, InferenceSession>();
  for (const graph of servedGraphs) sessions.set(graph, await openSession(graph));
  for (const batch of trials()) {
    await runOn(sessions, batch).catch((error: unknown) => {
      const file = join(folder, description.precisions[precision]!.graphs[batch.graph]);
      const problem = `onnxruntime cannot run it (${(error as Error).message.trim()})`;
      throw new ArtifactError(file, problem, "Write the folder again with `mmkit export`.");
    });
  }
  return sessions;
}

const opening = openSessions();

opening.then(
  () => {
    parentPort?.postMessage({ kind: "opened" } satisfies GraphThreadNotice);
  },
  (error: unknown) => {
    parentPort?.postMessage({ kind: "failed", error: packError(error) } satisfies GraphThreadNotice);
  },
);

/** Runs a batch. @returns a {@link GraphReply}, its memory handed over */
export default async function runBatch(batch: GraphBatch): Promise<unknown> {
  try {
    const result = await runOn(await opening, batch);
    const reply: GraphReply = { result };
    return Piscina.move({
      get [transferableSymbol]() {
        return buffersOf(result);
      },
      get [valueSymbol]() {
        return reply;
      },
    });
  } catch (error) {
    return { error: packError(error) } satisfies GraphReply;
  }
}
