import type { DatasetCheck } from "../../runtime/data/check/checkDataset.js";
import type { FeatureStatistics } from "../../runtime/data/check/featureStatistics.js";
import { countText, numberText, shareText } from "../../runtime/data/check/finding.js";
import type { KnowledgeStatistics } from "../../runtime/data/check/knowledgeStatistics.js";
import type { Spread } from "../../runtime/data/check/spread.js";
import { splitNames } from "../../runtime/data/interactions.js";

const WIDTH = 110;
/** Relations of a knowledge graph that are listed, those with the most triples. */
const MOST_RELATIONS = 8;

type Row = readonly string[];

/** Rows in aligned columns, the first to the left and the others to the right. */
function aligned(rows: readonly Row[]): string {
  const widths = rows[0]!.map((_, column) =>
    rows.reduce((most, row) => Math.max(most, row[column]!.length), 0),
  );
  const line = (row: Row): string =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
      .join("  ");
  return rows.map((row) => `  ${line(row)}`.trimEnd()).join("\n");
}

/** Words put into lines that start with `indent`. */
function wrapped(text: string, indent: string): string {
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(" ")) {
    if (line.length + word.length + 1 > WIDTH && line.trim() !== "") {
      lines.push(line);
      line = indent;
    }
    line += line === indent ? word : ` ${word}`;
  }
  return [...lines, line].join("\n");
}

function findingsText({ findings }: DatasetCheck): string {
  if (findings.length === 0) return "Nothing to warn of.";
  return findings
    .map(({ severity, topic, message, advice }) =>
      [
        wrapped(`${severity.toUpperCase()} (${topic}) ${message}.`, "  "),
        wrapped(`→ ${advice}.`, "      "),
      ].join("\n"),
    )
    .join("\n");
}

const spreadHeader: Row = ["", "least", "25%", "median", "75%", "90%", "most", "mean"];

function spreadRow(label: string, spread: Spread | null): Row {
  if (spread === null) return [label, ...Array<string>(7).fill("-")];
  const { least, quarter, median, threeQuarters, nineTenths, most, mean } = spread;
  return [label, ...[least, quarter, median, threeQuarters, nineTenths, most, mean].map(numberText)];
}

function interactionsText({ interactions: found }: DatasetCheck): string {
  const splits = splitNames.map((split) => `${split} ${countText(found.counts[split])}`).join(", ");
  return [
    `  ${countText(found.users)} users, ${countText(found.items)} items, density ${numberText(100 * found.density)}%`,
    `  interactions: ${splits}`,
    `  users with targets: valid ${countText(found.heldOut.valid.users)}, test ${countText(found.heldOut.test.users)}`,
    `  popularity: Gini ${found.gini.toFixed(2)}, the top tenth of the items has ${shareText(found.topTenthShare)} of train`,
    aligned([
      spreadHeader,
      spreadRow("train per user", found.perUser),
      spreadRow("train per item", found.perItem),
    ]),
  ].join("\n");
}

function featuresText(features: readonly FeatureStatistics[], items: number): string {
  const row = (label: string, cell: (statistics: FeatureStatistics) => string): Row => [
    label,
    ...features.map(cell),
  ];
  const orDash = (value: number | null | undefined, text: (known: number) => string): string =>
    value === null || value === undefined ? "-" : text(value);
  return aligned([
    row("", ({ modality }) => modality),
    row("columns", ({ size }) => countText(size)),
    row("columns that never vary", ({ deadColumns }) => countText(deadColumns)),
    row(
      "items with features",
      ({ missing }) => `${countText(items - missing)} (${shareText(1 - missing / items)})`,
    ),
    row("rows equal to another's", ({ duplicateRows }) => countText(duplicateRows)),
    row("length, least", ({ norms }) => orDash(norms?.least, numberText)),
    row("length, median", ({ norms }) => orDash(norms?.median, numberText)),
    row("length, most", ({ norms }) => orDash(norms?.most, numberText)),
    row("mean cosine of two items", ({ meanCosine }) => orDash(meanCosine, (value) => value.toFixed(2))),
    row("effective dimensions", ({ effectiveDimensions }) =>
      orDash(effectiveDimensions, (value) => value.toFixed(1)),
    ),
    row("a user's other items among the 10 nearest", ({ homophily }) =>
      orDash(homophily?.neighbourRate, shareText),
    ),
    row("  among 10 random items", ({ homophily }) => orDash(homophily?.randomRate, shareText)),
    row("  among the 10 most popular", ({ homophily }) => orDash(homophily?.popularRate, shareText)),
    row("  nearest over random", ({ homophily }) =>
      orDash(homophily?.ratio, (value) => `${value.toFixed(1)}×`),
    ),
  ]);
}

function knowledgeText(found: KnowledgeStatistics, items: number): string {
  const relations = [...found.relations].sort((left, right) => right.triples - left.triples);
  const hidden = relations.slice(MOST_RELATIONS);
  const others = hidden.reduce((sum, { triples }) => sum + triples, 0);
  return [
    `  ${countText(found.triples)} triples, ${countText(found.entities)} entities, ${countText(relations.length)} relations, ` +
      `${countText(found.components)} connected ${found.components === 1 ? "part" : "parts"}`,
    `  items with triples: ${countText(found.linkedItems)} (${shareText(found.linkedItems / items)}), ` +
      `${countText(found.distinctItems)} different sets of triples`,
    aligned([spreadHeader, spreadRow("triples per item", found.perItem)]),
    aligned([
      ["relation", "triples", "heads", "tails", "items", "largest tail"],
      ...relations
        .slice(0, MOST_RELATIONS)
        .map(({ relation, name, triples, heads, tails, items: touched, largestTailShare }) => [
          name ?? String(relation),
          ...[triples, heads, tails, touched].map(countText),
          shareText(largestTailShare),
        ]),
    ]),
    ...(hidden.length > 0 ? [`  and ${hidden.length} more relations with ${countText(others)} triples`] : []),
  ].join("\n");
}

/** A dataset's check as one page of text. */
export function dataCheckText(check: DatasetCheck): string {
  const { name, folder, checksum, interactions, features, knowledge } = check;
  const count = (severity: string): number =>
    check.findings.filter((finding) => finding.severity === severity).length;
  return [
    `${name} (${folder}), checksum ${checksum.slice(0, 12)}…`,
    "",
    `What to know: ${count("serious")} serious, ${count("moderate")} moderate, ${count("note")} notes`,
    findingsText(check),
    "",
    "Interactions",
    interactionsText(check),
    ...(features.length === 0 ? [] : ["", "Features", featuresText(features, interactions.items)]),
    ...(knowledge === null ? [] : ["", "Knowledge graph", knowledgeText(knowledge, interactions.items)]),
    "",
  ].join("\n");
}
