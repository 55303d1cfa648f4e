import { Tensor } from "onnxruntime-node";
import { join } from "node:path";
import { chooseDevice, type DeviceChoice, type DeviceRequest } from "../artifacts/device.js";
import type { ExportDescription, ExportGraph, Precision } from "./exportFormat.js";
import { loadExport, type Export } from "./loadExport.js";
import { ListGraphs, type ListOptions, type Recommendation } from "./listGraphs.js";
import { precisionEntry } from "./precisionEntry.js";
import { checkIds, checkVectors } from "./requestChecks.js";
import { ServingError } from "./servingError.js";
import { ServingSessions } from "./servingSessions.js";
import { towerFeeds } from "./towerFeeds.js";

export interface RecommendOptions extends ListOptions {
  /** Leave out the items that the user has in the training data; on by default where the export knows them. */
  readonly excludeSeen?: boolean;
}

export interface FoldInOptions extends ListOptions {
  /** Leave out the liked items; on by default. */
  readonly excludeLiked?: boolean;
}

/** Somebody new: their vector among the users', and what to recommend. */
export interface FoldedIn {
  readonly vector: Float32Array;
  readonly items: readonly Recommendation[];
}

export interface LoadRecommenderOptions {
  readonly device?: DeviceRequest;
  /** Threads within an operation; onnxruntime's default if absent. */
  readonly threads?: number;
  /** float32 by default. */
  readonly precision?: Precision;
  /** Graphs to load at once, by default `recommend` and `score`; others load with the first request they answer. */
  readonly open?: readonly ExportGraph[];
}

/**
 * Opens an exported model for serving.
 *
 * @param folder written by `mmkit export`
 * @throws ArtifactError, SafetensorsError, DatasetError if the folder is not whole; DeviceError; ServingError if the
 *   export lacks the precision
 */
export async function loadRecommender(
  folder: string,
  options: LoadRecommenderOptions = {},
): Promise<Recommender> {
  const { precision = "float32", open = ["recommend", "score"], threads } = options;
  const loaded = await loadExport(folder, { precisions: [precision] });
  const { graphs } = precisionEntry(loaded.description, precision);
  const { device, reason } = await chooseDevice(options.device ?? "cpu", join(folder, graphs.recommend));
  const sessions = new ServingSessions(folder, graphs, {
    device,
    ...(threads === undefined ? {} : { threads }),
  });
  try {
    await Promise.all(open.map((graph) => sessions.session(graph)));
  } catch (error) {
    await sessions.release();
    throw error;
  }
  return new Recommender(loaded, { device, reason }, sessions, precision);
}

function ids(list: readonly number[]): Tensor {
  return new Tensor("int32", Int32Array.from(list), [list.length]);
}

export type { ListOptions, Recommendation };

/** Answers requests with an exported model. */
export class Recommender {
  readonly description: ExportDescription;
  private readonly graphs: ListGraphs;
  private isReleased = false;

  constructor(
    private readonly loaded: Export,
    /** Where it runs, and why if `auto` was asked for. */
    readonly compute: DeviceChoice,
    private readonly sessions: ServingSessions,
    readonly precision: Precision,
  ) {
    this.description = loaded.description;
    this.graphs = new ListGraphs(loaded, sessions);
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
    const excludeSeen = options.excludeSeen ?? this.description.hasSeen;
    checkIds(this.description, "user", users);
    if (excludeSeen && !this.description.hasSeen) {
      throw new ServingError(
        "excludeSeen",
        "this export does not hold the users' training items",
        "Export the model together with its dataset, or pass the items to leave out as `exclude`.",
      );
    }
    const seen = users.map((user) => (excludeSeen ? this.seenItems(user) : []));
    const { lists } = await this.graphs.lists("recommend", { user_ids: ids(users) }, seen, options);
    return lists;
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
    checkIds(this.description, "user", users);
    checkIds(this.description, "item", items);
    if (pairs.length === 0) return new Float32Array(0);
    const results = await this.sessions.run("score", { user_ids: ids(users), item_ids: ids(items) });
    return results["scores"]!.data as Float32Array;
  }

  /**
   * The items most like an item, by cosine of their vectors, without the item itself; at most all others.
   *
   * @throws ServingError for ids out of range, a senseless k, or a released recommender
   */
  async similar(item: number, options: { readonly k?: number } = {}): Promise<Recommendation[]> {
    const [list] = await this.similarMany([item], options);
    return list!;
  }

