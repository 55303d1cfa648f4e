import { Random } from "../../../runtime/data/random.js";
import { popularityGroups, type PopularityBias, type SourceName } from "../popularityBias.js";
import { axisLooks } from "./chart.js";
import { dataTable } from "./dataTable.js";
import { figure } from "./figure.js";
import { markup, type Markup } from "./markup.js";
import { numberText, percentText } from "./numberText.js";
import { seriesColour } from "./palette.js";

/** Items that are drawn as points. */
const MOST_POINTS = 1500;
const sourceColours: Readonly<Record<SourceName, string>> = {
  history: seriesColour(10),
  model: seriesColour(0),
  popularity: seriesColour(1),
};
const sourceTexts: Readonly<Record<SourceName, string>> = {
  history: "what users chose (training)",
  model: "the model recommends",
  popularity: "the popularity baseline recommends",
};
const groupTexts: Readonly<Record<(typeof popularityGroups)[number], string>> = {
  head: "head",
  middle: "middle",
  tail: "tail",
  new: "new",
};

/** Counts reach over orders of magnitude and include 0. */
const scaled = (count: number): number => Math.log10(1 + count);

/** 0, 1, 10, 100 … up to the first above the largest count, at their places on the axis. */
function countAxis(most: number): object {
  const ticks = [0];
  for (let tick = 1; tick / 10 < Math.max(1, most); tick *= 10) ticks.push(tick);
  const places = ticks.map(scaled);
  return {
    ...axisLooks,
    type: "value",
    min: 0,
    max: Math.max(scaled(most) * 1.04, 0.4),
    axisTick: { ...axisLooks.axisTick, customValues: places },
    axisLabel: {
      ...axisLooks.axisLabel,
      customValues: places,
      formatter: (place: number) => numberText(Math.round(10 ** place - 1)),
    },
    splitLine: { show: false },
  };
}

/** Recommendations against training interactions, an item a point. */
function countsFigure(bias: PopularityBias, names: readonly string[]): Markup {
  const order = Int32Array.from(bias.trainingCounts.keys());
  if (order.length > MOST_POINTS) new Random(0, "report", "points").shuffle(order);
  const items = [...order.slice(0, MOST_POINTS)].sort((left, right) => left - right);
  const [, model, popularity] = bias.sources;
  const drawn = [popularity!, model!];
  const most = (counts: readonly number[]): number =>
    counts.reduce((left, right) => Math.max(left, right), 0);
  const mean = (counts: readonly number[], from: number, to: number): string => {
    const within = bias.trainingCounts.flatMap((count, item) =>
      count >= from && count <= to ? [counts[item]!] : [],
    );
    if (within.length === 0) return "–";
    return numberText(within.reduce((sum, count) => sum + count, 0) / within.length);
  };
  const bands: [number, number][] = [[0, 0]];
  for (let from = 1; from <= most(bias.trainingCounts); from *= 2) bands.push([from, 2 * from - 1]);
  return figure({
    id: "bias-counts",
    title: `Recommendations among the first ${bias.k} and popularity, an item a point`,
    legend: [...drawn].reverse().map(({ name }) => ({
      text: sourceTexts[name],
      colour: sourceColours[name],
      shape: name === "model" ? "circle" : "diamond",
    })),
    chart: {
      label: `Number of recommendations of ${items.length} items against their training interactions`,
      width: 440,
      height: 320,
      tip: (series, point) => {
        const item = items[point]!;
        const [known, recommended] = [bias.trainingCounts[item]!, drawn[series]!.counts[item]!];
        return `${names[item]!}: ${known} training interactions, recommended ${recommended} times`;
      },
      option: {
        grid: { left: 62, right: 18, top: 34, bottom: 52 },
        xAxis: {
          ...countAxis(most(bias.trainingCounts)),
          name: "training interactions",
          nameLocation: "middle",
          nameGap: 32,
        },
        yAxis: {
          ...countAxis(Math.max(...drawn.map(({ counts }) => most(counts)))),
          name: "recommendations",
          nameTextStyle: { ...axisLooks.nameTextStyle, align: "left", padding: [0, 0, 0, -50] },
        },
        series: drawn.map(({ name, counts }) => ({
          type: "scatter",
          name,
          symbol: name === "model" ? "circle" : "diamond",
          symbolSize: name === "model" ? 6 : 7,
          itemStyle: { color: sourceColours[name], opacity: 0.55 },
          emphasis: { disabled: true },
          data: items.map((item) => [scaled(bias.trainingCounts[item]!), scaled(counts[item]!)]),
        })),
      },
    },
    ...(items.length < order.length ? { note: `${items.length} of ${order.length} items are drawn.` } : {}),
    table: {
      caption: "Mean number of recommendations by training interactions",
      columns: ["training interactions", "model", "popularity"],
      rows: bands.map(([from, to]) => [
        from === to ? `${from}` : `${from}–${to}`,
        mean(model!.counts, from, to),
        mean(popularity!.counts, from, to),
      ]),
    },
  });
}

