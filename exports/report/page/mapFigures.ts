import type { EmbeddingMap, MapAttribute } from "../embeddingMap.js";
import { drawChart } from "./chart.js";
import { dataTable } from "./dataTable.js";
import { legend, shapes } from "./figure.js";
import { markup, type Markup } from "./markup.js";
import { percentText } from "./numberText.js";
import { colour, seriesColour } from "./palette.js";

const shapeOf = (value: number): (typeof shapes)[number] => shapes[value % shapes.length]!;

function drawing(map: EmbeddingMap, attribute: MapAttribute, id: string, names: readonly string[]): Markup {
  const groups = [...attribute.values.keys(), null].map((value) => ({
    value,
    members: map.points.flatMap((_, point) => (attribute.valueOfPoint[point] === value ? [point] : [])),
  }));
  const drawn = groups.filter(({ members }) => members.length > 0);
  const text = (value: number | null): string => (value === null ? "unknown" : attribute.values[value]!);
  const looks = (value: number | null): string => (value === null ? colour("muted") : seriesColour(value));
  const axis = { type: "value", show: false, scale: true } as const;
  const svg = drawChart(
    {
      label: `${map.items.length} items, coloured by ${attribute.name}`,
      width: 720,
      height: 520,
      tip: (series, point) => {
        const { value, members } = drawn[series]!;
        return `${names[map.items[members[point]!]!]!} (${attribute.name}: ${text(value)})`;
      },
      option: {
        grid: { left: 12, right: 12, top: 12, bottom: 12 },
        xAxis: axis,
        yAxis: axis,
        series: drawn.map(({ value, members }) => ({
          type: "scatter",
          name: text(value),
          symbol: value === null ? "circle" : shapeOf(value),
          symbolSize: map.items.length > 800 ? 6 : 8,
          itemStyle: { color: looks(value), opacity: 0.8 },
          emphasis: { disabled: true },
          data: members.map((point) => map.points[point]),
        })),
      },
    },
    id,
  );
  const entries = drawn.map(({ value, members }) => ({
    text: `${text(value)} (${members.length})`,
    colour: looks(value),
    ...(value === null ? {} : { shape: shapeOf(value) }),
  }));
  return markup`${legend(entries)}${svg}`;
}

/** The items in the plane, once for each attribute; radio buttons choose which one is seen. */
export function mapFigures(map: EmbeddingMap, names: readonly string[]): Markup {
  const choices = map.attributes.map(
    (
      { name },
      index,
    ) => markup`<input type="radio" name="map" id="map-choice-${index}" ${index === 0 ? markup`checked` : null}>
<label for="map-choice-${index}">${name}</label>`,
  );
  const panels = map.attributes.map(
    (attribute, index) => markup`<div class="panel">${drawing(map, attribute, `map-${index}`, names)}</div>`,
  );
  const method =
    map.method === "umap"
      ? "UMAP of the directions of the items' final vectors"
      : "The first two principal components of the directions of the items' final vectors";
  const known = map.attributes.filter(({ agreement }) => agreement !== null);
  const table = dataTable({
    caption: "How often neighbours share an attribute",
    columns: ["attribute", "neighbours share it", "by chance"],
    rows: known.map(({ name, agreement }) => [
      name,
      percentText(agreement!.share),
      percentText(agreement!.chance),
    ]),
  });
  const sample =
    map.items.length < map.ofItems ? ` ${map.items.length} of ${map.ofItems} items are drawn.` : "";
  return markup`<figure class="chart wide map"><figcaption><h3>Items with similar vectors are near each other</h3></figcaption>
<fieldset class="choices"><legend>Colour by</legend>${choices}</fieldset>
${panels}
<p class="note">${method}; only nearness has a meaning, directions and axes have none.${sample}</p></figure>
<div class="beside wide"><h3>Do neighbours have something in common?</h3>${table}<p class="note">Among the ten
nearest neighbours of each drawn item, by the vectors and not by the picture.</p></div>`;
}
