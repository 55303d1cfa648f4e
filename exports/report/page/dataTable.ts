import { markup, type Markup } from "./markup.js";

export interface DataTable {
  /** What the table holds, for those who do not see what it belongs to. */
  readonly caption: string;
  readonly columns: readonly string[];
  /** The first cell names the row. */
  readonly rows: readonly (readonly (string | Markup)[])[];
  /** Columns hold texts rather than numbers. */
  readonly isText?: true;
}

/** A table that scrolls within its own box where it is wider than the screen. */
export function dataTable({ caption, columns, rows, isText }: DataTable): Markup {
  const head = columns.map((column) => markup`<th scope="col">${column}</th>`);
  const body = rows.map(([first = "", ...cells]) => {
    return markup`<tr><th scope="row">${first}</th>${cells.map((cell) => markup`<td>${cell}</td>`)}</tr>`;
  });
  const kind = isText === true ? "texts" : "numbers";
  // Of a name and its value, the head says nothing that is not seen.
  const headClass = isText === true && columns.length <= 2 ? "hidden" : "shown";
  return markup`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table class="${kind}">
<caption class="hidden">${caption}</caption><thead class="${headClass}"><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`;
}
