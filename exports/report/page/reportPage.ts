import { createHash } from "node:crypto";
import { basename, resolve } from "node:path";
import type { ReportData } from "../reportData.js";
import { biasFigures } from "./biasFigures.js";
import { configurationTables, environmentTable } from "./configuration.js";
import { courseFigures, noEpochs } from "./courseCharts.js";
import { datasetFigures } from "./datasetFigures.js";
import { mapFigures } from "./mapFigures.js";
import { Markup, markup } from "./markup.js";
import { sampleCards } from "./samples.js";
import { script } from "./script.js";
import { stylesheet } from "./stylesheet.js";
import { groupsFigure, resultsTable } from "./results.js";
import { bestEpoch, keyFigures } from "./summary.js";
import { timeFigure } from "./timeFigure.js";

interface Section {
  readonly id: string;
  readonly title: string;
  readonly content: Markup;
}

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

/** The source by which a content security policy lets an inline element through. */
function sourceHash(content: string): string {
  return `'sha256-${createHash("sha256").update(content).digest("base64")}'`;
}

/**
 * One HTML page that needs nothing else: no other file, no host, no permission of its own. Its content security policy
 * allows exactly its one style sheet, its one script and pictures within the page.
 */
export function reportPage(data: ReportData): string {
  const { record, dataset } = data;
  const model = String(record.config["model"]);
  const name = basename(resolve(record.folder));
  const state = record.results === null ? "not finished" : "finished";
  const all = sections(data);
  const policy = [
    "default-src 'none'",
    `style-src ${sourceHash(stylesheet)}`,
    `script-src ${sourceHash(script)}`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const links = all.map(({ id, title }) => markup`<a href="#${id}">${title}</a>`);
  const body = all.map(
    ({ id, title, content }) =>
      markup`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>${content}</section>`,
  );
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Markup(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${model} on ${dataset.name}: ${name}</title>
<style>${new Markup(stylesheet)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header><div><p class="kicker">mmkit report, ${name}</p>
<h1>${model} <span>on ${dataset.name}</span></h1>
<p class="state ${record.results === null ? "open" : "done"}">${state}</p></div>
<button id="theme" type="button" hidden>Theme: <span aria-live="polite">auto</span></button></header>
<nav aria-label="Sections">${links}</nav>
<main id="main">
${keyFigures(data, bestEpoch(data))}
${body}
</main>
<div id="tip" role="status" hidden></div>
<script>${new Markup(script)}</script>
</body>
</html>
`.text;
}
