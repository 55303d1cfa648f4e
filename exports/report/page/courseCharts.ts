import { drawnPositions, type Course, type Series } from "../course.js";
import { axisLooks, type Chart } from "./chart.js";
import { figure } from "./figure.js";
import { markup, type Markup } from "./markup.js";
import { numberText } from "./numberText.js";
import { colour, seriesColour } from "./palette.js";

/** Points of a curve that are drawn; pages of long runs would be large otherwise. */
const MOST_POINTS = 120;
/** Rows of the tables beside the curves. */
const MOST_ROWS = 30;
/** More points than these are drawn as a line whose points appear when they are pointed at. */
const VISIBLE_POINTS = 40;

interface Curves {
  readonly id: string;
  readonly title: string;
  /** Names of the lines, as long as there are several. */
  readonly lines: readonly { readonly name: string; readonly values: Series["values"] }[];
  /** The vertical axis starts at 0. */
  readonly fromZero: boolean;
}

function curvesFigure({ id, title, lines, fromZero }: Curves, course: Course, best: number | null): Markup {
  const { epochs } = course;
  const bestPosition = best === null ? [] : [epochs.indexOf(best)];
  const measured = epochs
    .map((_, position) => position)
    .filter((position) => lines.some(({ values }) => values[position] !== null));
  const drawn = drawnPositions(
    measured.length,
    MOST_POINTS,
    bestPosition.map((at) => measured.indexOf(at)),
  );
  const positions = drawn.map((index) => measured[index]!);
  const data = lines.map(({ values }) =>
    positions
      .filter((at) => values[at] !== null)
      .map((at): [number, number] => [epochs[at]! + 1, values[at]!]),
  );
  const last = (epochs.at(-1) ?? 0) + 1;
  const markLine = {
    silent: true,
    symbol: "none",
    data: best === null ? [] : [{ xAxis: best + 1 }],
    lineStyle: { color: colour("muted"), type: "dashed" },
    label: { formatter: "best", color: colour("muted"), fontSize: 12, textBorderColor: colour("card") },
  };
  const areVisible = positions.length <= VISIBLE_POINTS;
  const chart: Chart = {
    label: `${title} by epoch, ${positions.length} points per line`,
    width: 440,
    height: 250,
    tip: (series, point) => {
      const [epoch, value] = data[series]![point]!;
      const name = lines.length > 1 ? `${lines[series]!.name}, ` : "";
      return `${name}epoch ${epoch}: ${numberText(value)}`;
    },
    option: {
      grid: { left: 62, right: lines.length > 1 ? 46 : 18, top: 26, bottom: 30 },
      xAxis: {
        ...axisLooks,
        type: "value",
        min: Math.min(1, last - 1),
        max: Math.max(2, last),
        minInterval: 1,
        splitLine: { show: false },
      },
      yAxis: { ...axisLooks, type: "value", scale: !fromZero, axisLine: { show: false }, splitNumber: 4 },
      series: lines.map(({ name }, index) => ({
        type: "line",
        name,
        data: data[index],
        color: seriesColour(index),
        symbol: "circle",
        symbolSize: areVisible ? 6 : 8,
        showAllSymbol: true,
        itemStyle: { color: seriesColour(index), opacity: areVisible ? 1 : 0 },
        lineStyle: { width: 2 },
        emphasis: { disabled: true },
        ...(lines.length > 1
          ? {
              endLabel: {
                show: true,
                formatter: name,
                color: seriesColour(index),
                fontSize: 13,
                textBorderWidth: 0,
              },
              labelLayout: { moveOverlap: "shiftY" },
            }
          : {}),
        ...(index === 0 ? { markLine } : {}),
      })),
    },
  };
  const rows = drawnPositions(
    measured.length,
    MOST_ROWS,
    bestPosition.map((at) => measured.indexOf(at)),
  );
  return figure({
    id,
    title,
    chart,
    ...(positions.length < measured.length
      ? { note: `${positions.length} of ${measured.length} epochs are drawn; metrics.jsonl has all.` }
      : {}),
    table: {
      caption: `${title} by epoch`,
      columns: ["epoch", ...lines.map(({ name }) => name)],
      rows: rows.map((index) => {
        const at = measured[index]!;
        const cells = lines.map(({ values }) => (values[at] == null ? "" : numberText(values[at])));
        return [`${epochs[at]! + 1}${epochs[at] === best ? " (best)" : ""}`, ...cells];
      }),
    },
  });
}

/** A loss term's title: its phase only where there are several. */
function lossTitle(name: string, phases: number): string {
  const [phase = "", ...term] = name.split("/");
  return phases > 1 ? `${phase}: ${term.join("/")}` : term.join("/");
}

export interface CourseFigures {
  readonly losses: readonly Markup[];
  readonly learningRates: readonly Markup[];
  /** By the metric's name, as `Recall`. */
  readonly metrics: ReadonlyMap<string, Markup>;
}

/** @param best 0-based epoch that was the best so far, null if none was evaluated */
export function courseFigures(course: Course, best: number | null): CourseFigures {
  const phases = new Set(course.losses.map(({ name }) => name.split("/")[0]!)).size;
  const families = new Map<string, Series[]>();
  for (const series of course.metrics) {
    const family = series.name.split("@")[0]!;
    families.set(family, [...(families.get(family) ?? []), series]);
  }
  const metrics = [...families].map(([family, members], index): [string, Markup] => {
    const lines = members.map(({ name, values }) => ({ name: name.slice(family.length) || name, values }));
    return [
      family,
      curvesFigure({ id: `metric-${index}`, title: family, lines, fromZero: true }, course, best),
    ];
  });
  return {
    losses: course.losses.map(({ name, values }, index) =>
      curvesFigure(
        { id: `loss-${index}`, title: lossTitle(name, phases), lines: [{ name, values }], fromZero: false },
        course,
        best,
      ),
    ),
    learningRates:
      course.learningRates.length === 0
        ? []
        : [
            curvesFigure(
              { id: "learning-rate", title: "Learning rate", lines: course.learningRates, fromZero: true },
              course,
              null,
            ),
          ],
    metrics: new Map(metrics),
  };
}

/** What stands in the place of curves before the first epoch is complete. */
export const noEpochs = markup`<p class="note">No epoch is complete yet.</p>`;
