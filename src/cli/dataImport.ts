import { duplicateRuleNames, duplicateRules } from "../../runtime/import/duplicates.js";
import { formatNames, formats, type FormatName } from "../../runtime/import/formats.js";
import { importDataset } from "../../runtime/import/importDataset.js";
import { checkFree } from "./checkFree.js";
import { command } from "./command.js";
import { importSummary } from "./importSummary.js";
import { withInterruption } from "./interruption.js";
import { databaseOptions, databaseSettings, splitHelp, splitOptions, splitSettings } from "./splitOptions.js";
import { StepDisplay } from "./stepDisplay.js";
import { suggestion } from "./suggestion.js";
import { UsageError } from "./usageError.js";

const formatHelp = formatNames.map((name) => `  ${name.padEnd(14)} ${formats[name].summary}`).join("\n");

const duplicateHelp = duplicateRuleNames
  .map((name) => `  ${name.padEnd(14)} ${duplicateRules[name]}`)
  .join("\n");

export const dataImport = command({
  positionals: {
    format: {
      type: "string",
      describe: "One of the formats below; or the source, and the format is found out",
    },
    source: { type: "string", describe: "File or folder to import", optional: true },
  },
  options: {
    out: { type: "string", demandOption: true, describe: "Folder for the dataset" },
    user: { type: "string", describe: "Column of the users" },
    item: { type: "string", describe: "Column of the items" },
    time: { type: "string", describe: "Column of the times: numbers or dates" },
    rating: { type: "string", describe: "Column of the ratings" },
    "split-column": { type: "string", describe: "Column with train, valid or test" },
    items: {
      type: "string",
      describe: "File about the items: Amazon metadata, or a table with their column",
    },
    delimiter: { type: "string", describe: "Field separator of a csv (the most frequent on the first line)" },
    columns: {
      type: "string",
      describe: "Names of the columns of a csv without a header, separated by commas",
    },
    "skip-incomplete": {
      type: "boolean",
      default: false,
      describe: "Leave out rows without user, item or time instead of refusing them",
    },
    "min-rating": { type: "number", describe: "Leave out interactions rated lower" },
    duplicates: {
      type: "string",
      choices: duplicateRuleNames,
      default: "first",
      describe: "What becomes of a user's repeated interactions with an item; explained below",
    },
    "k-core": {
      type: "number",
      default: 0,
      describe: "Leave out users and items with fewer than k, repeatedly",
    },
    ...splitOptions,
    name: { type: "string", describe: "Name of the dataset (that of the source)" },
    ...databaseOptions,
    force: { type: "boolean", default: false, describe: "Replace the dataset that is in the folder" },
  },
  examples: [
    ["ml-1m --out data/ml-1m --min-rating 4 --k-core 5", "MovieLens; the format is found out"],
    ["amazon reviews_Baby.json.gz --items meta_Baby.json.gz --out data/baby --k-core 5", "With metadata"],
    [
      "csv orders.csv --user customer --item sku --time day --split temporal --out data/shop",
      "A table of one's own",
    ],
  ],
  epilogue: `Formats:\n${formatHelp}\n${splitHelp}\nRepeated interactions:\n${duplicateHelp}`,
  async run(given, streams) {
    const { stdout, stderr } = streams;
    const { format, source } = chosenSource(given.format, given.source);
    const kCore = given["k-core"];
    if (!Number.isInteger(kCore) || kCore < 0) {
      throw new UsageError(
        `--k-core ${kCore} is not an integer of at least 0`,
        "Write for instance --k-core 5.",
      );
    }
    const split = splitSettings(given);
    const database = databaseSettings(given);
    await checkFree(given.out, given.force, "interactions.tsv");
    const mapping = {
      ...(given.user === undefined ? {} : { user: given.user }),
      ...(given.item === undefined ? {} : { item: given.item }),
      ...(given.time === undefined ? {} : { time: given.time }),
      ...(given.rating === undefined ? {} : { rating: given.rating }),
      ...(given["split-column"] === undefined ? {} : { split: given["split-column"] }),
    };
    const display = new StepDisplay(streams);
    const report = await withInterruption(
      () => stderr.write("\nstopping; press Ctrl-C again to end at once\n"),
      (signal) =>
        importDataset({
          source,
          out: given.out,
          format,
          read: {
            mapping,
            itemFile: given.items ?? null,
            delimiter: given.delimiter ?? null,
            columns: columnNames(given.columns),
            skipIncomplete: given["skip-incomplete"],
          },
          minimumRating: given["min-rating"] ?? null,
          duplicates: given.duplicates,
          kCore,
          split,
          name: given.name ?? null,
          force: given.force,
          ...database,
          signal,
          onProgress: display.show,
          onFormat: (name, reason) => stderr.write(`format ${name}, because ${reason}\n`),
        }),
    ).finally(display.end);
    stdout.write(given.json ? `${JSON.stringify(report, null, 2)}\n` : importSummary(report));
  },
});

/** @throws UsageError for a name that is empty or comes twice */
function columnNames(given: string | undefined): readonly string[] | null {
  if (given === undefined) return null;
  const names = given.split(",").map((name) => name.trim());
  const bad = names.find((name, index) => name === "" || names.indexOf(name) !== index);
  if (bad === undefined) return names;
  throw new UsageError(
    bad === "" ? "--columns has a name that is empty" : `--columns names "${bad}" twice`,
    "Write for instance --columns user,item,rating,timestamp.",
  );
}

/** @throws UsageError if the first of two words is no format */
function chosenSource(
  first: string,
  second: string | undefined,
): { readonly format: FormatName | null; readonly source: string } {
  if (second === undefined) {
    if (!formatNames.some((name) => name === first)) return { format: null, source: first };
    throw new UsageError(
      `the source is missing after the format ${first}`,
      `Write mmkit data import ${first} <source> --out <folder>.`,
    );
  }
  const format = formatNames.find((name) => name === first);
  if (format !== undefined) return { format, source: second };
  throw new UsageError(`there is no format "${first}"`, suggestion(first, formatNames));
}