  /** {@link similar} for several items in one run. */
  async similarMany(
    items: readonly number[],
    { k = 10 }: { readonly k?: number } = {},
  ): Promise<Recommendation[][]> {
    this.checkOpen();
    checkIds(this.description, "item", items);
    const own = items.map((item) => [item]);
    const { lists } = await this.graphs.lists("similar", { item_ids: ids(items) }, own, { k });
    return lists;
  }

  /**
   * A vector for somebody new by the items they like, and what to recommend to them.
   *
   * @param liked at least one item; one named twice counts twice
   * @throws ServingError for ids out of range, nothing liked, a senseless k, or a released recommender
   */
  async foldIn(liked: readonly number[], options: FoldInOptions = {}): Promise<FoldedIn> {
    const [folded] = await this.foldInMany([liked], options);
    return folded!;
  }

  /** {@link foldIn} for several people in one run. */
  async foldInMany(liked: readonly (readonly number[])[], options: FoldInOptions = {}): Promise<FoldedIn[]> {
    this.checkOpen();
    for (const list of liked) {
      checkIds(this.description, "item", list);
      if (list.length > 0) continue;
      throw new ServingError(
        "liked",
        "somebody likes nothing, which says nothing of what to recommend",
        "Name one item at least.",
      );
    }
    const width = Math.max(1, ...liked.map(({ length }) => length));
    const padded = new Int32Array(liked.length * width).fill(-1);
    liked.forEach((list, row) => {
      padded.set(list, row * width);
    });
    const feeds = { liked: new Tensor("int32", padded, [liked.length, width]) };
    const hidden = options.excludeLiked === false ? liked.map(() => []) : liked;
    const { lists, results } = await this.graphs.lists("foldIn", feeds, hidden, options);
    const { dim } = this.description;
    const vectors = results?.["vectors"]!.data as Float32Array;
    return lists.map((items, row) => ({ vector: vectors.slice(row * dim, (row + 1) * dim), items }));
  }

  /**
   * The best items for a vector among the users', such as one that was trained from clicks.
   *
   * @throws ServingError for a vector of another length or with a number that is none, ids out of range, a senseless k,
   *   or a released recommender
   */
  async rank(vector: ArrayLike<number>, options: ListOptions = {}): Promise<Recommendation[]> {
    const [list] = await this.rankMany([vector], options);
    return list!;
  }

  /** {@link rank} for several vectors in one run. */
  async rankMany(
    vectors: readonly ArrayLike<number>[],
    options: ListOptions = {},
  ): Promise<Recommendation[][]> {
    this.checkOpen();
    checkVectors(this.description, vectors);
    const { dim } = this.description;
    const data = new Float32Array(vectors.length * dim);
    vectors.forEach((vector, row) => {
      data.set(vector, row * dim);
    });
    const feeds = { vectors: new Tensor("float32", data, [vectors.length, dim]) };
    const { lists } = await this.graphs.lists(
      "rank",
      feeds,
      vectors.map(() => []),
      options,
    );
    return lists;
  }

  /**
   * Vectors of new items among the items', from their features, for a model with an item tower. A user's score for such an
   * item is the dot product of their vectors.
   *
   * @param features rows of each modality that `description.itemTower` names, of the same items
   * @throws ServingError if the model has no item tower, or for features that do not fit it; or a released recommender
   */
  async itemVectors(
    features: Readonly<Record<string, readonly ArrayLike<number>[]>>,
  ): Promise<Float32Array[]> {
    this.checkOpen();
    const { file, count, data } = towerFeeds(this.description, features);
    if (count === 0) return [];
    const feeds = Object.entries(data).map(([name, rows]) => [
      name,
      new Tensor("float32", rows, [count, rows.length / count]),
    ]);
    const session = await this.sessions.ofFile(file);
    const results = await session.run(Object.fromEntries(feeds) as Record<string, Tensor>);
    const vectors = results["vectors"]!.data as Float32Array;
    const { dim } = this.description;
    return Array.from({ length: count }, (_, row) => vectors.slice(row * dim, (row + 1) * dim));
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

  /** Ends the sessions; the recommender answers no more. A second call does nothing. */
  async release(): Promise<void> {
    if (this.isReleased) return;
    this.isReleased = true;
    await this.sessions.release();
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
}
