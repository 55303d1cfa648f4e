import type { DatasetStatistics, Spread } from "../datasetStatistics.js";
import { axisLooks } from "./chart.js";
import { dataTable } from "./dataTable.js";
import { figure } from "./figure.js";
import { markup, type Markup } from "./markup.js";
import { numberText, percentText } from "./numberText.js";
import { seriesColour } from "./palette.js";

function spreadFigure(who: "users" | "items", { doubling }: Spread, index: number): Markup {
  const labels = doubling.map(({ from, to }) => (from === to ? `${from}` : `${from}–${to}`));
  const title = `Training interactions per ${who === "users" ? "user" : "item"}`;
  return figure({
    id: `spread-${who}`,
    title,
    chart: {
      label: `${title}: ${doubling.length} bars`,
      width: 440,
      height: 240,
      tip: (_, bar) => `${labels[bar]!} interactions: ${numberText(doubling[bar]!.count)} ${who}`,
      option: {
        grid: { left: 62, right: 18, top: 34, bottom: 30 },
        xAxis: {
          ...axisLooks,
          type: "category",
          data: labels,
          axisTick: { show: false },
          axisLabel: { ...axisLooks.axisLabel, fontSize: 12 },
        },
        yAxis: { ...axisLooks, type: "value", axisLine: { show: false }, name: who, splitNumber: 4 },
        series: [
          {
            type: "bar",
            barCategoryGap: "15%",
            barMaxWidth: 60,
            emphasis: { disabled: true },
            itemStyle: { color: seriesColour(index) },
            data: doubling.map(({ count }) => count),
          },
        ],
      },
    },
    table: {
      caption: title,
      columns: ["interactions", who],
      rows: doubling.map(({ count }, bar) => [labels[bar]!, numberText(count)]),
    },
  });
}

export function datasetFigures(dataset: DatasetStatistics): Markup {
  const { counts, perUser, perItem, coldTargets } = dataset;
  const spread = ({ least, median, mean, most }: Spread): string =>
    `${numberText(least)} to ${numberText(most)}, median ${numberText(median)}, mean ${numberText(mean)}`;
  const facts = dataTable({
    caption: "The dataset",
    columns: ["property", "value"],
    isText: true,
    rows: [
      [
        "users",
        `${numberText(dataset.users)}, ${numberText(dataset.usersWithoutTraining)} without training interactions`,
      ],
      [
        "items",
        `${numberText(dataset.items)}, ${numberText(dataset.itemsWithoutTraining)} without training interactions`,
      ],
      ["training", `${numberText(counts.train)} interactions, ${percentText(dataset.density)} of all pairs`],
      [
        "validation",
        `${numberText(counts.valid)} interactions, ${numberText(coldTargets.valid)} with new items`,
      ],
      ["test", `${numberText(counts.test)} interactions, ${numberText(coldTargets.test)} with new items`],
      ["per user", spread(perUser)],
      ["per item", spread(perItem)],
      ...dataset.modalities.map(({ name, size, missing }) => [
        `${name} features`,
        `${numberText(size)} per item${missing === 0 ? "" : `, missing for ${numberText(missing)} items`}`,
      ]),
      ...(dataset.itemColumns.length === 0 ? [] : [["items.tsv", dataset.itemColumns.join(", ")]]),
      ...(dataset.userColumns.length === 0 ? [] : [["users.tsv", dataset.userColumns.join(", ")]]),
      ...dataset.notes.map((note) => ["note", note]),
    ],
  });
  const files = dataTable({
    caption: "Checksums",
    columns: ["file", "sha256"],
    isText: true,
    rows: [
      ...Object.entries(dataset.files).map(([name, sha256]) => [name, markup`<code>${sha256}</code>`]),
      ["all together", markup`<code>${dataset.checksum}</code>`],
    ],
  });
  return markup`${spreadFigure("users", perUser, 0)}${spreadFigure("items", perItem, 2)}
<div class="beside wide">${facts}</div>
<details class="beside wide"><summary>Checksums of the files</summary>${files}</details>`;
}
