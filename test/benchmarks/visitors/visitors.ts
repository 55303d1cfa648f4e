/**
 * What training a visitor's vector in the page gains over averaging what they clicked: `npm run bench:visitors -- [--data
 * ../shared/data/lastfm-mini] [--visitors 600]`. Models are trained without the visitors; the weight of the pull is chosen
 * on one half of the visitors and measured on the other.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import yargs from "yargs";
import { hideBin } from "yargs/helpers";
import { writeCatalogue } from "../../../examples/catalogue/writeCatalogue.js";
import { defaultCatalogue } from "../../../examples/catalogue/catalogueOptions.js";
import { fitFoldIn } from "../../../exports/inference/foldInRule.js";
import { personaliseSteps } from "../../../exports/inference/visitorGraphs.js";
import { readRun } from "../../../exports/inferenceRun.js";
import { finalVectors, type VectorTable } from "../../../exports/inferenceVectors.js";
import { loadDataset } from "../../../runtime/data/dataset.js";
import { comparePaired } from "../../../runtime/ranking/pairedTests.js";
import { runCli } from "../../../src/cli/runCli.js";
import { furtherCustomers, withoutVisitors, type Visitor } from "./heldOutVisitors.js";
import {
  averaging,
  folding,
  meanOf,
  measureVisitors,
  personalising,
  type MakeVector,
  type VisitorQuality,
  type VisitorTraining,
} from "./visitorQuality.js";

interface Case {
  readonly name: string;
  readonly items: VectorTable;
  readonly fold: MakeVector;
  /** Halves to choose and to report on. */
  readonly halves: readonly [readonly Visitor[], readonly Visitor[]];
}

const settings: readonly VisitorTraining[] = [3, 6, 12, 24].map((pull) => ({
  pull,
  ...personaliseSteps,
}));

async function trained(
  name: string,
  model: string,
  set: readonly string[],
  data: string,
  visitors: readonly Visitor[],
): Promise<Case> {
  const run = `${data}-${model}`;
  const code = await runCli(
    [
      "train",
      model,
      "--data",
      data,
      "--out",
      run,
      "--threads",
      "1",
      "--patience",
      "15",
      "--epochs",
      "150",
    ].concat(set.flatMap((one) => ["--set", one])),
    { stdout: process.stderr, stderr: process.stderr },
  );
  if (code !== 0) throw new Error(`training ${model} on ${data} ended with ${code}`);
  const { artifacts, checkpoint } = await readRun(run);
  const dataset = await loadDataset(data);
  const vectors = await finalVectors(artifacts, checkpoint, dataset, { threads: 1 });
  const { map } = fitFoldIn(vectors, dataset);
  const half = (of: number): readonly Visitor[] => visitors.filter((_, place) => place % 2 === of);
  return {
    name: `${model} on ${name}`,
    items: vectors.items,
    fold: folding(vectors.items, map),
    halves: [half(0), half(1)],
  };
}

async function trainedQuality(
  { items, fold }: Case,
  visitors: readonly Visitor[],
  training: VisitorTraining,
): Promise<VisitorQuality> {
  const { make, release } = await personalising(items, fold, training);
  try {
    return await measureVisitors(items, visitors, make);
  } finally {
    await release();
  }
}

function row(name: string, quality: VisitorQuality): string {
  const means = Object.values(quality).map((values: Float64Array) => meanOf(values).toFixed(4).padStart(10));
  return `  ${name.padEnd(28)}${means.join("")}\n`;
}

async function report(one: Case, chosen: VisitorTraining): Promise<void> {
  const visitors = one.halves[1];
  const mean = await measureVisitors(one.items, visitors, averaging(one.items));
  const fold = await measureVisitors(one.items, visitors, one.fold);
  const own = await trainedQuality(one, visitors, chosen);
  const difference = (over: VisitorQuality, metric: keyof VisitorQuality): string => {
    const { difference: gain, wilcoxon } = comparePaired(own[metric], over[metric]);
    return `${metric} ${gain >= 0 ? "+" : ""}${gain.toFixed(4)} (p ${wilcoxon.p.toPrecision(2)})`;
  };
  process.stdout.write(
    `${one.name}, ${visitors.length} visitors       ${["HR@10", "Recall@20", "NDCG@20"].map((name) => name.padStart(10)).join("")}\n` +
      row("mean of the clicked items", mean) +
      row("fold-in", fold) +
      row("trained in the page", own) +
      `  over the mean: ${difference(mean, "HR@10")}, ${difference(mean, "Recall@20")}\n` +
      `  over the fold-in: ${difference(fold, "HR@10")}, ${difference(fold, "Recall@20")}\n`,
  );
}

const { data, visitors: most } = await yargs(hideBin(process.argv))
  .options({
    data: { type: "string", describe: "A dataset besides the generated shop; a quarter of its users visit" },
    visitors: { type: "number", default: 600, describe: "Further customers of the generated shop" },
  })
  .strict()
  .parse();
const folder = await mkdtemp(join(tmpdir(), "mmkit-visitors-"));
try {
  const shop = join(folder, "shop");
  await writeCatalogue(shop);
  const customers = furtherCustomers(defaultCatalogue.users, most);
  const cases = [
    await trained("the generated shop", "lightgcn", ["batchSize=512", "learningRate=0.005"], shop, customers),
    await trained("the generated shop", "ksi", ["batchSize=512", "learningRate=0.001"], shop, customers),
  ];
  if (data !== undefined) {
    const dataset = await loadDataset(data);
    const without = join(folder, "other");
    const visiting = await withoutVisitors(dataset, without, 3);
    cases.push(await trained(dataset.name, "lightgcn", ["learningRate=0.03"], without, visiting));
  }
  let best: { readonly training: VisitorTraining; readonly score: number } | null = null;
  for (const training of settings) {
    // Few suffice to choose by, and each counts the same in every case.
    const scores: number[] = [];
    for (const one of cases) {
      const found = await trainedQuality(one, one.halves[0].slice(0, 150), training);
      scores.push(meanOf(found["Recall@20"]));
    }
    const score = scores.reduce((sum, value) => sum + value, 0) / scores.length;
    const each = scores.map((value) => value.toFixed(4)).join(" ");
    process.stdout.write(`pull ${training.pull}, ${training.steps} steps: Recall@20 ${each}\n`);
    if (best === null || score > best.score) best = { training, score };
  }
  process.stdout.write(`chosen: ${JSON.stringify(best!.training)}\n`);
  for (const one of cases) await report(one, best!.training);
} finally {
  await rm(folder, { recursive: true });
}
