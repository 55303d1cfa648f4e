import { datasetNames, datasets, equalSteps, learningRates, type DatasetName } from "./datasets.js";
import { publishedTiktok } from "./published.js";
import type { RowRecord, ScoredPoint, SeedRecord } from "./record.js";
import { TRIALS } from "./row.js";

const metrics = ["Recall@10", "Recall@20", "NDCG@10", "NDCG@20"] as const;

/** docs/results.md. */
export function resultsPage(records: readonly RowRecord[]): string {
  const sections = datasetNames.flatMap((dataset) => {
    const rows = records.filter((record) => record.dataset === dataset);
    return rows.length === 0 ? [] : [datasetSection(dataset, rows)];
  });
  return `${introduction}\n${sections.join("\n")}`;
}

const introduction = `# Results

Written by \`npm run accuracy\` from the records in [results/](results), one per model and dataset; \`npm run accuracy -- --dataset tiktok --only ksi\` makes one anew after its record is deleted. What has no record has not been run.

Every model gets the same budget: ${TRIALS} trials of random search (seed 1) over a learning rate of ${learningRates.join(", ")} and what its record names as \`space\`, values that its paper or code states. All take the same steps (pairs, batches of 2048, d = 64, Adam). A trial is a training of limited length with early stopping on validation Recall@20; the best of each learning rate, of which so short a training tells little, are trained to the end, the better of them on validation is chosen, trained with every seed, and each run is scored on test once. All items are ranked, training items masked. Mean ± standard deviation over the seeds; seconds per epoch are the least of the seeds, with one thread beside other work.
`;

function datasetSection(dataset: DatasetName, rows: readonly RowRecord[]): string {
  const { training, trialEpochs, validationSeed, modalities } = datasets[dataset];
  const { epochs, evaluateEvery, patience } = training;
  const protocol =
    `At most ${epochs} epochs (${trialEpochs} in a trial), evaluated every ${evaluateEvery}, stopped after ${patience} evaluations without a better one` +
    (validationSeed === undefined
      ? ""
      : `; validation is a tenth of each user's training rows (\`mmkit data split --split given-test --seed ${validationSeed}\`)`) +
    (modalities.length === 0 ? "; no features" : `; features: ${modalities.join(", ")}`) +
    ".";
  return [
    `## ${dataset}\n`,
    `${protocol}\n`,
    scoreTable(rows),
    comparisonTable(rows),
    settingsTable(rows),
    ...(dataset === "tiktok" ? [publishedTable(rows)] : []),
  ].join("\n");
}

/** Markdown of rows of which the first is the header. */
export function table(rows: readonly (readonly string[])[]): string {
  const [header, ...rest] = rows;
  return [header!, header!.map(() => "---"), ...rest].map((row) => `| ${row.join(" | ")} |\n`).join("");
}

function mean(values: readonly number[]): number {
  return values.reduce((total, one) => total + one, 0) / values.length;
}

/** Sample standard deviation. */
function deviation(values: readonly number[]): number {
  const center = mean(values);
  return Math.sqrt(
    values.reduce((total, one) => total + (one - center) ** 2, 0) / Math.max(1, values.length - 1),
  );
}

/** Mean ± standard deviation over the seeds. */
export function summary(seeds: readonly SeedRecord[], metric: string): string {
  const values = seeds.map(({ test }) => test[metric]!);
  return `${mean(values).toFixed(4)} ± ${deviation(values).toFixed(4)}`;
}

/** Seconds per epoch of the fastest seed, empty if none was timed. */
export function leastSeconds(seeds: readonly SeedRecord[]): string {
  const seconds = seeds.flatMap(({ secondsPerEpoch }) => secondsPerEpoch ?? []);
  return seconds.length === 0 ? "" : Math.min(...seconds).toFixed(2);
}

function scoreTable(rows: readonly RowRecord[]): string {
  const popularity = rows[0]!.popularity;
  const body = rows.map(({ model, seeds }) => [
    model,
    String(seeds.length),
    ...metrics.map((metric) => summary(seeds, metric)),
    seeds.map(({ bestEpoch }) => bestEpoch).join(", "),
    leastSeconds(seeds),
  ]);
  return table([
    ["model", "seeds", ...metrics, "best epochs", "s per epoch"],
    ["popularity", "", ...metrics.map((metric) => popularity[metric]!.toFixed(4)), "", ""],
    ...body,
  ]);
}

export function signed(difference: number): string {
  return `${difference < 0 ? "−" : "+"}${Math.abs(difference).toFixed(4)}`;
}

export function pValue(value: number | null): string {
  return value === null ? "" : value < 1e-15 ? "< 1e-15" : value.toPrecision(2);
}

function comparisonTable(rows: readonly RowRecord[]): string {
  const tests = rows.flatMap(({ comparison }) => comparison?.tests ?? []);
  if (tests.length === 0) return "";
  const body = tests.map(({ left, right, metric, difference, adjusted }) => [
    `${left} − ${right}`,
    metric,
    signed(difference),
    pValue(adjusted.wilcoxon),
    pValue(adjusted.tTest),
  ]);
  return `Headline models against their ancestors, over users, p-values corrected within a pair (Holm):\n\n${table(
    [["models", "metric", "difference", "Wilcoxon p", "t-test p"], ...body],
  )}`;
}

function settingsTable(rows: readonly RowRecord[]): string {
  const scores = (points: readonly ScoredPoint[]): string =>
    points.map(({ score }) => score?.toFixed(4) ?? "diverged").join(", ");
  const body = rows.map(({ model, chosen, trials, finalists }) => {
    const own = Object.entries(chosen).filter(([name]) => !(name in equalSteps) && name !== "modalities");
    return [
      model,
      own.map(([name, value]) => `${name} ${JSON.stringify(value)}`).join(", "),
      scores(trials),
      scores(finalists),
    ];
  });
  return `Chosen settings with those that were given (\`hidden\`: the denoisers have 100 units in place of the papers' 1000), and validation Recall@20 of all trials and of the finalists:\n\n${table(
    [["model", "chosen", "trials", "finalists"], ...body],
  )}`;
}

function publishedTable(rows: readonly RowRecord[]): string {
  const of = ({ seeds }: RowRecord, metric: string): string =>
    mean(seeds.map(({ test }) => test[metric]!)).toFixed(4);
  const body = rows.map((row) => [
    row.model,
    `${of(row, "Recall@20")} ${of(row, "NDCG@20")}`,
    ...publishedTiktok.map(({ values }) => {
      const value = values[row.model];
      return value === undefined ? "" : `${value.recall.toFixed(4)} ${value.ndcg.toFixed(4)}`;
    }),
  ]);
  return `Recall@20 and NDCG@20 beside published values on the same rows. Those were selected on the test rows, the logs' and DiffMM's multimodal models have a text feature besides, which is not public, and DiffMM's and KDiffE's tables tune otherwise:\n\n${table(
    [["model", "mmkit", ...publishedTiktok.map(({ title }) => title)], ...body],
  )}`;
}
