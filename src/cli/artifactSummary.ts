import type { Artifacts } from "../../runtime/artifacts/artifacts.js";
import type {
  AxisSize,
  BufferEntry,
  GraphEntry,
  GraphTensor,
  Manifest,
} from "../../runtime/artifacts/manifest.js";
import { workJson, workLines, type GraphWork } from "./workSummary.js";

/**
 * A compiled model in words: what the model needs, what it learns, and the graphs that do it.
 *
 * @param sizes of the axes that are known; work is counted in numbers where they suffice
 */
export function artifactSummary(
  { manifest, sha256 }: Pick<Artifacts, "manifest" | "sha256">,
  work: readonly GraphWork[],
  sizes: ReadonlyMap<string, number>,
): { readonly text: string; readonly json: unknown } {
  const axes = Object.entries(manifest.axes).map(([name, size]) => `${name} (${sizeText(size)})`);
  const lines = [
    `${manifest.model}: ${manifest.title}`,
    `opset ${manifest.opset}, IR ${manifest.irVersion}, sha256 ${sha256}`,
    ...section("hyper-parameters", Object.entries(manifest.hyperparameters), ([name, value]) => {
      return `${name} = ${JSON.stringify(value)}`;
    }),
    ...section("axes", axes, (axis) => axis),
    ...section("parameters", manifest.parameters, ({ name, axes: of, initializer }) => {
      return `${name} float32 [${of.join(", ")}], ${initializer.kind} ${initializer.scale}`;
    }),
    ...section("buffers", manifest.buffers, (buffer) => {
      const of = buffer.kind === "dense" ? buffer.axes : [buffer.row, buffer.column];
      return `${buffer.name} ${buffer.kind} [${of.join(", ")}] by ${buffer.recipe.kind}, made ${refreshText(buffer.refresh)}`;
    }),
    ...section("phases", manifest.phases, ({ name, losses, optimizer, sampler, parameters }) => {
      const batches = `${sampler.batchSize} ${sampler.kind} a batch`;
      return `${name}: ${optimizer.kind} on ${parameters.join(", ")}; losses ${losses.join(", ")}; ${batches}`;
    }),
    ...section("every epoch", manifest.schedule, (entry) =>
      entry.kind === "phase" ? `phase ${entry.phase}` : `refresh ${entry.buffer}`,
    ),
    ...workLines(manifest, work, sizes),
    "graphs",
    ...allGraphs(manifest).flatMap(([name, { file, inputs, outputs }]) => [
      `  ${name} (${file})`,
      ...inputs.map((tensor) => `    in  ${tensorText(tensor)}`),
      ...outputs.map((tensor) => `    out ${tensorText(tensor)}`),
    ]),
  ];
  return {
    text: `${lines.join("\n")}\n`,
    json: { kind: "artifacts", sha256, work: workJson(manifest, work, sizes), manifest },
  };
}

/** The item tower after the graphs that training and ranking run. */
function allGraphs({ graphs, itemTower }: Manifest): (readonly [name: string, graph: GraphEntry])[] {
  return [
    ...Object.entries(graphs),
    ...(itemTower === undefined ? [] : [["item_tower", itemTower.graph] as const]),
  ];
}

function section<Item>(title: string, items: readonly Item[], text: (item: Item) => string): string[] {
  return items.length === 0 ? [] : [title, ...items.map((item) => `  ${text(item)}`)];
}

function sizeText(size: AxisSize): string {
  if (size === null) return "set by the data";
  return typeof size === "number" ? String(size) : size.sumOf.join(" + ");
}

function refreshText(refresh: BufferEntry["refresh"]): string {
  if (refresh === "once") return "once";
  const times = refresh.every === 1 ? "every epoch" : `every ${refresh.every} epochs`;
  const start = refresh.from === 0 ? "" : ` from epoch ${refresh.from}`;
  const source = refresh.graph === null ? "" : `, from ${refresh.graph}`;
  return `anew ${times}${start}${source}${refresh.atEvaluation ? ", and for evaluation" : ""}`;
}

function tensorText({ name, dtype, axes, role }: GraphTensor): string {
  return `${name} ${dtype} [${axes.join(", ")}] ${role}`;
}
