/** Writes tiny ONNX models byte by byte, so that tests of the runtime need no compiler. */

type Dimension = string | number;

const elementTypes = { float32: 1, int32: 6, int64: 7, bool: 9, float16: 10, uint64: 13 } as const;

export interface TinyValue {
  readonly name: string;
  readonly dtype: keyof typeof elementTypes;
  readonly axes: readonly Dimension[];
}

export interface TinyNode {
  readonly op: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, number | readonly number[]>>;
}

export interface TinyConstant {
  readonly name: string;
  readonly dtype: "float32" | "int64";
  readonly dims: readonly number[];
  readonly values: readonly number[];
}

export interface TinyModel {
  readonly inputs: readonly TinyValue[];
  readonly outputs: readonly TinyValue[];
  readonly nodes: readonly TinyNode[];
  readonly constants?: readonly TinyConstant[];
  readonly metadata?: Readonly<Record<string, string>>;
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  return [...bytes, rest];
}

function numberField(field: number, value: number): number[] {
  return [...varint(field * 8), ...varint(value)];
}

function bytesField(field: number, content: Iterable<number>): number[] {
  const bytes = [...content];
  return [...varint(field * 8 + 2), ...varint(bytes.length), ...bytes];
}

function textField(field: number, text: string): number[] {
  return bytesField(field, new TextEncoder().encode(text));
}

function value(field: number, entry: TinyValue): number[] {
  const shape = entry.axes.flatMap((axis) =>
    bytesField(1, typeof axis === "number" ? numberField(1, axis) : textField(2, axis)),
  );
  const tensorType = [...numberField(1, elementTypes[entry.dtype]), ...bytesField(2, shape)];
  return bytesField(field, [...textField(1, entry.name), ...bytesField(2, bytesField(1, tensorType))]);
}

function attribute(name: string, setting: number | readonly number[]): number[] {
  const content =
    typeof setting === "number"
      ? [...numberField(3, setting), ...numberField(20, 2)]
      : [...setting.flatMap((entry) => numberField(8, entry)), ...numberField(20, 7)];
  return bytesField(5, [...textField(1, name), ...content]);
}

function node(entry: TinyNode): number[] {
  return bytesField(1, [
    ...entry.inputs.flatMap((input) => textField(1, input)),
    ...entry.outputs.flatMap((output) => textField(2, output)),
    ...textField(3, entry.name),
    ...textField(4, entry.op),
    ...Object.entries(entry.attributes ?? {}).flatMap(([name, setting]) => attribute(name, setting)),
  ]);
}

function constant(entry: TinyConstant): number[] {
  const raw =
    entry.dtype === "float32"
      ? new Uint8Array(Float32Array.from(entry.values).buffer)
      : new Uint8Array(BigInt64Array.from(entry.values, BigInt).buffer);
  return bytesField(5, [
    ...entry.dims.flatMap((size) => numberField(1, size)),
    ...numberField(2, elementTypes[entry.dtype]),
    ...textField(8, entry.name),
    ...bytesField(9, raw),
  ]);
}

/** Bytes of the model, opset 21, IR 10. */
export function tinyOnnx(model: TinyModel): Uint8Array {
  const graph = [
    ...model.nodes.flatMap(node),
    ...textField(2, "tiny"),
    ...(model.constants ?? []).flatMap(constant),
    ...model.inputs.flatMap((entry) => value(11, entry)),
    ...model.outputs.flatMap((entry) => value(12, entry)),
  ];
  return Uint8Array.from([
    ...numberField(1, 10),
    ...bytesField(7, graph),
    ...bytesField(8, [...textField(1, ""), ...numberField(2, 21)]),
    ...Object.entries(model.metadata ?? {}).flatMap(([key, text]) =>
      bytesField(14, [...textField(1, key), ...textField(2, text)]),
    ),
  ]);
}
