import {
  add,
  dropout,
  leakyRelu,
  matmul,
  multiply,
  rename,
  xavierUniform,
  zeros,
  type Declaration,
  type Embeddings,
  type Propagation,
  type Tensor,
} from "../../src/index.js";

export interface NgcfSettings {
  readonly layers: number;
  /**
   * `code`: LeakyReLU(s W1 + b1) + LeakyReLU((z ⊙ s) W2 + b2) with s = P z; `paper`: LeakyReLU((z + s) W1 + (z ⊙ s) W2),
   * with b1 + b2 added, which the paper does not print.
   */
  readonly form: "code" | "paper";
  /** Slope of LeakyReLU: 0.2 in the original framework, 0.01 in LATTICE's. */
  readonly slope: number;
  readonly messageDropout: number;
}

interface Weights {
  readonly w1: Tensor<["dim", "out"]>;
  readonly w2: Tensor<["dim", "out"]>;
  readonly b1: Tensor<["out"]>;
  readonly b2: Tensor<["out"]>;
}

type Side<Row extends string> = Tensor<[Row, "dim"]>;

/**
 * Layers 0..L of NGCF (Wang et al., SIGIR 2019, Eqs. 7 and 8), every layer d to d.
 *
 * @param step the propagation P of the neighbours' vectors
 */
export function ngcfLayers(
  m: Declaration,
  step: Propagation,
  start: Embeddings,
  settings: NgcfSettings,
): Embeddings[] {
  m.axis("out", m.size("dim") as number);
  const all = [start];
  for (let layer = 1; layer <= settings.layers; layer++) {
    const weights = declareWeights(m, layer);
    const before = all.at(-1)!;
    const received = step(before);
    const drop = <Row extends string>(side: string, x: Side<Row>): Side<Row> =>
      dropout(m, `ngcf/layer_${layer}/${side}`, x, settings.messageDropout);
    all.push({
      users: drop("user", transform(before.users, received.users, weights, settings)),
      items: drop("item", transform(before.items, received.items, weights, settings)),
    });
  }
  return all;
}

function declareWeights(m: Declaration, layer: number): Weights {
  const matrix = (name: string) =>
    m.parameter(`ngcf/layer_${layer}/${name}`, ["dim", "out"], xavierUniform());
  const bias = (name: string) => m.parameter(`ngcf/layer_${layer}/${name}`, ["out"], zeros());
  return { w1: matrix("w1"), w2: matrix("w2"), b1: bias("b1"), b2: bias("b2") };
}

function transform<Row extends string>(
  own: Side<Row>,
  received: Side<Row>,
  { w1, w2, b1, b2 }: Weights,
  { form, slope }: NgcfSettings,
): Side<Row> {
  const interaction: Side<Row> = multiply(own, received);
  const message: Side<Row> = form === "paper" ? add(own, received) : received;
  const first: Tensor<[Row, "out"]> = add(matmul(message, w1), b1);
  const second: Tensor<[Row, "out"]> = add(matmul(interaction, w2), b2);
  const combined: Tensor<[Row, "out"]> =
    form === "paper"
      ? leakyRelu(add(first, second), slope)
      : add(leakyRelu(first, slope), leakyRelu(second, slope));
  return rename(combined, "out", "dim") as Side<Row>;
}
