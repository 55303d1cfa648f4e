import type { Group, GroupReport } from "../../../runtime/ranking/groups.js";
import type { TrainingResults } from "../../../runtime/training/trainingResults.js";
import type { ReportData } from "../reportData.js";
import { axisLooks } from "./chart.js";
import { dataTable } from "./dataTable.js";
import { figure } from "./figure.js";
import { markup, type Markup } from "./markup.js";
import { numberText } from "./numberText.js";
import { seriesColour } from "./palette.js";
import { splitTexts } from "./summary.js";

type Values = Readonly<Record<string, number>>;

interface Column {
  readonly name: string;
  readonly users: number;
  readonly values: Values;
}

/** `Recall` of `Recall@20`. */
const familyOf = (metric: string): string => metric.split("@")[0]!;

function columnsOf(results: TrainingResults): Column[] {
  const named = [
    ["validation", results.valid],
    ["test", results.test],
    ["popularity, test", results.popularityTest],
    ["new items, test", results.coldTest],
  ] as const;
  return named.flatMap(([name, found]) => {
    if (found === null) return [];
    const beyond: Values = "beyondAccuracy" in found ? found.beyondAccuracy : {};
    return [{ name, users: found.users, values: { ...found.metrics, ...beyond } }];
  });
}

function metricsTable(
  caption: string,
  metrics: readonly string[],
  columns: readonly Column[],
  monitor: string,
): Markup {
  return dataTable({
    caption,
    columns: ["metric", ...columns.map(({ name, users }) => `${name} (${numberText(users)} users)`)],
    rows: metrics.map((metric) => {
      const cells = columns.map(({ values }) => {
        const value = values[metric];
        return value === undefined ? "" : Math.abs(value) < 1000 ? value.toFixed(4) : numberText(value);
      });
      return [metric === monitor ? markup`<mark>${metric}</mark>` : metric, ...cells];
    }),
  });
}

/** Validation and test beside the baseline: what selects the model at once, every other metric on demand. */
export function resultsTable({ record, dataset }: ReportData): Markup {
  const { results } = record;
  if (results === null) {
    return markup`<p class="note">The run is not finished, so nothing was measured on test data yet:
<code>mmkit train … --resume</code> goes on with it. The curves above show validation.</p>`;
  }
  const columns = columnsOf(results);
  if (columns.length === 0) {
    return markup`<p class="note">The dataset has neither validation nor test interactions.</p>`;
  }
  const { monitor, bestEpoch: chosen, selectedOn, selectionUsedTest, coldTest } = results;
  const metrics = [...new Set(columns.flatMap(({ values }) => Object.keys(values)))];
  const first = metrics.filter((metric) => [familyOf(monitor), "NDCG"].includes(familyOf(metric)));
  const others = metrics.filter((metric) => !first.includes(metric));
  const rest =
    others.length === 0
      ? null
      : markup`<details><summary>${[...new Set(others.map(familyOf))].join(", ")}</summary>
${metricsTable("Further metrics of the best epoch", others, columns, monitor)}</details>`;
  const optimistic = selectionUsedTest
    ? markup`<p class="note warning">The epoch was chosen on the test split, so its metrics are optimistic.</p>`
    : null;
  const cold =
    coldTest === null
      ? null
      : markup`<p class="note">New items are the ${numberText(dataset.itemsWithoutTraining)} without training
interactions, ranked among all items.</p>`;
  const how =
    selectedOn === null
      ? `Parameters of the last epoch, ${chosen + 1}.`
      : `Parameters of epoch ${chosen + 1}, the best by ${monitor} on ${splitTexts[selectedOn]}; test data was scored once, at the end.`;
  return markup`${metricsTable("Metrics of the best epoch", first, columns, monitor)}${rest}${optimistic}
<p class="note">${how}</p>${cold}`;
}

function groupText(group: Group): string {
  switch (group.kind) {
    case "coldItems":
      return "new items";
    case "missingModality":
      return `items without ${group.modality}`;
    case "coldUsers":
      return `users below ${group.below}`;
    case "activity":
      return group.from === group.to ? `users with ${group.from}` : `users with ${group.from}–${group.to}`;
  }
}

/** The monitored metric of groups of users and items beside popularity's; null where none was measured. */
export function groupsFigure({ record }: ReportData): Markup | null {
  const { results } = record;
  const groups = results?.test?.groups ?? [];
  if (results === null || groups.length === 0) return null;
  const { monitor, model } = results;
  const valueOf = ({ metrics }: GroupReport): number => (metrics as Values)[monitor] ?? 0;
  const baseline = new Map(
    (results.popularityTest?.groups ?? []).map((report) => [groupText(report.group), valueOf(report)]),
  );
  const names = groups.map(({ group }) => groupText(group));
  const series = [
    { name: model, values: groups.map(valueOf) },
    { name: "popularity", values: names.map((name) => baseline.get(name) ?? 0) },
  ];
  const numbers = dataTable({
    caption: `${monitor} by group`,
    columns: ["group", "users", "targets", ...series.map(({ name }) => name)],
    rows: groups.map(({ users, targets }, index) => [
      names[index]!,
      numberText(users),
      numberText(targets),
      ...series.map(({ values }) => values[index]!.toFixed(4)),
    ]),
  });
  const bars = figure({
    id: "groups",
    title: `${monitor} on test, by group`,
    legend: series.map(({ name }, index) => ({ text: name, colour: seriesColour(index) })),
    note: "Users by their number of training interactions. Of groups of items, only the targets among them count; all items compete.",
    chart: {
      label: `${monitor} of ${groups.length} groups beside popularity`,
      width: 440,
      height: 50 + 44 * groups.length,
      tip: (index, group) =>
        `${names[group]!}, ${series[index]!.name}: ${series[index]!.values[group]!.toFixed(4)}`,
      option: {
        grid: { left: 150, right: 18, top: 8, bottom: 30 },
        xAxis: { ...axisLooks, type: "value", axisLine: { show: false } },
        yAxis: { ...axisLooks, type: "category", inverse: true, data: names, axisTick: { show: false } },
        series: series.map(({ name, values }, index) => ({
          type: "bar",
          name,
          barGap: "10%",
          barCategoryGap: "32%",
          emphasis: { disabled: true },
          itemStyle: { color: seriesColour(index) },
          data: values,
        })),
      },
    },
  });
  return markup`${bars}<div class="beside"><h3>In numbers</h3>${numbers}</div>`;
}
