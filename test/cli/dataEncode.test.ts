import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { writeCatalogue } from "../../examples/catalogue/writeCatalogue.js";
import { writeEncoders } from "../../examples/catalogue/writeEncoders.js";
import { mmkit } from "./capture.js";
import { startProgram } from "./program.js";

describe("mmkit data encode", function () {
  this.timeout(60_000);
  let root = "";
  const at = (...parts: readonly string[]): string => join(root, ...parts);
  const words = (kind: string, ...more: readonly string[]): string[] => [
    "data",
    "encode",
    at("shop"),
    "--encoder",
    at("encoders", kind, "encoder.json"),
    "--threads",
    "1",
    ...more,
  ];

  before(async () => {
    root = await mkdtemp(join(tmpdir(), "mmkit-encode-"));
    const catalogue = await writeCatalogue(at("shop"), { items: 120, users: 40 });
    await writeEncoders(
      at("encoders"),
      catalogue.items.map(({ title }) => title),
    );
  });
  after(() => rm(root, { recursive: true, force: true }));

  it("makes features that training finds, with progress on stderr", async () => {
    const { code, stdout, stderr } = await mmkit(...words("words", "--modality", "words"));
    expect(code, stderr).to.equal(0);
    expect(stdout).to.equal(`${at("shop", "words.npy")}: 120 items by 64 features\n`);
    expect(stderr).to.match(/^encoding words: 120\/120, [\d.]+ items\/s, 0:00 left\n$/);
    const again = await mmkit(...words("words", "--modality", "words"));
    expect([again.code, again.stdout]).to.deep.equal([1, ""]);
    expect(again.stderr).to.match(
      /words\.npy: the features exist already\. Choose another modality, or pass --force/,
    );
    const forced = await mmkit(...words("words", "--modality", "words", "--force", "--json"));
    expect(JSON.parse(forced.stdout)).to.include({ items: 120, size: 64, empty: 0, cut: 0 });
    const checked = await mmkit("data", "check", at("shop"), "--json", "--threads", "1");
    expect(checked.stdout).to.contain('"modality": "words"');
  });

  it("killed at some batch goes on where it was, to the same bytes", async () => {
    const whole = await mmkit(...words("layout", "--modality", "whole", "--batch", "1"));
    expect(whole.code, whole.stderr).to.equal(0);
    const line = words("layout", "--modality", "killed", "--batch", "1");
    const { child, ended } = startProgram(root, ...line);
    const partial = at("shop", ".encoding-killed", "rows.f32");
    const someRows = async (): Promise<boolean> =>
      ((await stat(partial).catch(() => null))?.size ?? 0) > 20 * 432;
    while (!(await someRows()) && child.exitCode === null)
      await new Promise((resolve) => setTimeout(resolve, 1));
    child.kill("SIGKILL");
    await ended;
    expect(await someRows(), "it was killed before its end").to.equal(true);
    const resumed = await mmkit(...line);
    expect(resumed.code, resumed.stderr).to.equal(0);
    expect(resumed.stderr).to.match(/^goes on after \d+ items\n/);
    const bytes = await Promise.all(["whole", "killed"].map((name) => readFile(at("shop", `${name}.npy`))));
    expect(bytes[1]!.equals(bytes[0]!)).to.equal(true);
  });

  const wrong: readonly (readonly [readonly string[], number, string])[] = [
    [["--modality", "x", "--encoder", "/nowhere.json"], 1, "/nowhere.json: the file does not exist."],
    [
      ["--modality", "x", "--encoder", "e.json", "--batch", "0"],
      2,
      "--batch must be a whole number from 1, found 0",
    ],
    [["--modality", "x", "--encoder", "e.json", "--device", "gpu"], 2, '--device cannot be "gpu"'],
    [["--encoder", "e.json"], 2, "--modality is missing"],
  ];
  for (const [options, code, message] of wrong) {
    it(`refuses ${options.join(" ")}`, async () => {
      const refused = await mmkit("data", "encode", at("shop"), ...options);
      expect([refused.code, refused.stdout]).to.deep.equal([code, ""]);
      expect(refused.stderr).to.contain(message);
    });
  }
});
