import { Ajv, type ErrorObject } from "ajv";
import type { GraphEntry, Manifest } from "./manifest.js";
import { manifestSchema } from "./manifestSchema.js";

const followsSchema = new Ajv({
  allErrors: true,
  allowUnionTypes: true,
  discriminator: true,
  verbose: true,
}).compile<Manifest>(manifestSchema);

/** A JSON pointer as one would write the access in TypeScript: `/phases/0/name` becomes `phases[0].name`. */
function accessPath(pointer: string): string {
  const steps = pointer.split("/").slice(1);
  return steps
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"))
    .map((step, position) => (/^\d+$/.test(step) ? `[${step}]` : position === 0 ? step : `.${step}`))
    .join("");
}

function abbreviated(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) return "nothing";
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function schemaSentence(error: ErrorObject): string {
  const path = accessPath(error.instancePath);
  const where = path === "" ? "manifest" : path;
  const parameters = error.params as Record<string, unknown>;
  switch (error.keyword) {
    case "additionalProperties":
      return `${where}: unknown key "${String(parameters["additionalProperty"])}"`;
    case "required":
      return `${where}: key "${String(parameters["missingProperty"])}" is missing`;
    case "enum":
      return `${where}: must be one of ${abbreviated(parameters["allowedValues"])}, found ${abbreviated(error.data)}`;
    case "const":
      return `${where}: must be ${abbreviated(parameters["allowedValue"])}, found ${abbreviated(error.data)}`;
    case "discriminator":
      return `${where}: its "kind" is ${abbreviated(parameters["tagValue"])}, which is not one of the known kinds`;
    default:
      return `${where}: ${error.message ?? error.keyword}, found ${abbreviated(error.data)}`;
  }
}

/** Names that the manifest uses but does not define, and names it defines twice. */
function referenceProblems(manifest: Manifest): string[] {
  const problems: string[] = [];
  const axes = new Set(Object.keys(manifest.axes));
  const parameters = new Set(manifest.parameters.map((parameter) => parameter.name));
  const needAxis = (where: string, axis: string): void => {
    if (!axes.has(axis)) problems.push(`${where}: axis "${axis}" is not in axes (${[...axes].join(", ")})`);
  };
  const needOnce = (where: string, listed: readonly string[]): void => {
    const twice = listed.filter((entry, position) => listed.indexOf(entry) !== position);
    for (const entry of new Set(twice)) problems.push(`${where}: "${entry}" is defined more than once`);
  };

  for (const [axis, size] of Object.entries(manifest.axes)) {
    if (typeof size !== "object" || size === null) continue;
    for (const part of size.sumOf) if (typeof part === "string") needAxis(`axes.${axis}.sumOf`, part);
  }
  needOnce(
    "parameters",
    manifest.parameters.map((entry) => entry.name),
  );
  needOnce(
    "buffers",
    manifest.buffers.map((entry) => entry.name),
  );
  needOnce(
    "phases",
    manifest.phases.map((entry) => entry.name),
  );
  manifest.parameters.forEach((parameter, position) => {
    for (const axis of parameter.axes) needAxis(`parameters[${position}].axes`, axis);
  });
  manifest.buffers.forEach((buffer, position) => {
    const used =
      buffer.kind === "sparse" ? [buffer.row, buffer.column] : [...buffer.axes, ...indexed(buffer)];
    for (const axis of used) needAxis(`buffers[${position}]`, axis);
    const graph = buffer.refresh === "once" ? null : buffer.refresh.graph;
    if (graph !== null && manifest.graphs[graph] === undefined) {
      problems.push(`buffers[${position}].refresh.graph: no graph "${graph}"`);
    }
  });
  manifest.phases.forEach((phase, position) => {
    const where = `phases[${position}]`;
    for (const parameter of [...phase.parameters, ...phase.moments.map((moment) => moment.parameter)]) {
      if (!parameters.has(parameter)) problems.push(`${where}: "${parameter}" is not a parameter`);
    }
    for (const [use, graph] of Object.entries(phase.graphs)) {
      if (manifest.graphs[graph] === undefined) problems.push(`${where}.graphs.${use}: no graph "${graph}"`);
    }
    const fixed = [
      ...phase.batch.map(({ buffer }) => buffer),
      phase.sampler.kind === "entries" ? phase.sampler.buffer : undefined,
    ];
    for (const buffer of fixed) {
      if (buffer === undefined || isFixedMatrix(manifest, buffer)) continue;
      problems.push(`${where}: "${buffer}" is not a sparse buffer that is made once`);
    }
    if (phase.sampler.kind === "rows") needAxis(`${where}.sampler.axis`, phase.sampler.axis);
  });
  problems.push(...scheduleProblems(manifest));
  for (const [graph, entry] of Object.entries(manifest.graphs))
    problems.push(...graphProblems(graph, entry, needOnce));
  return problems;
}

function indexed(buffer: { readonly indexes?: string }): string[] {
  return buffer.indexes === undefined ? [] : [buffer.indexes];
}

function isFixedMatrix(manifest: Manifest, buffer: string): boolean {
  return manifest.buffers.some(
    ({ kind, name, refresh }) => name === buffer && kind === "sparse" && refresh === "once",
  );
}

/** The schedule has every phase and every buffer that changes, once each. */
function scheduleProblems(manifest: Manifest): string[] {
  const wanted = [
    ...manifest.buffers.filter(({ refresh }) => refresh !== "once").map(({ name }) => `refresh "${name}"`),
    ...manifest.phases.map(({ name }) => `phase "${name}"`),
  ];
  const found = manifest.schedule.map((entry) =>
    entry.kind === "refresh" ? `refresh "${entry.buffer}"` : `phase "${entry.phase}"`,
  );
  return [...new Set([...wanted, ...found])]
    .filter((work) => !wanted.includes(work) || found.filter((entry) => entry === work).length !== 1)
    .map((work) => `schedule: must have ${wanted.join(", ")} once each, which ${work} contradicts`);
}

function graphProblems(
  graph: string,
  entry: GraphEntry,
  needOnce: (where: string, listed: readonly string[]) => void,
): string[] {
  needOnce(
    `graphs.${graph}.inputs`,
    entry.inputs.map((input) => input.name),
  );
  needOnce(
    `graphs.${graph}.outputs`,
    entry.outputs.map((output) => output.name),
  );
  const steps = entry.file.split(/[\\/]/);
  const leaves = entry.file.startsWith("/") || /^[a-z]:/i.test(entry.file) || steps.includes("..");
  return leaves ? [`graphs.${graph}.file: "${entry.file}" is not below the artifact folder`] : [];
}

/**
 * Everything that is wrong with a parsed manifest, one sentence per problem with its path. Empty if it is usable, in
 * which case the value is a {@link Manifest}. Names are compared only once the shape is right.
 */
export function manifestProblems(candidate: unknown): string[] {
  if (followsSchema(candidate)) return referenceProblems(candidate);
  const sentences = (followsSchema.errors ?? [])
    .filter((error) => error.keyword !== "oneOf")
    .map(schemaSentence);
  return [...new Set(sentences)];
}
