import { hostTensor } from "../hostTensor.js";
import { Random } from "../random.js";
import { RecipeError, requireDense, type Recipe } from "../recipe.js";

/**
 * K distinct other items per item, uniform and in random order, int32 [item, K] (ksi.md, eqs 13-14).
 *
 * K = max(1, round(items / `perItems`)); the source divides without a floor, which leaves catalogues of fewer than
 * 256 items without negatives. `stream` keeps the draws of two buffers independent.
 */
export const negativeItems: Recipe = (context) => {
  const perItems = context.arguments.count("perItems");
  const stream = context.arguments.text("stream");
  requireDense(context, "int32", ["item"], null);
  const { items } = context.dataset;
  const count = Math.max(1, Math.round(items / perItems));
  if (count > items - 1) {
    throw new RecipeError(
      context.entry,
      `${count} distinct other items cannot be drawn from ${items} items`,
      "Ask for fewer negatives per item (recipe argument perItems, hyper-parameter itemsPerNegative in KSI) or use a " +
        "larger catalogue",
    );
  }
  const random = new Random(context.seed, "negativeItems", stream, context.epoch);
  const others = Int32Array.from({ length: items }, (_, item) => item);
  const negatives = new Int32Array(items * count);
  const swap = (left: number, right: number): void => {
    const value = others[left]!;
    others[left] = others[right]!;
    others[right] = value;
  };
  const swappedWith = new Int32Array(count);
  for (let item = 0; item < items; item++) {
    // The first `count` places of a shuffle of all other items; undone afterwards, so `others` stays the identity.
    swap(item, items - 1);
    for (let place = 0; place < count; place++) {
      const other = place + random.below(items - 1 - place);
      swappedWith[place] = other;
      swap(place, other);
      negatives[item * count + place] = others[place]!;
    }
    for (let place = count - 1; place >= 0; place--) swap(place, swappedWith[place]!);
    swap(item, items - 1);
  }
  return { kind: "dense", tensor: hostTensor("int32", [items, count], negatives) };
};
