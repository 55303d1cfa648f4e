import type { ImportReport } from "../../runtime/import/importDataset.js";
import type { Leakage } from "../../runtime/import/splits/leakage.js";
import type { SplitCounts } from "../../runtime/import/splits/applySplit.js";
import { counted } from "./counted.js";

const number = (value: number): string => value.toLocaleString("en");

/** Counts and shares of a split, in one line. */
export function splitLine(method: string, counts: SplitCounts): string {
  const total = counts.train + counts.valid + counts.test;
  const parts = Object.entries({ ...counts }).map(([name, count]) => {
    return `${name} ${number(count)} (${((100 * count) / total).toFixed(1)}%)`;
  });
  return `split ${method}: ${parts.join(", ")}`;
}

/** What was found between the parts of a split. */
export function leakageLines({ warnings, remarks }: Leakage): readonly string[] {
  const found = warnings.map((sentence) => `LEAKAGE: ${sentence}`);
  const notes = remarks.map((sentence) => `note: ${sentence}`);
  return warnings.length === 0 ? ["no leakage between the parts was found", ...notes] : [...found, ...notes];
}

/** The report of an import for people. */
export function importSummary(report: ImportReport): string {
  const { users, items, interactions, read, removed, graph } = report;
  const total = interactions.train + interactions.valid + interactions.test;
  const density = ((100 * total) / (users * items)).toPrecision(3);
  const lines = [
    `${report.name}: ${number(users)} users, ${number(items)} items, ${number(total)} interactions (density ${density}%)`,
    `read ${counted(read, "interaction")}` +
      [
        removed.rating > 0 ? `, ${number(removed.rating)} rated too low` : "",
        removed.duplicates > 0 ? `, ${number(removed.duplicates)} repeated` : "",
        removed.kCore === null
          ? ""
          : `, ${number(removed.kCore.removed)} removed in ${counted(removed.kCore.rounds, "round")} of the k-core`,
      ].join(""),
    splitLine(report.split, interactions),
    ...leakageLines(report.leakage),
    ...(report.modalities.length === 0 ? [] : [`features: ${report.modalities.join(", ")}`]),
    ...(graph === null
      ? []
      : [
          `knowledge graph: ${number(graph.triples)} triples, ${number(graph.entities)} entities, ` +
            `${number(graph.linkedItems)} items in it`,
        ]),
    ...report.notes.map((sentence) => `note: ${sentence}`),
    ...(interactions.valid === 0
      ? [
          "note: there is no validation part, which training needs to choose the best epoch; `mmkit data split` makes one",
        ]
      : []),
  ];
  return `${lines.join("\n")}\n${report.folder}\n`;
}
