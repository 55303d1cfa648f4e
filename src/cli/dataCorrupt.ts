import { corruptDataset, type ChangedCount } from "../../runtime/data/corruption/corruptDataset.js";
import { CorruptionRatesError, type CorruptionRates } from "../../runtime/data/corruption/corruptionRates.js";
import { loadDataset } from "../../runtime/data/dataset.js";
import { checkFree } from "./checkFree.js";
import { command } from "./command.js";
import { UsageError } from "./usageError.js";

export const dataCorrupt = command({
  positionals: { data: { type: "string", describe: "Dataset folder, which is only read" } },
  options: {
    out: { type: "string", demandOption: true, describe: "Folder for the corrupted copy" },
    interactions: {
      type: "number",
      describe: "Share of the pairs of train and valid whose item is replaced, from 0 to 1",
    },
    knowledge: { type: "number", describe: "Share of the triples whose tail is replaced, from 0 to 1" },
    missing: {
      type: "array",
      string: true,
      default: [] as string[],
      describe: "Share of the items that lose a modality, modality=rate; may be repeated",
    },
    seed: { type: "number", default: 1, describe: "Decides what is replaced and deleted" },
    force: { type: "boolean", default: false, describe: "Replace a dataset that is in the folder" },
  },
  examples: [
    ["data/shop --out data/shop-noisy --interactions 0.1", "Every tenth purchase is of a random item"],
    ["data/shop --out data/shop-kg20 --knowledge 0.2", "A fifth of the triples has a random tail"],
    [
      "data/shop --out data/shop-blind --missing image=0.3 --missing text=0.3 --seed 7",
      "30 % of the items lose their picture, 30 % their text",
    ],
  ],
  epilogue:
    "Test is left as it is. An item drawn for a user is none of theirs in any split, and all pairs and triples stay " +
    "distinct. With the same seed, what is lost at a lower rate is lost at a higher one, too. dataset.json of the copy " +
    "states the source's checksum, the rates and the seed.",
  async run({ data, out, interactions, knowledge, missing, seed, force, json }, { stdout, stderr }) {
    const rates: CorruptionRates = {
      ...(interactions === undefined ? {} : { interactions }),
      ...(knowledge === undefined ? {} : { knowledge }),
      ...(missing.length === 0 ? {} : { missing: missingRates(missing) }),
    };
    await checkFree(out, force, "dataset.json");
    const made = await corruptDataset(data, out, rates, seed).catch((error: unknown) => {
      if (!(error instanceof CorruptionRatesError)) throw error;
      throw new UsageError(error.problems.join("; "), "`mmkit data corrupt --help` explains the options.");
    });
    if (made.copiedUnread.length > 0) {
      stderr.write(
        `note: copied as they are, whatever they were made from: ${made.copiedUnread.join(", ")}\n`,
      );
    }
    const { checksum } = await loadDataset(out);
    if (json) {
      stdout.write(
        `${JSON.stringify({ folder: out, name: made.name, checksum, ...made.corruption }, null, 2)}\n`,
      );
      return;
    }
    const { interactions: pairs, knowledge: triples, missing: modalities = {} } = made.corruption;
    const lines = [
      ...(pairs === undefined ? [] : [`items replaced in ${countText(pairs)} pairs of train and valid`]),
      ...(triples === undefined ? [] : [`tails replaced in ${countText(triples)} triples`]),
      ...Object.entries(modalities).map(
        ([name, count]) => `${name} features deleted of ${countText(count)} items`,
      ),
    ];
    stdout.write(`${made.name}, seed ${seed}\n${lines.map((line) => `  ${line}\n`).join("")}${out}\n`);
  },
});

function countText({ changed, of }: ChangedCount): string {
  return `${changed} of ${of}`;
}

/** @throws UsageError for a word that is not modality=rate, or a modality given twice */
function missingRates(words: readonly string[]): Readonly<Record<string, number>> {
  const rates = new Map<string, number>();
  for (const word of words) {
    const [, name, rate] = /^([\w-]+)=(.+)$/.exec(word) ?? [];
    if (name === undefined || rate?.trim() === "" || Number.isNaN(Number(rate))) {
      throw new UsageError(
        `--missing takes modality=rate, found "${word}"`,
        "Write for instance --missing image=0.3.",
      );
    }
    if (rates.has(name)) throw new UsageError(`--missing ${name} is given twice`, "Give it one rate.");
    rates.set(name, Number(rate));
  }
  return Object.fromEntries(rates);
}
