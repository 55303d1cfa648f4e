import { basename } from "node:path";
import { DatasetError } from "../../data/datasetError.js";
import { contentLines, firstObject, jsonLinesSource } from "../jsonLinesSource.js";
import { asJsonLines, isPythonLine } from "../pythonLines.js";
import { parsePythonLiteral } from "../pythonLiteral.js";
import type { SourceFiles } from "../sourceFiles.js";
import { staged, type SourceFormat } from "../sourceFormat.js";
import { lineOf, stageTable, type StagedColumns, type TableSource } from "../tableSource.js";
import type { Workspace } from "../workspace.js";

interface Layout {
  readonly name: string;
  /** Fields by which the reviews are known. */
  readonly reviews: {
    readonly user: string;
    readonly item: string;
    readonly rating: string;
    readonly time: string;
  };
  readonly timeRole: "time" | "milliseconds";
}

const untilRecently: Omit<Layout, "name"> = {
  reviews: { user: "reviewerID", item: "asin", rating: "overall", time: "unixReviewTime" },
  timeRole: "time",
};

/** The layouts of the reviews; the item of 2023 is the product that its variants have in common. */
const layouts = {
  2014: { name: "Amazon 2014", ...untilRecently },
  2018: { name: "Amazon 2018", ...untilRecently },
  2023: {
    name: "Amazon 2023",
    reviews: { user: "user_id", item: "parent_asin", rating: "rating", time: "timestamp" },
    timeRole: "milliseconds",
  },
} as const satisfies Record<number, Layout>;

const JSON_LINES = /\.(json|jsonl)(\.gz)?$/;

/** Where the texts of an item come from, in the metadata of any year; {} is the column. */
const itemTexts: Readonly<Record<string, readonly (readonly [field: string, sql: string])[]>> = {
  title: [["title", "{}"]],
  brand: [
    ["brand", "{}"],
    ["store", "{}"],
  ],
  categories: [
    // 2014: paths, of which the first is taken; 2018 and 2023: one path.
    [
      "categories",
      "array_to_string(coalesce(TRY_CAST(TRY_CAST({} AS JSON) AS VARCHAR[][])[1], TRY_CAST(TRY_CAST({} AS JSON) AS VARCHAR[])), ' > ')",
    ],
    ["category", "array_to_string(TRY_CAST(TRY_CAST({} AS JSON) AS VARCHAR[]), ' > ')"],
  ],
  description: [
    ["description", "coalesce(array_to_string(TRY_CAST(TRY_CAST({} AS JSON) AS VARCHAR[]), ' '), {})"],
  ],
  price: [["price", "{}"]],
  image_url: [
    ["imUrl", "{}"],
    ["imageURLHighRes", "json_extract_string(TRY_CAST({} AS JSON), '$[0]')"],
    ["imageURL", "json_extract_string(TRY_CAST({} AS JSON), '$[0]')"],
    [
      "images",
      "coalesce(json_extract_string(TRY_CAST({} AS JSON), '$[0].hi_res'), json_extract_string(TRY_CAST({} AS JSON), '$[0].large'))",
    ],
  ],
};

/** The layout of a file of reviews by its first object, null if it is none. */
function layoutOf(object: Readonly<Record<string, unknown>>): Layout | null {
  if ("user_id" in object && "parent_asin" in object && "timestamp" in object) return layouts[2023];
  if (!("reviewerID" in object && "asin" in object)) return null;
  return "helpful" in object ? layouts[2014] : layouts[2018];
}

/**
 * Amazon's reviews in the layouts of 2014, 2018 and 2023: one JSON object per line, usually compressed; the metadata of
 * 2014 is one Python literal per line. A folder holds one file of reviews and at most one of metadata.
 */
