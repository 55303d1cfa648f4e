import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import { expect } from "chai";
import { temporaryFolder } from "../../temporaryFolder.js";
import { importedLines, importFailure, runImport, writeFiles } from "../importing.js";

const csv =
  'user_id,sku,day,stars,note\nann,"a,1",2020-01-02,5,"first\nsecond"\nbob,b2,2020-01-01 12:00:00,,plain\nann,b2,2020-01-03T00:00:00Z,4.5,"say ""hi"""\n';
const mapping = { user: "user_id", item: "sku", time: "day", rating: "stars" };

const interactions = [
  "user_id\titem_id\tsplit\ttimestamp\trating",
  ...["0\t0\ttrain\t1577923200\t5", "0\t1\ttrain\t1578009600\t4.5", "1\t1\ttrain\t1577880000\t"],
];

describe("importing any table", () => {
  const folder = temporaryFolder();

  it("reads a CSV with quoted fields, dates and unknown ratings", async () => {
    await writeFiles(folder.path, { "orders.csv": csv });
    const report = await runImport(folder.path, "orders.csv", { read: { mapping } });
    expect(report).to.deep.include({ format: "csv", name: "orders", users: 2, items: 2 });
    expect(report.notes).to.deep.equal(["columns: user = user_id, item = sku, time = day, rating = stars"]);
    expect(await importedLines(folder.path, "interactions.tsv")).to.deep.equal(interactions);
    expect(await importedLines(folder.path, "items.tsv")).to.deep.equal(["item_id\tkey", "0\ta,1", "1\tb2"]);
  });

  it("reads it compressed, with another separator, with names of columns that are usual", async () => {
    const text = csv
      .replaceAll(/,(?!1")/g, ";")
      .replace("sku", "Item ID")
      .replace("day", "timestamp")
      .replace("stars", "rating");
    await writeFiles(folder.path, { "orders.csv.gz": gzipSync(text) });
    const report = await runImport(folder.path, "orders.csv.gz");
    expect(report.notes).to.deep.equal([
      "columns: user = user_id, item = Item ID, time = timestamp, rating = rating",
    ]);
    expect(await importedLines(folder.path, "interactions.tsv")).to.deep.equal(interactions);
  });

  it("reads a CSV without a header whose columns are named, such as Amazon's ratings", async () => {
    const ratings = "A1,B00,5.0,1365811200\nA2,B00,3.0,1365811201\n";
    const read = { columns: ["user", "item", "rating", "timestamp"] };
    await writeFiles(folder.path, { "ratings.csv": ratings });
    await runImport(folder.path, "ratings.csv", { format: "csv", read });
    expect(await importedLines(folder.path, "interactions.tsv")).to.deep.equal([
      "user_id\titem_id\tsplit\ttimestamp\trating",
      ...["0\t0\ttrain\t1365811200\t5", "1\t0\ttrain\t1365811201\t3"],
    ]);
    const error = await importFailure(folder.path, { "r.csv": `${ratings}A3,B1\n` }, { from: "r.csv", read });
    expect([error.line, error.problem]).to.deep.equal([
      3,
      "the line has 2 fields, expected 4 (user, item, rating, timestamp)",
    ]);
  });

  it("reads JSON lines, whose numbers become keys, too", async () => {
    const lines = [
      '{"who": {"id": 7}, "user": 12, "item": "x", "time": 1.5}',
      "",
      '{"item": 5, "user": 12, "time": null}',
    ];
    await writeFiles(folder.path, { "events.jsonl": `${lines.join("\n")}\n` });
    const report = await runImport(folder.path, "events.jsonl");
    expect(report.format).to.equal("json");
    expect(await importedLines(folder.path, "interactions.tsv")).to.deep.equal([
      "user_id\titem_id\tsplit\ttimestamp",
      ...["0\t0\ttrain\t1.5", "0\t1\ttrain\t"],
    ]);
    expect(await importedLines(folder.path, "items.tsv")).to.deep.equal(["item_id\tkey", "0\tx", "1\t5"]);
  });

  it("reads a JSON array", async () => {
    const objects = [
      { user: "ann", item: 3, rating: 4 },
      { user: "bob", item: 3 },
    ];
    await writeFiles(folder.path, { "events.json": JSON.stringify(objects, null, 2) });
    const report = await runImport(folder.path, "events.json");
    expect(report).to.deep.include({ format: "json", users: 2, items: 1 });
    expect(await importedLines(folder.path, "interactions.tsv")).to.deep.equal([
      "user_id\titem_id\tsplit\trating",
      ...["0\t0\ttrain\t4", "1\t0\ttrain\t"],
    ]);
  });

  it("names a JSON array that is damaged, or of which a row cannot be taken", async () => {
    const broken = await importFailure(
      folder.path,
      { "e.json": '[{"user": 1, "item": 2},\n {"user": 1,' },
      { from: "e.json" },
    );
    expect(broken.file).to.equal(join(folder.path, "e.json"));
    expect(broken.problem).to.match(/^this is not a JSON array of objects \(DuckDB says: /);
    const empty = await importFailure(
      folder.path,
      { "e.json": '[{"user": 1, "item": 2}, {"user": "", "item": 2}]' },
      { from: "e.json" },
    );
    expect(empty.problem).to.equal("row 2 holds a value that cannot be taken");
  });

  it("reads Parquet, with a split that a column states", async () => {
    const file = join(folder.path, "log.parquet");
    const instance = await DuckDBInstance.create(":memory:");
    const connection = await instance.connect();
    await connection.run(
      `COPY (SELECT * FROM (VALUES (1::BIGINT, 'x', TIMESTAMP '2020-01-01 00:00:01', 'test'),
         (1, 'y', TIMESTAMP '2020-01-01 00:00:02', 'train'), (2, 'x', NULL, 'train')) t(customer, product, moment, part))
       TO '${file}' (FORMAT parquet)`,
    );
    connection.closeSync();
    instance.closeSync();
    const read = { mapping: { time: "moment", split: "part" } };
    const report = await runImport(folder.path, "log.parquet", { read });
    expect(report).to.deep.include({ format: "parquet", split: "given" });
    expect(await importedLines(folder.path, "interactions.tsv")).to.deep.equal([
      "user_id\titem_id\tsplit\ttimestamp",
      ...["0\t1\ttrain\t1577836802", "1\t0\ttrain\t", "0\t0\ttest\t1577836801"],
    ]);
  });

  it("joins a table about the items, in another kind of file", async () => {
    await writeFiles(folder.path, {
      "orders.csv": "user,item\nann,a\nann,b\n",
      "items.jsonl":
        '{"item": "b", "title": "Bowl\\twith\\nbreaks", "key": "k", "price": 3}\n{"item": "z", "title": "Unused"}\n',
    });
    const report = await runImport(folder.path, "orders.csv", {
      read: { itemFile: join(folder.path, "items.jsonl") },
    });
    expect(report.items).to.equal(2);
    expect(await importedLines(folder.path, "items.tsv")).to.deep.equal([
      "item_id\tkey\ttitle\tkey_of_source\tprice",
      ...["0\ta\t\t\t", "1\tb\tBowl with breaks\tk\t3"],
    ]);
  });

  const bad: readonly (readonly [
    what: string,
    content: string | Buffer,
    line: number | null,
    problem: string,
  ])[] = [
    ["too few fields", csv.replace(",,plain", ""), 4, "the line has 3 fields, expected 5"],
    ["too many fields", csv.replace("plain", "plain,more"), 4, "the line has 6 fields, expected 5"],
    ["text behind a quote", csv.replace('"a,1"', '"a"1'), 2, "text follows the closing quote of field 2"],
    ["an open quote", `${csv}"cem,x,1,1,1\n`, 6, "a quoted field is not closed"],
    ["an empty user", csv.replace("bob", ""), 4, 'user_id "" is empty'],
    [
      "a date that is none",
      csv.replace("2020-01-03T00:00:00Z", "yesterday"),
      5,
      'day "yesterday" is neither a number nor a date',
    ],
    ["a rating that is none", csv.replace("4.5", "many"), 5, 'stars "many" is not a number'],
    ["an infinite rating", csv.replace("4.5", "inf"), 5, 'stars "inf" is not a number'],
    ["a tab in a key", csv.replace("a,1", "a\t1"), 2, "contains a tab or a line break"],
    ["a column twice", csv.replace("note", "sku"), 1, 'the header names the column "sku" twice'],
    [
      "a missing column",
      csv.replace("sku", "skku"),
      1,
      'there is no column "sku" (there are user_id, skku, day, stars, note)',
    ],
    [
      "mixed encodings",
      Buffer.concat([Buffer.from(csv), Buffer.from("\u00e9va,a,1,1,x\n", "latin1")]),
      6,
      "the line is not UTF-8 text",
    ],
    ["an empty file", "", 1, "the file is empty"],
  ];
  for (const [what, content, line, problem] of bad) {
    it(`names file and line of ${what}`, async () => {
      const error = await importFailure(
        folder.path,
        { "o.csv": content },
        { from: "o.csv", read: { mapping } },
      );
      expect([error.file, error.line]).to.deep.equal([join(folder.path, "o.csv"), line], error.message);
      expect(error.problem).to.contain(problem);
    });
  }

  it("does not take a truncated gzip file for a shorter one", async () => {
    const rows = Array.from({ length: 20_000 }, (_, row) => `u${(row * 7919) % 4999},i${row % 977}\n`);
    const whole = gzipSync(`user,item\n${rows.join("")}`);
    const error = await importFailure(
      folder.path,
      { "o.csv.gz": whole.subarray(0, -2000) },
      { from: "o.csv.gz" },
    );
    expect(error.problem).to.equal("the gzip data end in the middle of the file");
    expect(error.line).to.be.within(10_000, 20_000);
    const lastBytes = await importFailure(
      folder.path,
      { "o.csv.gz": whole.subarray(0, -4) },
      { from: "o.csv.gz" },
    );
    expect(lastBytes.problem).to.equal("the gzip data end in the middle of the file");
  });

  it("names line and pair of a repetition that was not to be", async () => {
    const text = 'user,item,note\na,x,"two\nlines"\nb,x,\na,x,\n';
    const error = await importFailure(
      folder.path,
      { "o.csv": text },
      { from: "o.csv", duplicates: "refuse" },
    );
    expect([error.line, error.problem]).to.deep.equal([5, "user a has item x a second time"]);
  });

  const repeated = "user,item,time,rating\na,x,2,1\na,x,1,2\na,x,2,3\nb,x,1,4\n";
  for (const [duplicates, ratings] of [
    ["first", ["2", "4"]],
    ["last", ["3", "4"]],
    ["exact", ["1", "2", "4"]],
  ] as const) {
    it(`keeps of repeated interactions what the rule "${duplicates}" says`, async () => {
      await writeFiles(folder.path, { "o.csv": repeated });
      const report = await runImport(folder.path, "o.csv", { duplicates });
      expect(report.removed.duplicates).to.equal(4 - ratings.length);
      const lines = await importedLines(folder.path, "interactions.tsv");
      expect(lines.slice(1).map((line) => line.split("\t")[4])).to.deep.equal(ratings);
    });
  }

  it("leaves incomplete rows out where that was asked for, and says how many", async () => {
    await writeFiles(folder.path, { "o.csv": "user,item,rating\na,x,1\n,y,1\nb,,1\nb,z,\n" });
    const report = await runImport(folder.path, "o.csv", { read: { skipIncomplete: true } });
    expect(report.notes).to.include("2 rows in which one of them is empty were left out");
    expect(await importedLines(folder.path, "users.tsv")).to.deep.equal(["user_id\tkey", "0\ta", "1\tb"]);
  });

  it("asks for the column of the users where no name is usual", async () => {
    const error = await importFailure(folder.path, { "o.csv": "who,item\na,x\n" }, { from: "o.csv" });
    expect(error.message).to.contain(
      "which column holds the users is not clear (there are who, item). Name it, for example with --user ",
    );
  });

  it("names a file that is no Parquet", async () => {
    const error = await importFailure(folder.path, { "o.parquet": csv }, { from: "o.parquet" });
    expect(error.problem).to.match(/^this is not a Parquet file that can be read \(DuckDB says: /);
  });

  it("names the table about items whose key comes twice", async () => {
    const files = { "o.csv": "user,item\na,x\n", "i.csv": "item,title\nx,One\ny,Two\nx,Three\n" };
    const error = await importFailure(folder.path, files, {
      from: "o.csv",
      read: { itemFile: join(folder.path, "i.csv") },
    });
    expect([error.file, error.line, error.problem]).to.deep.equal([
      join(folder.path, "i.csv"),
      4,
      '"x" comes for the second time',
    ]);
  });

  it("names a source that is not there, and one that nothing recognises", async () => {
    const absent = await importFailure(folder.path, {}, { from: "nowhere" });
    expect(absent.problem).to.equal("there is no such file or folder");
    const strange = await importFailure(folder.path, { "s/picture.png": "x" }, { from: "s" });
    expect(strange.problem).to.equal(
      "none of the formats mmrec, recbole, diffmm, kgat, movielens, amazon, csv, json, parquet fits what is there (picture.png)",
    );
  });
});
