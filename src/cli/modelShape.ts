import type { ModelDefinition } from "../authoring/model.js";

/** What a module's default export lacks to be a model definition, one phrase each; empty if it is one. */
export function modelProblems(candidate: unknown): string[] {
  if (!isRecord(candidate)) return [`it must be an object, found ${kindOf(candidate)}`];
  const problems: string[] = [];
  const { name, title, hyperparameters, build, ablations } = candidate as Partial<
    Record<keyof ModelDefinition, unknown>
  >;
  if (typeof name !== "string" || !/^[a-z][a-z0-9_-]*$/.test(name)) {
    problems.push(`"name" must be a word in lower case, found ${shown(name)}`);
  }
  if (typeof title !== "string" || title === "")
    problems.push(`"title" must be a text, found ${shown(title)}`);
  if (typeof build !== "function") problems.push(`"build" must be a function, found ${shown(build)}`);
  if (ablations !== undefined && !(Array.isArray(ablations) && ablations.every(isAblationTable))) {
    problems.push(
      `"ablations" must be a list of { table, title, metrics, groups: [{ full, rows }] } whose rows have a name and settings`,
    );
  }
  if (!isRecord(hyperparameters)) {
    problems.push(`"hyperparameters" must be an object, found ${shown(hyperparameters)}`);
    return problems;
  }
  for (const [key, parameter] of Object.entries(hyperparameters)) {
    if (isRecord(parameter) && isRecord(parameter["schema"]) && "default" in parameter) continue;
    problems.push(
      `hyper-parameter "${key}" must be made by number, integer, flag, choice or names, found ${shown(parameter)}`,
    );
  }
  return problems;
}

function isAblationTable(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { table, title, metrics, groups } = value;
  const isRow = (row: unknown): boolean =>
    isRecord(row) && typeof row["name"] === "string" && isRecord(row["settings"]);
  const isGroup = (group: unknown): boolean =>
    isRecord(group) &&
    isRow(group["full"]) &&
    Array.isArray(group["rows"]) &&
    group["rows"].every(
      (row) => isRow(row) || (isRecord(row) && typeof row["withoutEachModality"] === "string"),
    );
  return (
    typeof table === "string" &&
    typeof title === "string" &&
    Array.isArray(metrics) &&
    Array.isArray(groups) &&
    groups.every(isGroup)
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "a list" : `a value of type ${typeof value}`;
}

function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  return typeof value === "object" || typeof value === "function" ? kindOf(value) : JSON.stringify(value);
}
