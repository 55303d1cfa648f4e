/** A product and how much a model thinks of it. */
export interface Ranked {
  readonly item: number;
  readonly score: number;
}

/** How much a liked product pulled another one up; negative if it pushed it down. */
export interface Reason {
  readonly liked: number;
  /** Of the product's score. */
  readonly contribution: number;
}

export interface Pick extends Ranked {
  /** The strongest first; empty if the model does not go by likes. */
  readonly reasons: readonly Reason[];
}

export interface Picks {
  readonly picks: readonly Pick[];
  /** What computing the ranking took, in milliseconds; the reasons come on top. */
  readonly milliseconds: number;
}

/** A model that recommends products to somebody of whom it knows only likes. */
export interface ShopModel {
  readonly name: string;
  /** A sentence for visitors. */
  readonly about: string;
  /** Where it runs, such as "WebAssembly, 2 threads". */
  readonly compute: string;
  /** Whether it can be trained on the visitor's likes. */
  readonly canPersonalise: boolean;
  /** The best `k` products besides the liked ones. */
  recommend(liked: readonly number[], k: number, personalised: boolean): Promise<Picks>;
  /** Why a product is recommended, or would be. */
  explain(liked: readonly number[], item: number): Promise<readonly Reason[]>;
  /** The products nearest to one; empty if the model knows none. */
  similar(item: number, k: number): Promise<readonly Ranked[]>;
}
