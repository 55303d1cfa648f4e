import type { Manifest } from "../../runtime/artifacts/manifest.js";
import { parseModelMetadata } from "../../runtime/artifacts/modelMetadata.js";
import { COST_KEY } from "../lower/lower.js";
import {
  evaluatePolynomial,
  formatPolynomial,
  polynomial,
  sum,
  type Polynomial,
} from "../lower/polynomial.js";
import { productOfSizes, type Size } from "../ir/types.js";
import { byteSize } from "../../runtime/artifacts/byteSize.js";

/** FLOPs and bytes of one run of a graph, or of one step of the fused epoch. */
export interface GraphWork {
  readonly graph: string;
  readonly flops: Polynomial;
  readonly bytes: Polynomial;
}

/**
 * The costs that the compiler wrote into the graphs' metadata.
 *
 * @param files bytes by path below the artifact folder, of all the manifest's graphs
 */
export function graphWork(manifest: Manifest, files: ReadonlyMap<string, Uint8Array>): GraphWork[] {
  const work: GraphWork[] = [];
  for (const [graph, { file }] of Object.entries(manifest.graphs)) {
    const text = parseModelMetadata(files.get(file)!).get(COST_KEY);
    if (text === undefined) continue;
    const cost = JSON.parse(text) as {
      readonly flops: Record<string, number>;
      readonly bytes: Record<string, number>;
    };
    work.push({
      graph,
      flops: new Map(Object.entries(cost.flops)),
      bytes: new Map(Object.entries(cost.bytes)),
    });
  }
  return work;
}

/** Number of trainable values. */
export function parameterCount(manifest: Manifest): Polynomial {
  const size = (axis: string): Size => {
    const known = manifest.axes[axis];
    return typeof known === "number" ? known : axis;
  };
  return sum(manifest.parameters.map(({ axes }) => polynomial(productOfSizes(axes.map(size)))));
}

function count(value: Polynomial, sizes: ReadonlyMap<string, number>): string {
  const number = evaluatePolynomial(value, sizes);
  return number === undefined ? formatPolynomial(value) : number.toLocaleString("en");
}

function bytesText(value: Polynomial, sizes: ReadonlyMap<string, number>): string {
  const number = evaluatePolynomial(value, sizes);
  return number === undefined ? formatPolynomial(value) : byteSize(number);
}

/** Parameters, FLOPs and bytes: numbers where the sizes are known, else polynomials of the axes. */
export function workLines(
  manifest: Manifest,
  work: readonly GraphWork[],
  sizes: ReadonlyMap<string, number>,
): string[] {
  const lines = ["work", `  parameters ${count(parameterCount(manifest), sizes)}`];
  for (const { graph, flops, bytes } of work) {
    const once = graph === "epoch_model" ? "per step" : "per run";
    lines.push(
      `  ${graph} ${once}`,
      `    FLOPs ${count(flops, sizes)}`,
      `    bytes ${bytesText(bytes, sizes)}`,
    );
  }
  return lines;
}

/** The same for machines: polynomials, and numbers where the sizes are known. */
export function workJson(
  manifest: Manifest,
  work: readonly GraphWork[],
  sizes: ReadonlyMap<string, number>,
): object {
  const value = (of: Polynomial) => ({
    terms: Object.fromEntries(of),
    value: evaluatePolynomial(of, sizes) ?? null,
  });
  return {
    parameters: value(parameterCount(manifest)),
    graphs: Object.fromEntries(
      work.map(({ graph, flops, bytes }) => [graph, { flops: value(flops), bytes: value(bytes) }]),
    ),
  };
}
