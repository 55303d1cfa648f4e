import { RequestError } from "./requestError.js";

/** What ajv says of a value, as far as it is used here. */
interface Violation {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly message?: string;
  readonly data?: unknown;
  readonly schema?: unknown;
}

const SHOWN = 60;

/** A value as JSON, cut where it is long. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN)}…`;
}

/** `/pairs/3/user` as `pairs[3].user`. */
function fieldOf(path: string): string {
  return path
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    .map((part, depth) => (/^\d+$/.test(part) ? `[${part}]` : `${depth === 0 ? "" : "."}${part}`))
    .join("");
}

function typeName(type: unknown): string {
  const names: Readonly<Record<string, string>> = {
    integer: "a whole number",
    string: "a text",
    boolean: "true or false",
    array: "a list",
    object: "an object",
    number: "a number",
  };
  return [type]
    .flat()
    .map((name) => names[String(name)] ?? String(name))
    .join(" or ");
}

/** The sentence about one violation. */
function sentence({ keyword, params, message, data, schema }: Violation, name: string): string {
  const limit = String(params["limit"]);
  const entries = limit === "1" ? "1 entry" : `${limit} entries`;
  switch (keyword) {
    case "type":
      return `${name} must be ${typeName(params["type"])}, found ${shown(data)}`;
    case "minimum":
      return `${name} must be at least ${limit}, found ${shown(data)}`;
    case "maximum":
      return `${name} must be at most ${limit}, found ${shown(data)}`;
    case "minItems":
      return `${name} must have at least ${entries}, found ${shown(data)}`;
    case "maxItems":
      return `${name} must have at most ${entries}, found ${shown(data)}`;
    case "minLength":
      return `${name} must not be empty`;
    case "maxLength":
      return `${name} must have at most ${limit} characters`;
    case "required":
      return `${name} must have the property "${String(params["missingProperty"])}"`;
    case "additionalProperties":
      return `${name} must not have the property ${shown(params["additionalProperty"])}`;
    case "oneOf": {
      // A list or a text fails here first.
      if (typeof data !== "object" || data === null || Array.isArray(data)) {
        return `${name} must be an object, found ${shown(data)}`;
      }
      const alternatives = (schema as readonly { readonly required: readonly string[] }[]).map(
        ({ required }) => required.join(" with "),
      );
      return `${name} must have either ${alternatives.join(" or ")}, and not both`;
    }
    default:
      return `${name} ${message ?? "is not what the schema says"}`;
  }
}

/** The answer to a body that does not follow its schema. */
export function schemaProblem(violations: readonly Violation[]): RequestError {
  // What oneOf tried comes before oneOf itself.
  const violation = violations.find(({ keyword }) => keyword === "oneOf") ?? violations[0]!;
  const path = fieldOf(violation.instancePath);
  const name = path === "" ? "the body" : path;
  const extra =
    violation.keyword === "additionalProperties" ? violation.params["additionalProperty"] : undefined;
  const field = typeof extra === "string" ? `${path === "" ? "" : `${path}.`}${extra.slice(0, SHOWN)}` : path;
  return new RequestError(400, `${sentence(violation, name)}.`, field === "" ? null : field);
}
