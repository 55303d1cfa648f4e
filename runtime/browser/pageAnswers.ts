import { hostTensor, type HostTensor } from "../data/hostTensor.js";
import { checkCount, checkIds, checkVectors } from "../serving/requestChecks.js";
import type {
  FoldedIn,
  FoldInOptions,
  ListOptions,
  Recommendation,
  RecommendOptions,
} from "../serving/recommender.js";
import { ServingError } from "../serving/servingError.js";
import { abortable } from "./abortable.js";
import type { AnswerBackend } from "./answerBackend.js";
import { explained } from "./explained.js";
import type {
  Abortable,
  Explanation,
  PageRecommender,
  Personalised,
  PersonaliseOptions,
} from "./pageRecommender.js";

type Lists = "recommend" | "similar" | "foldIn" | "rank";

/** Rows of a request: what the graph is fed, and what must not come out of each. */
interface ListRequest {
  readonly graph: Lists;
  readonly feeds: Readonly<Record<string, HostTensor>>;
  readonly hidden: readonly Iterable<number>[];
}

function ids(list: readonly number[]): HostTensor {
  return hostTensor("int32", [list.length], Int32Array.from(list));
}

/** int64 [pair, 2] of (row, item). */
function pairs(hidden: readonly ReadonlySet<number>[]): HostTensor {
  const flat = hidden.flatMap((items, row) => [...items].flatMap((item) => [BigInt(row), BigInt(item)]));
  return hostTensor("int64", [flat.length / 2, 2], BigInt64Array.from(flat));
}

/** Lists of liked items as the rows of one tensor, padded with -1. */
export function likedRows(lists: readonly (readonly number[])[]): HostTensor {
  const width = Math.max(1, ...lists.map(({ length }) => length));
  const data = new Int32Array(lists.length * width).fill(-1);
  lists.forEach((list, row) => {
    data.set(list, row * width);
  });
  return hostTensor("int32", [lists.length, width], data);
}

/** Answers requests with a backend. */
export class PageAnswers implements PageRecommender {
  private isReleased = false;

  constructor(private readonly backend: AnswerBackend) {}

  get facts() {
    return this.backend.facts;
  }

  get compute() {
    return this.backend.compute;
  }

  get storage() {
    return this.backend.storage;
  }

  async recommend(user: number, options: RecommendOptions & Abortable = {}): Promise<Recommendation[]> {
    const [list] = await this.recommendMany([user], options);
    return list!;
  }

  recommendMany(
    users: readonly number[],
    options: RecommendOptions & Abortable = {},
  ): Promise<Recommendation[][]> {
    return this.answer(options, async () => {
      checkIds(this.facts, "user", users);
      const excludeSeen = options.excludeSeen ?? this.facts.hasSeen;
      const hidden = excludeSeen ? await this.seenOf(users) : users.map(() => []);
      const { lists } = await this.lists(
        { graph: "recommend", feeds: { user_ids: ids(users) }, hidden },
        options,
      );
      return lists;
    });
  }

  score(
    asked: readonly (readonly [user: number, item: number])[],
    options: Abortable = {},
  ): Promise<Float32Array> {
    return this.answer(options, async () => {
      const users = asked.map(([user]) => user);
      const items = asked.map(([, item]) => item);
      checkIds(this.facts, "user", users);
      checkIds(this.facts, "item", items);
      if (asked.length === 0) return new Float32Array(0);
      const results = await this.backend.run("score", { user_ids: ids(users), item_ids: ids(items) });
      return results.get("scores")!.data as Float32Array;
    });
  }

  similar(item: number, options: { readonly k?: number } & Abortable = {}): Promise<Recommendation[]> {
    return this.answer(options, async () => {
      checkIds(this.facts, "item", [item]);
      const request = { graph: "similar", feeds: { item_ids: ids([item]) }, hidden: [[item]] } as const;
      const { lists } = await this.lists(request, options.k === undefined ? {} : { k: options.k });
      return lists[0]!;
    });
  }

  foldIn(liked: readonly number[], options: FoldInOptions & Abortable = {}): Promise<FoldedIn> {
    return this.answer(options, async () => {
      this.checkLiked(liked);
      const hidden = [options.excludeLiked === false ? [] : liked];
      const request = { graph: "foldIn", feeds: { liked: likedRows([liked]) }, hidden } as const;
      const { lists, results } = await this.lists(request, options);
      return { vector: results.get("vectors")!.data as Float32Array, items: lists[0]! };
    });
  }

