import type { Attributes } from "../ir/node.js";
import {
  axisNames,
  formatAxis,
  productOfSizes,
  sameAxes,
  sameSize,
  sizeKey,
  sumOfSizes,
  tensorType,
  type Axis,
  type DType,
  type Size,
  type TensorType,
  type ValueType,
} from "../ir/types.js";
import { concat, part, rename, reshape, sumTo, transpose, typeOf, zeros } from "./build.js";
import { align, broadcastAxes, tensor } from "./broadcasting.js";
import { InferenceProblem, type Operation } from "./operation.js";

const anyType: readonly DType[] = ["float32", "int32", "int64", "uint64", "bool"];

function axisAt(type: TensorType, name: string, index = 0): number {
  const position = type.axes.findIndex((axis) => axis.name === name);
  if (position < 0) {
    throw new InferenceProblem(`{${index}} has no axis "${name}", only [${axisNames(type).join(", ")}]`);
  }
  return position;
}

function distinct(axes: readonly Axis[]): readonly Axis[] {
  const repeated = axes.find((axis, i) => axes.findIndex((other) => other.name === axis.name) !== i);
  if (repeated !== undefined) {
    throw new InferenceProblem(`axis "${repeated.name}" would occur twice; rename one of them`);
  }
  return axes;
}

/** Starts of the parts of an axis. */
function partStart(parts: readonly Axis[], index: number): Size {
  return sumOfSizes([0, ...parts.slice(0, index).map((axis) => axis.size)]);
}

function inferConcat(inputs: readonly ValueType[], attributes: Attributes): ValueType {
  const along = attributes.along as readonly string[];
  if (inputs.length === 0) throw new InferenceProblem("needs at least one value, but the list is empty");
  const types = inputs.map((_, i) => tensor(inputs, i, anyType));
  const first = types[0]!;
  const position = axisAt(first, along[0]!);
  const sizes = types.map((type, i) => {
    if (type.dtype !== first.dtype) {
      throw new InferenceProblem(`{${i}} must be ${first.dtype} as {0}, but it is ${type.dtype}`);
    }
    if (type.indexes !== first.indexes) {
      throw new InferenceProblem(`{${i}} must hold ids of ${first.indexes ?? "nothing"}, as {0} does`);
    }
    const at = axisAt(type, along[i]!, i);
    const others = (t: TensorType, p: number): Axis[] => t.axes.filter((_, k) => k !== p);
    if (at !== position || !sameAxes(others(type, at), others(first, position))) {
      throw new InferenceProblem(`{${i}} must have the axes of {0} besides "${along[i]!}"`);
    }
    return type.axes[at]!.size;
  });
  const into: Axis = { name: attributes.into as string, size: sumOfSizes(sizes) };
  const axes = first.axes.map((axis, i) => (i === position ? into : axis));
  return tensorType(first.dtype, distinct(axes), first.indexes);
}

