import { hostTensor, type HostTensor } from "../data/hostTensor.js";
import type { InteractionLists } from "../data/interactions.js";
import type { ExportGraph } from "../serving/exportFormat.js";
import type { RunnableGraph } from "../training/stepExecutor.js";
import type { AnswerBackend } from "./answerBackend.js";
import { foldedVectors } from "./foldedVectors.js";
import type { ItemNames } from "./itemNames.js";
import type { ModelFacts, PageCompute, PageStorage } from "./pageRecommender.js";
import type { Personaliser } from "./personaliser.js";

/** Final vectors, float32 [row, dim], and what is known besides. */
export interface TableModel {
  readonly facts: ModelFacts;
  readonly compute: PageCompute;
  readonly storage: PageStorage;
  readonly users: HostTensor;
  readonly items: HostTensor;
  readonly seen: InteractionLists;
  readonly names: ItemNames;
  /** `rank` of the artifacts. */
  readonly rankGraph: RunnableGraph;
  readonly personaliser: Personaliser;
  readonly release: () => Promise<void>;
}

type Feeds = Readonly<Record<string, HostTensor>>;

function rowsOf({ dims, data }: HostTensor, ids: Int32Array): HostTensor {
  const dim = dims[1]!;
  const rows = new Float32Array(ids.length * dim);
  ids.forEach((id, place) => {
    rows.set((data as Float32Array).subarray(id * dim, (id + 1) * dim), place * dim);
  });
  return hostTensor("float32", [ids.length, dim], rows);
}

function unitRows({ dims, data }: HostTensor): HostTensor {
  const [rows, dim] = dims as [number, number];
  const unit = new Float32Array(data as Float32Array);
  for (let row = 0; row < rows; row++) {
    const own = unit.subarray(row * dim, (row + 1) * dim);
    const norm = Math.hypot(...own);
    if (norm > 0) own.forEach((value, d) => (own[d] = value / norm));
  }
  return hostTensor("float32", dims, unit);
}

/** Answers from tables of vectors, as a page has them after training a model itself. */
export class TableBackend implements AnswerBackend {
  private units: HostTensor | null = null;

  constructor(private readonly model: TableModel) {}

  get facts(): ModelFacts {
    return this.model.facts;
  }

  get compute(): PageCompute {
    return this.model.compute;
  }

  get storage(): PageStorage {
    return this.model.storage;
  }

  /** The exports' graphs on the tables. */
  async run(graph: ExportGraph, feeds: Feeds): Promise<ReadonlyMap<string, HostTensor>> {
    const { users, items } = this.model;
    const ids = (name: string): Int32Array => feeds[name]!.data as Int32Array;
    switch (graph) {
      case "recommend":
        return this.ranked(rowsOf(users, ids("user_ids")), items, feeds);
      case "score":
        return new Map([["scores", this.products(ids("user_ids"), ids("item_ids"))]]);
      case "similar": {
        this.units ??= unitRows(items);
        const own = ids("item_ids");
        const pairs = BigInt64Array.from([...own].flatMap((item, row) => [BigInt(row), BigInt(item)]));
        const seen = hostTensor("int64", [own.length, 2], pairs);
        return this.ranked(rowsOf(this.units, own), this.units, { ...feeds, seen });
      }
      case "foldIn": {
        const vectors = foldedVectors(items, feeds["liked"]!);
        return new Map([...(await this.ranked(vectors, items, feeds)), ["vectors", vectors]]);
      }
      case "rank":
        return this.ranked(feeds["vectors"]!, items, feeds);
    }
  }

  seen(): Promise<InteractionLists> {
    return Promise.resolve(this.model.seen);
  }

  names(): Promise<ItemNames> {
    return Promise.resolve(this.model.names);
  }

  personaliser(): Promise<Personaliser> {
    return Promise.resolve(this.model.personaliser);
  }

  release(): Promise<void> {
    return this.model.release();
  }

  private ranked(queries: HostTensor, items: HostTensor, { seen, k }: Feeds) {
    const rows = Int32Array.from({ length: queries.dims[0]! }, (_, row) => row);
    return this.model.rankGraph.run(
      new Map([
        ["user_vectors", queries],
        ["item_vectors", items],
        ["user_ids", hostTensor("int32", [rows.length], rows)],
        ["seen", seen!],
        ["k", k!],
      ]),
    );
  }

  private products(userIds: Int32Array, itemIds: Int32Array): HostTensor {
    const left = rowsOf(this.model.users, userIds);
    const right = rowsOf(this.model.items, itemIds);
    const dim = left.dims[1]!;
    const scores = Float32Array.from(userIds, (_, pair) => {
      let sum = 0;
      for (let at = pair * dim; at < (pair + 1) * dim; at++) {
        sum += (left.data[at] as number) * (right.data[at] as number);
      }
      return sum;
    });
    return hostTensor("float32", [userIds.length], scores);
  }
}
