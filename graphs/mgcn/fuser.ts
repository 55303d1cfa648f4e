import {
  add,
  linear,
  multiply,
  shares,
  sigmoid,
  subtract,
  sum,
  sumOf,
  tanh,
  xavierUniform,
  type Declaration,
  type Linear,
  type Tensor,
} from "../../src/index.js";

type Rows<Row extends string> = Tensor<[Row, "dim"]>;

/** Side vectors of the users or of the items. */
export type Fuser = <Row extends string>(modalities: readonly Rows<Row>[], behaviour: Rows<Row>) => Rows<Row>;

/**
 * MGCN's behaviour-aware fuser: attention splits what the modalities have in common from what is specific to each, and
 * the behaviour vectors say how much of the specific part counts.
 *
 * common = Σ_m a^m e^m with a = softmax_m(q · tanh(W e^m + b)); spec^m = σ(pref_m(c)) ⊙ (e^m - common);
 * side = (Σ_m spec^m + common) / (M + 1), with M = 2 the code's 3.
 */
export function behaviourAwareFuser(m: Declaration, modalities: readonly string[]): Fuser {
  const attention = linear(m, "attention", "dim", "dim");
  const query = m.parameter("attention/query", ["dim"], xavierUniform());
  const preferences = modalities.map((modality) => linear(m, `${modality}_preference`, "dim", "dim"));
  return <Row extends string>(parts: readonly Rows<Row>[], behaviour: Rows<Row>): Rows<Row> => {
    const logits = parts.map((e) => sum(multiply(tanh(attention(e)), query), "dim") as Tensor<[Row]>);
    const attended = shares(logits);
    const weighted = parts.map((e, i): Rows<Row> =>
      multiply(e, attended[i]! as unknown as Tensor<readonly Row[]>),
    );
    const common: Rows<Row> = sumOf(weighted);
    const specific = parts.map((e, i) => preferred(preferences[i]!, behaviour, subtract(e, common)));
    const all: Rows<Row> = add(sumOf(specific), common);
    return multiply(all, 1 / (parts.length + 1));
  };
}

/** σ(pref(c)) ⊙ x. */
function preferred<Row extends string>(
  preference: Linear<"dim", "dim">,
  behaviour: Rows<Row>,
  x: Rows<Row>,
): Rows<Row> {
  const gate: Rows<Row> = sigmoid(preference(behaviour));
  return multiply(gate, x);
}