export const layout = {
  constant: {
    infer: (_, attributes) => {
      const axes = attributes.axes as readonly Axis[];
      const values = attributes.values as readonly number[];
      const size = productOfSizes(axes.map((axis) => axis.size));
      if (size !== values.length) {
        throw new InferenceProblem(
          `${values.length} values do not fill [${axes.map(formatAxis).join(", ")}]`,
        );
      }
      return tensorType(attributes.dtype as DType, axes);
    },
    gradient: "none",
    lower: (onnx, _, node) =>
      onnx.constant(
        typeOf(node).dtype,
        typeOf(node).axes.map((axis) => axis.size as number),
        node.attributes.values as readonly number[],
      ),
  },
  /** Size of an axis at run time, a float scalar. */
  axisSize: {
    infer: () => tensorType("float32", []),
    gradient: "none",
    lower: (onnx, _, node) => {
      const { size } = node.attributes.size as { readonly size: Size };
      if (typeof size === "number") return onnx.constant("float32", [], [size]);
      return onnx.cast(onnx.node("Squeeze", [onnx.size(size), onnx.ints([0])]), "float32");
    },
  },
  /** 0, 1, 2 … along an axis. */
  positions: {
    infer: (_, attributes) => tensorType("int32", [attributes.axis as Axis]),
    gradient: "none",
    lower: (onnx, _, node) => {
      const count = onnx.node("Squeeze", [onnx.size(typeOf(node).axes[0]!.size), onnx.ints([0])]);
      const range = onnx.node("Range", [
        onnx.constant("int64", [], [0]),
        count,
        onnx.constant("int64", [], [1]),
      ]);
      return onnx.cast(range, "int32");
    },
  },
  transpose: {
    infer: (inputs, attributes) => {
      const type = tensor(inputs, 0, anyType);
      const order = attributes.order as readonly string[];
      if (order.length !== type.axes.length) {
        throw new InferenceProblem(`order [${order.join(", ")}] must name each axis of {0} once`);
      }
      return tensorType(
        type.dtype,
        distinct(order.map((name) => type.axes[axisAt(type, name)]!)),
        type.indexes,
      );
    },
    gradient: (u, node) => [transpose(u, axisNames(typeOf(node.inputs[0]!)))],
    lower: (onnx, [value], node) => {
      const names = axisNames(typeOf(node.inputs[0]!));
      return onnx.node("Transpose", [value!], {
        perm: axisNames(typeOf(node)).map((name) => names.indexOf(name)),
      });
    },
  },
  rename: {
    infer: (inputs, attributes) => {
      const type = tensor(inputs, 0, anyType);
      const position = axisAt(type, attributes.from as string);
      const axes = type.axes.map((axis, i) =>
        i === position ? { name: attributes.to as string, size: axis.size } : axis,
      );
      return tensorType(type.dtype, distinct(axes), type.indexes);
    },
    gradient: (u, node) => [rename(u, node.attributes.to as string, node.attributes.from as string)],
    lower: (_, [value]) => value!,
  },
  broadcast: {
    infer: (inputs, attributes) => {
      const type = tensor(inputs, 0, anyType);
      const target = tensorType(type.dtype, distinct(attributes.axes as readonly Axis[]), type.indexes);
      if (broadcastAxes([target, type]) !== target.axes) {
        throw new InferenceProblem(`{0} has axes that the target [${axisNames(target).join(", ")}] lacks`);
      }
      return target;
    },
    gradient: (u, node) => [sumTo(u, typeOf(node.inputs[0]!))],
    lower: (onnx, [value], node) => {
      const target = typeOf(node).axes;
      return onnx.node("Expand", [align(onnx, value!, typeOf(node.inputs[0]!), target), onnx.shape(target)]);
    },
  },
  /** Other axes over the same elements in the same order. */
  reshape: {
    infer: (inputs, attributes) => {
      const type = tensor(inputs, 0, anyType);
      const axes = distinct(attributes.axes as readonly Axis[]);
      const before = productOfSizes(type.axes.map((axis) => axis.size));
      const after = productOfSizes(axes.map((axis) => axis.size));
      if (!sameSize(before, after)) {
        throw new InferenceProblem(
          `{0} has ${sizeKey(before)} elements, the new axes hold ${sizeKey(after)}`,
        );
      }
      return tensorType(type.dtype, axes, type.indexes);
    },
    gradient: (u, node) => [reshape(u, typeOf(node.inputs[0]!).axes)],
    lower: (onnx, [value], node) => onnx.node("Reshape", [value!, onnx.shape(typeOf(node).axes)]),
  },
  concat: {
    infer: inferConcat,
    gradient: (u, node) => {
      const along = node.attributes.along as readonly string[];
      const parts = node.inputs.map((value, i) => typeOf(value).axes.find((axis) => axis.name === along[i])!);
      return node.inputs.map((_, i) => part(u, node.attributes.into as string, parts, i));
    },
    lower: (onnx, inputs, node) =>
      onnx.node("Concat", inputs, { axis: axisAt(typeOf(node), node.attributes.into as string) }),
  },
  /** One of consecutive parts of an axis. */
  part: {
    infer: (inputs, attributes) => {
      const type = tensor(inputs, 0, anyType);
      const position = axisAt(type, attributes.axis as string);
      const parts = attributes.parts as readonly Axis[];
      const total = sumOfSizes(parts.map((axis) => axis.size));
      if (!sameSize(total, type.axes[position]!.size)) {
        throw new InferenceProblem(
          `parts add up to ${sizeKey(total)}, but axis "${attributes.axis as string}" of {0} is ${sizeKey(type.axes[position]!.size)}`,
        );
      }
      const axes = type.axes.map((axis, i) => (i === position ? parts[attributes.index as number]! : axis));
      return tensorType(type.dtype, distinct(axes), type.indexes);
    },
    gradient: (u, node) => {
      const parts = node.attributes.parts as readonly Axis[];
      const index = node.attributes.index as number;
      const source = typeOf(node.inputs[0]!);
      const axis = node.attributes.axis as string;
      const position = axisAt(source, axis);
      const pieces = parts.map((piece, i) =>
        i === index ? u : zeros(source.axes.map((other, k) => (k === position ? piece : other))),
      );
      return [
        concat(
          pieces,
          parts.map((piece) => piece.name),
          axis,
        ),
      ];
    },
    lower: (onnx, [value], node) => {
      const parts = node.attributes.parts as readonly Axis[];
      const index = node.attributes.index as number;
      const position = axisAt(typeOf(node.inputs[0]!), node.attributes.axis as string);
      const start = onnx.size(partStart(parts, index));
      const end = onnx.size(partStart(parts, index + 1));
      return onnx.node("Slice", [value!, start, end, onnx.ints([position])]);
    },
  },
} satisfies Record<string, Operation>;
