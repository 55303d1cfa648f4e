import type { Declaration, Initializer } from "../authoring/declaration.js";
import { xavierUniform, zeros } from "../authoring/initializers.js";
import { add, matmul, rename } from "../authoring/operations.js";
import type { Tensor } from "../authoring/tensor.js";

/** x W + b on the rows of a matrix. */
export type Linear<In extends string, Out extends string> = <Row extends string>(
  x: Tensor<[Row, In]>,
) => Tensor<[Row, Out]>;

/**
 * Declares `<name>/weight` [input, output] and, unless told otherwise, `<name>/bias` [output], from zeros or as said. Both axes
 * must be declared and may be the same. The layer can be applied any number of times.
 */
export function linear<In extends string, Out extends string>(
  m: Declaration,
  name: string,
  input: In,
  output: Out,
  options: {
    readonly bias?: boolean;
    readonly initializer?: Initializer;
    readonly biasInitializer?: Initializer;
  } = {},
): Linear<In, Out> {
  const column = (input as string) === output ? `${output}_out` : output;
  if (column !== output) m.axis(column, m.size(output) as number);
  const weight = m.parameter(`${name}/weight`, [input, column], options.initializer ?? xavierUniform());
  const bias =
    options.bias === false
      ? undefined
      : m.parameter(`${name}/bias`, [column], options.biasInitializer ?? zeros());
  return <Row extends string>(x: Tensor<[Row, In]>) => {
    const product: Tensor<[Row, string]> = matmul(x, weight);
    const result = bias === undefined ? product : add(product, bias);
    return (column === output ? result : rename(result, column, output)) as Tensor<[Row, Out]>;
  };
}
