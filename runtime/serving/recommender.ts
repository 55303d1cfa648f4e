import { InferenceSession, Tensor, env } from "onnxruntime-node";
import { join } from "node:path";
import { ArtifactError } from "../artifacts/artifactError.js";
import { chooseDevice, providersOf, type DeviceChoice, type DeviceRequest } from "../artifacts/device.js";
import { exportFiles, type ExportDescription } from "./exportFormat.js";
import { loadExport, type Export } from "./loadExport.js";
import { ServingError } from "./servingError.js";

export interface RecommendOptions {
  /** Number of items wanted; 10 by default. */
  readonly k?: number;
  /** Leave out the items that the user has in the training data; on by default where the export knows them. */
  readonly excludeSeen?: boolean;
  /** Further items to leave out. */
  readonly exclude?: readonly number[];
}

export interface Recommendation {
  readonly item: number;
  readonly score: number;
  /** The owner's own key; absent if the export has no keys. */
  readonly key?: string;
  /** Absent if the export has no titles. */
  readonly title?: string;
}

export interface LoadRecommenderOptions {
  readonly device?: DeviceRequest;
  /** Threads within an operation; onnxruntime's default if absent. */
  readonly threads?: number;
}

async function openGraph(file: string, options: InferenceSession.SessionOptions): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(file, options);
  } catch (error) {
    const problem = `onnxruntime cannot load it (${(error as Error).message.trim()})`;
    throw new ArtifactError(file, problem, "Write the folder again with `mmkit export`.");
  }
}

/**
 * Opens an exported model for serving.
 *
 * @param folder written by `mmkit export`
 * @throws ArtifactError, SafetensorsError, DatasetError if the folder is not whole; DeviceError
 */
export async function loadRecommender(
  folder: string,
  options: LoadRecommenderOptions = {},
): Promise<Recommender> {
  const loaded = await loadExport(folder);
  const recommendFile = join(folder, exportFiles.recommend);
  const { device, reason } = await chooseDevice(options.device ?? "cpu", recommendFile);
  // What goes wrong is thrown; the log would repeat it on stderr.
  env.logLevel = "fatal";
  const settings: InferenceSession.SessionOptions = {
    executionProviders: providersOf(device),
    logSeverityLevel: 4,
    ...(options.threads === undefined ? {} : { intraOpNumThreads: options.threads }),
  };
  const recommend = await openGraph(recommendFile, settings);
  const score = await openGraph(join(folder, exportFiles.score), settings);
  return new Recommender(loaded, { device, reason }, recommend, score);
}

/** Answers requests with an exported model. */
export class Recommender {
  readonly description: ExportDescription;
  private isReleased = false;

  constructor(
    private readonly loaded: Export,
    /** Where it runs, and why if `auto` was asked for. */
    readonly compute: DeviceChoice,
    private readonly recommendGraph: InferenceSession,
    private readonly scoreGraph: InferenceSession,
  ) {
    this.description = loaded.description;
  }

  /**
   * The best items of a user, best first, the lower id first among equal scores; fewer than k if not enough remain.
   *
   * @throws ServingError for ids out of range, a senseless k, `excludeSeen` where the export knows no seen items,
   *   or a released recommender
   */
  async recommend(user: number, options: RecommendOptions = {}): Promise<Recommendation[]> {
    const [list] = await this.recommendMany([user], options);
    return list!;
  }

