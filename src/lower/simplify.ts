import type { Graph, Node } from "../ir/node.js";
import { axisNames, productOfSizes, sameAxes, sameType, type Axis } from "../ir/types.js";
import {
  add,
  axisSize,
  broadcast,
  concat,
  matmul,
  multiply,
  negate,
  rename,
  scalar,
  scatterAdd,
  subtract,
  sum,
  sumOfSquares,
  transpose,
  typeOf,
} from "../ops/build.js";
import { broadcastAxes } from "../ops/broadcasting.js";
import { rewrite } from "./rewrite.js";
import { factorScales, joinScales } from "./scales.js";

const unaryFolds: Readonly<Record<string, (x: number) => number>> = {
  negate: (x) => -x,
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
};
const binaryFolds: Readonly<Record<string, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  divide: (a, b) => a / b,
  maximum: Math.max,
  minimum: Math.min,
};

/** Value of a float scalar constant. */
function scalarValue(node: Node): number | undefined {
  if (node.operation !== "constant" || typeOf(node).axes.length > 0) return undefined;
  return typeOf(node).dtype === "float32" ? (node.attributes.values as readonly number[])[0] : undefined;
}

/** The scalar constant a value repeats, if it does. */
function uniformValue(node: Node): number | undefined {
  return scalarValue(node.operation === "broadcast" ? node.inputs[0]! : node);
}

function foldConstants(node: Node): Node | undefined {
  const values = node.inputs.map(scalarValue);
  const [a, b] = values;
  if (a === undefined) return undefined;
  const unary = unaryFolds[node.operation];
  if (unary !== undefined) return scalar(unary(a));
  const binary = binaryFolds[node.operation];
  return binary === undefined || b === undefined ? undefined : scalar(binary(a, b));
}

/** `value` where it already has the type of `node`, else repeated to it. */
function as(node: Node, value: Node): Node {
  const { axes } = typeOf(node);
  return sameAxes(typeOf(value).axes, axes) ? value : broadcast(value, axes);
}

function neutralElements(node: Node): Node | undefined {
  const [left, right] = node.inputs;
  const a = left === undefined || left.type.kind === "sparse" ? undefined : uniformValue(left);
  const b = right === undefined || right.type.kind === "sparse" ? undefined : uniformValue(right);
  switch (node.operation) {
    case "add":
      if (a === 0) return as(node, right!);
      if (b === 0) return as(node, left!);
      // As a scale it joins others.
      if (left === right) return multiply(left!, scalar(2));
      if (right!.operation === "negate") return subtract(left!, right!.inputs[0]!);
      if (left!.operation === "negate") return subtract(right!, left!.inputs[0]!);
      return undefined;
    case "subtract":
      if (b === 0) return as(node, left!);
      if (a === 0) return as(node, negate(right!));
      return right!.operation === "negate" ? add(left!, right!.inputs[0]!) : undefined;
    case "multiply":
      if (a === 1) return as(node, right!);
      if (b === 1) return as(node, left!);
      if (a === 0 || b === 0) return as(node, scalar(0));
      if (a === -1) return as(node, negate(right!));
      if (b === -1) return as(node, negate(left!));
      return undefined;
    case "divide":
      return b === 1 ? as(node, left!) : undefined;
    case "negate":
      return left!.operation === "negate" ? left!.inputs[0]! : undefined;
    default:
      return undefined;
  }
}

const broadcasting = new Set([
  ...["add", "subtract", "multiply", "divide", "maximum", "minimum"],
  ...["greater", "greaterOrEqual", "equal", "and", "or", "where"],
]);

/** Elementwise operations repeat their inputs themselves; a materialised repetition is dropped. */
function absorbBroadcast(node: Node): Node | undefined {
  if (!broadcasting.has(node.operation)) return undefined;
  for (const [index, value] of node.inputs.entries()) {
    if (value.operation !== "broadcast") continue;
    const inputs = node.inputs.map((other, i) => (i === index ? value.inputs[0]! : other));
    const widest = inputs.map(typeOf).reduce((a, b) => (b.axes.length > a.axes.length ? b : a));
    if (!sameAxes(widest.axes, typeOf(node).axes)) continue;
    if (broadcastAxes(inputs.map(typeOf)) !== widest.axes) continue;
    return { ...node, inputs };
  }
  return undefined;
}

function layoutRules(node: Node): Node | undefined {
  const inner = node.inputs[0];
  switch (node.operation) {
    case "transpose": {
      const order = node.attributes.order as readonly string[];
      if (inner!.operation === "transpose") return transpose(inner!.inputs[0]!, order);
      return undefined;
    }
    case "rename": {
      if (inner!.operation !== "rename" || inner!.attributes.to !== node.attributes.from) return undefined;
      return rename(inner!.inputs[0]!, inner!.attributes.from as string, node.attributes.to as string);
    }
    case "broadcast":
      return inner!.operation === "broadcast" ? broadcast(inner!.inputs[0]!, typeOf(node).axes) : undefined;
    case "sum": {
      const names = node.attributes.axes as readonly string[];
      if (inner!.operation === "sum") {
        return sum(inner!.inputs[0]!, [...(inner!.attributes.axes as readonly string[]), ...names]);
      }
      if (inner!.operation === "multiply" && inner!.inputs[0] === inner!.inputs[1]) {
        return sumOfSquares(inner!.inputs[0]!, names);
      }
      if (inner!.operation !== "broadcast") return undefined;
      const source = inner!.inputs[0]!;
      const kept = axisNames(typeOf(source));
      const repeated = typeOf(inner!).axes.filter(
        (axis) => names.includes(axis.name) && !kept.includes(axis.name),
      );
      if (repeated.length === 0) return undefined;
      const size = productOfSizes(repeated.map((axis) => axis.size));
      const count = typeof size === "number" ? scalar(size) : axisSize(size);
      const summed = sum(
        source,
        names.filter((name) => kept.includes(name)),
      );
      const { axes } = typeOf(node);
      return as(node, multiply(broadcastable(summed, axes), count));
    }
    case "axisSize": {
      const { size } = node.attributes.size as { readonly size: number | string };
      return typeof size === "number" ? scalar(size) : undefined;
    }
    default:
      return undefined;
  }
}

