/** JSON schema of `manifest.json`: the shape that the types of manifest.ts describe, closed against unknown keys. */

type Schema = { readonly [keyword: string]: unknown };

const name: Schema = { type: "string", minLength: 1 };
const names: Schema = { type: "array", items: name };
const count: Schema = { type: "integer", minimum: 1 };
const number: Schema = { type: "number" };

/** An object with exactly the given keys, those of `optional` not being required. */
function closed(properties: Record<string, Schema>, optional: readonly string[] = []): Schema {
  const required = Object.keys(properties).filter((key) => !optional.includes(key));
  return { type: "object", properties, required, additionalProperties: false };
}

/** An object that must have the given keys and may have others: arguments of recipes and optimizers. */
function open(properties: Record<string, Schema>): Schema {
  return { type: "object", properties, required: Object.keys(properties) };
}

function listOf(items: Schema, minItems = 0): Schema {
  return { type: "array", items, minItems };
}

function mapOf(values: Schema): Schema {
  return { type: "object", required: [], additionalProperties: values };
}

/** One of several closed objects told apart by their `kind`. */
function byKind(
  alternatives: Record<string, Record<string, Schema>>,
  optional: readonly string[] = [],
): Schema {
  return {
    type: "object",
    required: ["kind"],
    discriminator: { propertyName: "kind" },
    oneOf: Object.entries(alternatives).map(([kind, properties]) =>
      closed({ kind: { const: kind }, ...properties }, optional),
    ),
  };
}

/** Keywords for objects do not apply to the number and null alternatives, so the union needs no `oneOf`. */
const axisSize: Schema = {
  ...closed({ sumOf: listOf({ type: ["string", "integer"], minLength: 1, minimum: 1 }, 1) }),
  type: ["integer", "null", "object"],
  minimum: 1,
};

const initializer = closed({
  kind: { enum: ["xavierUniform", "xavierNormal", "normal", "uniform", "constant"] },
  scale: number,
});

const recipe = open({ kind: name });
const natural: Schema = { type: "integer", minimum: 0 };

/** Keywords for objects do not apply to the text. */
const refresh: Schema = {
  ...closed({
    every: count,
    from: natural,
    initial: { ...recipe, type: ["object", "null"] },
    graph: { type: ["string", "null"], minLength: 1 },
    atEvaluation: { type: "boolean" },
  }),
  type: ["string", "object"],
  pattern: "^once$",
};

const buffer = byKind(
  {
    dense: { name, dtype: { enum: ["float32", "int32"] }, axes: names, indexes: name, recipe, refresh },
    sparse: { name, row: name, column: name, entry: name, groups: count, recipe, refresh },
  },
  ["indexes"],
);

const batchSource: Schema = {
  enum: [
    ...["user", "positive", "negative"],
    ...["uniquePositive", "uniquePositiveWeight", "uniqueUser", "uniqueUserWeight"],
    ...["distinctPositive", "distinctPositiveWeight", "distinctPlace"],
    ...["drawnItem", "positivePlace", "negativePlace"],
    ...["entry", "entryRow", "entryColumn", "negativeColumn"],
    ...["row", "denseRow"],
  ],
};

const epochs = (first: string, end: string): Schema =>
  closed({ [first]: natural, [end]: { type: ["integer", "null"], minimum: 0 } });

const samplerPart = { batchSize: count, stream: name, steps: epochs("first", "count") };
const triples = { ...samplerPart, negativePool: { enum: ["all", "train"] } };
const sampler = byKind(
  {
    pairs: triples,
    users: triples,
    entries: { ...samplerPart, buffer: name },
    rows: { ...samplerPart, axis: name },
  },
  ["stream", "steps"],
);

const learningRate = closed({
  base: { type: "number", exclusiveMinimum: 0 },
  schedule: byKind({
    constant: {},
    exponential: {
      rate: { type: "number", exclusiveMinimum: 0 },
      every: { type: "number", exclusiveMinimum: 0 },
    },
    cosine: { floor: { type: "number", minimum: 0, maximum: 1 } },
  }),
  warmup: { type: "number", minimum: 0 },
});

const phase = closed({
  name,
  parameters: listOf(name, 1),
  epochs: epochs("from", "until"),
  sampler,
  batch: listOf(closed({ name, source: batchSource, buffer: name }, ["buffer"])),
  losses: listOf(name, 1),
  optimizer: open({ kind: { enum: ["sgd", "adam", "adamw"] } }),
  optimizerState: name,
  moments: listOf(closed({ name, parameter: name })),
  learningRate,
  graphs: closed({ training: name, optimizer: name, evaluation: name, epoch: name }),
});

const tensor = closed({
  name,
  dtype: { enum: ["float32", "int32", "int64", "uint64", "bool"] },
  axes: listOf({ type: ["string", "integer"], minLength: 1, minimum: 0 }),
  role: {
    enum: [
      "parameter",
      "moment",
      "gradient",
      "buffer",
      "batch",
      "scalar",
      "loss",
      "embedding",
      "argument",
      "result",
    ],
  },
});

const graph = closed({
  file: { type: "string", minLength: 1 },
  sha256: { type: "string", pattern: "^[0-9a-f]{64}$" },
  inputs: listOf(tensor),
  outputs: listOf(tensor, 1),
});

const properties: Record<string, Schema> = {
  format: { const: "mmkit" },
  version: { const: 2 },
  model: name,
  title: { type: "string" },
  hyperparameters: { type: "object" },
  modalities: names,
  opset: count,
  irVersion: count,
  computation: { type: "string", pattern: "^[0-9a-f]{64}$" },
  axes: mapOf(axisSize),
  parameters: listOf(closed({ name, axes: names, initializer })),
  buffers: listOf(buffer),
  phases: listOf(phase, 1),
  schedule: listOf(byKind({ refresh: { buffer: name }, phase: { phase: name } }), 1),
  graphs: mapOf(graph),
  itemTower: closed({ modalities: names, graph }),
};

export const manifestSchema: Schema = closed(properties, ["itemTower"]);
