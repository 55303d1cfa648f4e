import { BarChart, LineChart, ScatterChart } from "echarts/charts";
import { GridComponent, MarkLineComponent } from "echarts/components";
import { init, use, type EChartsCoreOption } from "echarts/core";
import { LabelLayout } from "echarts/features";
import { SVGRenderer } from "echarts/renderers";
import { escaped, Markup } from "./markup.js";
import { colour } from "./palette.js";

use([BarChart, LineChart, ScatterChart, GridComponent, MarkLineComponent, LabelLayout, SVGRenderer]);

export interface Chart {
  /** What a screen reader says; the numbers are in a table beside it. */
  readonly label: string;
  /** Pixels of the drawing, which is scaled to the width there is. */
  readonly width: number;
  readonly height: number;
  /** An ECharts option whose colours are CSS variables. */
  readonly option: EChartsCoreOption;
  /** What a mark tells when it is pointed at. */
  readonly tip: (series: number, point: number) => string;
}

/** The looks that all charts share, for an axis. */
export const axisLooks = {
  axisLine: { lineStyle: { color: colour("rule") } },
  axisTick: { lineStyle: { color: colour("rule") } },
  axisLabel: { color: colour("muted"), fontSize: 13 },
  splitLine: { lineStyle: { color: colour("grid") } },
  nameTextStyle: { color: colour("muted"), fontSize: 13 },
} as const;

const attribute = (element: string, name: string): string | undefined =>
  new RegExp(` ${name}="([^"]*)"`).exec(element)?.[1];

/**
 * Makes ECharts' drawing fit a page with a strict content security policy: no style element or attribute, ids of its
 * own, and marks that carry their series, their point and a title instead of what ECharts' own client needs.
 */
function forPage(svg: string, chart: Chart, id: string): string {
  return svg
    .replace(/<style[\s\S]*?<\/style>/g, "")
    .replace(/^<svg[^>]*>\s*<rect[^>]*><\/rect>/, "")
    .replace(/<\/svg>\s*$/, "")
    .replace(/ style="([^"]*)"/g, (_, style: string) => {
      const size = /font-size:([\d.]+)px/.exec(style)?.[1];
      return size === undefined ? "" : ` font-size="${size}"`;
    })
    .replace(/ class="[^"]*"| pointer-events="[^"]*"| stroke-miterlimit="[^"]*"/g, "")
    .replace(/\bzr\d+-/g, `${id}-`)
    .replace(/<path([^>]*)><\/path>/g, (element, attributes: string) => {
      const series = attribute(attributes, "ecmeta_series_index");
      const point = attribute(attributes, "ecmeta_data_index");
      const plain = attributes.replace(/ ecmeta_\w+="[^"]*"/g, "");
      const isMark = series !== undefined && point !== undefined && !attributes.includes("ecmeta_silent");
      if (!isMark) return element.replace(attributes, () => plain);
      const title = escaped(chart.tip(Number(series), Number(point)));
      return `<path${plain} data-series="${series}" data-point="${point}"><title>${title}</title></path>`;
    })
    .replace(/\n+/g, "\n");
}

/** Draws a chart as SVG. @param id unique in the page */
export function drawChart(chart: Chart, id: string): Markup {
  const { width, height, option, label } = chart;
  const instance = init(null, null, { renderer: "svg", ssr: true, width, height });
  try {
    instance.setOption({ animation: false, ...option });
    const drawing = forPage(instance.renderToSVGString(), chart, id);
    return new Markup(
      `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(label)}" id="${id}">${drawing}</svg>`,
    );
  } finally {
    instance.dispose();
  }
}
