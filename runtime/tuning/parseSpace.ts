import { Ajv } from "ajv";
import type { Json } from "../artifacts/manifest.js";
import { SearchSpaceError, type Dimension, type Range, type SearchSpace } from "./searchSpace.js";

/** A search space as it is written in JSON: a list of values, or bounds. */
export type SpaceJson = Readonly<Record<string, readonly Json[] | RangeJson>>;

interface RangeJson {
  readonly from: number;
  readonly to: number;
  readonly scale?: "linear" | "log";
  /** Values that grid search takes. */
  readonly points?: number;
}

const rangeSchema = {
  type: "object",
  properties: {
    from: { type: "number" },
    to: { type: "number" },
    scale: { enum: ["linear", "log"] },
    points: { type: "integer", minimum: 2 },
  },
  required: ["from", "to"],
  additionalProperties: false,
};
const isRange = new Ajv().compile<RangeJson>(rangeSchema);

const FORMS =
  'write a list such as [32, 64] or { "from": 1e-4, "to": 1e-2, "scale": "log", "points": 5 }, of which scale and ' +
  "points may be left out";

/**
 * @param integers names of hyper-parameters that are whole numbers
 * @throws SearchSpaceError listing every dimension that is no list and no range, or an empty one
 */
export function parseSpace(json: unknown, integers: ReadonlySet<string> = new Set()): SearchSpace {
  if (json === null || typeof json !== "object" || Array.isArray(json)) {
    throw new SearchSpaceError([
      `it must be a JSON object by hyper-parameter, found ${JSON.stringify(json)}`,
    ]);
  }
  const problems: string[] = [];
  const space = Object.entries(json).map(([name, given]): [string, Dimension | null] => {
    const problem = Array.isArray(given) ? choiceProblem(given) : rangeProblem(given);
    if (problem !== null) {
      problems.push(`${name}: ${problem}`);
      return [name, null];
    }
    if (Array.isArray(given)) return [name, { kind: "choice", values: given as Json[] }];
    const { from, to, scale = "linear", points = null } = given as RangeJson;
    return [name, { kind: "range", low: from, high: to, scale, isInteger: integers.has(name), points }];
  });
  if (space.length === 0) problems.push("nothing is searched: state at least one hyper-parameter");
  if (problems.length > 0) throw new SearchSpaceError(problems);
  return Object.fromEntries(space) as SearchSpace;
}

function choiceProblem(values: readonly unknown[]): string | null {
  if (values.length === 0) return "the list of values is empty";
  const texts = values.map((value) => JSON.stringify(value));
  const twice = texts.find((value, index) => texts.indexOf(value) < index);
  return twice === undefined ? null : `the list has ${twice} twice`;
}

function rangeProblem(given: unknown): string | null {
  if (!isRange(given)) return `${JSON.stringify(given)} is neither a list nor a range; ${FORMS}`;
  const { from, to, scale } = given;
  if (from >= to) return `the range goes from ${from} to ${to}, but the first bound must be the lower one`;
  return scale === "log" && from <= 0
    ? `a range on a log scale must lie above 0, but starts at ${from}`
    : null;
}

/** A space as JSON again. */
export function spaceJson(space: SearchSpace): SpaceJson {
  const entries = Object.entries(space).map(([name, dimension]) => [
    name,
    dimension.kind === "choice" ? dimension.values : rangeJson(dimension),
  ]);
  return Object.fromEntries(entries) as SpaceJson;
}

function rangeJson({ low, high, scale, points }: Range): RangeJson {
  return { from: low, to: high, scale, ...(points === null ? {} : { points }) };
}

const NUMBER = String.raw`[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?`;
const RANGE = new RegExp(`^(${NUMBER})\\.\\.(${NUMBER})(:log|:linear)?(?::(\\d+))?$`, "i");

/**
 * The dimensions of `name=low..high`, `name=low..high:log`, `name=low..high:log:points` and `name=a,b,c`, where values
 * are JSON if they can be and texts otherwise.
 *
 * @throws SearchSpaceError for words of another form and names given twice, all at once
 */
export function parseSpaceWords(words: readonly string[]): Readonly<Record<string, unknown>> {
  const problems: string[] = [];
  const space = new Map<string, unknown>();
  for (const word of words) {
    const equals = word.indexOf("=");
    const [name, spec] = [word.slice(0, Math.max(0, equals)), word.slice(equals + 1)];
    if (name === "" || spec === "") {
      problems.push(`"${word}" is not name=low..high, name=low..high:log or name=a,b,c`);
    } else if (space.has(name)) {
      problems.push(`${name} is given twice`);
    } else {
      space.set(name, dimensionJson(spec));
    }
  }
  if (problems.length > 0) throw new SearchSpaceError(problems);
  return Object.fromEntries(space);
}

function dimensionJson(spec: string): unknown {
  const range = RANGE.exec(spec);
  if (range !== null) {
    const [, from, to, scale, points] = range;
    return {
      from: Number(from),
      to: Number(to),
      ...(scale === undefined ? {} : { scale: scale.slice(1).toLowerCase() }),
      ...(points === undefined ? {} : { points: Number(points) }),
    };
  }
  // As one JSON list first: its values may be lists with commas of their own.
  return parsed(`[${spec}]`) ?? spec.split(",").map((value) => parsed(value) ?? value.trim());
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
