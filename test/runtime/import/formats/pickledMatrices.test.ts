import { access } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { loadDataset } from "../../../../runtime/data/dataset.js";
import { writeNpy } from "../../../../runtime/data/npy.js";
import { temporaryFolder } from "../../temporaryFolder.js";
import { importedLines, importFailure, runImport, writeFiles } from "../importing.js";
import { pickledCoo, pickledCsr, PickleWriter, type MatrixToPickle } from "../pickleWriter.js";

const matrix = (...entries: MatrixToPickle["entries"]): MatrixToPickle => ({ rows: 3, columns: 4, entries });
const train = matrix([0, 1], [0, 2], [1, 0], [1, 3]);
const valid = matrix([0, 0]);
const test = matrix([1, 1]);

describe("importing pickled matrices", () => {
  const folder = temporaryFolder();
  const expected = [
    "user_id\titem_id\tsplit",
    ...["0\t1\ttrain", "0\t2\ttrain", "1\t0\ttrain", "1\t3\ttrain", "0\t0\tvalid", "1\t1\ttest"],
  ];

  for (const protocol of [2, 3, 4, 5] as const) {
    it(`reads DiffMM's folder in pickle protocol ${protocol}`, async () => {
      await writeFiles(folder.path, {
        "tiktok/trnMat.pkl": pickledCoo(protocol, train),
        "tiktok/valMat.pkl": pickledCoo(protocol, valid, "i4"),
        "tiktok/tstMat.pkl": pickledCsr(protocol, test),
      });
      const data = Float32Array.from({ length: 8 }, (_, index) => index + 1);
      await writeNpy(join(folder.path, "tiktok", "audio_feat.npy"), {
        dtype: "float32",
        shape: [4, 2],
        data,
      });
      const report = await runImport(folder.path, "tiktok");
      expect(report).to.deep.include({ format: "diffmm", users: 3, items: 4, modalities: ["audio"] });
      expect(report.reason).to.equal("the folder has trnMat.pkl and tstMat.pkl");
      expect(await importedLines(folder.path, "interactions.tsv")).to.deep.equal(expected);
      const dataset = await loadDataset(join(folder.path, "data"));
      expect([...dataset.modalities.get("audio")!.data]).to.deep.equal([...data]);
    });
  }

  it("reads MMSSL's folder, and DiffKG's triples", async () => {
    await writeFiles(folder.path, {
      "m/train_mat": pickledCsr(4, train),
      "m/val_mat": pickledCsr(4, valid),
      "m/test_mat": pickledCsr(4, test),
      "m/kg.txt": "0 0 4\n3 1 5\n",
    });
    const report = await runImport(folder.path, "m");
    expect(report.graph).to.deep.equal({ triples: 2, entities: 6, linkedItems: 2 });
    expect(await importedLines(folder.path, "interactions.tsv")).to.deep.equal(expected);
  });

  const files = { "d/trnMat.pkl": pickledCoo(4, train), "d/tstMat.pkl": pickledCoo(4, test) };

  it("refuses a pickle that calls a function, without calling it, and leaves an earlier dataset as it was", async () => {
    await writeFiles(folder.path, files);
    await runImport(folder.path, "d");
    const before = await importedLines(folder.path, "interactions.tsv");
    const victim = join(folder.path, "victim");
    const evil = new PickleWriter(4).global("posix", "system").text(`touch ${victim}`).raw(0x85, 0x52).end();
    const error = await importFailure(folder.path, { "d/tstMat.pkl": evil }, { from: "d", force: true });
    expect(error.file).to.equal(join(folder.path, "d", "tstMat.pkl"));
    expect(error.problem).to.match(/^the file asks for "posix\.system".*nothing in the file was executed\)$/);
    expect(await access(victim).catch(() => "absent")).to.equal("absent");
    expect(await importedLines(folder.path, "interactions.tsv")).to.deep.equal(before);
  });

  const bad: readonly (readonly [what: string, bytes: Buffer, problem: string])[] = [
    [
      "with an unexpected opcode",
      new PickleWriter(4).raw(0x28, 0x69).end(),
      "the opcode INST is not among those",
    ],
    ["that is truncated", pickledCoo(4, test).subarray(0, 150), "the file ends in the middle"],
    ["with a plain value", Buffer.from([0x80, 4, 0x4e, 0x2e]), "does not hold a scipy.sparse matrix"],
    [
      "of another shape",
      pickledCoo(4, { rows: 3, columns: 5, entries: [] }),
      "is 3 by 5, but trnMat.pkl is 3 by 4",
    ],
  ];
  for (const [what, bytes, problem] of bad) {
    it(`names a file ${what}`, async () => {
      const error = await importFailure(folder.path, { ...files, "d/tstMat.pkl": bytes }, { from: "d" });
      expect(error.file).to.equal(join(folder.path, "d", "tstMat.pkl"));
      expect(error.problem).to.contain(problem);
    });
  }

  it("names the file that a named format lacks", async () => {
    const error = await importFailure(
      folder.path,
      { "d/trnMat.pkl": files["d/trnMat.pkl"] },
      { from: "d", format: "diffmm" },
    );
    expect(error.message).to.equal(
      `${join(folder.path, "d", "tstMat.pkl")}: the file does not exist. A source in the format diffmm has tstMat.pkl.`,
    );
  });
});
