import type { OnnxAttribute } from "./model.js";

/** Number of each attribute kind in `AttributeProto.AttributeType`, and the field that holds its value. */
export const attributeTypes: Readonly<
  Record<OnnxAttribute["kind"], { readonly code: number; readonly field: string }>
> = {
  float: { code: 1, field: "f" },
  int: { code: 2, field: "i" },
  string: { code: 3, field: "s" },
  tensor: { code: 4, field: "t" },
  graph: { code: 5, field: "g" },
  floats: { code: 6, field: "floats" },
  ints: { code: 7, field: "ints" },
};
