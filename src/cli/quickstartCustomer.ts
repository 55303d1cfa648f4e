import type { Dataset } from "../../runtime/data/dataset.js";
import type { InteractionLists } from "../../runtime/data/interactions.js";
import { loadRecommender } from "../../runtime/serving/recommender.js";

/** Titles of what a customer bought and of what the exported model recommends. */
export interface Customer {
  readonly user: number;
  readonly bought: readonly string[];
  readonly recommended: readonly {
    readonly item: number;
    readonly title: string;
    readonly score: number;
    /** Among the purchases that were held out. */
    readonly wasBought: boolean;
    /** Without any training purchase. */
    readonly isNew: boolean;
  }[];
}

function itemsOf({ rowStart, itemIds }: InteractionLists, user: number): number[] {
  return Array.from(itemIds.subarray(rowStart[user], rowStart[user + 1]));
}

/** @param exported folder of the export @throws ServingError if there is no such user */
export async function describeCustomer(dataset: Dataset, exported: string, user: number): Promise<Customer> {
  const recommender = await loadRecommender(exported);
  try {
    const list = await recommender.recommend(user);
    const trained = new Set(dataset.train.itemIds);
    const heldOut = new Set([...itemsOf(dataset.valid, user), ...itemsOf(dataset.test, user)]);
    return {
      user,
      bought: itemsOf(dataset.train, user).map((item) => dataset.itemTable?.text("title", item) ?? ""),
      recommended: list.map(({ item, title = "", score }) => ({
        item,
        title,
        score,
        wasBought: heldOut.has(item),
        isNew: !trained.has(item),
      })),
    };
  } finally {
    await recommender.release();
  }
}

/** A customer for people. */
export function customerText({ user, bought, recommended }: Customer): string {
  const marks = ({ wasBought, isNew }: Customer["recommended"][number]): string =>
    `${isNew ? " (new)" : ""}${wasBought ? " (bought, as was held out)" : ""}`;
  return [
    `Customer ${user} bought:`,
    ...bought.map((title) => `  ${title}`),
    "The exported file recommends:",
    ...recommended.map((entry, place) => `  ${String(place + 1).padStart(2)}. ${entry.title}${marks(entry)}`),
    "",
  ].join("\n");
}
