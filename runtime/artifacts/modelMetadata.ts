import { readFile } from "node:fs/promises";
import { ArtifactError } from "./artifactError.js";

/** Field numbers of `ModelProto.metadata_props` and of its entries (onnx.proto3). */
const METADATA_PROPS = 14;
const KEY = 1;
const VALUE = 2;

/** Metadata key under which a graph file keeps where each of its nodes was declared. */
const SOURCES = "mmkit.sources";

const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

/** Reads the fields of one protobuf message without knowing its schema. */
class FieldReader {
  private position = 0;

  constructor(private readonly bytes: Uint8Array) {}

  /** The next length-delimited field, other fields being passed over; undefined at the end of the message. */
  next(): { readonly field: number; readonly content: Uint8Array } | undefined {
    while (this.position < this.bytes.length) {
      const tag = this.varint();
      const field = Math.floor(tag / 8);
      switch (tag % 8) {
        case VARINT:
          this.varint();
          break;
        case FIXED64:
          this.take(8);
          break;
        case FIXED32:
          this.take(4);
          break;
        case LENGTH_DELIMITED:
          return { field, content: this.take(this.varint()) };
        default:
          throw new RangeError(`wire type ${tag % 8} at byte ${this.position} is not part of protobuf 3`);
      }
    }
    return undefined;
  }

  private take(length: number): Uint8Array {
    const end = this.position + length;
    if (end > this.bytes.length) {
      throw new RangeError(`a field of ${length} bytes at byte ${this.position} runs past the end`);
    }
    const content = this.bytes.subarray(this.position, end);
    this.position = end;
    return content;
  }

  private varint(): number {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.bytes[this.position];
      if (byte === undefined) throw new RangeError(`a number at byte ${this.position} runs past the end`);
      this.position++;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new RangeError(`a number ending at byte ${this.position} is longer than ten bytes`);
  }
}

/**
 * The `metadata_props` of an ONNX model, found by a scan of the top-level fields: graphs are passed over, not parsed.
 *
 * @throws RangeError if the bytes are not a protobuf message
 */
export function parseModelMetadata(bytes: Uint8Array): ReadonlyMap<string, string> {
  const text = new TextDecoder();
  const metadata = new Map<string, string>();
  const model = new FieldReader(bytes);
  for (let entry = model.next(); entry !== undefined; entry = model.next()) {
    if (entry.field !== METADATA_PROPS) continue;
    const parts = new Map<number, string>();
    const property = new FieldReader(entry.content);
    for (let part = property.next(); part !== undefined; part = property.next()) {
      parts.set(part.field, text.decode(part.content));
    }
    metadata.set(parts.get(KEY) ?? "", parts.get(VALUE) ?? "");
  }
  return metadata;
}

/**
 * The JSON value of one metadata entry of a graph file; undefined if the file has no such entry.
 *
 * @throws ArtifactError if the file is not an ONNX model or the entry is not JSON
 */
export async function readMetadataEntry(file: string, key: string): Promise<unknown> {
  const rebuild = "Build the artifacts again with `mmkit build`.";
  const bytes = await readFile(file);
  let text: string | undefined;
  try {
    text = parseModelMetadata(bytes).get(key);
  } catch (error) {
    throw new ArtifactError(file, `not an ONNX model (${(error as Error).message})`, rebuild);
  }
  try {
    return text === undefined ? undefined : (JSON.parse(text) as unknown);
  } catch (error) {
    throw new ArtifactError(file, `its metadata "${key}" is not JSON (${(error as Error).message})`, rebuild);
  }
}

/**
 * Where the nodes of a graph file were declared, by node name, as `file:line`. Empty if the file does not say.
 *
 * @throws ArtifactError if the file is not an ONNX model or its list of sources is not JSON
 */
export async function readNodeSources(file: string): Promise<ReadonlyMap<string, string>> {
  const sources = await readMetadataEntry(file, SOURCES);
  return new Map(Object.entries(sources ?? {}).map(([node, source]) => [node, String(source)]));
}
