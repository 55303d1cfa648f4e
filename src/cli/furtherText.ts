import type { Group } from "../../runtime/ranking/groups.js";
import type { MeasuredModel } from "./measurementText.js";
import { metricsTable } from "./metricsTable.js";

/** The cutoff of papers, if it was measured. */
const USUAL_CUTOFF = 20;

/** At one cutoff: the other metrics of a model and popularity, what the lists are beside accuracy, and by group. */
export function furtherText({ name, measurement }: MeasuredModel): string {
  const { model, popularity } = measurement;
  const cutoffs = Object.keys(model.beyondAccuracy).map((key) => Number(key.split("@")[1]));
  const cutoff = cutoffs.includes(USUAL_CUTOFF) ? USUAL_CUTOFF : Math.max(...cutoffs);
  const columns = [
    { title: name, metrics: { ...model.metrics, ...model.beyondAccuracy } },
    { title: "popularity", metrics: { ...popularity.metrics, ...popularity.beyondAccuracy } },
  ];
  const isFurther = (key: string): boolean => key.endsWith(`@${cutoff}`) && !/^(Recall|NDCG)@/.test(key);
  return (
    `Lists of ${cutoff}: other metrics; the share of all items recommended, inequality of how often, self-information\n` +
    `in bits, training interactions:\n${metricsTable(columns, isFurther)}${groupsText({ name, measurement }, cutoff)}`
  );
}

function groupsText({ name, measurement }: MeasuredModel, cutoff: number): string {
  const { model, popularity } = measurement;
  if (model.groups.length === 0) return "";
  const metrics = [`Recall@${cutoff}`, `NDCG@${cutoff}`] as const;
  const rows = model.groups.map((report, index) => {
    const values = [report, popularity.groups[index]!].map(({ metrics: found }) => found);
    const cells = values.flatMap((found) => metrics.map((metric) => found[metric]!.toFixed(4)));
    return [groupText(report.group), String(report.users), String(report.targets), ...cells];
  });
  const titles = ["", "users", "targets", ...metrics.map((metric) => `${name} ${metric}`)];
  const head = [...titles, ...metrics.map((metric) => `popularity ${metric}`)];
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]!.length)),
  );
  const line = (cells: readonly string[]): string => {
    const texts = cells.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!),
    );
    return `  ${texts.join("  ")}\n`;
  };
  return `By group, all items competing:\n${line(head)}${rows.map(line).join("")}`;
}

/** A group in words. */
function groupText(group: Group): string {
  switch (group.kind) {
    case "coldItems":
      return "new items";
    case "missingModality":
      return `items without ${group.modality}`;
    case "coldUsers":
      return `cold users, below ${group.below} interactions`;
    case "activity":
      return `users of ${group.from === group.to ? "" : `${group.from} to `}${group.to} interactions`;
  }
}
