import { precisions, type Precision } from "../../runtime/serving/exportFormat.js";
import { loadRecommender, type Recommendation, type Recommender } from "../../runtime/serving/recommender.js";
import { command } from "./command.js";
import { deviceOption, deviceRequest } from "./deviceOption.js";
import { suggestion } from "./suggestion.js";
import { UsageError } from "./usageError.js";

/** What may be asked for, one of these at a time. */
const asked = ["user", "liked", "similar"] as const;
type Asked = (typeof asked)[number];

const words = (describe: string) => ({ type: "array", string: true, describe }) as const;

export const recommend = command({
  positionals: { export: { type: "string", describe: "Folder that `mmkit export` wrote" } },
  options: {
    user: words("Key of a user, or id where the data have no keys; may be repeated"),
    liked: words("Items that somebody new likes, by key or id: recommend to them"),
    similar: words("Items by key or id: list the items most like each"),
    ids: {
      type: "boolean",
      default: false,
      describe: "Take mmkit's ids even where users and items have keys of their own",
    },
    k: { type: "number", default: 10, describe: "Items per list" },
    "include-seen": {
      type: "boolean",
      default: false,
      describe: "Recommend also what the user has in the training data, or what is liked",
    },
    precision: { type: "string", default: "float32", describe: `Graphs to use: ${precisions.join(", ")}` },
    device: deviceOption,
  },
  examples: [
    ["exports/shop --user 3", "Ten items for user 3"],
    ["exports/shop --user A2NOW4U7", "The same where the data have the users' own keys"],
    ["exports/shop --user 3 --user 7 --k 5 --json", "Five items for each of two users, for machines"],
    ["exports/shop --liked 12 --liked 40", "Ten items for somebody new who likes items 12 and 40"],
    ["exports/shop --similar 12", "The ten items most like item 12"],
  ],
  epilogue:
    "Scores order the items of one list; between lists they mean nothing. Those of --similar are cosines.",
  async run(given, { stdout, stderr }) {
    const { export: folder, ids, k, "include-seen": includeSeen, device, json } = given;
    const { what, texts } = request(given);
    if (!Number.isSafeInteger(k) || k < 1) {
      throw new UsageError(`--k must be a whole number from 1, found ${k}`, "Ask for 10, say.");
    }
    const precision = precisionRequest(given.precision);
    const recommender = await loadRecommender(folder, {
      precision,
      open: [],
      ...(device === undefined ? {} : { device: deviceRequest(device) }),
    });
    if (recommender.compute.reason !== null) stderr.write(`${recommender.compute.reason}\n`);
    try {
      const of = what === "user" ? "user" : "item";
      const byKey = !ids && (of === "user" ? recommender.keys.users : recommender.keys.items) !== null;
      const found = texts.map((text) => (byKey ? recommender.idOf(of, text) : idOf(what, text)));
      const results = await lists(recommender, what, found, { k, includeSeen });
      stdout.write(json ? `${JSON.stringify(results, null, 2)}\n` : results.map(listText).join(""));
    } finally {
      await recommender.release();
    }
  },
});

/** @throws UsageError unless exactly one thing is asked for, and named */
function request(given: { readonly [What in Asked]?: readonly string[] | undefined }) {
  const named = asked.filter((what) => given[what] !== undefined);
  const [what] = named;
  if (what === undefined) {
    throw new UsageError(
      "--user is missing",
      "Give an id, such as --user 3, or --liked or --similar with items.",
    );
  }
  if (named.length > 1) {
    const options = named.map((name) => `--${name}`).join(" and ");
    throw new UsageError(`${options} ask for different lists`, "Give one of them.");
  }
  const texts = given[what]!;
  if (texts.length === 0) throw new UsageError(`--${what} is missing`, `Give an id, such as --${what} 3.`);
  return { what, texts };
}

function precisionRequest(text: string): Precision {
  const found = precisions.find((precision) => precision === text);
  if (found !== undefined) return found;
  throw new UsageError(`--precision cannot be "${text}"`, suggestion(text, precisions));
}

function idOf(what: Asked, text: string): number {
  if (/^\d+$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text);
  throw new UsageError(
    `--${what} must be an id, a whole number from 0, found "${text}"`,
    `Repeat --${what} for several.`,
  );
}

/** A list with whom or what it is for. */
type Result = { readonly items: readonly Recommendation[] } & (
  | { readonly user: number; readonly key?: string }
  | { readonly item: number; readonly key?: string }
  | { readonly liked: readonly number[] }
);

async function lists(
  recommender: Recommender,
  what: Asked,
  ids: readonly number[],
  { k, includeSeen }: { readonly k: number; readonly includeSeen: boolean },
): Promise<readonly Result[]> {
  const { users, items } = recommender.keys;
  const keyed = (key: string | undefined) => (key === undefined ? {} : { key });
  if (what === "liked") {
    const folded = await recommender.foldIn(ids, { k, excludeLiked: !includeSeen });
    return [{ liked: ids, items: folded.items }];
  }
  if (what === "similar") {
    const found = await recommender.similarMany(ids, { k });
    return ids.map((item, at) => ({ item, ...keyed(items?.key(item)), items: found[at]! }));
  }
  const found = await recommender.recommendMany(ids, { k, ...(includeSeen ? { excludeSeen: false } : {}) });
  return ids.map((user, at) => ({ user, ...keyed(users?.key(user)), items: found[at]! }));
}

function listText(result: Result): string {
  const lines = recommendationLines(result.items);
  if ("liked" in result) return `for somebody who likes ${result.liked.length} items\n${lines}`;
  if ("user" in result) return `user ${result.key ?? result.user}\n${lines}`;
  return `like item ${result.key ?? result.item}\n${lines}`;
}

/** One line per item: place, key (or id where there is none), score and, where the export has one, the title. */
export function recommendationLines(items: readonly Recommendation[]): string {
  const shown = items.map(({ item, key = String(item) }) => key);
  const width = Math.max(1, ...shown.map((key) => key.length));
  const lines = items.map(({ score, title }, position) =>
    `  ${String(position + 1).padStart(2)}. item ${shown[position]!.padEnd(width)}  ${score.toFixed(4)}  ${title ?? ""}`.trimEnd(),
  );
  return items.length === 0 ? "  nothing is left to recommend\n" : `${lines.join("\n")}\n`;
}
