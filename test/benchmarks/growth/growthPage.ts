import { axisLooks } from "../../../exports/report/page/chart.js";
import { figure } from "../../../exports/report/page/figure.js";
import { htmlPage } from "../../../exports/report/page/htmlPage.js";
import { markup, type Markup } from "../../../exports/report/page/markup.js";
import { numberText, secondsText } from "../../../exports/report/page/numberText.js";
import { colour, seriesColour } from "../../../exports/report/page/palette.js";
import type { PowerLaw } from "./logSlope.js";
import type { GrowthAxis } from "./sweeps.js";

/** How the time of an epoch of a fixed number of steps grows with one size. */
export interface Growth {
  readonly model: string;
  readonly axis: GrowthAxis;
  readonly points: readonly {
    readonly value: number;
    /** Of processors. */
    readonly seconds: number;
    /** What the machine needs for it at least, null where that is not known. */
    readonly floor: number | null;
  }[];
  readonly law: PowerLaw;
}

const names: Readonly<Record<GrowthAxis, string>> = {
  users: "users",
  items: "items",
  edges: "training interactions",
  dim: "embedding dimension",
  layers: "layers",
};

function growthFigure(model: string, growths: readonly Growth[], axis: GrowthAxis): Markup {
  const growth = growths.find((candidate) => candidate.axis === axis)!;
  const { points, law } = growth;
  const xs = points.map(({ value }) => value);
  const fitted = [xs[0]!, xs.at(-1)!].map((x): [number, number] => [x, law.factor * x ** law.slope]);
  const ys = [...points.map(({ seconds }) => seconds), ...points.flatMap(({ floor }) => floor ?? [])];
  const common = { emphasis: { disabled: true } };
  return figure({
    id: `${model}-${axis}`,
    title: `${model}: ${names[axis]}, slope ${law.slope.toFixed(2)}`,
    legend: [
      { text: "measured", colour: seriesColour(0), shape: "circle" },
      { text: `fitted, x^${law.slope.toFixed(2)}`, colour: seriesColour(1) },
      { text: "bytes over bandwidth or FLOPs over GEMM", colour: colour("muted"), shape: "diamond" },
    ],
    chart: {
      label: `Seconds per epoch of ${model} over ${names[axis]}, both logarithmic`,
      width: 440,
      height: 290,
      tip: (series, point) =>
        series === 1
          ? `slope ${law.slope.toFixed(2)}`
          : `${numberText(xs[point]!)} ${names[axis]}: ${secondsText((series === 0 ? points[point]!.seconds : points[point]!.floor) ?? 0)}`,
      option: {
        grid: { left: 72, right: 24, top: 16, bottom: 48 },
        xAxis: {
          ...axisLooks,
          type: "log",
          name: names[axis],
          nameLocation: "middle",
          nameGap: 30,
          min: xs[0]! / 1.3,
          max: xs.at(-1)! * 1.3,
          axisTick: { ...axisLooks.axisTick, customValues: xs },
          axisLabel: {
            ...axisLooks.axisLabel,
            customValues: xs,
            formatter: (value: number) => numberText(Math.round(value)),
            hideOverlap: true,
          },
        },
        yAxis: {
          ...axisLooks,
          type: "log",
          min: Math.min(...ys) / 2,
          max: Math.max(...ys) * 2,
          axisLabel: {
            ...axisLooks.axisLabel,
            formatter: secondsText,
            hideOverlap: true,
            showMinLabel: false,
            showMaxLabel: false,
          },
        },
        series: [
          {
            ...common,
            type: "scatter",
            symbolSize: 10,
            itemStyle: { color: seriesColour(0) },
            data: points.map(({ value, seconds }) => [value, seconds]),
          },
          {
            ...common,
            type: "line",
            symbol: "none",
            lineStyle: { color: seriesColour(1), width: 2 },
            data: fitted,
          },
          {
            ...common,
            type: "scatter",
            symbol: "diamond",
            symbolSize: 9,
            itemStyle: { color: colour("muted") },
            data: points.flatMap(({ value, floor }) => (floor === null ? [] : [[value, floor]])),
          },
        ],
      },
    },
    table: {
      caption: `Seconds per epoch of ${model} over ${names[axis]}`,
      columns: [names[axis], "seconds per epoch", "floor"],
      rows: points.map(({ value, seconds, floor }) => [
        numberText(value),
        secondsText(seconds),
        floor === null ? "" : secondsText(floor),
      ]),
    },
  });
}

/** One page with a chart for every model and size. @param state what it was measured on */
export function growthPage(growths: readonly Growth[], state: string): string {
  const models = [...new Set(growths.map(({ model }) => model))];
  return htmlPage({
    title: "How an epoch grows",
    kicker: "npm run bench:growth",
    heading: markup`How an epoch grows`,
    state: { text: state, isDone: true },
    top: markup`<p class="note">Seconds of processors per epoch of 20 steps, optimizer included, while one size varies
and the others stay; both axes logarithmic, so that a slope of 1 is linear growth.</p>`,
    sections: models.map((model) => {
      const own = growths.filter((growth) => growth.model === model);
      const figures = own.map(({ axis }) => growthFigure(model, own, axis));
      return { id: model, title: model, content: markup`<div class="grid two">${figures}</div>` };
    }),
  });
}
