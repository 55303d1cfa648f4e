/** What the page knows about a product; products are numbered from 0 as items are. */
export interface Product {
  readonly title: string;
  readonly kind: string;
  readonly form: string;
  readonly colour: string;
  readonly pattern: string;
  readonly style: string;
  readonly material: string;
  /** Number of customers who bought it, in the training data. */
  readonly purchases: number;
}

/** A customer of the shop whose taste a visitor may borrow. */
export interface SampleCustomer {
  /** Some of what they bought in the training data. */
  readonly liked: readonly number[];
  /** What they bought later, which no model was trained on. */
  readonly later: readonly number[];
}

/** A model that the page offers. */
export interface OfferedModel {
  /** Folder below `shop/models`. */
  readonly folder: string;
  readonly name: string;
  /** Of its graphs. */
  readonly precision: "float32" | "float16";
  /** Share of held-out purchases among the first 20 recommendations, measured when the page was built. */
  readonly recall20: number;
}

/** shop/shop.json. */
export interface Shop {
  readonly products: readonly Product[];
  readonly customers: readonly SampleCustomer[];
  readonly models: readonly OfferedModel[];
  /** The same share for recommending what was bought most often. */
  readonly popularityRecall20: number;
}

/** Graphs of an export that the page uses; what only known customers need stays out of it. */
export const pageGraphs = ["foldIn", "rank", "similar"] as const;

/** Where the page finds its data, below its own folder. */
export const shopPaths = {
  shop: "shop/shop.json",
  picture: (item: number): string => `shop/pictures/${item}.webp`,
  model: (folder: string): string => `shop/models/${folder}`,
  training: "shop/training",
} as const;

/** Width and height of a picture in pixels. */
export const PICTURE_SIZE = 240;
