/** JSON schemas of the answers. Those with an `$id` are shared: `{ $ref: "Problem#" }`. */

const integer = { type: "integer" };
const text = { type: "string" };
const number = { type: "number" };

const object = (properties: Readonly<Record<string, object>>, optional: readonly string[] = []) => ({
  type: "object",
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
});

const key = { ...text, description: "The owner's key; absent if the export has none" };

export const sharedSchemas = [
  {
    $id: "Problem",
    description: "Why a request was not answered",
    ...object(
      {
        statusCode: integer,
        error: { ...text, description: "The name of the status" },
        message: { ...text, description: "What is wrong, what was expected and what was found" },
        field: { ...text, description: "The part of the body at fault" },
        requestId: text,
      },
      ["field"],
    ),
  },
  {
    $id: "RankedItem",
    ...object(
      {
        item: integer,
        score: { ...number, description: "Orders the items of one list; between lists it means nothing" },
        key,
        title: { ...text, description: "Absent if the export has no titles" },
      },
      ["key", "title"],
    ),
  },
] as const;

const version = { ...text, description: "The export that answered" };
const rankedItems = { type: "array", items: { $ref: "RankedItem#" }, description: "Best first" };
const results = (properties: Readonly<Record<string, object>>, optional: readonly string[] = []) =>
  object({
    version,
    results: {
      type: "array",
      items: object(properties, optional),
      description: "In the order of the request",
    },
  });

const model = object({
  name: text,
  title: text,
  version,
  users: integer,
  items: integer,
  dim: integer,
  precision: text,
  device: text,
  loadedAt: { ...text, description: "ISO 8601" },
});

export const responseSchemas = {
  recommend: results({ user: integer, key, items: rankedItems }, ["key"]),
  score: results({ user: integer, item: integer, score: number }),
  similar: results({ item: integer, key, items: rankedItems }, ["key"]),
  foldIn: results({ items: rankedItems }),
  model,
  health: object({ status: { const: "ok", type: "string" } }),
  ready: object(
    {
      ready: { type: "boolean" },
      reason: { ...text, description: "Why not" },
      model,
      reload: {
        description: "The newest export could not be loaded, and an earlier one is in service",
        ...object({ at: text, message: text }),
      },
    },
    ["reason", "model", "reload"],
  ),
  reload: object({ outcome: { type: "string", enum: ["loaded", "failed", "unchanged"] }, message: text }, [
    "message",
  ]),
};

const meanings = {
  400: "The body is not what the schema says",
  401: "The token is missing or wrong",
  404: "A user or an item that the model does not know",
  413: "The body is too large",
  415: "The body is not application/json",
  422: "The new export cannot be loaded; the earlier one stays in service",
  500: "A fault of the service",
  503: "No model is loaded, or too many requests are under way: come again after Retry-After seconds",
} as const;

/** Answers other than 200, by status. */
export function problems(...statuses: readonly (keyof typeof meanings)[]): Record<number, object> {
  return Object.fromEntries(
    statuses.map((status) => [
      status,
      { description: meanings[status], content: { "application/json": { schema: { $ref: "Problem#" } } } },
    ]),
  );
}
