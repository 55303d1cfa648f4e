import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buildPage, buildServiceWorker } from "../../examples/demo/buildPage.js";
import { pageGraphs, shopPaths } from "../../examples/demo/shop.js";
import { writeShop } from "../../examples/demo/writeShop.js";
import { buildArtifacts, writeArtifacts } from "../../exports/artifacts.js";
import { withPageTraining } from "../../exports/pageTraining.js";
import { writeFolderAtomic } from "../../runtime/artifacts/atomicWrite.js";
import { exportFiles, graphFileName, personaliseFile } from "../../runtime/serving/exportFormat.js";
import { resolveSettings } from "../../runtime/training/trainingOptions.js";
import { catalogueModel } from "./catalogueTraining.js";
import type { DemoShop } from "./demoShop.js";

/** By this file a folder is known as one of `mmkit demo`. */
export const DEMO_FILE = "demo.json";

/** Writes the page with everything that it loads, whole or not at all; an existing folder is replaced. */
export async function writeDemoPage(
  folder: string,
  { catalogue, dataset, measured, exports }: DemoShop,
): Promise<void> {
  await writeFolderAtomic(folder, async (temporary) => {
    await buildPage(temporary);
    await writeShop(temporary, catalogue, measured);
    for (const { folder: name, precision } of measured.models) {
      const target = join(temporary, shopPaths.model(name));
      await mkdir(target, { recursive: true });
      const graphs = pageGraphs.map((graph) => graphFileName(graph, precision));
      const training = [personaliseFile(precision), exportFiles.personaliseOptimizer];
      for (const file of [exportFiles.description, exportFiles.items, ...graphs, ...training]) {
        await copyFile(join(exports.get(name)!, file), join(target, file));
      }
    }
    const { model, hyperparameters } = await catalogueModel("ksi", dataset);
    const compiled = buildArtifacts(model, hyperparameters.given);
    const trainable = await withPageTraining(compiled, dataset, resolveSettings({}).seed);
    await writeArtifacts(trainable, join(temporary, shopPaths.training));
    await writeFile(join(temporary, DEMO_FILE), `${JSON.stringify({ page: "mmkit demo" })}\n`);
    await buildServiceWorker(temporary);
  });
}
