import { basename, resolve } from "node:path";
import type { ReportData } from "../reportData.js";
import { biasFigures } from "./biasFigures.js";
import { configurationTables, environmentTable } from "./configuration.js";
import { courseFigures, noEpochs } from "./courseCharts.js";
import { datasetFigures } from "./datasetFigures.js";
import { mapFigures } from "./mapFigures.js";
import { htmlPage, type Section } from "./htmlPage.js";
import { markup, type Markup } from "./markup.js";
import { sampleCards } from "./samples.js";
import { groupsFigure, resultsTable } from "./results.js";
import { bestEpoch, keyFigures } from "./summary.js";
import { timeFigure } from "./timeFigure.js";

/** Metrics that are shown at once; the others open on demand. */
const FIRST_METRICS = 2;

function metricFigures(all: ReadonlyMap<string, Markup>, monitor: string): Markup {
  const monitored = monitor.split("@")[0]!;
  const wanted = [monitored, "NDCG", ...all.keys()].filter((name) => all.has(name));
  const [first, others] = [
    [...new Set(wanted)].slice(0, FIRST_METRICS),
    [...new Set(wanted)].slice(FIRST_METRICS),
  ];
  const pick = (names: readonly string[]): Markup[] => names.map((name) => all.get(name)!);
  const rest =
    others.length === 0
      ? null
      : markup`<details class="more"><summary>${others.join(", ")}</summary><div class="grid">${pick(others)}</div></details>`;
  return markup`<div class="grid two">${pick(first)}</div>${rest}`;
}

function insightSections(data: ReportData): Section[] {
  const { insight } = data;
  if (insight === null) {
    const content = markup`<p class="note">The run has no checkpoint yet, so there are no vectors to look at.</p>`;
    return [{ id: "recommendations", title: "Recommendations", content }];
  }
  const which = insight.checkpoint === "best" ? "the best epoch" : "the last saved epoch";
  const source = markup`<p class="note">With the parameters of ${which}, ${insight.epochs}.</p>`;
  return [
    {
      id: "recommendations",
      title: "Recommendations",
      content: markup`${source}<div class="users">${sampleCards(data)}</div>`,
    },
    {
      id: "popularity",
      title: "Popularity bias",
      content: markup`<div class="grid two">${biasFigures(insight.bias, data.itemNames)}</div>`,
    },
    {
      id: "map",
      title: "Map of the items",
      content: markup`<div class="grid two">${mapFigures(insight.map, data.itemNames)}</div>`,
    },
  ];
}

function sections(data: ReportData): Section[] {
  const { record, course } = data;
  const hasEpochs = course.epochs.length > 0;
  const best = bestEpoch(data);
  const figures = courseFigures(course, best?.epoch ?? null);
  const split = course.split === "valid" ? "validation" : "test";
  const metrics =
    figures.metrics.size === 0
      ? markup`<p class="note">No epoch was evaluated on ${split} data.</p>`
      : metricFigures(figures.metrics, String(record.config["monitor"]));
  const grid = (content: readonly Markup[] | Markup): Markup =>
    hasEpochs ? markup`<div class="grid">${content}</div>` : noEpochs;
  return [
    { id: "metrics", title: `Metrics, ${split}`, content: metrics },
    {
      id: "results",
      title: "Results",
      content: markup`<div class="grid two"><div class="beside wide">${resultsTable(data)}</div>${groupsFigure(data)}</div>`,
    },
    { id: "losses", title: "Losses", content: grid([...figures.losses, ...figures.learningRates]) },
    {
      id: "time",
      title: "Time",
      content: hasEpochs ? markup`<div class="grid two">${timeFigure(course)}</div>` : noEpochs,
    },
    ...insightSections(data),
    {
      id: "dataset",
      title: "Dataset",
      content: markup`<div class="grid two">${datasetFigures(data.dataset)}</div>`,
    },
    {
      id: "configuration",
      title: "Configuration",
      content: markup`<div class="grid two">${configurationTables(record)}</div>`,
    },
    {
      id: "environment",
      title: "Environment",
      content: markup`<div class="beside">${environmentTable(record)}</div>`,
    },
  ];
}

/** The page of a run. */
export function reportPage(data: ReportData): string {
  const { record, dataset } = data;
  const model = String(record.config["model"]);
  const name = basename(resolve(record.folder));
  const isFinished = record.results !== null;
  return htmlPage({
    title: `${model} on ${dataset.name}: ${name}`,
    kicker: `mmkit report, ${name}`,
    heading: markup`${model} <span>on ${dataset.name}</span>`,
    state: { text: isFinished ? "finished" : "not finished", isDone: isFinished },
    top: keyFigures(data, bestEpoch(data)),
    sections: sections(data),
  });
}
