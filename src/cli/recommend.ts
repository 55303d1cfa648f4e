import { loadRecommender, type Recommendation } from "../../runtime/serving/recommender.js";
import { command } from "./command.js";
import { deviceOption, deviceRequest } from "./deviceOption.js";
import { UsageError } from "./usageError.js";

export const recommend = command({
  positionals: { export: { type: "string", describe: "Folder that `mmkit export` wrote" } },
  options: {
    user: {
      type: "array",
      string: true,
      demandOption: true,
      describe: "Key of a user, or id where the data have no keys; may be repeated",
    },
    ids: {
      type: "boolean",
      default: false,
      describe: "Take --user for mmkit's ids even where users have keys of their own",
    },
    k: { type: "number", default: 10, describe: "Items per user" },
    "include-seen": {
      type: "boolean",
      default: false,
      describe: "Recommend also what the user has in the training data",
    },
    device: deviceOption,
  },
  examples: [
    ["exports/shop --user 3", "Ten items for user 3"],
    ["exports/shop --user A2NOW4U7", "The same where the data have the users' own keys"],
    ["exports/shop --user 3 --user 7 --k 5 --json", "Five items for each of two users, for machines"],
  ],
  epilogue: "Scores order the items of one user; between users they mean nothing.",
  async run(given, { stdout, stderr }) {
    const { export: folder, user, ids, k, "include-seen": includeSeen, device, json } = given;
    if (user.length === 0) throw new UsageError("--user is missing", "Give an id, such as --user 3.");
    if (!Number.isSafeInteger(k) || k < 1) {
      throw new UsageError(`--k must be a whole number from 1, found ${k}`, "Ask for 10, say.");
    }
    const recommender = await loadRecommender(
      folder,
      device === undefined ? {} : { device: deviceRequest(device) },
    );
    if (recommender.compute.reason !== null) stderr.write(`${recommender.compute.reason}\n`);
    try {
      const byKey = !ids && recommender.keys.users !== null;
      const users = user.map((text) => (byKey ? recommender.idOf("user", text) : userId(text)));
      const lists = await recommender.recommendMany(users, {
        k,
        ...(includeSeen ? { excludeSeen: false } : {}),
      });
      const results = users.map((id, position) => {
        const key = recommender.keys.users?.key(id);
        return { user: id, ...(key === undefined ? {} : { key }), items: lists[position]! };
      });
      stdout.write(
        json
          ? `${JSON.stringify(results, null, 2)}\n`
          : results
              .map(({ user: id, key = String(id), items }) => `user ${key}\n${recommendationLines(items)}`)
              .join(""),
      );
    } finally {
      await recommender.release();
    }
  },
});

function userId(text: string): number {
  if (/^\d+$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text);
  throw new UsageError(
    `--user must be an id, a whole number from 0, found "${text}"`,
    "Repeat --user for several users.",
  );
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
