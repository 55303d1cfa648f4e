import { parseSpace } from "../runtime/tuning/parseSpace.js";
import { SearchSpaceError, type SearchSpace } from "../runtime/tuning/searchSpace.js";
import { HyperparameterError, resolveHyperparameters, type ModelDefinition } from "../src/authoring/model.js";

/**
 * Reads the space in which a model's hyper-parameters are searched and checks it against the model's schema: every
 * value of a list, and both ends of a range. Ranges of whole numbers are searched in whole numbers.
 *
 * @param json by hyper-parameter, a list of values or `{ from, to, scale?, points? }`
 * @throws SearchSpaceError listing every unknown name, wrong value and range of what is no number
 */
export function modelSearchSpace(model: ModelDefinition, json: unknown): SearchSpace {
  const typeOf = (name: string): unknown =>
    Object.hasOwn(model.hyperparameters, name) ? model.hyperparameters[name]!.schema["type"] : undefined;
  const integers = Object.keys(model.hyperparameters).filter((name) => typeOf(name) === "integer");
  const space = parseSpace(json, new Set(integers));
  const problems = Object.entries(space).flatMap(([name, dimension]) => {
    const type = typeOf(name);
    if (dimension.kind === "range" && type !== undefined && type !== "number" && type !== "integer") {
      return [`${name}: a range needs a number, but it is ${JSON.stringify(type)}; give a list of values`];
    }
    const values = dimension.kind === "range" ? [dimension.low, dimension.high] : dimension.values;
    return [...new Set(values.flatMap((value) => valueProblems(model, name, value)))];
  });
  if (problems.length > 0) throw new SearchSpaceError(problems);
  return space;
}

function valueProblems(model: ModelDefinition, name: string, value: unknown): readonly string[] {
  try {
    resolveHyperparameters(model, { [name]: value });
    return [];
  } catch (error) {
    if (error instanceof HyperparameterError) return error.problems;
    throw error;
  }
}
