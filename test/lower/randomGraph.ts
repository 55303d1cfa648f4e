import { Random } from "../../runtime/data/random.js";
import type { Graph, InputRole, Node } from "../../src/ir/node.js";
import { axisNames } from "../../src/ir/types.js";
import { apply } from "../../src/ops/apply.js";
import * as build from "../../src/ops/build.js";
import { GraphBuilder } from "../evaluator/graphBuilder.js";

/** A random computation with its inputs. */
export interface RandomGraph {
  readonly g: GraphBuilder;
  readonly graph: Graph;
}

/** Operations drawn. */
const STEPS = 25;

const row = { name: "row", size: "row" };
const column = { name: "column", size: "column" };
const matrixAxes = [row, column];

/**
 * A random graph over vectors [row], [column] and matrices [row, column], drawn so that the patterns which passes
 * rewrite occur: neutral constants, repeated and transposed values, operands with the same axes in another order, sums
 * of repetitions, several lookups of one table. Values stay within about ± 10.
 */
export function randomGraph(seed: number, role: InputRole = "parameter"): RandomGraph {
  const random = new Random(seed, "graph");
  const g = new GraphBuilder(role);
  const sparse = g.sparse(
    "matrix",
    "row",
    "row",
    [4, 4],
    [
      [0, 1, 0.5],
      [0, 3, -0.25],
      [2, 2, 1],
      [3, 0, 0.75],
    ],
  );
  const ids = [g.ids("first", "row", { batch: 3 }, [1, 1, 3]), g.ids("second", "row", { other: 2 }, [0, 1])];
  const pool: Node[] = [
    g.float("x", { row: 4, column: 3 }),
    g.float("y", { row: 4, column: 3 }),
    g.float("r", { row: 4 }),
    g.float("c", { column: 3 }),
    g.float("s", {}),
  ];
  const pick = <T>(values: readonly T[]): T => values[random.below(values.length)]!;
  const any = (): Node => pick(pool);
  const fits = (wanted: readonly string[]) => (node: Node) =>
    axisNames(build.typeOf(node)).join() === wanted.join();
  const matrix = (): Node => pick(pool.filter(fits(["row", "column"])));
  /** A matrix with its axes in either order. */
  const permuted = (): Node =>
    random.below(2) === 0 ? matrix() : build.transpose(matrix(), ["column", "row"]);
  const small = (node: Node): Node => apply("tanh", [node]);
  const operand = (): Node => (random.below(3) === 0 ? build.scalar(pick([0, 1, -1, 2])) : any());
  const elementwise = (): Node => {
    const operation = pick(["add", "subtract", "multiply", "maximum", "minimum"] as const);
    const sides = [permuted(), operand()];
    return apply(operation, random.below(2) === 0 ? sides : sides.reverse());
  };
  const looked = (): Node => {
    const [first, second] = ids.map((id) => build.gather(matrix(), id)) as [Node, Node];
    return build.add(build.sum(first, ["batch"]), build.sum(second, ["other"]));
  };
  const split = (): Node => {
    const x = matrix();
    const joined = build.concat([x, build.rename(small(matrix()), "row", "line")], ["row", "line"], "both");
    return build.part(joined, "both", [row, { name: "line", size: "row" }], 0);
  };
  const makers: readonly (() => Node)[] = [
    elementwise,
    elementwise,
    elementwise,
    () => build.divide(matrix(), pick([build.scalar(1), build.scalar(2)])),
    () => build.negate(any()),
    () => build.add(build.negate(permuted()), permuted()),
    () => build.subtract(permuted(), build.negate(permuted())),
    () =>
      apply(pick(["multiply", "divide"] as const), [
        permuted(),
        build.broadcast(build.scalar(1), matrixAxes),
      ]),
    () => build.negate(build.negate(any())),
    () => small(any()),
    () => build.transpose(build.transpose(matrix(), ["column", "row"]), ["row", "column"]),
    () => build.rename(build.rename(matrix(), "column", "other_name"), "other_name", "column"),
    () => build.broadcast(pick(pool.filter((node) => build.typeOf(node).axes.length < 2)), matrixAxes),
    () => build.sum(build.broadcast(any(), matrixAxes), [pick(["row", "column"])]),
    () => build.sum(build.sum(matrix(), ["row"]), ["column"]),
    () => build.sum(build.multiply(matrix(), matrix()), [pick(["row", "column"])]),
    () => build.multiply(build.zeros(matrixAxes), any()),
    () => build.sparseProduct(sparse, small(matrix())),
    () => build.neighbourSum(sparse, small(matrix())),
    () => build.where(build.greater(matrix(), matrix()), matrix(), build.scalar(0)),
    looked,
    split,
  ];
  for (let step = 0; step < STEPS; step++) {
    const value = pick(makers)();
    pool.push(random.below(3) === 0 ? small(value) : value);
  }
  const outputs = [0, 1, 2].map((i) => ({ name: `output_${i}`, node: small(pool.at(-1 - i)!) }));
  return { g, graph: { name: `random_${seed}`, outputs: [...outputs, ...g.copies()] } };
}
