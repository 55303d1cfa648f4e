import { readFileSync } from "node:fs";
import { join } from "node:path";
import protobuf from "protobufjs";
import { packageRoot } from "./packageRoot.js";

let schema: protobuf.Type | undefined;

/** The message type `onnx.ModelProto`, parsed once from the ONNX project's own `onnx.proto3`, fields named as there. */
export function modelSchema(): protobuf.Type {
  if (schema === undefined) {
    const source = readFileSync(join(packageRoot(), "src", "onnx", "onnx.proto3"), "utf8");
    schema = protobuf.parse(source, { keepCase: true }).root.lookupType("onnx.ModelProto");
  }
  return schema;
}
