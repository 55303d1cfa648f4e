import { join } from "node:path";
import { exportInference } from "../../exports/inference.js";
import { readRun } from "../../exports/inferenceRun.js";
import { defaultCatalogue } from "../../examples/catalogue/catalogueOptions.js";
import { writeCatalogue } from "../../examples/catalogue/writeCatalogue.js";
import { writeFileAtomic } from "../../runtime/artifacts/atomicWrite.js";
import { loadDataset } from "../../runtime/data/dataset.js";
import { CATALOGUE_EPOCHS, trainOnCatalogue } from "./catalogueTraining.js";
import { checkFree } from "./checkFree.js";
import { command } from "./command.js";
import { measureRun, type Measurement } from "./measureRun.js";
import { measurementTable, newItemsText } from "./measurementText.js";
import { customerText, describeCustomer } from "./quickstartCustomer.js";
import { shellWords } from "./shellWords.js";
import type { Streams } from "./streams.js";
import { UsageError } from "./usageError.js";

const OWN_FILE = "quickstart.json";
/** The comparison first, the model that is exported last. */
const compared = ["lightgcn", "ksi"] as const;
const DEMONSTRATION =
  "A demonstration: learning rates set by hand to converge in time; `npm run accuracy` holds the comparisons.";

export const quickstart = command({
  positionals: {},
  options: {
    out: { type: "string", default: "mmkit-quickstart", describe: "Folder for everything that is made" },
    epochs: { type: "number", default: CATALOGUE_EPOCHS, describe: "Most epochs per model" },
    user: { type: "number", default: 0, describe: "The customer that items are recommended to" },
  },
  examples: [
    ["", "Into ./mmkit-quickstart; may be run again"],
    ["--out /tmp/shop --epochs 5", "Elsewhere and shorter"],
  ],
  epilogue:
    "An example shop is generated: 480 items with a drawn picture and a title, 600 customers who care for kind, " +
    "colour, style and so on. KSI learns from pictures, titles and purchases, LightGCN from purchases alone. " +
    "Both train until validation stops improving and are measured on held-out purchases. It is a demonstration: " +
    "learning rates are set by hand, and `npm run accuracy` in the repository holds the comparisons.",
  async run({ out, epochs, user, json }, streams) {
    const started = performance.now();
    checkOptions(epochs, user);
    await checkFree(out, true, OWN_FILE);
    await writeFileAtomic(join(out, OWN_FILE), `${JSON.stringify({ epochs, user })}\n`);
    const catalogue = join(out, "catalogue");
    streams.stderr.write(`generating the shop in ${catalogue}\n`);
    const { items } = await writeCatalogue(catalogue, { force: true });

    const measured: Record<string, Measurement> = {};
    for (const name of compared) {
      measured[name] = await trainAndMeasure(
        name,
        { catalogue, run: join(out, "runs", name), epochs },
        streams,
      );
    }
    const exported = join(out, "export");
    await exportInference({ run: join(out, "runs", "ksi"), out: exported });
    const customer = await describeCustomer(await loadDataset(catalogue), exported, user);
    const seconds = (performance.now() - started) / 1000;
    if (json) {
      streams.stdout.write(`${JSON.stringify({ folder: out, measured, customer, seconds }, null, 2)}\n`);
      return;
    }
    const ranked = [...compared].reverse().map((name) => ({ name, measurement: measured[name]! }));
    const cold = items.filter((item) => item.cold).length;
    streams.stdout.write(
      `A shop of ${items.length} items, ${cold} of them new, without a single purchase to train on.\n\n` +
        `Held-out purchases found among the first k recommendations:\n${measurementTable(ranked)}\n` +
        `${newItemsText(ranked)}\n` +
        `${DEMONSTRATION}\n\n` +
        `${customerText(customer)}\n` +
        `Made in ${seconds.toFixed(0)} s in ${out}. Go on with:\n` +
        `  ${shellWords(["mmkit", "recommend", exported, "--user", "7"])}\n` +
        `  ${shellWords(["mmkit", "inspect", join(out, "runs", "ksi", "artifacts")])}\n` +
        "  mmkit new my-model\n",
    );
  },
});

/** Refuses what would otherwise fail after minutes of training. */
function checkOptions(epochs: number, user: number): void {
  if (!Number.isSafeInteger(epochs) || epochs < 1) {
    throw new UsageError(
      `--epochs must be a whole number from 1, found ${epochs}`,
      `The default is ${CATALOGUE_EPOCHS}.`,
    );
  }
  const { users } = defaultCatalogue;
  if (Number.isSafeInteger(user) && user >= 0 && user < users) return;
  throw new UsageError(
    `--user must be one of the customers 0 to ${users - 1}, found ${user}`,
    "Leave it out for 0.",
  );
}

async function trainAndMeasure(
  name: (typeof compared)[number],
  folders: { readonly catalogue: string; readonly run: string; readonly epochs: number },
  streams: Streams,
): Promise<Measurement> {
  await trainOnCatalogue(name, folders, streams);
  return measureRun(await readRun(folders.run), { split: "test", auc: false });
}
