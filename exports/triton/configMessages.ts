import protobuf from "protobufjs";

/**
 * The part of Triton Inference Server's model configuration that an export writes. Names and numbers of the fields are
 * those documented in `protobuf/model_config.proto` of triton-inference-server/common (NVIDIA, BSD 3-clause), from which
 * nothing else is taken. A field that is not here is unknown, so a misspelt one is refused. `optional` makes a field
 * stand in the file even where it has its default; `reshape` has a shape of no axes then, too.
 */
const messages = `
syntax = "proto3";
package inference;
enum DataType { TYPE_INVALID = 0; TYPE_INT32 = 8; TYPE_INT64 = 9; TYPE_FP32 = 11; }
message ModelTensorReshape { repeated int64 shape = 1; }
message ModelInput {
  string name = 1; DataType data_type = 2; repeated int64 dims = 4; ModelTensorReshape reshape = 5;
}
message ModelOutput {
  string name = 1; DataType data_type = 2; repeated int64 dims = 3; ModelTensorReshape reshape = 5;
}
message ModelDynamicBatching {
  repeated int32 preferred_batch_size = 1; uint64 max_queue_delay_microseconds = 2; bool preserve_ordering = 3;
}
message ModelConfig {
  string name = 1; string platform = 2; optional int32 max_batch_size = 4;
  repeated ModelInput input = 5; repeated ModelOutput output = 6; ModelDynamicBatching dynamic_batching = 11;
}`;

/** `inference.ModelConfig`, fields named as in the documentation. */
export const configMessage = protobuf
  .parse(messages, { keepCase: true })
  .root.lookupType("inference.ModelConfig");
