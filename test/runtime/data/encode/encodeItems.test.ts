import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import sharp from "sharp";
import { writeEncoders } from "../../../../examples/catalogue/writeEncoders.js";
import { wordFeatures } from "../../../../graphs/encoders/wordVectorEncoder.js";
import { loadDataset } from "../../../../runtime/data/dataset.js";
import {
  encodeItems,
  type EncodeOptions,
  type EncodeProgress,
} from "../../../../runtime/data/encode/encodeItems.js";
import { EncodeError } from "../../../../runtime/data/encode/encodeError.js";
import { Random } from "../../../../runtime/data/random.js";
import { RunLock } from "../../../../runtime/training/runLock.js";
import { writeDataset } from "../../../../runtime/data/writeDataset.js";
import { temporaryFolder } from "../../temporaryFolder.js";
import { rejection } from "../rejection.js";
import { flatten, idsOnly, writeEncoder } from "./exampleEncoders.js";

const titles = [
  "red hat",
  "",
  "blue mug",
  "red mug",
  "green hat",
  "hat",
  "mug",
  "red red hat",
  "blue",
  "green mug",
];
const items = titles.length;
const text = { text: { tokenizer: "tokenizer.json", maxLength: 8 }, pooling: "mean" };
const image = { image: { crop: 2, scale: 1 }, pooling: "none" };

