import {
  add,
  entryColumns,
  entryRows,
  gather,
  leakyRelu,
  matmul,
  multiply,
  propagateWith,
  rename,
  softmaxEntries,
  split,
  sum,
  transpose,
  xavierUniform,
  type Declaration,
  type Sparse,
  type Tensor,
} from "../../src/index.js";

/** Links of heads to entities, each with its relation as 1 in a row of zeros. */
export interface KnowledgeView<Head extends string, Entry extends string = string> {
  readonly links: Sparse<Head, "entity", Entry>;
  readonly relations: Tensor<[Entry, "relation"]>;
}

/** Σ_{e ∈ N_j} a(e, r, j) z_e of every head j. */
export type Attention<Head extends string> = (
  view: KnowledgeView<Head>,
  heads: Tensor<[Head, "dim"]>,
  entities: Tensor<["entity", "dim"]>,
) => Tensor<[Head, "dim"]>;

/** What an attention trains, besides the vectors that it is given. */
export interface AttentionParameters {
  /** [attention_input, dim]: W of the entity's half, then of the head's. */
  readonly weight: Tensor<["attention_input", "dim"]>;
  readonly relations: Tensor<["relation", "dim"]>;
}

/** LeakyReLU of DiffKG, whose σ KDiffE's "nonlinear activation" is read as. */
const SLOPE = 0.2;

/**
 * Declares W, Xavier uniform with gain √2, and the relations' vectors r, Xavier uniform. Axis `dim` must be declared, of
 * fixed size, and `relation` by a buffer.
 */
export function attentionParameters(m: Declaration): AttentionParameters {
  m.axis("attention_input", 2 * (m.size("dim") as number));
  return {
    weight: m.parameter("attention/weight", ["attention_input", "dim"], xavierUniform(Math.SQRT2)),
    relations: m.parameter("relation_embedding", ["relation", "dim"], xavierUniform()),
  };
}

/**
 * Relation-aware attention: a = softmax over the links of j of LeakyReLU(rᵀ W [z_e ‖ z_j]) (KDiffE, Eq. 2; DiffKG).
 *
 * rᵀ W [z_e ‖ z_j] is the sum of a product of entity and relation and one of head and relation, which are computed once
 * per node and relation, not per link.
 */
export function relationAttention<Head extends string>({
  weight,
  relations,
}: AttentionParameters): Attention<Head> {
  const size = weight.type.axes[1]!.size;
  const [ofEntity, ofHead] = split(weight, "attention_input", ["first", "second"], [size, size]);
  const scores = <Row extends string>(
    x: Tensor<[Row, "dim"]>,
    half: Tensor<[string, "dim"]>,
  ): Tensor<[Row, "relation"]> => {
    const inner = half.type.axes[0]!.name;
    const square = rename(rename(half, "dim", "out"), inner, "dim") as unknown as Tensor<["dim", "out"]>;
    const projected: Tensor<[Row, "out"]> = matmul(x, square);
    return matmul(projected, transpose(rename(relations, "dim", "out")));
  };
  return ({ links, relations: mask }, heads, entities) => {
    const perEntity = gather(scores(entities, ofEntity), entryColumns(links));
    const perHead = gather(scores(heads, ofHead), entryRows(links));
    const logits: Tensor<[string]> = sum(multiply(mask, add(perEntity, perHead)), "relation");
    return propagateWith(links, softmaxEntries(links, leakyRelu(logits, SLOPE)), entities);
  };
}
