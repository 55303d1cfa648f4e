import { expect } from "chai";
import { buildArtifacts } from "../../../exports/artifacts.js";
import type { sglHyperparameters } from "../../../graphs/sgl/hyperparameters.js";
import { models } from "../../../graphs/registry.js";
import { dense, type DenseFeed, type Feeds } from "../../evaluator/evaluate.js";
import { expectGradients, label, type Given } from "../expectGradients.js";
import { expectClose, expectVectors, loss, losses, numbers } from "../instanceValues.js";
import { bpr, lightGcn, plus, rowsOf, times } from "../ksi/plainKsi.js";
import { collaborativeLayers } from "../mgnm/plainMgnm.js";
import { contrastSum, type Rows, type Sides } from "../plainMatrix.js";
import { DIM, smallInstance, triples, type SmallInstance } from "../smallInstance.js";
import type { SwitchCases } from "../switches.js";

/** Two layers, as the plain LightGCN has. */
const sgl = (given: Given = {}): SmallInstance => smallInstance("sgl", { layers: 2, ...given });

/** λ1 times the contrast of two views. */
const contrast = (first: Sides, second: Sides, weight: number, temperature: number): number =>
  weight *
  (contrastSum(first.users, second.users, triples.users, temperature) +
    contrastSum(first.items, second.items, triples.positives, temperature));

/** LightGCN on another graph. */
const on = (feeds: Feeds, graph: string): Sides => lightGcn({ ...feeds, interactions: feeds[graph]! });

/** One step over a graph. */
function step(feeds: Feeds, graph: string, { users, items }: Sides): Sides {
  const table = (rows: Rows): DenseFeed => dense([rows.length, DIM], rows.flat());
  const from = { user_embedding: table(users), item_embedding: table(items) };
  return collaborativeLayers({ ...feeds, ...from, interactions: feeds[graph]! }, 1)[1]!;
}

const bufferNames = ({ declaration }: SmallInstance): string[] => declaration.buffers.map(({ name }) => name);

describe("SGL", () => {
  it("is scored as LightGCN on all interactions and ranks by sums", () => {
    const instance = sgl();
    expectVectors(instance, lightGcn(instance.feeds));
    expectClose([loss(instance, "bpr")], [triples.users.length * bpr(lightGcn(instance.feeds))]);
  });

  for (const augmentation of ["edges", "nodes"]) {
    it(`contrasts LightGCN on two graphs that lack ${augmentation}, against all users and all items`, () => {
      const instance = sgl({ augmentation, contrastWeight: 0.3, temperature: 0.5 });
      const { feeds } = instance;
      expect(feeds["first_view"]).not.to.deep.equal(feeds["second_view"]);
      const expected = contrast(on(feeds, "first_view"), on(feeds, "second_view"), 0.3, 0.5);
      expectClose([loss(instance, "contrast")], [expected]);
    });
  }

  it("has a graph for every layer of a walk", () => {
    const instance = sgl({ augmentation: "walk", contrastWeight: 0.3 });
    const { feeds } = instance;
    const [first, second] = ["first_view", "second_view"].map((view): Sides => {
      const ego = { users: rowsOf(feeds["user_embedding"]), items: rowsOf(feeds["item_embedding"]) };
      const one = step(feeds, `${view}_1`, ego);
      const two = step(feeds, `${view}_2`, one);
      const mean = (side: "users" | "items"): number[][] =>
        times(plus(plus(ego[side], one[side]), two[side]), 1 / 3);
      return { users: mean("users"), items: mean("items") };
    });
    expectClose([loss(instance, "contrast")], [contrast(first!, second!, 0.3, 0.2)]);
    const graphs = bufferNames(instance);
    expect(graphs).to.have.members([
      ...["interactions", "user_scale", "item_scale"],
      ...["first_view_1", "first_view_2", "second_view_1", "second_view_2"],
    ]);
  });

  it("regularises the ego rows by half the sum of their squares", () => {
    const instance = sgl({ l2: 0.5 });
    const { feeds } = instance;
    const rows = [
      ...triples.users.map((id) => rowsOf(feeds["user_embedding"])[id]!),
      ...[...triples.positives, ...triples.negatives].map((id) => rowsOf(feeds["item_embedding"])[id]!),
    ];
    expectClose([loss(instance, "l2")], [0.25 * rows.flat().reduce((sum, x) => sum + x * x, 0)]);
  });

  it("is LightGCN with sums over the batch without contrast", () => {
    const instance = sgl({ contrastWeight: 0, l2: 0.5 });
    const lightgcn = smallInstance("lightgcn", { layers: 2, l2: 0.5 });
    expect(bufferNames(instance)).to.deep.equal(["interactions", "user_scale", "item_scale"]);
    for (const [name, value] of Object.entries(losses(lightgcn))) {
      expectClose([loss(instance, name)], [triples.users.length * value]);
    }
    for (const side of ["users", "items"] as const) {
      expectClose(
        numbers(instance, instance.declaration.vectors![side]),
        numbers(lightgcn, lightgcn.declaration.vectors![side]),
      );
    }
  });

  it("draws both graphs every epoch, apart from each other", () => {
    const { buffers, schedule } = buildArtifacts(models.get("sgl")!, { dropped: 0.2 }).manifest;
    const recipe = (name: string): unknown => buffers.find((buffer) => buffer.name === name)!.recipe;
    const settings = { kind: "droppedInteractions", drop: "edges", ratio: 0.2, weights: "binary" };
    expect(recipe("first_view")).to.deep.equal({ ...settings, stream: "first_view" });
    expect(recipe("second_view")).to.deep.equal({ ...settings, stream: "second_view" });
    expect(schedule.slice(0, 2)).to.deep.equal([
      { kind: "refresh", buffer: "first_view" },
      { kind: "refresh", buffer: "second_view" },
    ]);
  });
});

const switches: SwitchCases<typeof sglHyperparameters, "layers" | "contrastWeight" | "l2"> = {
  augmentation: ["edges", "nodes", "walk"].map((augmentation) => ({ augmentation })),
  layers: [{ layers: 0 }, { layers: 3 }],
  contrastWeight: [{ contrastWeight: 0 }],
  l2: [{ l2: 0 }],
};

describe("SGL's loss", () => {
  for (const given of Object.values(switches).flat()) {
    it(`has the gradient of finite differences with ${label(given)}`, () =>
      expectGradients("sgl", { contrastWeight: 0.3, l2: 0.5, layers: 2, ...given }));
  }
});
