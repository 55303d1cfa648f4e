import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import sharp from "sharp";
import { EncodeError } from "../../../../runtime/data/encode/encodeError.js";
import { readEncoderDescription } from "../../../../runtime/data/encode/encoderDescription.js";
import { EncoderSession } from "../../../../runtime/data/encode/encoderSession.js";
import { normaliseRows, pooled } from "../../../../runtime/data/encode/pooling.js";
import { temporaryFolder } from "../../temporaryFolder.js";
import { type TinyModel } from "../../tinyOnnx.js";
import { rejection } from "../rejection.js";
import { flatten, idsAsStates, idsOnly, writeEncoder } from "./exampleEncoders.js";

const text = { tokenizer: "tokenizer.json", maxLength: 8 };

describe("pooling", () => {
  // Two items of three tokens and two features; the second item's last token is padding.
  const output = { dims: [2, 3, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 100, 100) };
  const mask = { dims: [2, 3], data: Int32Array.of(1, 1, 1, 1, 1, 0) };

  it("worked by hand: the first token, or the mean over the tokens that are there", () => {
    expect([...pooled(output, "cls", mask)]).to.deep.equal([1, 2, 7, 8]);
    expect([...pooled(output, "mean", mask)]).to.deep.equal([3, 4, 8, 9]);
    expect([...pooled(output, "mean", null)].slice(0, 2)).to.deep.equal([3, 4]);
  });

  it("scales rows to length 1 and leaves rows of zeros", () => {
    const rows = Float32Array.of(3, 4, 0, 0);
    normaliseRows(rows, 2);
    expect([...rows].map((value) => value.toFixed(6))).to.deep.equal([
      "0.600000",
      "0.800000",
      "0.000000",
      "0.000000",
    ]);
  });
});