  /** {@link recommend} for several users in one run. */
  async recommendMany(users: readonly number[], options: RecommendOptions = {}): Promise<Recommendation[][]> {
    this.checkOpen();
    const { k = 10, exclude = [] } = options;
    const excludeSeen = options.excludeSeen ?? this.description.hasSeen;
    this.checkIds("user", users);
    this.checkIds("item", exclude);
    if (!Number.isSafeInteger(k) || k < 1) {
      throw new ServingError(
        `k = ${k}`,
        "the number of items must be a whole number from 1",
        "Ask for 10, say.",
      );
    }
    if (excludeSeen && !this.description.hasSeen) {
      throw new ServingError(
        "excludeSeen",
        "this export does not hold the users' training items",
        "Export the model together with its dataset, or pass the items to leave out as `exclude`.",
      );
    }
    if (users.length === 0) return [];
    const hidden = users.map((user) => new Set([...(excludeSeen ? this.seenItems(user) : []), ...exclude]));
    const pairs = hidden.flatMap((items, row) => [...items].flatMap((item) => [BigInt(row), BigInt(item)]));
    const length = Math.min(k, this.description.items);
    const results = await this.recommendGraph.run({
      user_ids: new Tensor("int32", Int32Array.from(users), [users.length]),
      seen: new Tensor("int64", BigInt64Array.from(pairs), [pairs.length / 2, 2]),
      k: new Tensor("int64", BigInt64Array.of(BigInt(length)), [1]),
    });
    const items = results["items"]!.data as BigInt64Array;
    const scores = results["scores"]!.data as Float32Array;
    return hidden.map((left, row) => {
      const list: Recommendation[] = [];
      for (let position = row * length; position < (row + 1) * length; position++) {
        const item = Number(items[position]!);
        // Hidden items come last, where nothing else remains.
        if (left.has(item)) break;
        const title = this.loaded.titleOf(item);
        const key = this.loaded.keys.items?.key(item);
        list.push({
          item,
          score: scores[position]!,
          ...(key === undefined ? {} : { key }),
          ...(title === null ? {} : { title }),
        });
      }
      return list;
    });
  }

  /** The owner's keys of users and items, null where the export has none. */
  get keys(): Export["keys"] {
    return this.loaded.keys;
  }

  /**
   * The id of a user or an item by the owner's key.
   *
   * @throws ServingError if the export has no keys, or no such one
   */
  idOf(what: "user" | "item", key: string): number {
    const keys = what === "user" ? this.loaded.keys.users : this.loaded.keys.items;
    if (keys === null) {
      throw new ServingError(
        `${what} ${JSON.stringify(key)}`,
        `this export knows ${what}s by id only`,
        `Give the dataset's ${what}s.tsv a column "key", train and export again, or pass the id.`,
      );
    }
    const id = keys.id(key);
    if (id !== null) return id;
    throw new ServingError(
      `${what} ${JSON.stringify(key)}`,
      `no ${what} of the training data has this key`,
      `The model knows only the ${keys.size} ${what}s it was trained with.`,
    );
  }

  /**
   * Scores of [user, item] pairs; a higher score means a better match, comparable for one user only.
   *
   * @throws ServingError for ids out of range, or a released recommender
   */
  async score(pairs: readonly (readonly [user: number, item: number])[]): Promise<Float32Array> {
    this.checkOpen();
    const users = pairs.map(([user]) => user);
    const items = pairs.map(([, item]) => item);
    this.checkIds("user", users);
    this.checkIds("item", items);
    if (pairs.length === 0) return new Float32Array(0);
    const results = await this.scoreGraph.run({
      user_ids: new Tensor("int32", Int32Array.from(users), [pairs.length]),
      item_ids: new Tensor("int32", Int32Array.from(items), [pairs.length]),
    });
    return results["scores"]!.data as Float32Array;
  }

  /** Ends the sessions; the recommender answers no more. A second call does nothing. */
  async release(): Promise<void> {
    if (this.isReleased) return;
    this.isReleased = true;
    await this.recommendGraph.release();
    await this.scoreGraph.release();
  }

  private checkOpen(): void {
    if (!this.isReleased) return;
    throw new ServingError(
      "recommender",
      "it was released and answers no more",
      "Release it after the last request, or load the export again.",
    );
  }

  private seenItems(user: number): Int32Array {
    const { rowStart, itemIds } = this.loaded.seen!;
    return itemIds.subarray(rowStart[user], rowStart[user + 1]);
  }

  private checkIds(what: "user" | "item", ids: readonly number[]): void {
    const size = what === "user" ? this.description.users : this.description.items;
    const wrong: unknown = ids.find((id) => !Number.isSafeInteger(id) || id < 0 || id >= size);
    if (ids.every((id) => Number.isSafeInteger(id) && id >= 0 && id < size)) return;
    // Callers in plain JavaScript pass what they read, often text.
    const value = typeof wrong === "string" ? JSON.stringify(wrong) : String(wrong);
    const shown = typeof wrong === "number" ? value : `${value} (of type ${typeof wrong})`;
    throw new ServingError(
      `${what} ${shown}`,
      `${what} ids are whole numbers from 0 to ${size - 1}`,
      `The model knows only the ${what}s it was trained with.`,
    );
  }
}
