import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { mmkit } from "./capture.js";
import { tinySizes, writeTinyDataset } from "./tinyDataset.js";

describe("recommendations from data with keys", function () {
  this.timeout(60_000);
  let root = "";
  const at = (name: string): string => join(root, name);
  const keyed = (idColumn: string, count: number, more: string, row: (id: number) => string): string =>
    [`${idColumn}\tkey${more}`, ...Array.from({ length: count }, (_, id) => `${id}\t${row(id)}`), ""].join(
      "\n",
    );

  before(async () => {
    root = await mkdtemp(join(tmpdir(), "mmkit-keys-"));
    await writeTinyDataset(at("data"));
    await writeFile(
      join(at("data"), "users.tsv"),
      keyed("user_id", tinySizes.users, "", (id) => `u${1000 - id}`),
    );
    const items = keyed("item_id", tinySizes.items, "\ttitle", (id) => `B${100 + id}\tItem ${id}`);
    await writeFile(join(at("data"), "items.tsv"), items);
    const run = ["--set", "dim=8", "--set", "batchSize=32", "--epochs", "1", "--threads", "1"];
    const trained = await mmkit("train", "mf", "--data", at("data"), "--out", at("run"), ...run);
    expect(trained.code, trained.stderr).to.equal(0);
    const exported = await mmkit("export", at("run"), "--out", at("export"), "--threads", "1");
    expect(exported.code, exported.stderr).to.equal(0);
  });
  after(() => rm(root, { recursive: true, force: true }));

  it("take a user's key and print the items' keys", async () => {
    const { code, stdout, stderr } = await mmkit("recommend", at("export"), "--user", "u997", "--k", "2");
    expect(code, stderr).to.equal(0);
    expect(stdout).to.match(/^user u997\n {3}1\. item B1\d\d {2}-?[\d.]+ {2}Item \d+\n {3}2\. item B1\d\d/);
  });

  it("are the same for the user's id, asked for with --ids", async () => {
    const lists = await Promise.all([
      mmkit("recommend", at("export"), "--user", "u997", "--json"),
      mmkit("recommend", at("export"), "--user", "3", "--ids", "--json"),
    ]);
    expect(lists[1].stdout).to.equal(lists[0].stdout);
    const [list] = JSON.parse(lists[0].stdout) as {
      user: number;
      key: string;
      items: { item: number; key: string }[];
    }[];
    expect([list!.user, list!.key]).to.deep.equal([3, "u997"]);
    for (const { item, key } of list!.items) expect(key).to.equal(`B${100 + item}`);
  });

  it("go to somebody new by the keys of what they like", async () => {
    const words = ["recommend", at("export"), "--liked", "B103", "--liked", "B105", "--k", "40"];
    const { code, stdout, stderr } = await mmkit(...words);
    expect(code, stderr).to.equal(0);
    expect(stdout).to.match(/^for somebody who likes 2 items\n {3}1\. item B1\d\d {2}-?[\d.]+ {2}Item \d+\n/);
    expect(stdout).not.to.include("item B103");
    const all = await mmkit(...words, "--include-seen", "--json");
    const [list] = JSON.parse(all.stdout) as { liked: number[]; items: { key: string }[] }[];
    expect([list!.liked, list!.items.length]).to.deep.equal([[3, 5], tinySizes.items]);
  });

  it("may be of items like others", async () => {
    const words = ["recommend", at("export"), "--similar", "B103", "--similar", "B129", "--k", "1"];
    const { code, stdout, stderr } = await mmkit(...words);
    expect(code, stderr).to.equal(0);
    expect(stdout).to.match(/^like item B103\n {3}1\. item B1\d\d .*\nlike item B129\n {3}1\. item B1\d\d /);
    const both = await mmkit("recommend", at("export"), "--similar", "B103", "--user", "u997");
    expect([both.code, both.stderr]).to.deep.equal([
      2,
      "mmkit: --user and --similar ask for different lists. Give one of them.\n",
    ]);
    const lacking = await mmkit(...words, "--precision", "int8");
    expect([lacking.code, lacking.stderr]).to.deep.equal([
      1,
      "mmkit: precision int8: this export has float32 only. Export the model again with --quantize int8.\n",
    ]);
  });

  it("say which user is unknown", async () => {
    const { code, stdout, stderr } = await mmkit("recommend", at("export"), "--user", "3");
    expect([code, stdout]).to.deep.equal([1, ""]);
    expect(stderr).to.equal(
      'mmkit: user "3": no user of the training data has this key. The model knows only the 40 users it was trained with.\n',
    );
  });
});