function broadcastable(value: Node, axes: Parameters<typeof broadcast>[1]): Node {
  const names = axisNames(typeOf(value));
  return transpose(
    value,
    axes.map((axis) => axis.name).filter((name) => names.includes(name)),
  );
}

/** Two scatters into one table become one: one zero table, one addition and one pass less. */
function mergeScatters(node: Node): Node | undefined {
  if (node.operation !== "add") return undefined;
  const [left, right] = node.inputs as [Node, Node];
  if (left.operation !== "scatterAdd" || right.operation !== "scatterAdd") return undefined;
  if (!sameType(left.type, right.type)) return undefined;
  const [leftIds, leftRows] = left.inputs as [Node, Node];
  const [rightIds, rightRows] = right.inputs as [Node, Node];
  if (areSameIds(leftIds, rightIds) && sameType(leftRows.type, rightRows.type)) {
    return scatterAdd(leftIds, add(leftRows, rightRows), typeOf(left).axes[0]!);
  }
  const batches = [typeOf(leftIds), typeOf(rightIds)];
  if (batches.some((type) => type.axes.length !== 1)) return undefined;
  const along = batches.map((type) => type.axes[0]!.name);
  const into = along.join("+");
  return scatterAdd(
    concat([leftIds, rightIds], along, into),
    concat([leftRows, rightRows], along, into),
    typeOf(left).axes[0]!,
  );
}

/** Whether two lists are one value, or the same lists one after another. */
function areSameIds(left: Node, right: Node): boolean {
  if (left === right) return true;
  const isConcat = left.operation === "concat" && right.operation === "concat";
  return (
    isConcat &&
    sameType(left.type, right.type) &&
    left.inputs.length === right.inputs.length &&
    left.inputs.every((ids, i) => areSameIds(ids, right.inputs[i]!))
  );
}

function isMatrixProduct(node: Node): boolean {
  return node.operation === "matmul" && node.inputs.every((value) => typeOf(value).axes.length === 2);
}

/** a R ± b R = (a ± b) R. */
function sumOfProducts(node: Node): Node | undefined {
  if (node.operation !== "add" && node.operation !== "subtract") return undefined;
  const [left, right] = node.inputs as [Node, Node];
  if (!isMatrixProduct(left) || !isMatrixProduct(right) || left.inputs[1] !== right.inputs[1])
    return undefined;
  const [a, b] = [left.inputs[0]!, right.inputs[0]!];
  if (!sameType(a.type, b.type)) return undefined;
  return matmul(node.operation === "add" ? add(a, b) : subtract(a, b), left.inputs[1]!);
}

/** Rows that are products with one matrix, or negated, are added up before: R of features is wide, the rows are not. */
function scatterBeforeProduct(node: Node): Node | undefined {
  if (node.operation !== "scatterAdd") return undefined;
  const [ids, rows] = node.inputs as [Node, Node];
  const isNegated = rows.operation === "negate";
  const product = isNegated ? rows.inputs[0]! : rows;
  if (!isMatrixProduct(product) || typeOf(ids).axes.length !== 1) return undefined;
  const [narrow, matrix] = product.inputs as [Node, Node];
  const [inner, outer] = typeOf(matrix).axes.map(({ size }) => size);
  if (typeof inner !== "number" || (typeof outer === "number" && outer <= inner)) return undefined;
  return matmul(scatterAdd(ids, isNegated ? negate(narrow) : narrow, node.attributes.axis as Axis), matrix);
}

/** Sums of gradients that each fill one part of an axis, zeros elsewhere: the parts are written once. */
function mergePaddedParts(node: Node): Node | undefined {
  if (node.operation !== "add") return undefined;
  const [left, right] = node.inputs as [Node, Node];
  if (left.operation !== "concat" || right.operation !== "concat") return undefined;
  if (JSON.stringify(left.attributes) !== JSON.stringify(right.attributes)) return undefined;
  const pairs = left.inputs.map((value, i) => [value, right.inputs[i]!] as const);
  if (
    !pairs.every(([a, b]) => sameType(a.type, b.type) && (uniformValue(a) === 0 || uniformValue(b) === 0))
  ) {
    return undefined;
  }
  return concat(
    pairs.map(([a, b]) => (uniformValue(a) === 0 ? b : a)),
    left.attributes.along as readonly string[],
    left.attributes.into as string,
  );
}

const rules = [
  ...[foldConstants, neutralElements, absorbBroadcast, layoutRules, joinScales, factorScales],
  ...[scatterBeforeProduct, sumOfProducts, mergeScatters, mergePaddedParts],
];

/** Constant folding and algebraic simplification; results are equal up to rounding and of the same type. */
export function simplify(graph: Graph): Graph {
  return rewrite(graph, (node) => {
    if (node.operation === "input") return undefined;
    for (const rule of rules) {
      const next = rule(node);
      // A rule that exchanges operands also exchanges which of them the order of axes comes from.
      if (next !== undefined && sameType(next.type, node.type)) return next;
    }
    return undefined;
  });
}
