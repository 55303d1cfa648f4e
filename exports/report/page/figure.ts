import { drawChart, type Chart } from "./chart.js";
import { dataTable, type DataTable } from "./dataTable.js";
import { markup, Markup } from "./markup.js";

/** Shapes of marks; together with colours they tell more kinds apart than colours alone. */
export const shapes = ["circle", "triangle", "rect", "diamond"] as const;
const shapePaths: Readonly<Record<(typeof shapes)[number], string>> = {
  circle: "M1 6a5 5 0 1 0 10 0a5 5 0 1 0 -10 0Z",
  triangle: "M6 1L11 11L1 11Z",
  rect: "M1 1H11V11H1Z",
  diamond: "M6 0L11 6L6 12L1 6Z",
};

export interface LegendEntry {
  readonly text: string;
  /** CSS. */
  readonly colour: string;
  readonly shape?: (typeof shapes)[number];
}

export function legend(entries: readonly LegendEntry[]): Markup {
  const items = entries.map(({ text, colour, shape = "rect" }) => {
    const swatch = new Markup(`<path d="${shapePaths[shape]}" fill="${colour}"/>`);
    return markup`<li><svg viewBox="0 0 12 12" aria-hidden="true">${swatch}</svg>${text}</li>`;
  });
  return markup`<ul class="legend">${items}</ul>`;
}

export interface Figure {
  /** Unique in the page; letters, digits and hyphens. */
  readonly id: string;
  readonly title: string;
  readonly chart: Chart;
  readonly legend?: readonly LegendEntry[];
  readonly note?: string;
  /** The same numbers for those who do not see them, unless they stand beside the figure. */
  readonly table?: DataTable;
}

/** A chart with its title, its legend and its numbers. */
export function figure({ id, title, chart, legend: entries, note, table }: Figure): Markup {
  const numbers =
    table === undefined
      ? null
      : markup`<details><summary>Numbers<span class="hidden">: ${title}</span></summary>${dataTable(table)}</details>`;
  return markup`<figure class="chart">
<figcaption><h3>${title}</h3>${entries === undefined ? null : legend(entries)}</figcaption>
${drawChart(chart, id)}
${note === undefined ? null : markup`<p class="note">${note}</p>`}
${numbers}
</figure>`;
}
