import { mkdir, readFile, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { loadArtifacts } from "../../runtime/artifacts/loadArtifacts.js";
import { byteSize } from "../../runtime/artifacts/byteSize.js";
import { temporaryFolder } from "../runtime/temporaryFolder.js";
import { mmkit } from "./capture.js";
import { folderContents } from "./folderContents.js";

describe("mmkit build", () => {
  const temporary = temporaryFolder();
  const out = (): string => join(temporary.path, "artifacts", "mf");

  it("writes artifacts that the runtime takes, and prints settings and files with sizes", async () => {
    const { code, stdout, stderr } = await mmkit("build", "mf", "--out", out(), "--set", "dim=8");
    expect(code).to.equal(0);
    expect(stderr).to.equal("");
    expect((await loadArtifacts(out())).manifest.hyperparameters).to.include({ dim: 8, l2: 1e-4 });
    expect(stdout).to.match(/\n {2}dim += 8 \(--set\)\n {2}l2 += 0\.0001 \(default\)\n/);
    for (const file of await readdir(out())) {
      const size = byteSize((await stat(join(out(), file))).size);
      expect(stdout).to.match(new RegExp(`\n  ${file} +${size}\n`));
    }
  });

  it("lists the files for machines", async () => {
    const { stdout } = await mmkit("build", "mf", "--out", out(), "--json");
    const result = JSON.parse(stdout) as { model: string; files: { file: string; bytes: number }[] };
    expect(result.model).to.equal("mf");
    expect(result.files.map(({ file }) => file)).to.have.members(await readdir(out()));
    for (const { file, bytes } of result.files) {
      expect((await readFile(join(out(), file))).length).to.equal(bytes);
    }
  });

  it("takes hyper-parameters from a file, --set going before it", async () => {
    const config = join(temporary.path, "config.json");
    await writeFile(config, '{ "dim": 4, "l2": 0 }');
    const { code } = await mmkit("build", "mf", "--out", out(), "--config", config, "--set", "dim=6");
    expect(code).to.equal(0);
    expect((await loadArtifacts(out())).manifest.hyperparameters).to.include({ dim: 6, l2: 0 });
  });

  it("leaves artifacts that are there as they are without --force", async () => {
    await mmkit("build", "mf", "--out", out());
    const before = await folderContents(out());
    const refused = await mmkit("build", "lightgcn", "--out", out());
    expect(refused).to.deep.equal({
      code: 1,
      stdout: "",
      stderr: `mmkit: ${out()}: the folder already holds manifest.json. Replace what is there with --force, or choose another folder.\n`,
    });
    expect(await folderContents(out())).to.deep.equal(before);
    expect((await mmkit("build", "lightgcn", "--out", out(), "--force")).code).to.equal(0);
    expect((await loadArtifacts(out())).manifest.model).to.equal("lightgcn");
  });

  it("never replaces a folder of other files, not even with --force", async () => {
    await mkdir(out(), { recursive: true });
    await writeFile(join(out(), "thesis.txt"), "years of work");
    const { code, stderr } = await mmkit("build", "mf", "--out", out(), "--force");
    expect(code).to.equal(1);
    expect(stderr).to.contain("the folder holds other files (thesis.txt), which are not overwritten.");
    expect(await readdir(out())).to.deep.equal(["thesis.txt"]);
  });

  const wrong: readonly {
    readonly words: readonly string[];
    readonly code: number;
    readonly stderr: string;
  }[] = [
    {
      words: ["--set", "layer=2"],
      code: 2,
      stderr: 'mmkit: lightgcn has no hyper-parameter "layer" (did you mean layers?). It has dim, layers,',
    },
    {
      words: ["--set", "layers=2.5", "--set", "dim=0"],
      code: 2,
      stderr:
        "mmkit: wrong hyper-parameters of lightgcn: dim: must be >= 1, found 0; layers: must be integer, found 2.5. ",
    },
    {
      words: ["--set", "optimizer=adm"],
      code: 2,
      stderr: 'optimizer: must be equal to one of the allowed values: adam, adamw, sgd, found "adm"',
    },
    { words: ["--set", "layers"], code: 2, stderr: 'mmkit: --set takes name=value, found "layers".' },
  ];
  for (const { words, code, stderr } of wrong) {
    it(`refuses ${words.join(" ")} and writes nothing`, async () => {
      const found = await mmkit("build", "lightgcn", "--out", out(), ...words);
      expect(found.stderr).to.contain(stderr);
      expect(found.code).to.equal(code);
      expect(found.stdout).to.equal("");
      expect(await readdir(temporary.path)).to.deep.equal([]);
    });
  }

  it("needs --out", async () => {
    const { code, stderr } = await mmkit("build", "mf");
    expect(code).to.equal(2);
    expect(stderr).to.equal("mmkit: --out is missing. `mmkit build --help` explains it.\n");
  });
});

describe("a size in bytes", () => {
  it("has three digits", () => {
    expect([0, 999, 1000, 12_345, 999_499, 999_600, 4_560_000, 7.5e10].map(byteSize)).to.deep.equal([
      "0 B",
      "999 B",
      "1.00 kB",
      "12.3 kB",
      "999 kB",
      "1.00 MB",
      "4.56 MB",
      "75.0 GB",
    ]);
  });
});
