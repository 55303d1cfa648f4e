import type { Shop } from "../shop.js";
import type { ShopModel } from "./shopModel.js";

/** @param recall20 share of held-out purchases among the first 20 */
export function foundText(recall20: number): string {
  return `Finds ${Math.round(100 * recall20)} % of later purchases among 20.`;
}

/** The baseline: the same for everybody, what was bought most often; nothing is computed but the order. */
export function popularModel({ products, popularityRecall20 }: Shop): ShopModel {
  const order = [...products.keys()].sort(
    (left, right) => products[right]!.purchases - products[left]!.purchases || left - right,
  );
  return {
    name: "Popular",
    about: `What most customers bought, whoever asks. ${foundText(popularityRecall20)}`,
    compute: "a list, no model",
    canPersonalise: false,
    recommend(liked, k) {
      const started = performance.now();
      const left = order.filter((item) => !liked.includes(item)).slice(0, k);
      const picks = left.map((item) => ({ item, score: products[item]!.purchases, reasons: [] }));
      return Promise.resolve({ picks, milliseconds: performance.now() - started });
    },
    explain: () => Promise.resolve([]),
    similar: () => Promise.resolve([]),
  };
}
