// Compiles, trains and exports without the command line: node dist/examples/build-and-train.js <dataset> <out> [epochs]
import { join } from "node:path";
import { buildArtifacts, exportInference, writeArtifacts } from "mmkit/build";
import { models } from "mmkit/models";
import { loadRecommender, train } from "mmkit/runtime";

const [dataset = "mmkit-quickstart/catalogue", out = "build-and-train", epochs = "20"] =
  process.argv.slice(2);

// A model needs no data to be compiled; any definition made with `defineModel` will do.
const artifacts = join(out, "artifacts");
const lightgcn = models.get("lightgcn")!;
await writeArtifacts(buildArtifacts(lightgcn, { layers: 2, batchSize: 512, learningRate: 0.005 }), artifacts);

// Training needs the artifacts and a dataset folder, nothing of the compiler. It runs in a thread of its own.
const run = join(out, "run");
const outcome = await train({
  artifacts,
  dataset,
  run,
  epochs: Number(epochs),
  force: true,
  onProgress(event) {
    if (event.kind === "epoch")
      console.log("epoch", event.epoch + 1, "loss", event.losses["main"]?.["total"]);
  },
});
if (outcome.status === "finished") console.log("test", outcome.results.test?.rounded);

// The export loads alone.
await exportInference({ run, out: join(out, "export") });
const recommender = await loadRecommender(join(out, "export"));
console.log(await recommender.recommend(0, { k: 3 }));
await recommender.release();