describe("an encoder", () => {
  const temporary = temporaryFolder();
  const encode = async (
    model: TinyModel,
    description: object,
    sources: readonly string[],
  ): Promise<{ readonly rows: number[]; readonly size: number; readonly cut: number }> => {
    const file = await writeEncoder(temporary.path, model, description);
    const session = await EncoderSession.open(await readEncoderDescription(file), {
      device: "cpu",
      threads: 1,
    });
    try {
      const { rows, size } = await session.encode(sources);
      return { rows: [...rows], size, cut: session.cut };
    } finally {
      await session.release();
    }
  };
  const picture = async (
    name: string,
    pixels: readonly number[],
    width: number,
    channels: 1 | 3 | 4,
  ): Promise<string> => {
    const file = join(temporary.path, name);
    const height = pixels.length / width / channels;
    await sharp(Uint8Array.from(pixels), { raw: { width, height, channels } }).png().toFile(file);
    return file;
  };
  const four = [255, 0, 0, 0, 255, 0, 0, 0, 255, 51, 102, 153];
  const shown = (rows: readonly number[]): number[] => rows.map((value) => Number(value.toFixed(4)));

  describe("of texts", () => {
    it("gets ids between the tokenizer's own tokens, filled up to the longest", async () => {
      const model = idsOnly("int64");
      // [CLS] red hat [SEP] = 2 10 20 3; [CLS] blue [SEP] = 2 12 3; the unknown word is 1.
      const mean = await encode(model, { text, pooling: "mean" }, ["Red  HAT", "blue", "red zebra"]);
      expect(mean.rows).to.deep.equal([35 / 4, Math.fround(17 / 3), 4]);
      expect((await encode(model, { text, pooling: "cls" }, ["red hat"])).rows).to.deep.equal([2]);
    });

    it("gives each text what it gets alone, whatever else is in the batch", async () => {
      const texts = ["red hat", "mug", "green blue mug hat red"];
      const together = await encode(idsAsStates, { text, pooling: "mean" }, texts);
      for (const [at, source] of texts.entries()) {
        const alone = await encode(idsAsStates, { text, pooling: "mean" }, [source]);
        expect(alone.rows[0]).to.equal(together.rows[at]);
      }
    });

    it("cuts the end of a text that is too long, not the tokens around it", async () => {
      // Of [CLS] red green blue hat [SEP], four tokens stay: 2 10 11 3.
      const { rows, cut } = await encode(
        idsOnly("int64"),
        { text: { ...text, maxLength: 4 }, pooling: "mean" },
        ["red green blue hat", "hat"],
      );
      expect([rows[0], cut]).to.deep.equal([26 / 4, 1]);
    });

    it("puts the prefix before every text", async () => {
      const prefixed = await encode(
        idsOnly("int64"),
        { text: { ...text, prefix: "red " }, pooling: "mean" },
        ["hat"],
      );
      expect(prefixed.rows).to.deep.equal([35 / 4]);
    });

    it("feeds int32 ids, and rows of a fixed length", async () => {
      expect((await encode(idsOnly("int32"), { text, pooling: "mean" }, ["red hat"])).rows).to.deep.equal([
        35 / 4,
      ]);
      expect((await encode(idsOnly("int64", 8), { text, pooling: "mean" }, ["red hat"])).rows).to.deep.equal([
        35 / 4,
      ]);
    });

    it("takes names of inputs that are not the usual ones", async () => {
      const model: TinyModel = {
        ...idsOnly("int64"),
        inputs: [{ name: "words", dtype: "int64", axes: ["item", "token"] }],
        nodes: idsOnly("int64").nodes.map((node) => ({
          ...node,
          inputs: node.inputs.map((name) => (name === "input_ids" ? "words" : name)),
        })),
      };
      const named = { ...text, inputs: { ids: "words" } };
      expect((await encode(model, { text: named, pooling: "mean" }, ["red hat"])).rows).to.deep.equal([
        35 / 4,
      ]);
    });
  });

  describe("of pictures", () => {
    it("gets channels one after the other, scaled, less the mean, over the deviation", async () => {
      const file = await picture("four.png", four, 2, 3);
      const plain = await encode(flatten, { image: { crop: 2, scale: 1 }, pooling: "none" }, [file]);
      expect(plain.rows).to.deep.equal([255, 0, 0, 51, 0, 255, 0, 102, 0, 0, 255, 153]);
      const image = { crop: 2, mean: [0.5, 0, 0], std: [0.5, 1, 2] };
      const { rows } = await encode(flatten, { image, pooling: "none" }, [file]);
      expect(shown(rows)).to.deep.equal([1, -1, -1, -0.6, 0, 1, 0, 0.4, 0, 0, 0.5, 0.3]);
    });

    it("gets channels in the order blue, green, red, or side by side, where asked to", async () => {
      const file = await picture("four.png", four, 2, 3);
      const bgr = await encode(flatten, { image: { crop: 2, scale: 1, channels: "bgr" }, pooling: "none" }, [
        file,
      ]);
      expect(bgr.rows).to.deep.equal([0, 0, 255, 153, 0, 255, 0, 102, 255, 0, 0, 51]);
      const last: TinyModel = {
        ...flatten,
        inputs: [{ name: "pixels", dtype: "float32", axes: ["item", 2, 2, 3] }],
      };
      const nhwc = await encode(last, { image: { crop: 2, scale: 1, layout: "nhwc" }, pooling: "none" }, [
        file,
      ]);
      expect(nhwc.rows).to.deep.equal(four);
    });

    it("sees grey pictures in three channels and transparent ones on the background", async () => {
      const grey = await picture("grey.png", [10, 20, 30, 40], 2, 1);
      const clear = await picture("clear.png", Array.from({ length: 4 }, () => [9, 9, 9, 0]).flat(), 2, 4);
      const image = { crop: 2, scale: 1, background: [1, 2, 3] };
      const { rows } = await encode(flatten, { image, pooling: "none" }, [grey, clear]);
      expect(rows).to.deep.equal([
        ...Array<number[]>(3).fill([10, 20, 30, 40]).flat(),
        1,
        1,
        1,
        1,
        2,
        2,
        2,
        2,
        3,
        3,
        3,
        3,
      ]);
    });

    it("turns pictures upright that a camera stored turned", async () => {
      const file = join(temporary.path, "turned.jpg");
      const rows = [255, 255, 255, 255, 255, 255, 0, 0, 0, 0, 0, 0];
      await sharp(Uint8Array.from(rows), { raw: { width: 2, height: 2, channels: 3 } })
        .withMetadata({ orientation: 3 })
        .jpeg({ quality: 100 })
        .toFile(file);
      const { rows: seen } = await encode(flatten, { image: { crop: 2, scale: 1 }, pooling: "none" }, [file]);
      expect(seen.slice(0, 2).every((value) => value < 20)).to.equal(true);
      expect(seen.slice(2, 4).every((value) => value > 235)).to.equal(true);
    });

    it("resizes the shorter side and keeps the middle", async () => {
      // Six columns: black, black, red, red, black, black; the middle two stay.
      const row = [0, 0, 255, 255, 0, 0].flatMap((red) => [red, 0, 0]);
      const wide = await picture("wide.png", [...row, ...row], 6, 3);
      const { rows } = await encode(flatten, { image: { crop: 2, resize: 2, scale: 1 }, pooling: "none" }, [
        wide,
      ]);
      expect(rows).to.deep.equal([255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0]);
      const squeezed = await encode(
        flatten,
        { image: { crop: 2, kernel: "nearest", scale: 1 }, pooling: "none" },
        [wide],
      );
      expect(new Set(squeezed.rows.slice(4))).to.deep.equal(new Set([0]));
    });
  });

  it("in float16 takes and gives float16", async () => {
    const halves: TinyModel = {
      ...flatten,
      inputs: [{ name: "pixels", dtype: "float16", axes: ["item", 3, 2, 2] }],
      outputs: [{ name: "features", dtype: "float16", axes: ["item", 12] }],
    };
    const file = await picture("four.png", four, 2, 3);
    const { rows } = await encode(halves, { image: { crop: 2 }, pooling: "none" }, [file]);
    expect(rows).to.deep.equal([1, 0, 0, 0.199951171875, 0, 1, 0, 0.39990234375, 0, 0, 1, 0.60009765625]);
  });

  it("with a fixed batch gets full batches", async () => {
    const three: TinyModel = {
      ...idsOnly("int64"),
      inputs: [{ name: "input_ids", dtype: "int64", axes: [3, "token"] }],
      outputs: [{ name: "states", dtype: "float32", axes: [3, "token", 1] }],
    };
    expect((await encode(three, { text, pooling: "cls" }, ["red", "hat"])).rows).to.deep.equal([2, 2]);
  });

  const refused: readonly (readonly [string, TinyModel, object, string])[] = [
    [
      "whose graph takes another input",
      {
        ...idsAsStates,
        inputs: [...idsAsStates.inputs, { name: "position_ids", dtype: "int64", axes: ["item"] }],
      },
      { text, pooling: "mean" },
      'nothing is fed to "position_ids"; the graph takes "input_ids" int64 [item, token], "attention_mask"',
    ],
    [
      "whose description names an input that is not there",
      idsOnly("int64"),
      { text: { ...text, inputs: { ids: "input_ids", mask: "mask" } }, pooling: "mean" },
      'the description names the input "mask", which the graph does not have',
    ],
    [
      "whose inputs have no usual names",
      flatten,
      { text, pooling: "mean" },
      "no input has the usual name for token ids",
    ],
    [
      "whose pictures have another size",
      flatten,
      { image: { crop: 4 }, pooling: "none" },
      "pictures of crop 4 and layout nchw are [item, 3, 4, 4]",
    ],
    [
      "whose layout is another",
      flatten,
      { image: { crop: 2, layout: "nhwc" }, pooling: "none" },
      "layout nhwc are [item, 2, 2, 3]",
    ],
    [
      "whose rows are shorter than maxLength",
      idsOnly("int64", 4),
      { text, pooling: "mean" },
      "texts of up to 8 tokens do not fit",
    ],
    [
      "whose output is not there",
      idsOnly("int64"),
      { text, pooling: "mean", output: "pooler_output" },
      'the description names the output "pooler_output", but the graph gives "states"',
    ],
    [
      "whose output has a token axis, with pooling none",
      idsOnly("int64"),
      { text, pooling: "none" },
      'the output "states" is [1, 3, 1] for 1 items, but pooling "none" takes [item, feature]',
    ],
    [
      "whose output has no token axis, with pooling mean",
      flatten,
      { image: { crop: 2 }, pooling: "mean" },
      'the output "features" is [1, 12] for 1 items, but pooling "mean" takes [item, token, feature]',
    ],
  ];
  for (const [label, model, description, problem] of refused) {
    it(`${label} is refused`, async () => {
      const file = await picture("four.png", four, 2, 3);
      const source = "image" in description ? file : "red";
      const error = await rejection(EncodeError, () => encode(model, description, [source]));
      expect(error.message).to.include(problem);
    });
  }

  it("is refused where its files are missing or none", async () => {
    const description = await readEncoderDescription(
      await writeEncoder(temporary.path, idsOnly("int64"), { text, pooling: "mean" }),
    );
    const open = (): Promise<EncoderSession> => EncoderSession.open(description, { device: "cpu" });
    const tokenizer = join(temporary.path, "tokenizer.json");
    for (const [content, problem] of [
      ["{", "this is not JSON"],
      ["[1]", "the file holds no JSON object"],
      ['{"model": {"type": "Nonsense"}}', "this is no tokenizer that can be read"],
      ["{}", "this is no tokenizer that can be read"],
    ] as const) {
      await writeFile(tokenizer, content);
      const error = await rejection(EncodeError, open);
      expect([error.subject, error.problem.includes(problem)], error.problem).to.deep.equal([
        tokenizer,
        true,
      ]);
    }
    await writeFile(description.model, "no graph");
    expect((await rejection(EncodeError, open)).message).to.match(/model\.onnx: onnxruntime cannot load it/);
    const gone = { ...description, model: join(temporary.path, "gone.onnx") };
    const missing = await rejection(EncodeError, () => EncoderSession.open(gone, { device: "cpu" }));
    expect(missing.message).to.match(/gone\.onnx: the file does not exist/);
  });

  it("is refused for a picture that is none, cut short or not there, naming it", async () => {
    const broken = join(temporary.path, "broken.png");
    await writeFile(broken, "no picture");
    const whole = await sharp({ create: { width: 64, height: 64, channels: 3, background: "#123456" } })
      .jpeg()
      .toBuffer();
    const short = join(temporary.path, "short.jpg");
    await writeFile(short, whole.subarray(0, whole.length / 2));
    for (const file of [broken, short, join(temporary.path, "gone.png")]) {
      const error = await rejection(EncodeError, () =>
        encode(flatten, { image: { crop: 2 }, pooling: "none" }, [file]),
      );
      expect([error.subject, error.problem.startsWith("the picture cannot be decoded")]).to.deep.equal([
        file,
        true,
      ]);
    }
  });

  it("is refused for values that are not finite, naming the item", async () => {
    const logarithm: TinyModel = {
      ...flatten,
      nodes: [
        { op: "Log", name: "log", inputs: ["pixels"], outputs: ["logs"] },
        { ...flatten.nodes[0]!, inputs: ["logs"] },
      ],
    };
    const file = await picture("four.png", four, 2, 3);
    const error = await rejection(EncodeError, () =>
      encode(logarithm, { image: { crop: 2 }, pooling: "none" }, [file]),
    );
    expect(error.problem).to.equal(`the encoder gave -Infinity for ${JSON.stringify(file)}`);
  });
});

