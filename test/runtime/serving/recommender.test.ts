import { expect } from "chai";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ArtifactError } from "../../../runtime/artifacts/artifactError.js";
import { sha256Of } from "../../../runtime/artifacts/loadArtifacts.js";
import { exportFiles, type ExportDescription } from "../../../runtime/serving/exportFormat.js";
import { loadExport } from "../../../runtime/serving/loadExport.js";
import { loadRecommender, type Recommender } from "../../../runtime/serving/recommender.js";
import { ServingError } from "../../../runtime/serving/servingError.js";
import { writeExport } from "../../../runtime/serving/writeExport.js";
import { rejection } from "../rejection.js";
import { temporaryFolder } from "../temporaryFolder.js";
import { interactionLists } from "../ranking/interactionLists.js";
import { exampleExport, exampleGraphs, writeExampleExport } from "./exampleExport.js";

describe("a recommender", () => {
  const temporary = temporaryFolder();
  let recommender: Recommender;

  beforeEach(async () => {
    await writeExampleExport(temporary.path);
    recommender = await loadRecommender(temporary.path, { threads: 1 });
  });

  afterEach(async () => {
    await recommender.release();
  });

  it("recommends what the user has not seen, best first, lower id first among equals", async () => {
    expect(await recommender.recommend(0, { k: 2 })).to.deep.equal([
      { item: 1, score: 1, title: "one" },
      { item: 3, score: 1, title: "three" },
    ]);
    expect((await recommender.recommend(1, { k: 3 })).map(({ item }) => item)).to.deep.equal([2, 1, 3]);
  });

  it("knows users and items by the owner's keys where the export has them", async () => {
    await recommender.release();
    const itemKeys = ["B0", "B1", "B2", "B3"];
    await writeExampleExport(temporary.path, { itemKeys, userKeys: ["ann", "bob", "eve"] });
    recommender = await loadRecommender(temporary.path, { threads: 1 });
    const user = recommender.idOf("user", "bob");
    expect([user, recommender.idOf("item", "B3"), recommender.keys.users?.key(2)]).to.deep.equal([
      1,
      3,
      "eve",
    ]);
    expect(await recommender.recommend(user, { k: 1 })).to.deep.equal([
      { item: 2, score: 5, key: "B2", title: "two with a tab" },
    ]);
    expect(() => recommender.idOf("user", "mallory")).to.throw(
      ServingError,
      'user "mallory": no user of the training data has this key. The model knows only the 3 users it was trained with.',
    );
  });

  it("says so where an export has no keys", () => {
    expect(recommender.keys).to.deep.equal({ users: null, items: null });
    expect(() => recommender.idOf("item", "B3")).to.throw(
      ServingError,
      'item "B3": this export knows items by id only. Give the dataset\'s items.tsv',
    );
  });

  it("includes what the user has seen when asked", async () => {
    const list = await recommender.recommend(0, { k: 2, excludeSeen: false });
    expect(list.map(({ item, score }) => [item, score])).to.deep.equal([
      [0, 3],
      [1, 1],
    ]);
  });

  it("gives a shorter list where not enough items remain", async () => {
    expect((await recommender.recommend(2, { k: 10 })).map(({ item }) => item)).to.deep.equal([0, 3]);
    expect(await recommender.recommend(2, { exclude: [0, 3] })).to.deep.equal([]);
  });

  it("leaves out further items", async () => {
    const list = await recommender.recommend(1, { exclude: [2, 2] });
    expect(list.map(({ item }) => item)).to.deep.equal([1, 3, 0]);
  });

  it("answers for several users at once as for each alone", async () => {
    const together = await recommender.recommendMany([2, 0, 2], { k: 2 });
    expect(together).to.deep.equal([
      await recommender.recommend(2, { k: 2 }),
      await recommender.recommend(0, { k: 2 }),
      await recommender.recommend(2, { k: 2 }),
    ]);
    expect(await recommender.recommendMany([])).to.deep.equal([]);
  });

  it("scores pairs", async () => {
    const scores = await recommender.score([
      [0, 0],
      [2, 2],
      [1, 0],
    ]);
    expect([...scores]).to.deep.equal([3, 5, 0]);
    expect((await recommender.score([])).length).to.equal(0);
  });

  it("finds the items most like one, without itself", async () => {
    expect(await recommender.similar(1, { k: 2 })).to.deep.equal([
      { item: 3, score: 100, title: "three" },
      { item: 2, score: 89, title: "two with a tab" },
    ]);
    const lists = await recommender.similarMany([0, 1]);
    expect(lists.map((list) => list.map(({ item }) => item))).to.deep.equal([
      [1, 3, 2],
      [3, 2, 0],
    ]);
    expect(await recommender.similarMany([])).to.deep.equal([]);
  });

  it("recommends to somebody new by what they like", async () => {
    const { vector, items } = await recommender.foldIn([0, 2], { k: 2 });
    expect([...vector]).to.deep.equal([3, 5]);
    expect(items.map(({ item, score }) => [item, score])).to.deep.equal([
      [1, 13],
      [3, 13],
    ]);
    const [one, two] = await recommender.foldInMany([[2], [0, 2, 1]], { excludeLiked: false, exclude: [1] });
    expect([...one!.vector]).to.deep.equal([0, 5]);
    expect(one!.items.map(({ item }) => item)).to.deep.equal([2, 3, 0]);
    expect([...two!.vector]).to.deep.equal([4, 7]);
    expect(await recommender.foldInMany([])).to.deep.equal([]);
  });

  it("ranks vectors that somebody else made", async () => {
    expect((await recommender.rank([0, 1], { k: 2 })).map(({ item, score }) => [item, score])).to.deep.equal([
      [2, 5],
      [1, 2],
    ]);
    const lists = await recommender.rankMany([Float32Array.of(1, 0), [0, 1]], { k: 1, exclude: [0] });
    expect(lists.map(([first]) => first!.item)).to.deep.equal([1, 2]);
    expect(await recommender.rankMany([])).to.deep.equal([]);
  });

  it("refuses likes and vectors that are none", async () => {
    const nothing = await rejection(recommender.foldInMany([[0], []]), ServingError);
    expect(nothing.message).to.equal(
      "liked: somebody likes nothing, which says nothing of what to recommend. Name one item at least.",
    );
    expect((await rejection(recommender.foldIn([4]), ServingError)).argument).to.equal("item 4");
    expect((await rejection(recommender.similar(-1), ServingError)).argument).to.equal("item -1");
    expect((await rejection(recommender.similar(0, { k: 0 }), ServingError)).argument).to.equal("k = 0");
    const long = await rejection(recommender.rank([1, 2, 3]), ServingError);
    expect(long.problem).to.equal("a vector of this model has 2 numbers, found 3");
    const wrong = await rejection(
      recommender.rankMany([
        [0, 1],
        [0, NaN],
      ]),
      ServingError,
    );
    expect([wrong.argument, wrong.problem]).to.deep.equal([
      "vector 1",
      "its number 1 is NaN, not a finite number",
    ]);
  });

  it("keeps a title in one field", async () => {
    expect((await recommender.recommend(1, { k: 1 }))[0]!.title).to.equal("two with a tab");
  });

  it("refuses ids out of range and says what they may be", async () => {
    for (const user of [3, -1, 0.5, NaN]) {
      const error = await rejection(recommender.recommend(user), ServingError);
      expect(error.argument).to.equal(`user ${user}`);
      expect(error.problem).to.equal("user ids are whole numbers from 0 to 2");
    }
    const item = await rejection(recommender.score([[0, 4]]), ServingError);
    expect(item.problem).to.equal("item ids are whole numbers from 0 to 3");
    expect((await rejection(recommender.recommend(0, { exclude: [9] }), ServingError)).argument).to.equal(
      "item 9",
    );
  });

  it("names the type of an id that is no number", async () => {
    const request = (user: unknown) => rejection(recommender.recommend(user as number), ServingError);
    expect((await request("1")).argument).to.equal('user "1" (of type string)');
    expect((await request(undefined)).argument).to.equal("user undefined (of type undefined)");
  });

  it("answers no more once it is released", async () => {
    await recommender.release();
    const requests = [
      recommender.recommend(0),
      recommender.recommendMany([]),
      recommender.score([]),
      recommender.similar(0),
      recommender.foldIn([0]),
      recommender.rank([0, 1]),
    ];
    for (const request of requests) {
      expect((await rejection<Error>(request, ServingError)).message).to.include("it was released");
    }
  });

  it("refuses a number of items that is none", async () => {
    for (const k of [0, 1.5]) {
      const error = await rejection(recommender.recommend(0, { k }), ServingError);
      expect(error.argument).to.equal(`k = ${k}`);
    }
  });
});