describe("encoding the items of a dataset", () => {
  const temporary = temporaryFolder();
  const at = (...parts: readonly string[]): string => join(temporary.path, ...parts);

  /** A dataset whose items have titles and, but for one, a picture of one colour. */
  const prepare = async (): Promise<void> => {
    await writeDataset(at("data"), {
      name: "shop",
      users: 1,
      items,
      interactions: {
        train: { userIds: [0], itemIds: [0] },
        valid: { userIds: [], itemIds: [] },
        test: { userIds: [], itemIds: [] },
      },
      itemColumns: {
        title: titles,
        brand: titles.map((_, item) => (item === 1 ? "red" : "hat")),
        picture: titles.map((_, item) => (item === 2 ? "" : `pictures/${item}.png`)),
      },
      features: { other: { size: 1, data: new Float32Array(items).fill(1), missing: [4] } },
    });
    await mkdir(at("data", "pictures"));
    for (const item of titles.keys()) {
      await sharp({
        create: { width: 3, height: 3, channels: 3, background: { r: item, g: 2 * item, b: 3 * item } },
      })
        .png()
        .toFile(at("data", "pictures", `${item}.png`));
    }
    await writeEncoder(at("text"), idsOnly("int64"), text);
    await writeEncoder(at("image"), flatten, image);
  };
  beforeEach(prepare);

  const encode = (kind: "text" | "image", more: Partial<EncodeOptions> = {}) =>
    encodeItems({
      data: at("data"),
      modality: "made",
      encoder: at(kind, "encoder.json"),
      threads: 1,
      batch: 3,
      ...more,
    });
  const features = async (modality = "made") => (await loadDataset(at("data"))).modalities.get(modality)!;

  it("gives every text its row, lists items without one as missing and says how they were made", async () => {
    const result = await encode("text");
    expect(result).to.deep.equal({
      file: at("data", "made.npy"),
      items,
      size: 1,
      empty: 1,
      broken: 0,
      cut: 0,
      resumed: 0,
    });
    const { data, missing } = await features();
    // [CLS] red hat [SEP] = 2 10 20 3, and so on; item 1 has no title.
    const mean = (...ids: readonly number[]): number =>
      Math.fround((5 + ids.reduce((sum, id) => sum + id, 0)) / (ids.length + 2));
    expect([...data]).to.deep.equal([
      mean(10, 20),
      0,
      mean(12, 21),
      mean(10, 21),
      mean(11, 20),
      mean(20),
      mean(21),
      mean(10, 10, 20),
      mean(12),
      mean(11, 21),
    ]);
    expect([...missing]).to.deep.equal([1]);
    expect(await readFile(at("data", "missing.tsv"), "utf8")).to.equal(
      "item_id\tmodality\n4\tother\n1\tmade\n",
    );
    const stated = JSON.parse(await readFile(at("data", "dataset.json"), "utf8")) as Record<string, unknown>;
    expect(stated["modalities"]).to.deep.equal(["made", "other"]);
    expect((stated["features"] as Record<string, object>)["made"]).to.deep.include({
      columns: ["title"],
      pooling: "mean",
    });
    expect((await readdir(at("data"))).filter((name) => name.startsWith("."))).to.deep.equal([]);
  });

  it("joins columns, and takes the columns that are named", async () => {
    expect((await encode("text", { columns: ["brand", "title"] })).empty).to.equal(0);
    expect((await features()).data[1]).to.equal((2 + 10 + 3) / 3);
  });

  it("gives every picture its row in whatever batches", async () => {
    await encode("image");
    const { data, missing, size } = await features();
    expect([size, ...missing]).to.deep.equal([12, 0, 2]);
    expect([...data.subarray(3 * 12, 4 * 12)]).to.deep.equal([3, 3, 3, 3, 6, 6, 6, 6, 9, 9, 9, 9]);
    await encode("image", { batch: 100, force: true });
    expect([...(await features()).data]).to.deep.equal([...data]);
  });

  it("stores float16 where asked to", async () => {
    await encode("text", { precision: "float16" });
    expect((await readFile(at("data", "made.npy"))).toString("latin1", 0, 60)).to.include("<f2");
    expect((await features()).data[9]).to.be.closeTo(37 / 4, 0.01);
  });

  it("goes on after a batch at which it was stopped, to the same bytes", async () => {
    const whole = await (async () => {
      await encode("image");
      return readFile(at("data", "made.npy"));
    })();
    for (let stopAfter = 1; stopAfter <= 3; stopAfter++) {
      await rm(at("data"), { recursive: true });
      await prepare();
      const controller = new AbortController();
      const stopping = encode("image", {
        signal: controller.signal,
        progress: (event) => {
          if (event.kind === "items" && event.done === 3 * stopAfter) controller.abort();
        },
      });
      expect(
        await stopping.then(
          () => null,
          (error: unknown) => error,
        ),
      ).to.equal(controller.signal.reason);
      expect(await readdir(at("data"))).not.to.include("made.npy");
      // Half a row more, as a kill within a write leaves it.
      await writeFile(at("data", ".encoding-made", "rows.f32"), new Uint8Array(26), { flag: "a" });
      const seen: EncodeProgress[] = [];
      const result = await encode("image", { progress: (event) => seen.push(event) });
      expect(result.resumed).to.equal(3 * stopAfter);
      expect(seen.filter(({ kind }) => kind === "start")).to.deep.equal([
        { kind: "start", items, resumed: 3 * stopAfter, isOther: false },
      ]);
      expect((await readFile(at("data", "made.npy"))).equals(whole)).to.equal(true);
    }
  });

  it("starts over where items, encoder or batch are no longer the same", async () => {
    const interrupted = async (): Promise<void> => {
      const controller = new AbortController();
      await encode("text", {
        signal: controller.signal,
        progress: ({ kind }) => {
          if (kind === "items") controller.abort();
        },
      }).catch(() => undefined);
    };
    const start = async (more: Partial<EncodeOptions> = {}): Promise<object | undefined> => {
      let found: object | undefined;
      await encode("text", {
        ...more,
        progress: (event) => {
          if (event.kind === "start") found = event;
        },
      });
      await rm(at("data", "made.npy"));
      const description = JSON.parse(await readFile(at("data", "dataset.json"), "utf8")) as object;
      await writeFile(at("data", "dataset.json"), JSON.stringify({ ...description, modalities: ["other"] }));
      await writeFile(at("data", "missing.tsv"), "item_id\tmodality\n4\tother\n");
      return found;
    };
    await interrupted();
    expect(await start()).to.include({ resumed: 3, isOther: false });
    await interrupted();
    expect(await start({ batch: 4 })).to.include({ resumed: 0, isOther: true });
    await interrupted();
    expect(await start({ columns: ["brand"] })).to.include({ resumed: 0, isOther: true });
    await interrupted();
    await writeEncoder(at("text"), idsOnly("int64"), { ...text, pooling: "cls" });
    expect(await start()).to.include({ resumed: 0, isOther: true });
  });

  it("stops at a broken picture, naming it, or counts it as missing", async () => {
    const broken = at("data", "pictures", "4.png");
    await writeFile(broken, "no picture");
    await rm(at("data", "pictures", "5.png"));
    const error = await rejection(EncodeError, () => encode("image"));
    expect([error.subject, error.problem.includes("cannot be decoded")]).to.deep.equal([broken, true]);
    expect(await readdir(at("data"))).not.to.include("made.npy");
    const seen: number[] = [];
    const result = await encode("image", {
      skipBroken: true,
      progress: (event) => {
        if (event.kind === "broken") seen.push(event.item);
      },
    });
    expect([result.empty, result.broken, seen]).to.deep.equal([1, 2, [4, 5]]);
    expect([...(await features()).missing]).to.deep.equal([0, 2, 4, 5]);
  });

  it("encodes where the first batches have nothing to encode", async () => {
    const table = await readFile(at("data", "items.tsv"), "utf8");
    const lines = table.split("\n").map((line) => (/^[0-4]\t/.test(line) ? `${line[0]!}\t\t\t` : line));
    await writeFile(at("data", "items.tsv"), lines.join("\n"));
    expect((await encode("text")).empty).to.equal(5);
    expect((await features()).data[5]).to.equal(Math.fround(25 / 3));
  });

  const refused: readonly (readonly [string, Partial<EncodeOptions>, string])[] = [
    [
      "a column that is not there",
      { columns: ["titel"] },
      'it has no column "titel" (it has title, brand, picture)',
    ],
    ["a modality that is no file stem", { modality: "a/b" }, "this is no file stem"],
    ["features that are there", { modality: "other" }, "the features exist already"],
    ["a device that is not here", { device: "cuda:7" }, "cannot be used"],
  ];
  for (const [label, options, problem] of refused) {
    it(`is refused for ${label}, and leaves the dataset as it was`, async () => {
      const before = (await loadDataset(at("data"))).checksum;
      const error = await encode("text", options).then(
        () => expect.fail("it was not refused"),
        (found: unknown) => found as Error,
      );
      expect(error.message).to.include(problem);
      expect((await loadDataset(at("data"))).checksum).to.equal(before);
    });
  }

  it("is refused where there is nothing to encode", async () => {
    await writeFile(at("data", "items.tsv"), "item_id\ttitle\n0\t\n");
    expect((await rejection(EncodeError, () => encode("text"))).problem).to.equal(
      "no item has anything in title",
    );
    expect((await rejection(EncodeError, () => encode("image"))).problem).to.equal(
      "it has none of picture, image (it has title)",
    );
    await rm(at("data", "items.tsv"));
    expect((await rejection(EncodeError, () => encode("text"))).message).to.match(
      /items\.tsv: the file does not exist/,
    );
  });

  it("is refused while another encoding of the modality runs", async () => {
    const held = await RunLock.take(at("data", ".encoding-made"));
    try {
      const error = await rejection(EncodeError, () => encode("text"));
      expect(error.problem).to.equal("another process is encoding this modality now");
    } finally {
      await held.release();
    }
    expect((await encode("text")).items).to.equal(items);
  });

  it("with mmkit's own encoders gives random projections of words and means of cells", async () => {
    await writeEncoders(at("encoders"), titles);
    await cp(at("encoders", "layout", "encoder.json"), at("layout.json"));
    await encode("text", { modality: "words", encoder: at("encoders", "words", "encoder.json") });
    const { data, size } = await features("words");
    expect(size).to.equal(wordFeatures);
    const tokens = ["[PAD]", "[UNK]", "blue", "green", "hat", "mug", "red"];
    const random = new Random(1, "word vector encoder");
    const table = tokens.map((_, token) =>
      Array.from({ length: size }, () => Math.fround(random.normal() / 8) * (token === 0 ? 0 : 1)),
    );
    const sum = table[tokens.indexOf("red")]!.map(
      (value, column) => (value + table[tokens.indexOf("hat")]![column]!) / 2,
    );
    const length = Math.hypot(...sum);
    sum.forEach((value, column) => {
      expect(data[column]).to.be.closeTo(value / length, 1e-6);
    });
    await encode("image", { modality: "layout", encoder: at("encoders", "layout", "encoder.json") });
    const layout = await features("layout");
    expect(layout.size).to.equal(108);
    [3, 6, 9].forEach((byte, channel) => {
      expect(layout.data[3 * 108 + channel]).to.be.closeTo((byte / 255 - 0.5) / 0.5, 1e-6);
    });
  });
});
