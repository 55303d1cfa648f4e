import { expect } from "chai";
import { buildArtifacts, writeArtifacts } from "../../../exports/artifacts.js";
import { models } from "../../../graphs/registry.js";
import { GraphSession } from "../../../runtime/artifacts/graphSession.js";
import { loadArtifacts } from "../../../runtime/artifacts/loadArtifacts.js";
import { hostTensor, type HostTensor } from "../../../runtime/data/hostTensor.js";
import { randomKey } from "../../../runtime/data/random.js";
import { initialState } from "../../../runtime/training/initialise.js";
import { FusedExecutor, SeparateExecutor, type StepChunk } from "../../../runtime/training/stepExecutor.js";
import { temporaryFolder } from "../temporaryFolder.js";

function ids(rows: readonly (readonly number[])[]): HostTensor {
  return hostTensor("int32", [rows.length, rows[0]!.length], Int32Array.from(rows.flat()));
}

describe("optimizer steps", () => {
  const temporary = temporaryFolder();

  it("are the same fused into one run as taken one by one", async () => {
    await writeArtifacts(buildArtifacts(models.get("mf")!, { dim: 4, batchSize: 3 }), temporary.path);
    const artifacts = await loadArtifacts(temporary.path);
    const [phase] = artifacts.manifest.phases;
    const sizes = new Map(Object.entries({ user: 3, item: 4, dim: 4 }));
    const open = (graph: string): Promise<GraphSession> =>
      GraphSession.open(artifacts, graph, { device: "cpu", threads: 1, sizes });
    const { graphs, batch } = phase!;
    const fused = new FusedExecutor(phase!, await open(graphs.epoch));
    const separate = new SeparateExecutor(phase!, await open(graphs.training), await open(graphs.optimizer));

    const triples: Record<string, HostTensor> = {
      user: ids([
        [0, 1, 2],
        [2, 2, 0],
      ]),
      positive: ids([
        [0, 1, 1],
        [2, 1, 0],
      ]),
      negative: ids([
        [3, 3, 0],
        [0, 3, 2],
      ]),
    };
    const standing = initialState(artifacts.manifest, sizes, 1);
    standing.set("random_key", hostTensor("uint64", [], BigUint64Array.of(randomKey(1))));
    const before = structuredClone(standing);
    const chunk: StepChunk = {
      count: 2,
      firstStep: 5,
      learningRate: 0.1,
      batch: new Map(batch.map(({ name, source }) => [name, triples[source]!])),
      standing,
    };
    const one = await fused.run(chunk);
    const other = await separate.run(chunk);
    expect(one.losses.length).to.equal(2 * phase!.losses.length);
    one.losses.forEach((loss, index) => expect(other.losses[index]).to.be.closeTo(loss, 1e-6));
    expect([...one.updated.keys()]).to.have.members([...other.updated.keys()]);
    for (const [name, { data, dims }] of one.updated) {
      const alone = other.updated.get(name)!;
      expect(alone.dims).to.deep.equal(dims);
      data.forEach((value, index) => expect(Number(alone.data[index])).to.be.closeTo(Number(value), 1e-6));
      expect(data).to.not.deep.equal(standing.get(name)!.data);
    }
    expect(standing).to.deep.equal(before);
  });
});
