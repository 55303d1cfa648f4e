import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { ModelDefinition } from "../authoring/model.js";
import { models } from "../../graphs/registry.js";
import { builtInErrors } from "./describeError.js";
import { importTypeScript } from "./importTypeScript.js";
import { ModelFileError } from "./modelFileError.js";
import { modelProblems } from "./modelShape.js";
import { suggestion } from "./suggestion.js";
import { UsageError } from "./usageError.js";

const NEW_MODEL = "`mmkit new <name>` writes a model to start from.";

/** A file that is a TypeScript or JavaScript module, by its name. */
export function isModulePath(text: string): boolean {
  return /\.[cm]?[jt]s$/.test(text);
}

/** A path rather than a name: it has a folder or the ending of a module. */
export function looksLikePath(text: string): boolean {
  return /[\\/]/.test(text) || isModulePath(text);
}

/**
 * The bundled model of a name, or the default export of a TypeScript or JavaScript module.
 *
 * A module may have its own copy of mmkit, so a definition is known by its shape, not by its class.
 *
 * @param model as typed on the command line
 * @throws UsageError for an unknown name or a missing file; ModelFileError for a module that holds no model
 */
export async function loadModel(model: string): Promise<ModelDefinition> {
  const bundled = models.get(model);
  if (bundled !== undefined) return bundled;
  if (existsSync(model) && looksLikePath(model)) return loadModelFile(model);
  if (looksLikePath(model)) {
    throw new UsageError(`there is no model file ${model}`, `Check the path; ${NEW_MODEL}`);
  }
  throw new UsageError(
    `there is no model "${model}"`,
    `${suggestion(model, [...models.keys()])} A model of your own is given as a path such as ./${model}.ts.`,
  );
}

async function loadModelFile(file: string): Promise<ModelDefinition> {
  const candidate = defaultExport(file, await importModule(file));
  const problems = modelProblems(candidate);
  if (problems.length > 0) {
    throw new ModelFileError(
      file,
      `its default export is not a model definition:\n  ${problems.join("\n  ")}\n`,
      `Write \`export default defineModel({ name, title, hyperparameters, build })\`; ${NEW_MODEL}`,
    );
  }
  const definition = candidate as ModelDefinition;
  return {
    ...definition,
    build(m, h) {
      try {
        definition.build(m, h);
      } catch (error) {
        throw authorsError(file, `build of model "${definition.name}" fails`, error);
      }
    },
  };
}

async function importModule(file: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await importTypeScript(resolve(file));
  } catch (error) {
    if (!(error instanceof Error)) throw authorsError(file, "loading it fails", error);
    if (error.name === "TransformError" || error instanceof SyntaxError) {
      const lines = error.message.split("\n").filter((line) => !line.startsWith("Transform failed"));
      const problem = `it is not valid TypeScript:\n  ${lines.join("\n  ")}\n`;
      throw new ModelFileError(file, problem, "Correct it.", { cause: error });
    }
    const code = (error as NodeJS.ErrnoException).code ?? "";
    if (/MODULE_NOT_FOUND|ERR_PACKAGE_PATH_NOT_EXPORTED/.test(code)) {
      const reason = error.message.split("\n")[0]!;
      const fix = reason.includes("'mmkit'")
        ? "Install mmkit in the model's folder: npm install mmkit."
        : "Correct the import or install the package.";
      throw new ModelFileError(file, `a module that it imports is missing (${reason})`, fix, {
        cause: error,
      });
    }
    throw authorsError(file, "loading it fails", error);
  }
}

function defaultExport(file: string, module: Readonly<Record<string, unknown>>): unknown {
  if ("default" in module) return module["default"];
  const names = Object.keys(module);
  throw new ModelFileError(
    file,
    names.length === 0 ? "it exports nothing" : `it has no default export, only ${names.join(", ")}`,
    `Write \`export default defineModel({ … })\`; ${NEW_MODEL}`,
  );
}

/** An error of JavaScript in the user's code is the user's, so it is named with the user's line; ours pass. */
function authorsError(file: string, what: string, error: unknown): unknown {
  if (!(error instanceof Error)) {
    return new ModelFileError(file, `${what}: ${String(error)} was thrown`, "Correct the module.");
  }
  if (!builtInErrors.includes(error.constructor) || error.message.startsWith("internal:")) return error;
  const at = /(?:file:\/\/)?([^\s()?]+)[^\s()]*?(:\d+):\d+\)?$/m.exec(error.stack ?? "");
  const where = at === null ? "" : `\n  at ${at[1]!}${at[2]!}\n`;
  const problem = `${what}: ${error.name}: ${error.message}${where}`;
  return new ModelFileError(file, problem, "Correct the module.", { cause: error });
}