describe("an export folder", () => {
  const temporary = temporaryFolder();

  async function edit(change: (description: Record<string, unknown>) => void): Promise<void> {
    const file = join(temporary.path, exportFiles.description);
    const description = JSON.parse(await readFile(file, "utf8")) as Record<string, unknown>;
    change(description);
    await writeFile(file, JSON.stringify(description));
  }

  it("can do without seen items and titles", async () => {
    const { description, precisions } = exampleExport();
    await writeExport(temporary.path, { description, precisions });
    const recommender = await loadRecommender(temporary.path, { threads: 1 });
    expect(await recommender.recommend(0, { k: 1 })).to.deep.equal([{ item: 0, score: 3 }]);
    const error = await rejection(recommender.recommend(0, { excludeSeen: true }), ServingError);
    expect(error.problem).to.equal("this export does not hold the users' training items");
    await recommender.release();
  });

  it("says what it holds", async () => {
    await writeExampleExport(temporary.path);
    const recommender = await loadRecommender(temporary.path, { threads: 1 });
    const { model, users, items, dim, hasSeen, hasTitles, source, itemTower }: ExportDescription =
      recommender.description;
    expect({ model, users, items, dim, hasSeen, hasTitles, source, itemTower }).to.deep.equal({
      model: "example",
      users: 3,
      items: 4,
      dim: 2,
      hasSeen: true,
      hasTitles: true,
      source: { seed: 999 },
      itemTower: null,
    });
    const { float32 } = recommender.description.precisions;
    expect(float32.graphs.foldIn).to.equal("fold_in.onnx");
    const sizes = Object.values(exampleGraphs).map((encode) => encode().length);
    expect(float32.bytes).to.equal(sizes.reduce((sum, length) => sum + length));
    await recommender.release();
  });

  it("is refused without its description", async () => {
    const error = await rejection(loadRecommender(temporary.path), ArtifactError);
    expect(error.problem).to.equal("the description of an export cannot be read: it is missing");
    expect(error.fix).to.include("mmkit export");
  });

  it("of an earlier version is refused and says what to do", async () => {
    await writeExampleExport(temporary.path);
    await edit((description) => {
      description["version"] = 1;
    });
    const error = await rejection(loadRecommender(temporary.path), ArtifactError);
    expect(error.message).to.equal(
      `${join(temporary.path, exportFiles.description)}: this is an export of version 1, but version 2 is needed. ` +
        "Export the model again with `mmkit export`.",
    );
  });

  it("names the precisions it has where another is asked for", async () => {
    await writeExampleExport(temporary.path);
    const error = await rejection(loadRecommender(temporary.path, { precision: "int8" }), ServingError);
    expect(error.message).to.equal(
      "precision int8: this export has float32 only. Export the model again with --quantize int8.",
    );
  });

  it("can be served in one precision without the files of the others", async () => {
    const int8 = {
      graphs: exampleGraphs,
      externalData: new Map([["item_vectors.int8.bin", Uint8Array.of(7)]]),
    };
    await writeExampleExport(temporary.path, { precisions: { float32: { graphs: exampleGraphs }, int8 } });
    const { precisions } = (await loadExport(temporary.path)).description;
    expect([precisions.int8!.graphs.recommend, precisions.int8!.externalData]).to.deep.equal([
      "recommend.int8.onnx",
      ["item_vectors.int8.bin"],
    ]);
    for (const file of Object.values(precisions.float32.graphs)) await rm(join(temporary.path, file));
    const recommender = await loadRecommender(temporary.path, { precision: "int8", threads: 1 });
    expect((await recommender.recommend(1, { k: 1 }))[0]!.item).to.equal(2);
    await recommender.release();
    expect((await rejection(loadRecommender(temporary.path), ArtifactError)).problem).to.equal(
      "the file is missing or cannot be read",
    );
  });

  it("is refused with a description that is wrong, naming all problems", async () => {
    await writeExampleExport(temporary.path);
    await edit((description) => {
      description["users"] = "3";
      description["dims"] = 2;
    });
    const error = await rejection(loadRecommender(temporary.path), ArtifactError);
    expect(error.problem).to.include("export/users must be integer");
    expect(error.problem).to.include("export must NOT have additional properties");
  });

  it("is refused when a file was changed or is missing", async () => {
    await writeExampleExport(temporary.path);
    const file = join(temporary.path, exportFiles.score);
    await writeFile(file, "changed");
    const changed = await rejection(loadRecommender(temporary.path), ArtifactError);
    expect(changed.file).to.equal(file);
    expect(changed.problem).to.match(/^it must have the sha256 .* of export.json, found /);
    await edit((description) => {
      Object.assign(description["files"] as object, {
        "absent.onnx": { sha256: sha256Of(""), bytes: 0 },
        [exportFiles.score]: { sha256: sha256Of("changed"), bytes: 7 },
      });
    });
    const missing = await rejection(loadRecommender(temporary.path), ArtifactError);
    expect(missing.file).to.equal(join(temporary.path, "absent.onnx"));
  });

  it("cannot name files outside of it", async () => {
    await writeExampleExport(temporary.path);
    await edit((description) => {
      description["files"] = {
        ...(description["files"] as object),
        "../outside": { sha256: sha256Of(""), bytes: 0 },
      };
    });
    expect((await rejection(loadRecommender(temporary.path), ArtifactError)).problem).to.include(
      "property name",
    );
  });

  it("is refused when onnxruntime cannot load a graph", async () => {
    const graphs = { ...exampleGraphs, score: () => Uint8Array.of(1, 2, 3) };
    await writeExampleExport(temporary.path, { precisions: { float32: { graphs } } });
    const error = await rejection(loadRecommender(temporary.path), ArtifactError);
    expect(error.file).to.equal(join(temporary.path, exportFiles.score));
    expect(error.problem).to.match(/^onnxruntime cannot load it/);
  });

  it("is refused when its seen items do not fit", async () => {
    const cases = [
      { seen: interactionLists([[0]]), problem: "row_start must have 4 entries, found 2" },
      { seen: interactionLists([[0], [], [4]]), problem: "item 4 is not one of the 4 items" },
      {
        seen: { rowStart: Int32Array.of(0, 2, 1, 3), itemIds: Int32Array.of(0, 1, 2) },
        problem: "row_start must ascend from 0 to the 3 item ids",
      },
    ];
    for (const { seen, problem } of cases) {
      await writeExampleExport(temporary.path, { seen });
      const error = await rejection(loadRecommender(temporary.path), ArtifactError);
      expect(error.file).to.equal(join(temporary.path, exportFiles.seen));
      expect(error.problem).to.equal(problem);
    }
  });
});