describe("the description of an encoder", () => {
  const temporary = temporaryFolder();
  const good = { model: "m.onnx", pooling: "mean", text };

  it("has defaults, and paths beside it", async () => {
    const file = join(temporary.path, "encoder.json");
    await writeFile(file, JSON.stringify({ model: "m.onnx", pooling: "none", image: { crop: 224 } }));
    const { model, normalise, source } = await readEncoderDescription(file);
    expect([model, normalise]).to.deep.equal([join(temporary.path, "m.onnx"), false]);
    expect(source.settings).to.deep.include({ crop: 224, kernel: "cubic", layout: "nchw", scale: 1 / 255 });
  });

  const bad: readonly (readonly [string, string])[] = [
    ["{", "this is not JSON"],
    ["[]", "the description must be of type object"],
    ["{}", 'the description lacks the key "model"; the description lacks the key "pooling"'],
    [
      JSON.stringify({ ...good, pooling: "max" }),
      '"pooling" must be one of ["mean","cls","none"], found "max"',
    ],
    [JSON.stringify({ ...good, normalize: true }), 'unknown key "normalize" (the nearest is "normalise")'],
    [JSON.stringify({ ...good, text: { ...text, maxLength: 0 } }), '"text.maxLength" must be >= 1'],
    [JSON.stringify({ ...good, text: { tokenizer: "t" } }), '"text" lacks the key "maxLength"'],
    [
      JSON.stringify({ ...good, image: { crop: 2 } }),
      'takes an "image" or a "text", the description has both',
    ],
    [JSON.stringify({ model: "m", pooling: "none" }), "the description has neither"],
    [
      JSON.stringify({ model: "m", pooling: "none", image: { crop: 224, std: [1, 0, 1] } }),
      '"image.std[1]" must be > 0, found 0',
    ],
    [
      JSON.stringify({ model: "m", pooling: "none", image: { crop: 224, resize: 200 } }),
      "resized to 200 cannot be cropped to 224",
    ],
  ];
  for (const [content, problem] of bad) {
    it(`is refused: ${problem}`, async () => {
      const file = join(temporary.path, "encoder.json");
      await writeFile(file, content);
      const error = await rejection(EncodeError, () => readEncoderDescription(file));
      expect([error.subject, error.problem.includes(problem)], error.problem).to.deep.equal([file, true]);
    });
  }

  it("is refused if it is not there", async () => {
    const error = await rejection(EncodeError, () => readEncoderDescription("/nowhere/encoder.json"));
    expect(error.message).to.equal(
      "/nowhere/encoder.json: the file does not exist. docs/encoders.md explains its keys.",
    );
  });
});
