import { readFile } from "node:fs/promises";
import { modelSearchSpace } from "../../exports/searchSpace.js";
import { parseSpaceWords } from "../../runtime/tuning/parseSpace.js";
import { SearchSpaceError, type SearchSpace } from "../../runtime/tuning/searchSpace.js";
import type { ModelDefinition } from "../authoring/model.js";
import { UsageError } from "./usageError.js";

const FIX =
  "Write for instance --space learningRate=1e-4..1e-2:log --space dim=32,64, or --space space.json.";

/**
 * The space that `--space` names, each word being `name=…` or a JSON file by hyper-parameter, checked against the model.
 *
 * @throws UsageError for an unreadable file, and for everything wrong in the space at once
 */
export async function searchedSpace(model: ModelDefinition, words: readonly string[]): Promise<SearchSpace> {
  if (words.length === 0) throw new UsageError("--space is missing", FIX);
  const files = words.filter((word) => !word.includes("="));
  const parts: Readonly<Record<string, unknown>>[] = [];
  for (const file of files) parts.push(await readSpace(file));
  try {
    parts.push(parseSpaceWords(words.filter((word) => word.includes("="))));
    const names = parts.flatMap((part) => Object.keys(part));
    const twice = names.filter((name, index) => names.indexOf(name) < index);
    if (twice.length > 0) throw new SearchSpaceError(twice.map((name) => `${name} is given twice`));
    return modelSearchSpace(model, Object.assign({}, ...parts));
  } catch (error) {
    if (!(error instanceof SearchSpaceError)) throw error;
    throw new UsageError(
      `wrong --space for ${model.name}: ${error.problems.join("; ")}`,
      "`mmkit models <model>` lists hyper-parameters and ranges.",
    );
  }
}

async function readSpace(file: string): Promise<Readonly<Record<string, unknown>>> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    const reason = (error as Error).message;
    throw new UsageError(`--space ${file} is neither name=… nor a file that can be read (${reason})`, FIX);
  }
  try {
    const space: unknown = JSON.parse(text);
    if (space !== null && typeof space === "object" && !Array.isArray(space)) {
      return space as Record<string, unknown>;
    }
  } catch (error) {
    throw new UsageError(`--space ${file} is not JSON (${(error as Error).message})`, FIX);
  }
  throw new UsageError(
    `--space ${file} must hold a JSON object by hyper-parameter`,
    'Write for instance { "dim": [32, 64], "l2": { "from": 1e-5, "to": 1e-2, "scale": "log" } }.',
  );
}
