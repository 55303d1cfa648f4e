import { basename } from "node:path";
import { DatasetError } from "../../data/datasetError.js";
import type { DelimitedLayout } from "../delimitedRecords.js";
import { delimitedSource, headedSource, readHeader } from "../delimitedSource.js";
import { requireColumns } from "../requireColumns.js";
import type { SourceFiles } from "../sourceFiles.js";
import { staged, type SourceFormat } from "../sourceFormat.js";
import { lineOf, stageTable, type TableSource } from "../tableSource.js";
import { encodingOf } from "../encodingOf.js";
import { stageTexts } from "../textTable.js";
import type { Workspace } from "../workspace.js";

/** A table about users or items that a release may have. */
interface SideTable {
  readonly file: string;
  readonly delimiter: string;
  readonly key: string;
  /** Null where the file has a header. */
  readonly columns: readonly string[] | null;
}

interface Release {
  readonly ratings: string;
  readonly delimiter: string;
  readonly columns: readonly string[] | null;
  readonly users: SideTable | null;
  readonly items: SideTable;
}

/** The genres of ml-100k, one column each, in u.item's order. */
const genres =
  "unknown Action Adventure Animation Children's Comedy Crime Documentary Drama Fantasy Film-Noir Horror Musical " +
  "Mystery Romance Sci-Fi Thriller War Western";

const ratingColumns = ["userId", "movieId", "rating", "timestamp"];

/** The layouts of the releases, as their READMEs describe them. */
const releases: readonly Release[] = [
  {
    // ml-100k
    ratings: "u.data",
    delimiter: "\t",
    columns: ratingColumns,
    users: {
      file: "u.user",
      delimiter: "|",
      key: "user",
      columns: ["user", "age", "gender", "occupation", "zip_code"],
    },
    items: {
      file: "u.item",
      delimiter: "|",
      key: "movie",
      columns: ["movie", "title", "release_date", "video_release_date", "imdb_url", ...genres.split(" ")],
    },
  },
  {
    // ml-1m, ml-10m
    ratings: "ratings.dat",
    delimiter: "::",
    columns: ratingColumns,
    users: {
      file: "users.dat",
      delimiter: "::",
      key: "user",
      columns: ["user", "gender", "age", "occupation", "zip_code"],
    },
    items: { file: "movies.dat", delimiter: "::", key: "movie", columns: ["movie", "title", "genres"] },
  },
  {
    // ml-20m, ml-25m, ml-32m, ml-latest
    ratings: "ratings.csv",
    delimiter: ",",
    columns: null,
    users: null,
    items: { file: "movies.csv", delimiter: ",", key: "movieId", columns: null },
  },
];

async function releaseOf(source: SourceFiles): Promise<Release | null> {
  const found = releases.find(({ ratings }) => source.find(ratings) !== null);
  if (found === undefined || found.columns !== null) return found ?? null;
  const header = await readHeader(layout(source.find(found.ratings)!, found.delimiter));
  return ratingColumns.every((name) => header.includes(name)) ? found : null;
}

/** Comma-separated releases quote; the others do not. */
const layout = (
  file: string,
  delimiter: string,
  encoding: DelimitedLayout["encoding"] = "utf-8",
): DelimitedLayout => {
  return { file, delimiter, quoted: delimiter === ",", encoding };
};

/**
 * The releases of MovieLens (grouplens.org/datasets/movielens): u.data, u.item and u.user of ml-100k; ratings.dat,
 * movies.dat and users.dat of ml-1m and ml-10m; ratings.csv and movies.csv of ml-20m and later. Titles are read as UTF-8
 * or, where they are not that, as Latin-1.
 */
export const movielens: SourceFormat = {
  summary: "MovieLens: u.data (100k), ratings.dat (1m, 10m) or ratings.csv (20m and later)",
  takes: ["skip-incomplete"],
  async recognise(source) {
    const release = await releaseOf(source);
    return release === null ? null : `the ratings are in ${release.ratings}, as MovieLens names them`;
  },
  async read(source, workspace, { skipIncomplete }) {
    const release = await releaseOf(source);
    if (release === null) {
      const names = releases.map(({ ratings }) => ratings).join(", ");
      throw new DatasetError(
        { file: source.path },
        `there is none of ${names} with MovieLens's columns`,
        "Pass the folder of a release",
      );
    }
    const table = await sideSource(
      source.find(release.ratings)!,
      release.delimiter,
      release.columns,
      "utf-8",
    );
    requireColumns(table, ratingColumns);
    const left = await stageTable(
      workspace,
      staged.interactions,
      table,
      {
        user_key: { from: "userId", role: "id" },
        item_key: { from: "movieId", role: "id" },
        rating: { from: "rating", role: "number" },
        time: { from: "timestamp", role: "time" },
      },
      skipIncomplete ? { complete: ["user_key", "item_key", "time"] } : {},
    );
    return {
      ids: "appearance",
      has: { time: true, rating: true, split: false },
      userColumns: await stageSide(source, workspace, release.users, staged.users),
      itemColumns: await stageSide(source, workspace, release.items, staged.items),
      features: [],
      knowledgeGraph: null,
      notes: left === 0 ? [] : [`${left} ratings without user, movie or time were left out`],
      lineOf: lineOf(table),
    };
  },
};

function sideSource(
  file: string,
  delimiter: string,
  columns: readonly string[] | null,
  encoding: DelimitedLayout["encoding"],
): Promise<TableSource> {
  const laidOut = layout(file, delimiter, encoding);
  return columns === null ? headedSource(laidOut) : Promise.resolve(delimitedSource(laidOut, columns));
}

async function stageSide(
  source: SourceFiles,
  workspace: Workspace,
  side: SideTable | null,
  table: typeof staged.users | typeof staged.items,
): Promise<readonly string[] | null> {
  const file = side === null ? null : source.find(side.file);
  if (side === null || file === null) return null;
  workspace.tell(`reading ${basename(file)}`);
  return stageTexts(
    workspace,
    table,
    await sideSource(file, side.delimiter, side.columns, await encodingOf(file)),
    side.key,
  );
}
