import { join } from "node:path";
import { expect } from "chai";
import { DatasetError } from "../../../runtime/data/datasetError.js";
import { readIntegerTsv, type IntegerTsv } from "../../../runtime/data/tsv.js";
import { rejection } from "./rejection.js";
import { withFolder } from "./temporaryFolder.js";

const columns = { user: "id", split: ["train", "test"] } as const;

function read(content: string): Promise<IntegerTsv<"user" | "split">> {
  return withFolder({ "x.tsv": content }, (folder) => readIntegerTsv(join(folder, "x.tsv"), columns));
}

async function errorOf(content: string): Promise<DatasetError> {
  const error = await rejection(DatasetError, () => read(content));
  if (error.line !== null) expect(error.message).to.include(`x.tsv:${error.line}: `);
  return error;
}

describe("integer TSV files", () => {
  it("give the named columns, whatever their order and what else there is", async () => {
    const { rows, columns: found } = await read("name\tsplit\tuser\nAda\ttest\t7\nBob\ttrain\t0\n");
    expect(rows).to.equal(2);
    expect([...found.user]).to.deep.equal([7, 0]);
    expect([...found.split]).to.deep.equal([1, 0]);
  });

  it("may lack the last line break, have Windows ones, or start with a byte order mark", async () => {
    for (const content of [
      "user\tsplit\n3\ttest",
      "user\tsplit\r\n3\ttest\r\n",
      "\uFEFFuser\tsplit\n3\ttest\n",
    ]) {
      const { rows, columns: found } = await read(content);
      expect([rows, found.user[0], found.split[0]]).to.deep.equal([1, 3, 1]);
    }
  });

  it("without rows are empty", async () => {
    expect((await read("user\tsplit\n")).rows).to.equal(0);
    expect((await read("user\tsplit")).rows).to.equal(0);
  });

  it("larger than a read chunk, with lines across chunks, are read whole and fast", async () => {
    const count = 300_000;
    const lines = Array.from(
      { length: count },
      (_, row) => `${row * 7}\t${row % 3 === 0 ? "test" : "train"}`,
    );
    const start = performance.now();
    const { rows, columns: found } = await read(`user\tsplit\n${lines.join("\n")}\n`);
    expect(performance.now() - start).to.be.below(2000);
    expect(rows).to.equal(count);
    expect(found.user.every((user, row) => user === row * 7)).to.equal(true);
    expect(found.split.every((split, row) => split === (row % 3 === 0 ? 1 : 0))).to.equal(true);
  });

  it("with a line longer than a read chunk are read", async () => {
    const { rows, columns: found } = await read(
      `user\tsplit\tnote\n5\ttest\t${"x".repeat(3_000_000)}\n6\ttrain\t\n`,
    );
    expect([rows, ...found.user]).to.deep.equal([2, 5, 6]);
  });

  const badIds = [
    ["-1", "is negative"],
    ["1.5", "is not an integer written in digits"],
    ["1e3", "is not an integer written in digits"],
    [" 1", "is not an integer written in digits"],
    ["+1", "is not an integer written in digits"],
    ["", "is not a number"],
    ["abc", "is not a number"],
    ["2147483647", "is out of range"],
    ["99999999999999999999999", "is out of range"],
  ] as const;
  for (const [id, problem] of badIds) {
    it(`with the id "${id}" are refused, naming the line`, async () => {
      const error = await errorOf(`user\tsplit\n1\ttrain\n${id}\ttrain\n`);
      expect(error.line).to.equal(3);
      expect(error.problem).to.equal(`user "${id}" ${problem}`);
    });
  }

  it("with an unknown word are refused, naming the nearest known one", async () => {
    const error = await errorOf("user\tsplit\n1\ttrain\n2\ttest\n3\ttraining\n");
    expect([error.line, error.problem]).to.deep.equal([4, 'unknown split "training"']);
    expect(error.fix).to.equal("Use one of train, test; the nearest is train");
  });

  it("with too few or too many fields or an empty line are refused", async () => {
    expect((await errorOf("user\tsplit\n1\ttrain\n2\n")).problem).to.equal(
      "the line has 1 fields, the header 2",
    );
    const tooMany = await errorOf("user\tsplit\n1\ttrain\t9\n");
    expect([tooMany.line, tooMany.problem]).to.deep.equal([2, "the line has 3 fields, the header 2"]);
    expect((await errorOf("user\tsplit\n1\ttrain\n\n2\ttrain\n")).line).to.equal(3);
  });

  it("without a needed column are refused, naming what there is", async () => {
    const error = await errorOf("users\tsplit\n1\ttrain\n");
    expect([error.line, error.problem]).to.deep.equal([
      1,
      'the header has no column "user" (it has "users", "split")',
    ]);
    expect(error.message).to.match(/separated by tabs; is "users" meant to be "user"\.$/);
    // "user" is where it belongs, so it is not taken for the missing column.
    const other = await errorOf("user\tkind\n1\ttrain\n");
    expect(other.fix).to.include('is "kind" meant to be "split"');
    expect((await errorOf("user\n1\n")).message).to.match(/separated by tabs\.$/);
  });

  it("that are empty or missing are refused", async () => {
    expect((await errorOf("")).problem).to.equal("the file is empty");
    const missing = await rejection(DatasetError, () => readIntegerTsv("/nowhere/x.tsv", columns));
    expect([missing.line, missing.problem]).to.deep.equal([null, "the file does not exist"]);
  });
});
