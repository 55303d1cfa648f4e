import type { Point } from "../../runtime/tuning/searchSpace.js";
import type { ModelDefinition } from "../authoring/model.js";
import type { Hyperparameter } from "../authoring/hyperparameters.js";
import { pointText } from "./tuningDisplay.js";

const WIDTH = 110;

/** `integer, 1 to 8`, `number above 0`, `one of adam, sgd`: what a hyper-parameter may be. */
export function rangeText({ schema }: Hyperparameter<unknown>): string {
  const { type, minimum, maximum, exclusiveMinimum } = schema as Readonly<
    Record<string, string | number | undefined>
  >;
  if (Array.isArray(schema["enum"])) return `one of ${schema["enum"].join(", ")}`;
  if (type === "array") return "list of names";
  if (type === "boolean") return "true or false";
  const above = exclusiveMinimum === undefined ? [] : [`above ${String(exclusiveMinimum)}`];
  if (minimum !== undefined && maximum !== undefined)
    return `${String(type)} ${String(minimum)} to ${String(maximum)}`;
  const from = minimum === undefined ? above : [`from ${String(minimum)}`];
  const to = maximum === undefined ? [] : [`to ${String(maximum)}`];
  return [String(type), ...from, ...to].join(" ");
}

/** Words in lines of at most `width` characters. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

/** Defaults that depend on another hyper-parameter. */
function otherDefaults({ defaultsWhere = {} }: ModelDefinition): string[] {
  return Object.entries(defaultsWhere).flatMap(([name, byValue]) =>
    Object.entries(byValue ?? {}).flatMap(([value, defaults]) =>
      wrapped(`with ${name}=${value} the defaults are ${pointText(defaults as Point)}`, WIDTH - 2).map(
        (line) => `  ${line}`,
      ),
    ),
  );
}

/** The rows of the model's ablation tables with what each sets. */
function ablationLines({ name: model, ablations = [] }: ModelDefinition): string[] {
  return ablations.flatMap(({ table, title, groups }) => {
    const rows = groups.flatMap(({ full, rows: others }) => [full, ...others]);
    return [
      ...wrapped(`table ${table} (mmkit ablate ${model} --table ${table}): ${title}`, WIDTH - 2).map(
        (line) => `  ${line}`,
      ),
      ...rows.flatMap((row) => {
        const [name, set] =
          "name" in row
            ? [row.name, pointText(row.settings as Point)]
            : [`${row.withoutEachModality} <modality>`, "modalities without it, a row for each"];
        return wrapped(`${name}: ${set === "" ? "as set" : set}`, WIDTH - 4).map((line) => `    ${line}`);
      }),
    ];
  });
}

/**
 * A model for people: its title, then name, default, range and description of each hyper-parameter, then its ablation
 * tables.
 */
export function hyperparameterTable(model: ModelDefinition): string {
  const rows = Object.entries(model.hyperparameters).map(([name, parameter]) => ({
    head: [name, JSON.stringify(parameter.default), rangeText(parameter)],
    description: typeof parameter.schema["description"] === "string" ? parameter.schema["description"] : "",
  }));
  const widths = [0, 1, 2].map((column) => Math.max(0, ...rows.map(({ head }) => head[column]!.length)));
  const indent = 2 + widths.reduce((sum, width) => sum + width + 2, 0);
  const lines = rows.flatMap(({ head, description }) => {
    const start = head.map((text, column) => text.padEnd(widths[column]! + 2)).join("");
    const texts = wrapped(description, Math.max(30, WIDTH - indent));
    return texts.map((text, line) => `  ${line === 0 ? start : " ".repeat(indent - 2)}${text}`.trimEnd());
  });
  return [
    `${model.name}: ${model.title}`,
    ...lines,
    ...otherDefaults(model),
    ...ablationLines(model),
    "",
  ].join("\n");
}
