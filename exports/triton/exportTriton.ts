import { exportFiles, type Precision } from "../../runtime/serving/exportFormat.js";
import { bakedTower } from "../inference/bakedTower.js";
import { encodedGraphs } from "../inference/encodedGraphs.js";
import { fitFoldIn } from "../inference/foldInRule.js";
import { prepareExport, type ExportSource } from "../inference/preparedExport.js";
import { writeTritonRepository } from "./writeTritonRepository.js";

/** Name of a graph in a repository: that of its file in an export folder. */
function nameOf(file: string): string {
  return file.replace(/\.onnx$/, "");
}

/**
 * Writes a trained model as a model repository of NVIDIA Triton Inference Server, with the graphs of an export folder
 * (docs/export-format.md).
 *
 * @returns names of the models in the repository
 * @throws what `prepareExport` throws, TritonConfigError
 */
export async function exportTriton(
  options: ExportSource & { readonly precision?: Precision },
): Promise<readonly string[]> {
  const { run, dataset, vectors } = await prepareExport(options, true);
  const graphs = encodedGraphs(vectors, fitFoldIn(vectors, dataset), options.precision ?? "float32");
  const tower = await bakedTower(run.artifacts, vectors.inputs, dataset);
  const models = [
    ...graphs.map(({ graph, ...rest }) => ({ name: nameOf(exportFiles[graph]), ...rest })),
    ...(tower === undefined
      ? []
      : [
          {
            name: nameOf(exportFiles.itemTower),
            model: tower.model,
            encode: () => tower.graph,
            externalData: tower.externalData,
          },
        ]),
  ];
  await writeTritonRepository(options.out, models);
  return models.map(({ name }) => name);
}
