/**
 * Ranks all items for the test users of a dataset with LightGCN as it is before training, and prints the memory that
 * the process needed at most, the graphs of training included: `node rankAndMeasure.js <dataset> <artifacts> [--auc]`.
 */
import { loadArtifacts } from "../../../runtime/artifacts/loadArtifacts.js";
import { defaultGroups } from "../../../runtime/ranking/groups.js";
import { LocalEngine } from "../../../runtime/training/localEngine.js";

/** What is printed, as JSON. */
export interface RankingMemory {
  readonly users: number;
  readonly recall: number;
  readonly seconds: number;
  /** Largest resident set, bytes. */
  readonly peakBytes: number;
}

const [dataset = "", artifacts = "", auc] = process.argv.slice(2);
const engine = await LocalEngine.open(
  { artifacts: await loadArtifacts(artifacts), dataset, seed: 1, device: "cpu", threads: 1 },
  { report: () => undefined, isCancelled: () => false },
);
const started = performance.now();
const { users, metrics } = await engine.evaluate({
  split: "test",
  cutoffs: [5, 10, 20, 50],
  ndcgIdeal: "targets",
  maskValidationAtTest: false,
  ranker: "model",
  groups: defaultGroups,
  auc: auc === "--auc",
});
const found: RankingMemory = {
  users,
  recall: metrics["Recall@20"]!,
  seconds: (performance.now() - started) / 1000,
  peakBytes: process.resourceUsage().maxRSS * 1024,
};
await engine.close();
process.stdout.write(`${JSON.stringify(found)}\n`);