  rank(vector: ArrayLike<number>, options: ListOptions & Abortable = {}): Promise<Recommendation[]> {
    return this.answer(options, async () => {
      checkVectors(this.facts, [vector]);
      const vectors = hostTensor("float32", [1, this.facts.dim], Float32Array.from(vector));
      const { lists } = await this.lists({ graph: "rank", feeds: { vectors }, hidden: [[]] }, options);
      return lists[0]!;
    });
  }

  explain(
    who: { readonly user: number } | { readonly liked: readonly number[] },
    item: number,
    options: Abortable = {},
  ): Promise<Explanation> {
    return this.answer(options, async () => {
      checkIds(this.facts, "item", [item]);
      let liked: readonly number[];
      if ("user" in who) {
        checkIds(this.facts, "user", [who.user]);
        liked = [...(await this.seenOf([who.user]))[0]!];
      } else liked = who.liked;
      this.checkLiked(liked);
      return explained(this.backend, liked, item);
    });
  }

  personalise(liked: readonly number[], options: PersonaliseOptions = {}): Promise<Personalised> {
    return this.answer(options, async () => {
      this.checkLiked(liked);
      const disliked = options.disliked ?? [];
      checkIds(this.facts, "item", disliked);
      const personaliser = await this.backend.personaliser();
      if (personaliser === null) {
        throw new ServingError(
          "personalise",
          "this export has no graphs that train a visitor's vector",
          "Export the model again with this version of mmkit.",
        );
      }
      const { vector: start } = await this.foldIn(liked, { k: 1 });
      const { vector, loss, milliseconds } = await personaliser.train(start, liked, disliked);
      const hidden = options.excludeLiked === false ? disliked : [...liked, ...disliked];
      const items = await this.rank(vector, {
        ...(options.k === undefined ? {} : { k: options.k }),
        exclude: [...hidden, ...(options.exclude ?? [])],
      });
      return { vector, items, loss, milliseconds };
    });
  }

  titles(options: Abortable = {}): Promise<readonly string[] | null> {
    return this.answer(options, async () => (await this.backend.names()).titles);
  }

  async release(): Promise<void> {
    if (this.isReleased) return;
    this.isReleased = true;
    await this.backend.release();
  }

  private async answer<Result>({ signal }: Abortable, make: () => Promise<Result>): Promise<Result> {
    if (this.isReleased) {
      throw new ServingError(
        "recommender",
        "it was released and answers no more",
        "Release it after the last request, or open it again.",
      );
    }
    return abortable(signal, make);
  }

  private checkLiked(liked: readonly number[]): void {
    checkIds(this.facts, "item", liked);
    if (liked.length > 0) return;
    throw new ServingError(
      "liked",
      "somebody likes nothing, which says nothing of what to recommend",
      "Name one item at least.",
    );
  }

  private async seenOf(users: readonly number[]): Promise<Int32Array[]> {
    if (!this.facts.hasSeen) {
      throw new ServingError(
        "excludeSeen",
        "this export does not hold the users' training items",
        "Export the model together with its dataset, or pass the items to leave out as `exclude`.",
      );
    }
    const { rowStart, itemIds } = await this.backend.seen();
    return users.map((user) => itemIds.subarray(rowStart[user], rowStart[user + 1]));
  }

  /** Runs a graph that gives lists, and names what is in them. */
  private async lists({ graph, feeds, hidden }: ListRequest, { k = 10, exclude = [] }: ListOptions) {
    checkIds(this.facts, "item", exclude);
    checkCount(k);
    if (hidden.length === 0) return { lists: [], results: new Map<string, HostTensor>() };
    const left = hidden.map((items) => new Set([...items, ...exclude]));
    const length = Math.min(k, this.facts.items);
    const results = await this.backend.run(graph, {
      ...feeds,
      // Similar items know by themselves what they leave out.
      ...(graph === "similar" ? {} : { seen: pairs(left) }),
      k: hostTensor("int64", [1], BigInt64Array.of(BigInt(length))),
    });
    const { titles, keys } = await this.backend.names();
    const items = results.get("items")!.data as BigInt64Array;
    const scores = results.get("scores")!.data as Float32Array;
    const lists = left.map((out, row) => {
      const list: Recommendation[] = [];
      for (let position = row * length; position < (row + 1) * length; position++) {
        const item = Number(items[position]!);
        // Hidden items come last, where nothing else remains.
        if (out.has(item)) break;
        list.push({
          item,
          score: scores[position]!,
          ...(keys === null ? {} : { key: keys[item]! }),
          ...(titles === null || titles[item] === "" ? {} : { title: titles[item]! }),
        });
      }
      return list;
    });
    return { lists, results };
  }
}
