import type { ErrorObject } from "ajv";
import { nearestName } from "./nearestName.js";

/** A JSON pointer as one would write the access in TypeScript: `/inputs/0/name` becomes `inputs[0].name`. */
function accessPath(pointer: string): string {
  return pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"))
    .map((step, place) => (/^\d+$/.test(step) ? `[${step}]` : place === 0 ? step : `.${step}`))
    .join("");
}

function abbreviated(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) return "nothing";
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function sentence(error: ErrorObject, whole: string): string {
  const path = accessPath(error.instancePath);
  const where = path === "" ? whole : `"${path}"`;
  const parameters = error.params as Record<string, unknown>;
  const found = `found ${abbreviated(error.data)}`;
  switch (error.keyword) {
    case "additionalProperties": {
      const key = String(parameters["additionalProperty"]);
      const known = Object.keys((error.parentSchema?.["properties"] ?? {}) as Record<string, unknown>);
      const nearest = nearestName(key, known);
      return `${where} has an unknown key "${key}"${nearest === null ? "" : ` (the nearest is "${nearest}")`}`;
    }
    case "required":
      return `${where} lacks the key "${String(parameters["missingProperty"])}"`;
    case "type":
      return `${where} must be of type ${String(parameters["type"])}, ${found}`;
    case "enum":
      return `${where} must be one of ${abbreviated(parameters["allowedValues"])}, ${found}`;
    case "const":
      return `${where} must be ${abbreviated(parameters["allowedValue"])}, ${found}`;
    default:
      return `${where} ${error.message ?? error.keyword}, ${found}`;
  }
}

/**
 * What ajv found wrong with a parsed JSON file, each problem once and with its place.
 *
 * @param errors of a schema compiled with `allErrors` and `verbose`
 * @param whole what the file as a whole is called
 */
export function schemaProblems(errors: readonly ErrorObject[], whole: string): readonly string[] {
  const telling = errors.filter(({ keyword }) => keyword !== "oneOf" && keyword !== "if");
  return [...new Set(telling.map((error) => sentence(error, whole)))];
}
