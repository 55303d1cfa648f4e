import { axisLooks } from "../report/page/chart.js";
import { figure } from "../report/page/figure.js";
import type { Markup } from "../report/page/markup.js";
import { numberText } from "../report/page/numberText.js";
import { seriesColour } from "../report/page/palette.js";

/** Bars of one or more series over named classes. */
export interface BarFigure {
  readonly id: string;
  readonly title: string;
  readonly classes: readonly string[];
  /** What is counted, on the vertical axis. */
  readonly unit: string;
  readonly series: readonly { readonly name: string; readonly values: readonly number[] }[];
  readonly note?: string;
  readonly valueText?: (value: number) => string;
  /** Index of the first series' colour. */
  readonly colour: number;
}

/** A bar chart with its numbers in a table. */
export function barFigure(shown: BarFigure): Markup {
  const { id, title, classes, unit, series, colour, note, valueText = numberText } = shown;
  const isSeveral = series.length > 1;
  return figure({
    id,
    title,
    ...(isSeveral
      ? { legend: series.map(({ name }, index) => ({ text: name, colour: seriesColour(colour + index) })) }
      : {}),
    ...(note === undefined ? {} : { note }),
    chart: {
      label: `${title}: ${classes.length} classes of bars`,
      width: 440,
      height: 260,
      tip: (index, bar) =>
        `${classes[bar]!}${isSeveral ? `, ${series[index]!.name}` : ""}: ${valueText(series[index]!.values[bar]!)} ${unit}`,
      option: {
        grid: { left: 66, right: 18, top: 34, bottom: 30 },
        xAxis: {
          ...axisLooks,
          type: "category",
          data: classes,
          axisTick: { show: false },
          axisLabel: { ...axisLooks.axisLabel, fontSize: 12, hideOverlap: true },
        },
        yAxis: {
          ...axisLooks,
          type: "value",
          axisLine: { show: false },
          name: unit,
          nameTextStyle: { ...axisLooks.nameTextStyle, align: "left", padding: [0, 0, 0, -50] },
          splitNumber: 4,
          axisLabel: { ...axisLooks.axisLabel, formatter: valueText },
        },
        series: series.map(({ values }, index) => ({
          type: "bar",
          barCategoryGap: "15%",
          barGap: "0%",
          barMaxWidth: 60,
          emphasis: { disabled: true },
          itemStyle: { color: seriesColour(colour + index) },
          data: values,
        })),
      },
    },
    table: {
      caption: title,
      columns: ["", ...series.map(({ name }) => name)],
      rows: classes.map((text, bar) => [text, ...series.map(({ values }) => valueText(values[bar]!))]),
    },
  });
}
