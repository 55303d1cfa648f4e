import { createHash } from "node:crypto";
import { Markup, markup } from "./markup.js";
import { script } from "./script.js";
import { stylesheet } from "./stylesheet.js";

export interface Section {
  readonly id: string;
  readonly title: string;
  readonly content: Markup;
}

export interface Page {
  readonly title: string;
  /** The line above the heading. */
  readonly kicker: string;
  readonly heading: Markup;
  /** The label below the heading. */
  readonly state: { readonly text: string; readonly isDone: boolean };
  /** What comes before the sections. */
  readonly top: Markup;
  readonly sections: readonly Section[];
}

/** By this line a page is known as one that mmkit wrote. */
export const pageMark = '<meta name="generator" content="mmkit">';

/** The source by which a content security policy lets an inline element through. */
function sourceHash(content: string): string {
  return `'sha256-${createHash("sha256").update(content).digest("base64")}'`;
}

/**
 * One HTML page that needs nothing else: no other file, no host, no permission of its own. Its content security policy
 * allows exactly its one style sheet, its one script and pictures within the page.
 */
export function htmlPage({ title, kicker, heading, state, top, sections }: Page): string {
  const policy = [
    "default-src 'none'",
    `style-src ${sourceHash(stylesheet)}`,
    `script-src ${sourceHash(script)}`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const links = sections.map((section) => markup`<a href="#${section.id}">${section.title}</a>`);
  const body = sections.map(
    (section) =>
      markup`<section id="${section.id}" aria-labelledby="${section.id}-title"><h2 id="${section.id}-title">${section.title}</h2>${section.content}</section>`,
  );
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Markup(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
${new Markup(pageMark)}
<title>${title}</title>
<style>${new Markup(stylesheet)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header><div><p class="kicker">${kicker}</p>
<h1>${heading}</h1>
<p class="state ${state.isDone ? "done" : "open"}">${state.text}</p></div>
<button id="theme" type="button" hidden>Theme: <span aria-live="polite">auto</span></button></header>
<nav aria-label="Sections">${links}</nav>
<main id="main">
${top}
${body}
</main>
<div id="tip" role="status" hidden></div>
<script>${new Markup(script)}</script>
</body>
</html>
`.text;
}
