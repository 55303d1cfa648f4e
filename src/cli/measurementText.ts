import type { MetricValues } from "../../runtime/ranking/metrics.js";
import type { Measurement } from "./measureRun.js";
import { metricsTable } from "./metricsTable.js";

/** A model's name and what it achieves. */
export interface MeasuredModel {
  readonly name: string;
  readonly measurement: Measurement;
}

/** Models measured on the same split of the same dataset, then popularity. */
export function measurementTable(models: readonly MeasuredModel[]): string {
  return comparisonTable(models, (measurement) => measurement);
}

/** What the same models do with new items, in words and two tables; empty where the split has none. */
export function newItemsText(models: readonly MeasuredModel[]): string {
  const cold = models[0]?.measurement.cold ?? null;
  if (cold === null) return "";
  const { users, metrics } = cold.amongAll.model;
  const longest = Math.max(...Object.keys(metrics).map((key) => Number(key.split("@")[1] ?? 0)));
  const trivial = longest < cold.items ? "" : `\n(from k = ${cold.items} on, every order finds all of them)`;
  return (
    `New items: ${cold.items}, without a single interaction to train on; users with such targets: ${users}.\n` +
    "Ranked among all items, so that they compete with the known ones for the first k places:\n" +
    comparisonTable(models, (measurement) => measurement.cold?.amongAll ?? null) +
    "Ranked among the new items only, which shows how well they are told apart; popularity, which counts 0 for\n" +
    `each, orders them by id${trivial}:\n` +
    comparisonTable(models, (measurement) => measurement.cold?.amongCold ?? null)
  );
}

/** What a table needs of a model and of popularity. */
type Compared = Readonly<Record<"model" | "popularity", { readonly metrics: MetricValues }>>;

function comparisonTable(
  models: readonly MeasuredModel[],
  of: (measurement: Measurement) => Compared | null,
): string {
  const compared = models.map(({ name, measurement }) => ({ name, comparison: of(measurement) }));
  return metricsTable([
    ...compared.map(({ name, comparison }) => ({ title: name, metrics: comparison?.model.metrics ?? null })),
    { title: "popularity", metrics: compared[0]?.comparison?.popularity.metrics ?? null },
  ]);
}
