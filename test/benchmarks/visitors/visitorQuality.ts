import * as ort from "onnxruntime-web/wasm";
import { visitorGraphs } from "../../../exports/inference/visitorGraphs.js";
import type { VectorTable } from "../../../exports/inferenceVectors.js";
import type { LoadedOrt } from "../../../runtime/browser/ortModule.js";
import { PageGraph } from "../../../runtime/browser/pageGraph.js";
import { Personaliser } from "../../../runtime/browser/personaliser.js";
import { metricsOfUser } from "../../../runtime/ranking/metrics.js";
import type { Visitor } from "./heldOutVisitors.js";

/** Metrics of every visitor at 10 and 20 recommendations. */
export interface VisitorQuality {
  readonly "HR@10": Float64Array;
  readonly "Recall@20": Float64Array;
  readonly "NDCG@20": Float64Array;
}

/** Makes a visitor's vector. */
export type MakeVector = (visitor: Visitor) => Promise<Float32Array>;

/** All items but the clicked ones by falling product with a vector, the first 20. */
function ranked(
  { rows, dim, data }: VectorTable,
  vector: Float32Array,
  clicked: readonly number[],
): number[] {
  const hidden = new Set(clicked);
  const scored = Array.from({ length: rows }, (_, item) => {
    let score = 0;
    for (let d = 0; d < dim; d++) score += vector[d]! * data[item * dim + d]!;
    return { item, score };
  }).filter(({ item }) => !hidden.has(item));
  scored.sort((left, right) => right.score - left.score || left.item - right.item);
  return scored.slice(0, 20).map(({ item }) => item);
}

export async function measureVisitors(
  items: VectorTable,
  visitors: readonly Visitor[],
  make: MakeVector,
): Promise<VisitorQuality> {
  const quality = {
    "HR@10": new Float64Array(visitors.length),
    "Recall@20": new Float64Array(visitors.length),
    "NDCG@20": new Float64Array(visitors.length),
  };
  for (const [place, visitor] of visitors.entries()) {
    const taken = new Set(visitor.taken);
    const hits = ranked(items, await make(visitor), visitor.clicked).map((item) => taken.has(item));
    const at20 = metricsOfUser(hits, taken.size, 20);
    quality["HR@10"][place] = metricsOfUser(hits, taken.size, 10).HR;
    quality["Recall@20"][place] = at20.Recall;
    quality["NDCG@20"][place] = at20.NDCG;
  }
  return quality;
}

export function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The mean of the clicked items' vectors. */
export function averaging({ dim, data }: VectorTable): MakeVector {
  return ({ clicked }) => {
    const mean = new Float32Array(dim);
    for (const item of clicked) {
      for (let d = 0; d < dim; d++) mean[d]! += data[item * dim + d]! / clicked.length;
    }
    return Promise.resolve(mean);
  };
}

/** The fold-in of exports: the mean times a matrix [dim, dim]. */
export function folding(items: VectorTable, map: Float32Array): MakeVector {
  const mean = averaging(items);
  return async (visitor) => {
    const vector = await mean(visitor);
    return vector.map((_, column) =>
      vector.reduce((sum, value, row) => sum + value * map[row * items.dim + column]!, 0),
    );
  };
}

/** How visitors' vectors are trained. */
export interface VisitorTraining {
  readonly pull: number;
  readonly learningRate: number;
  readonly steps: number;
}

/** Training from the fold-in on, with the graphs of exports in onnxruntime-web. */
export async function personalising(
  items: VectorTable,
  start: MakeVector,
  { pull, ...steps }: VisitorTraining,
): Promise<{ readonly make: MakeVector; readonly release: () => Promise<void> }> {
  ort.env.wasm.numThreads = 1;
  const loaded: LoadedOrt = { device: "wasm", ort, threads: 1, inTurn: (task) => task() };
  const { training, optimizer } = visitorGraphs(items, ["float32"], pull);
  const open = ([file, encode]: readonly [string, () => Uint8Array]) =>
    PageGraph.open(file, encode(), loaded);
  const graphs = [await open(training.get("float32")!), await open(optimizer)] as const;
  const personaliser = new Personaliser(...graphs, steps);
  return {
    make: async (visitor) => (await personaliser.train(await start(visitor), visitor.clicked, [])).vector,
    release: async () => {
      for (const graph of graphs) await graph.release();
    },
  };
}
