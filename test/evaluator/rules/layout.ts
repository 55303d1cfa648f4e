import type { Axis, DType, Size } from "../../../src/ir/types.js";
import type { OperationName } from "../../../src/ops/table.js";
import { elementsBy, indexBy, tabulate } from "../value.js";
import { numbers, sameElements, tensor, total, type Application, type Rule } from "./application.js";

/** The elements found by the names of the axes. */
const byName: Rule = (application) => {
  const read = elementsBy(tensor(application, 0), application.axes);
  return tabulate(application.axes, read);
};

const partSizes = (application: Application): number[] =>
  (application.node.attributes.parts as readonly Axis[]).map((axis) => application.sizeOf(axis.size));

export const layoutRules = {
  constant: ({ node, axes }) => {
    const values = node.attributes.values as readonly number[];
    if ((node.attributes.dtype as DType) === "uint64") {
      return { kind: "big", axes, data: BigUint64Array.from(values, BigInt) };
    }
    return numbers(axes, Float64Array.from(values));
  },
  axisSize: ({ node, axes, sizeOf }) => {
    const { size } = node.attributes.size as { readonly size: Size };
    return numbers(axes, Float64Array.of(sizeOf(size)));
  },
  positions: ({ axes }) => tabulate(axes, ([position]) => position!),
  transpose: byName,
  rename: sameElements,
  broadcast: byName,
  reshape: sameElements,
  concat: (application) => {
    const along = application.node.attributes.along as readonly string[];
    const pieces = application.inputs.map((_, i) => tensor(application, i));
    const position = pieces[0]!.axes.findIndex((axis) => axis.name === along[0]);
    return tabulate(application.axes, (at) => {
      const coordinates = [...at];
      for (const piece of pieces) {
        if (coordinates[position]! < piece.axes[position]!.size) {
          return piece.data[indexBy(piece, piece.axes)(coordinates)]!;
        }
        coordinates[position]! -= piece.axes[position]!.size;
      }
      throw new Error("the parts of a concatenation are too short");
    });
  },
  part: (application) => {
    const x = tensor(application, 0);
    const sizes = partSizes(application);
    const start = total(sizes.slice(0, application.node.attributes.index as number));
    const position = x.axes.findIndex((axis) => axis.name === application.node.attributes.axis);
    const index = indexBy(x, x.axes);
    return tabulate(
      application.axes,
      (at) => x.data[index(at.map((coordinate, i) => (i === position ? coordinate + start : coordinate)))]!,
    );
  },
} satisfies Partial<Record<OperationName, Rule>>;
