import type { ServiceLimits } from "./serviceSettings.js";

/** A user or an item: mmkit's id, a number, or the owner's key, a text. */
export type Reference = number | string;

interface Ranked {
  readonly k?: number;
}

export interface RecommendBody extends Ranked {
  readonly user?: Reference;
  readonly users?: readonly Reference[];
  readonly excludeSeen?: boolean;
  readonly exclude?: readonly Reference[];
}

export interface ScoreBody {
  readonly user?: Reference;
  readonly items?: readonly Reference[];
  readonly pairs?: readonly { readonly user: Reference; readonly item: Reference }[];
}

export interface SimilarBody extends Ranked {
  readonly item?: Reference;
  readonly items?: readonly Reference[];
}

export interface FoldInBody extends Ranked {
  readonly liked?: readonly Reference[];
  readonly visitors?: readonly { readonly liked: readonly Reference[] }[];
  readonly excludeLiked?: boolean;
  readonly exclude?: readonly Reference[];
}

const reference = (what: "user" | "item") => ({
  type: ["integer", "string"],
  minimum: 0,
  minLength: 1,
  maxLength: 1024,
  description: `${what === "user" ? "A user" : "An item"}: the id as a number, or the owner's key as a text`,
});

const list = (items: object, description: string, maxItems: number, minItems = 1) => ({
  type: "array",
  items,
  minItems,
  maxItems,
  description,
});

/** An object of these properties, with all of exactly one of the alternatives. */
const body = (
  properties: Readonly<Record<string, object>>,
  alternatives: readonly (readonly string[])[],
  example: object,
) => ({
  type: "object",
  properties,
  additionalProperties: false,
  oneOf: alternatives.map((required) => ({ required })),
  examples: [example],
});

/** JSON schemas of the bodies, within the service's limits. */
export function requestSchemas({ maxK, maxRows, maxList }: ServiceLimits) {
  const user = reference("user");
  const item = reference("item");
  const k = {
    type: "integer",
    minimum: 1,
    maximum: maxK,
    default: Math.min(10, maxK),
    description: "Items wanted for each; fewer come where fewer remain",
  };
  const exclude = list(item, "Further items to leave out", maxList, 0);
  const excludeLiked = {
    type: "boolean",
    default: true,
    description: "Leave out the liked items themselves",
  };
  const liked = list(item, "Items that somebody likes; one named twice counts twice", maxList);
  const visitor = {
    type: "object",
    properties: { liked },
    required: ["liked"],
    additionalProperties: false,
  };
  const pair = {
    type: "object",
    properties: { user, item },
    required: ["user", "item"],
    additionalProperties: false,
  };
  const excludeSeen = {
    type: "boolean",
    description: "Leave out what the user has in the training data; true where the export knows that",
  };
  return {
    recommend: body(
      { user, users: list(user, "Several users", maxRows), k, excludeSeen, exclude },
      [["user"], ["users"]],
      { user: 3, k: 2 },
    ),
    score: body(
      {
        user,
        items: list(item, "Items to be scored for the one user", maxList),
        pairs: list(pair, "Pairs of users and items", maxList),
      },
      [["user", "items"], ["pairs"]],
      { user: 3, items: [0, 1] },
    ),
    similar: body({ item, items: list(item, "Several items", maxRows), k }, [["item"], ["items"]], {
      item: 0,
      k: 2,
    }),
    foldIn: body(
      { liked, visitors: list(visitor, "Several visitors", maxRows), k, excludeLiked, exclude },
      [["liked"], ["visitors"]],
      { liked: [0, 1], k: 2 },
    ),
  };
}
