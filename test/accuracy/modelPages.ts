import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { writeFileAtomic } from "../../runtime/artifacts/atomicWrite.js";
import { contestants } from "./contestants.js";
import type { RowRecord } from "./record.js";
import { leastSeconds, pValue, signed, summary, table } from "./resultsPage.js";

const START = "<!-- results: written by npm run accuracy -->";
const END = "<!-- end of results -->";

/**
 * Writes a model's rows into its page, between the marks.
 * @throws Error if a page lacks the marks
 */
export async function writeModelPages(folder: string, records: readonly RowRecord[]): Promise<void> {
  for (const { model } of contestants) {
    const path = join(folder, `${model}.md`);
    const rows = records.filter((record) => record.model === model);
    if (!existsSync(path) || rows.length === 0) continue;
    const page = await readFile(path, "utf8");
    const [start, end] = [page.indexOf(START), page.indexOf(END)];
    if (start < 0 || end < start) throw new Error(`${path} lacks the marks "${START}" and "${END}"`);
    const text = `${page.slice(0, start)}${START}\n\n${rowsOf(rows)}\n${page.slice(end)}`;
    const config = await resolveConfig(path);
    await writeFileAtomic(path, await format(text, { ...config, parser: "markdown" }));
  }
}

function rowsOf(rows: readonly RowRecord[]): string {
  const ancestor = rows.find(({ comparison }) => comparison !== null)?.comparison?.ancestor;
  const header = ["dataset", "seeds", "Recall@20", "NDCG@20", "seconds per epoch"];
  const body = rows.map((row) => [
    row.dataset,
    String(row.seeds.length),
    summary(row.seeds, "Recall@20"),
    summary(row.seeds, "NDCG@20"),
    leastSeconds(row.seeds),
    ...(ancestor === undefined ? [] : ["Recall@20", "NDCG@20"].map((metric) => differenceOf(row, metric))),
  ]);
  const against =
    ancestor === undefined ? [] : [`Recall@20 − that of ${ancestor}`, `NDCG@20 − that of ${ancestor}`];
  return table([[...header, ...against], ...body]);
}

function differenceOf({ comparison }: RowRecord, metric: string): string {
  const test = comparison?.tests.find((one) => one.metric === metric);
  return test === undefined ? "" : `${signed(test.difference)} (p ${pValue(test.adjusted.wilcoxon)})`;
}
