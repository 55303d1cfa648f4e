import {
  add,
  concat,
  dropout,
  leakyRelu,
  matmul,
  multiply,
  normalise,
  relu,
  xavierUniform,
  zeros,
  type Declaration,
  type Tensor,
} from "../../src/index.js";
import type { Nodes } from "./collaborativeGraph.js";

export interface AggregationSettings {
  readonly dim: number;
  readonly layers: number;
  readonly aggregator: "bi" | "gcn" | "graphsage";
  readonly messageDropout: number;
}

type Any = Nodes<string>;

/** Slope of LeakyReLU in the code's framework. */
const SLOPE = 0.2;

/**
 * Layers 1..L from z^(0), then [z^(0) | z^(1)/‖z^(1)‖ | …] (KGAT, Eqs. 6 to 11). Layer l has d / 2^(l-1) numbers.
 *
 * - `bi`: LeakyReLU(W1 (z + Az)) + LeakyReLU(W2 (z ⊙ Az))
 * - `gcn`: LeakyReLU(W Az), as its code; Eq. 6 has z + Az
 * - `graphsage`: ReLU(W [z | Az]), as its code; Eq. 7 has LeakyReLU
 */
export function aggregated(
  m: Declaration,
  start: Nodes,
  receive: (z: Any) => Any,
  h: AggregationSettings,
): Nodes<"vector"> {
  const parts: { readonly value: Any; readonly along: string }[] = [{ value: start, along: "dim" }];
  let before: Any = start;
  let input = "dim";
  for (let layer = 1; layer <= h.layers; layer++) {
    const output = `layer_${layer}`;
    m.axis(output, Math.max(1, Math.floor(h.dim / 2 ** (layer - 1))));
    const transform = (name: string, x: Any): Any => affine(m, `${output}/${name}`, x, output);
    const near = receive(before);
    const next: Any = aggregate(m, h.aggregator, { own: before, near, input, transform });
    before = dropout(m, output, next, h.messageDropout);
    parts.push({ value: normalise(before, output), along: output });
    input = output;
  }
  return concat("vector", parts) as unknown as Nodes<"vector">;
}

interface LayerInputs {
  /** z and Az, [node, input]. */
  readonly own: Any;
  readonly near: Any;
  readonly input: string;
  /** x W + b with parameters of a name. */
  readonly transform: (name: string, x: Any) => Any;
}

function aggregate(
  m: Declaration,
  kind: AggregationSettings["aggregator"],
  { own, near, input, transform }: LayerInputs,
): Any {
  if (kind === "gcn") return leakyRelu(transform("sum", near), SLOPE);
  if (kind === "graphsage") {
    const both = `${input}_both`;
    const sides = [
      { value: own, along: input },
      { value: near, along: input },
    ];
    m.axis(both, 2 * (m.size(input) as number));
    return relu(transform("both", concat(both, sides) as unknown as Any));
  }
  const sum = leakyRelu(transform("sum", add(own, near)), SLOPE);
  return add(sum, leakyRelu(transform("product", multiply(own, near)), SLOPE));
}

function affine(m: Declaration, name: string, x: Any, output: string): Any {
  const input = x.type.axes[1]!.name;
  const weight: Tensor<[string, string]> = m.parameter(`${name}/weight`, [input, output], xavierUniform());
  const bias: Tensor<[string]> = m.parameter(`${name}/bias`, [output], zeros());
  return add(matmul(x, weight), bias);
}
