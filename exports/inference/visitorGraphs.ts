import { exportFiles, personaliseFile, type Precision } from "../../runtime/serving/exportFormat.js";
import type { PersonaliseContents } from "../../runtime/serving/writeExport.js";
import { declare, resolveHyperparameters } from "../../src/authoring/model.js";
import { encodeModel } from "../../src/onnx/encode.js";
import type { OnnxModel } from "../../src/onnx/model.js";
import { tensorFormats } from "../../src/onnx/tensorFormats.js";
import { compile } from "../compile.js";
import type { VectorTable } from "../inferenceVectors.js";
import { optimizerGraph, trainingGraph } from "../modelGraphs.js";
import { bakeInputs } from "./bakeInputs.js";
import { storeTable, type StoredTable } from "./storedTable.js";
import { visitorModel } from "./visitorModel.js";

/** Learning rate and number of steps of Adam: enough to come to rest. */
export const personaliseSteps = { learningRate: 0.03, steps: 30 } as const;

/** A training graph with its table of items as a constant, which is made float32 when the graph is loaded. */
function withTable(model: OnnxModel, table: StoredTable): OnnxModel {
  const { values, scales } = table;
  if (table.precision === "float32") return bakeInputs(model, [values]);
  const stored = { ...values, name: `${values.name}/stored` };
  const wide = scales === null ? values.name : `${values.name}/wide`;
  const cast = {
    name: wide,
    opType: "Cast",
    inputs: [stored.name],
    outputs: [wide],
    attributes: { to: { kind: "int", value: tensorFormats.float32.code } },
  } as const;
  const scaling =
    scales === null
      ? []
      : [
          {
            name: values.name,
            opType: "Mul",
            inputs: [wide, scales.name],
            outputs: [values.name],
            attributes: {},
          } as const,
        ];
  const { graph } = model;
  return {
    ...model,
    graph: {
      ...graph,
      inputs: graph.inputs.filter(({ name }) => name !== values.name),
      initializers: [
        stored,
        ...(scales === null ? [] : [{ ...scales, dims: [scales.dims[0]!, 1] }]),
        ...graph.initializers,
      ],
      nodes: [cast, ...scaling, ...graph.nodes],
    },
  };
}

function compiled(pull: number | undefined) {
  const hyperparameters = resolveHyperparameters(visitorModel, pull === undefined ? {} : { pull });
  const declaration = declare(visitorModel, hyperparameters, true);
  return {
    pull: hyperparameters["pull"] as number,
    training: compile(trainingGraph(declaration, declaration.main)),
    optimizer: compile(optimizerGraph(declaration, declaration.main)),
  };
}

/** The graphs that train the vector of somebody new; the training graph takes the item vectors as `catalogue`. */
export function visitorTrainingGraphs(): { readonly training: Uint8Array; readonly optimizer: Uint8Array } {
  const { training, optimizer } = compiled(undefined);
  return { training: encodeModel(training), optimizer: encodeModel(optimizer) };
}

/**
 * The graphs that train the vector of somebody new in a page, with the model's item vectors as constants.
 *
 * @param pull see {@link visitorModel}
 */
export function visitorGraphs(
  items: VectorTable,
  precisions: readonly Precision[],
  pull?: number,
): PersonaliseContents {
  const { training, optimizer, pull: weight } = compiled(pull);
  const encodedTraining = (precision: Precision) => (): Uint8Array =>
    // One tile: the graph is for catalogues that fit into a page.
    encodeModel(withTable(training, storeTable("catalogue", items, precision, items.rows * items.dim)));
  return {
    ...personaliseSteps,
    pull: weight,
    optimizer: [exportFiles.personaliseOptimizer, () => encodeModel(optimizer)],
    training: new Map(
      precisions.map((precision) => [
        precision,
        [personaliseFile(precision), encodedTraining(precision)] as const,
      ]),
    ),
  };
}