function sharesFigure(
  bias: PopularityBias,
  shown: {
    readonly id: string;
    readonly title: string;
    readonly categories: readonly string[];
    readonly shares: (source: PopularityBias["sources"][number]) => readonly number[];
    readonly note: string;
  },
): Markup {
  const { categories } = shown;
  const shares = bias.sources.map(shown.shares);
  return figure({
    id: shown.id,
    title: shown.title,
    legend: bias.sources.map(({ name }) => ({ text: sourceTexts[name], colour: sourceColours[name] })),
    note: shown.note,
    chart: {
      label: `${shown.title}: ${categories.length} groups of bars`,
      width: 440,
      height: 320,
      tip: (series, group) =>
        `${categories[group]!}, ${sourceTexts[bias.sources[series]!.name]}: ${percentText(shares[series]![group]!)}`,
      option: {
        grid: { left: 62, right: 18, top: 20, bottom: 30 },
        xAxis: { ...axisLooks, type: "category", data: categories, axisTick: { show: false } },
        yAxis: {
          ...axisLooks,
          type: "value",
          axisLine: { show: false },
          axisLabel: { ...axisLooks.axisLabel, formatter: (share: number) => percentText(share) },
        },
        series: bias.sources.map(({ name }, index) => ({
          type: "bar",
          name,
          barCategoryGap: "25%",
          barGap: "0%",
          barMaxWidth: 28,
          emphasis: { disabled: true },
          itemStyle: { color: sourceColours[name] },
          data: shares[index],
        })),
      },
    },
    table: {
      caption: shown.title,
      columns: ["items", ...bias.sources.map(({ name }) => name)],
      rows: categories.map((text, group) => [text, ...shares.map((list) => percentText(list[group]!))]),
    },
  });
}

export function biasFigures(bias: PopularityBias, names: readonly string[]): Markup {
  const hasNew = bias.trainingCounts.includes(0);
  const groups = popularityGroups.filter((group) => group !== "new" || hasNew);
  const newText = hasNew ? " New items have no training interactions." : "";
  return markup`${countsFigure(bias, names)}
${sharesFigure(bias, {
  id: "bias-groups",
  title: "Share of head, middle and tail",
  categories: groups.map((group) => groupTexts[group]),
  shares: (source) => groups.map((group) => source.groups[group]),
  note: `The head are the most popular items that together got a fifth of the training interactions, the tail the least popular that got a fifth.${newText}`,
})}
${sharesFigure(bias, {
  id: "bias-deciles",
  title: "Share of each tenth of the items",
  categories: Array.from({ length: 10 }, (_, decile) => `${decile + 1}`),
  shares: ({ deciles }) => deciles,
  note: "Tenth 1 holds the most popular tenth of the items, tenth 10 the least popular.",
})}
<div class="beside"><h3>In numbers</h3>${dataTable({
    caption: "Spread of what is chosen and recommended",
    columns: ["measure", ...bias.sources.map(({ name }) => name)],
    rows: [
      ["items that occur", ...bias.sources.map(({ coverage }) => percentText(coverage))],
      ["Gini coefficient", ...bias.sources.map(({ gini }) => gini.toFixed(3))],
      ["mean popularity", ...bias.sources.map(({ meanPopularity }) => numberText(meanPopularity))],
    ],
  })}<p class="note">Lists of ${bias.k} for ${numberText(bias.users)} of ${numberText(bias.ofUsers)} users with
training items, which are left out of the lists. Gini: 0 if all items occur equally often, near 1 if a few take
everything. Mean popularity: training interactions of what occurs.</p></div>`;
}
