/**
 * The accuracy tables: `npm run accuracy -- [--dataset tiktok] [--only ksi,lightgcn]` searches and trains what has no
 * record in docs/results yet, in the background of other work if need be (it goes on where it stopped), and writes
 * docs/results.md and the results on the models' pages from all records.
 */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import yargs from "yargs";
import { hideBin } from "yargs/helpers";
import { writeFileAtomic } from "../../runtime/artifacts/atomicWrite.js";
import { splitDataset } from "../../runtime/import/splitDataset.js";
import { contestants, type Contestant } from "./contestants.js";
import { datasetNames, datasets, type DatasetName } from "./datasets.js";
import { writeModelPages } from "./modelPages.js";
import { readRecord, type RowRecord } from "./record.js";
import { resultsPage } from "./resultsPage.js";
import { runRow } from "./row.js";

const options = await yargs(hideBin(process.argv))
  .option("dataset", { type: "string", choices: datasetNames, array: true, describe: "All by default" })
  .option("only", { type: "string", describe: "Models with commas between; all by default" })
  .option("data", {
    type: "string",
    describe: "Folder of the datasets (default: MMKIT_DATA or ../shared/data)",
  })
  .option("threads", { type: "number", describe: "Threads of onnxruntime; 1 is best beside other work" })
  .option("runs", { type: "string", default: "runs/accuracy", describe: "Folder of searches and runs" })
  .option("records", { type: "string", default: "docs/results", describe: "Folder of the records" })
  .option("page", {
    type: "boolean",
    default: false,
    describe: "Train nothing, write the pages from the records",
  })
  .strict()
  .parse();

const data = resolve(options.data ?? process.env["MMKIT_DATA"] ?? "../shared/data");
const only = options.only?.split(",");
const report = (line: string): void => {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);
};

function takesPart(dataset: DatasetName, { model, needsKnowledge }: Contestant): boolean {
  return needsKnowledge === true || (datasets[dataset].only?.includes(model) ?? true);
}

function isHeadline(model: string): boolean {
  return contestants.some(
    (one) => one.ancestor === model || (one.model === model && one.ancestor !== undefined),
  );
}

/** The dataset's folder, with validation rows where it has none. */
async function prepared(dataset: DatasetName): Promise<string> {
  const seed = datasets[dataset].validationSeed;
  if (seed === undefined) return join(data, dataset);
  const out = resolve(options.runs, "data", dataset);
  if (!existsSync(join(out, "interactions.tsv"))) {
    const split = { method: "given-test", seed, shares: [0.8, 0.1, 0.1] } as const;
    await splitDataset({ dataset: join(data, dataset), out, split, time: null, force: false });
  }
  return out;
}

async function allRecords(): Promise<readonly RowRecord[]> {
  const records: RowRecord[] = [];
  for (const dataset of datasetNames) {
    for (const { model } of contestants) {
      const record = await readRecord(options.records, dataset, model);
      if (record !== null) records.push(record);
    }
  }
  return records;
}

if (!options.page) {
  if (!existsSync(data)) {
    process.stderr.write(`No datasets in ${data}. Name their folder with --data or MMKIT_DATA.\n`);
    process.exit(2);
  }
  const unknown = only?.find((name) => !contestants.some(({ model }) => model === name));
  if (unknown !== undefined) {
    process.stderr.write(`--only ${unknown} is no model of the tables.\n`);
    process.exit(2);
  }
  for (const dataset of options.dataset ?? datasetNames) {
    for (const contestant of contestants) {
      if (!takesPart(dataset, contestant) || only?.includes(contestant.model) === false) continue;
      await runRow({
        contestant,
        dataset,
        isHeadline: isHeadline(contestant.model),
        data: await prepared(dataset),
        runs: options.runs,
        records: options.records,
        threads: options.threads ?? null,
        report,
      });
    }
  }
}
const records = await allRecords();
await writeFileAtomic("docs/results.md", resultsPage(records));
await writeModelPages("docs/models", records);
report("docs/results.md and the models' pages are written");
