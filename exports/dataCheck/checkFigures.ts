import type { FeatureStatistics } from "../../runtime/data/check/featureStatistics.js";
import { counted, countText, numberText, shareText } from "../../runtime/data/check/finding.js";
import type { KnowledgeStatistics } from "../../runtime/data/check/knowledgeStatistics.js";
import type { Bar } from "../../runtime/data/check/spread.js";
import { dataTable } from "../report/page/dataTable.js";
import type { Section } from "../report/page/htmlPage.js";
import { markup, type Markup } from "../report/page/markup.js";
import { percentText } from "../report/page/numberText.js";
import { barFigure } from "./barFigure.js";

/** Relations that are drawn, those with the most triples. */
const MOST_RELATIONS = 12;

/** How many have 0, 1, 2 to 3, 4 to 7, … of something. */
export function doublingFigure(
  id: string,
  title: string,
  unit: string,
  bars: readonly Bar[],
  colour: number,
): Markup {
  return barFigure({
    id,
    title,
    unit,
    classes: bars.map(({ from, to }) => (from === to ? `${from}` : `${from}–${to}`)),
    series: [{ name: unit, values: bars.map(({ count }) => count) }],
    colour,
  });
}

function lengthFigure({ modality, normBars }: FeatureStatistics, index: number): Markup {
  return barFigure({
    id: `length-${index}`,
    title: `Length of the ${modality} features`,
    unit: "items",
    classes: normBars.map(({ from, to }) =>
      from === to ? numberText(from) : `${numberText(from)}–${numberText(to)}`,
    ),
    series: [{ name: "items", values: normBars.map(({ count }) => count) }],
    colour: index,
  });
}

/** Whether lengths differ by more than rounding. */
function hasLengths({ norms }: FeatureStatistics): boolean {
  return norms !== null && norms.most > 1.001 * norms.least;
}

function tasteFigure(features: readonly FeatureStatistics[]): Markup | null {
  const known = features.flatMap(({ modality, homophily }) =>
    homophily === null ? [] : [{ modality, ...homophily }],
  );
  if (known.length === 0) return null;
  const k = known[0]!.k;
  return barFigure({
    id: "taste",
    title: "A user's other items among those nearest to one",
    unit: "share",
    classes: known.map(({ modality }) => modality),
    series: [
      { name: `${k} nearest by the features`, values: known.map(({ neighbourRate }) => neighbourRate) },
      { name: `${k} random`, values: known.map(({ randomRate }) => randomRate) },
      { name: `${k} most popular`, values: known.map(({ popularRate }) => popularRate) },
    ],
    note: "Features that know taste stand well above random; near the most popular items they are strong.",
    valueText: percentText,
    colour: 0,
  });
}

export function featureSection(features: readonly FeatureStatistics[], items: number): Section {
  const row = (label: string, cell: (statistics: FeatureStatistics) => string): readonly string[] => [
    label,
    ...features.map(cell),
  ];
  const known = (value: number | null | undefined): string => (value == null ? "–" : numberText(value));
  const table = dataTable({
    caption: "Features by modality",
    columns: ["", ...features.map(({ modality }) => modality)],
    rows: [
      row("columns", ({ size }) => countText(size)),
      row("columns that never vary", ({ deadColumns }) => countText(deadColumns)),
      row(
        "items with features",
        ({ missing }) => `${countText(items - missing)} (${shareText(1 - missing / items)})`,
      ),
      row("rows equal to another's", ({ duplicateRows }) => countText(duplicateRows)),
      row("median length", ({ norms }) => known(norms?.median)),
      row("mean cosine of two items", ({ meanCosine }) => known(meanCosine)),
      row("effective dimensions", ({ effectiveDimensions }) => known(effectiveDimensions)),
      row("nearest over random", ({ homophily }) =>
        homophily === null ? "–" : `${homophily.ratio.toFixed(1)} ×`,
      ),
    ],
  });
  return {
    id: "features",
    title: "Features",
    content: markup`<div class="grid two">${tasteFigure(features)}<div class="beside"><h3>In numbers</h3>${table}</div>
${features.filter(hasLengths).map(lengthFigure)}</div>`,
  };
}

export function knowledgeSection(found: KnowledgeStatistics, items: number): Section {
  const relations = [...found.relations].sort((left, right) => right.triples - left.triples);
  const drawn = relations.slice(0, MOST_RELATIONS);
  const nameOf = ({ name, relation }: (typeof relations)[number]): string => name ?? String(relation);
  const table = dataTable({
    caption: "Relations",
    columns: ["relation", "triples", "heads", "tails", "items", "largest tail"],
    rows: relations.map((relation) => [
      nameOf(relation),
      countText(relation.triples),
      countText(relation.heads),
      countText(relation.tails),
      countText(relation.items),
      shareText(relation.largestTailShare),
    ]),
  });
  return {
    id: "knowledge",
    title: "Knowledge graph",
    content: markup`<div class="grid two">${doublingFigure("per-item-triples", "Triples per item", "items", found.perItemBars, 3)}
${barFigure({
  id: "relations",
  title: "Triples of each relation",
  unit: "triples",
  classes: drawn.map(nameOf),
  series: [{ name: "triples", values: drawn.map(({ triples }) => triples) }],
  ...(drawn.length < relations.length
    ? { note: `${drawn.length} of ${relations.length} relations are drawn.` }
    : {}),
  colour: 4,
})}
<div class="beside wide"><p>${countText(found.triples)} triples of ${countText(found.entities)} entities; ${countText(found.linkedItems)} items
(${shareText(found.linkedItems / items)}) have some, with ${counted(found.distinctItems, "different set")}; ${counted(found.components, "connected part")}.</p>${table}</div></div>`,
  };
}