export const amazon: SourceFormat = {
  summary: "Amazon reviews of 2014, 2018 or 2023 as JSON lines, with metadata",
  takes: ["items", "skip-incomplete"],
  async recognise(source) {
    for (const file of source.matching(JSON_LINES)) {
      const object = await peek(file);
      const layout = object === null ? null : layoutOf(object);
      if (layout !== null)
        return `${basename(file)} has the fields of ${layout.name} (${Object.values(layout.reviews).join(", ")})`;
    }
    return null;
  },
  async read(source, workspace, { itemFile, skipIncomplete }) {
    const { reviews, layout, metadata } = await sortFiles(source, itemFile);
    const { user, item, rating, time } = layout.reviews;
    const table = jsonLinesSource(await asJsonLines(reviews, workspace), [user, item, rating, time], reviews);
    const columns: StagedColumns = {
      user_key: { from: user, role: "key" },
      item_key: { from: item, role: "key" },
      rating: { from: rating, role: "number" },
      time: { from: time, role: layout.timeRole },
    };
    const complete = ["user_key", "item_key", "time"];
    const left = await stageTable(
      workspace,
      staged.interactions,
      table,
      columns,
      skipIncomplete ? { complete } : {},
    );
    const notes = [`the reviews are in the layout of ${layout.name}`];
    if (left > 0) notes.push(`${left} reviews without user, item or time were left out`);
    const repeated = metadata === null ? 0 : await stageMetadata(workspace, metadata);
    if (repeated > 0)
      notes.push(`${repeated} products come more than once in ${basename(metadata!)}; the first was taken`);
    return {
      ids: "appearance",
      has: { time: true, rating: true, split: false },
      userColumns: null,
      itemColumns: metadata === null ? null : Object.keys(itemTexts),
      features: [],
      knowledgeGraph: null,
      notes,
      lineOf: lineOf(table),
    };
  },
};

/** The first object of a file, null if its first line is none. */
async function peek(file: string): Promise<Readonly<Record<string, unknown>> | null> {
  for await (const { content } of contentLines(file)) {
    try {
      const value: unknown = isPythonLine(content) ? parsePythonLiteral(content) : JSON.parse(content);
      return typeof value === "object" ? (value as Readonly<Record<string, unknown>> | null) : null;
    } catch {
      return null;
    }
  }
  return null;
}

async function sortFiles(
  source: SourceFiles,
  itemFile: string | null,
): Promise<{ readonly reviews: string; readonly layout: Layout; readonly metadata: string | null }> {
  const reviews: { readonly file: string; readonly layout: Layout }[] = [];
  const metadata: string[] = itemFile === null ? [] : [itemFile];
  for (const file of source.matching(JSON_LINES)) {
    const object = await peek(file);
    const layout = object === null ? null : layoutOf(object);
    if (layout !== null) reviews.push({ file, layout });
    else if (itemFile === null && object !== null && ("asin" in object || "parent_asin" in object))
      metadata.push(file);
  }
  const [found, second] = reviews;
  if (found !== undefined && second === undefined && metadata.length <= 1) {
    return { reviews: found.file, layout: found.layout, metadata: metadata[0] ?? null };
  }
  const many = second === undefined ? "metadata" : "reviews";
  throw new DatasetError(
    { file: found === undefined ? source.path : (second?.file ?? metadata[1]!) },
    found === undefined
      ? "no file has the fields of Amazon's reviews on its first line"
      : `there is more than one file of ${many} (${basename(second === undefined ? metadata[0]! : found.file)}, too)`,
    found === undefined
      ? "They are reviewerID and asin (2014, 2018), or user_id, parent_asin and timestamp (2023)"
      : "Name the file of reviews as the source, and that of metadata with --items",
  );
}

/** @returns products that come more than once */
async function stageMetadata(workspace: Workspace, file: string): Promise<number> {
  const translatedFile = await asJsonLines(file, workspace);
  const key = "parent_asin" in (await firstObject(translatedFile)) ? "parent_asin" : "asin";
  const fields = Object.values(itemTexts).flatMap((sources) => sources.map(([field]) => field));
  const table: TableSource = jsonLinesSource(translatedFile, [key, ...fields], file);
  const columns: StagedColumns = {
    key: { from: key, role: "key" },
    ...Object.fromEntries(fields.map((field) => [field, { from: field, role: "raw" as const }])),
  };
  await stageTable(workspace, "metadata", table, columns);
  const texts = Object.entries(itemTexts).map(([name, sources]) => {
    const values = sources.map(([field, sql]) => `nullif(${sql.replaceAll("{}", `"${field}"`)}, '')`);
    return `regexp_replace(coalesce(${values.join(", ")}, ''), '[\\t\\r\\n]+', ' ', 'g') AS ${name}`;
  });
  await workspace.run(
    `CREATE TABLE ${staged.items} AS SELECT key AS source_key, key, ${texts.join(", ")} FROM metadata ` +
      "QUALIFY row_number() OVER (PARTITION BY key ORDER BY metadata.rowid) = 1",
    `arranging ${basename(file)}`,
  );
  return workspace.count(`SELECT (SELECT count(*) FROM metadata) - (SELECT count(*) FROM ${staged.items})`);
}
