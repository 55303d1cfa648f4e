import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect } from "chai";
import { temporaryFolder } from "../../temporaryFolder.js";
import { importedLines, importFailure, runImport, writeFiles } from "../importing.js";

const lines = (...objects: readonly object[]): string =>
  objects.map((object) => `${JSON.stringify(object)}\n`).join("");

const review2014 = (reviewerID: string, asin: string, overall: number, unixReviewTime: number): object => ({
  reviewerID,
  asin,
  reviewerName: "J. McDonald",
  helpful: [2, 3],
  reviewText: "Great\tpurchase though!\nReally.",
  overall,
  summary: "Heavenly",
  unixReviewTime,
  reviewTime: "09 13, 2009",
});

const reviews = lines(
  review2014("A2SUAM1J3GNN3B", "0000013714", 5, 1252800000),
  review2014("A14VAT5EAX3D9S", "0000013714", 4, 1363392000),
  review2014("A2SUAM1J3GNN3B", "0000031852", 2, 1252800001),
);

/** Metadata of 2014 are Python literals. */
const metadata2014 =
  "{'asin': '0000031852', 'title': \"Girl's Ballet Tutu \\\\ Zebra\", 'price': 3.17, " +
  "'imUrl': 'http://ecx.images-amazon.com/images/I/51fAm.jpg', 'related': {'also_bought': ['B00JHONN1S']}, " +
  "'salesRank': {'Toys & Games': 211836}, 'brand': 'Coxlures', " +
  "'categories': [['Sports & Outdoors', 'Other Sports', 'Dance'], ['Clothing']]}\n" +
  "{'asin': '0000099999', 'title': u'Not bought: caf\\xe9', 'price': None}\n";

const header = "item_id\tkey\ttitle\tbrand\tcategories\tdescription\tprice\timage_url";

describe("importing Amazon's reviews", () => {
  const folder = temporaryFolder();

  it("reads the layout of 2014, compressed, with metadata that are Python literals", async () => {
    await writeFiles(folder.path, {
      "az/reviews_Sports.json.gz": gzipSync(reviews),
      "az/meta_Sports.json.gz": gzipSync(metadata2014),
    });
    const report = await runImport(folder.path, "az");
    expect(report).to.deep.include({ format: "amazon", users: 2, items: 2, read: 3 });
    expect(report.reason).to.contain("reviews_Sports.json.gz has the fields of Amazon 2014");
    expect(report.notes).to.deep.equal(["the reviews are in the layout of Amazon 2014"]);
    expect(await importedLines(folder.path, "interactions.tsv")).to.deep.equal([
      "user_id\titem_id\tsplit\ttimestamp\trating",
      ...["0\t0\ttrain\t1252800000\t5", "0\t1\ttrain\t1252800001\t2", "1\t0\ttrain\t1363392000\t4"],
    ]);
    expect(await importedLines(folder.path, "users.tsv")).to.deep.equal([
      "user_id\tkey",
      ...["0\tA2SUAM1J3GNN3B", "1\tA14VAT5EAX3D9S"],
    ]);
    expect(await importedLines(folder.path, "items.tsv")).to.deep.equal([
      header,
      "0\t0000013714\t\t\t\t\t\t",
      "1\t0000031852\tGirl's Ballet Tutu \\ Zebra\tCoxlures\tSports & Outdoors > Other Sports > Dance\t\t3.17\thttp://ecx.images-amazon.com/images/I/51fAm.jpg",
    ]);
  });

  it("reads the layout of 2018, with products that come more than once", async () => {
    const review = (reviewerID: string, asin: string) => ({
      overall: 5.0,
      verified: true,
      reviewTime: "01 1, 2018",
      reviewerID,
      asin,
      style: { "Size:": "L" },
      unixReviewTime: 1514764800,
    });
    const product = (asin: string, title: string) => ({
      category: ["Toys", "Dolls"],
      description: ["First.", "Second\nline."],
      title,
      brand: "Acme",
      feature: ["Soft"],
      also_buy: [],
      price: "$7.50",
      asin,
      imageURL: ["http://small"],
      imageURLHighRes: ["http://large"],
    });
    await writeFiles(folder.path, {
      "r/Toys.json.gz": gzipSync(lines(review("U1", "P1"), review("U1", "P2"))),
      "r/meta_Toys.json.gz": gzipSync(
        lines(product("P2", "Second"), product("P1", "First"), product("P1", "Again")),
      ),
    });
    const report = await runImport(folder.path, "r");
    expect(report.notes).to.deep.equal([
      "the reviews are in the layout of Amazon 2018",
      "1 products come more than once in meta_Toys.json.gz; the first was taken",
    ]);
    expect(await importedLines(folder.path, "items.tsv")).to.deep.equal([
      header,
      "0\tP1\tFirst\tAcme\tToys > Dolls\tFirst. Second line.\t$7.50\thttp://large",
      "1\tP2\tSecond\tAcme\tToys > Dolls\tFirst. Second line.\t$7.50\thttp://large",
    ]);
  });

  it("reads the layout of 2023: parent products, milliseconds, metadata named with --items", async () => {
    const review = (user_id: string, parent_asin: string, timestamp: number) => ({
      rating: 4.0,
      title: "ok",
      text: "",
      images: [],
      asin: "X",
      parent_asin,
      user_id,
      timestamp,
      helpful_vote: 0,
      verified_purchase: true,
    });
    const product = {
      main_category: "All Beauty",
      title: "Brush",
      average_rating: 4.8,
      rating_number: 10,
      features: [],
      description: [],
      price: null,
      images: [{ thumb: "http://t", large: "http://l", variant: "MAIN", hi_res: null }],
      videos: [],
      store: "Howard",
      categories: ["Beauty", "Tools"],
      details: { Brand: "H" },
      parent_asin: "P1",
      bought_together: null,
    };
    await writeFiles(folder.path, {
      "All_Beauty.jsonl": lines(review("AG", "P1", 1588687728923), review("AG", "P2", 1588687729000)),
      "meta.jsonl": lines(product),
    });
    const report = await runImport(folder.path, "All_Beauty.jsonl", {
      read: { itemFile: join(folder.path, "meta.jsonl") },
    });
    expect(report).to.deep.include({ format: "amazon", name: "All_Beauty" });
    expect(await importedLines(folder.path, "interactions.tsv")).to.deep.equal([
      "user_id\titem_id\tsplit\ttimestamp\trating",
      ...["0\t0\ttrain\t1588687728.923\t4", "0\t1\ttrain\t1588687729\t4"],
    ]);
    expect(await importedLines(folder.path, "items.tsv")).to.deep.equal([
      header,
      "0\tP1\tBrush\tHoward\tBeauty > Tools\t\t\thttp://l",
      "1\tP2\t\t\t\t\t\t",
    ]);
  });

  const bad: readonly (readonly [what: string, content: string | Buffer, line: number, problem: string])[] = [
    ["that is not JSON", `${reviews}{"reviewerID": \n`, 4, "the line is not JSON"],
    ["that is a list", `${reviews}[1, 2]\n`, 4, "the line is not a JSON object"],
    ["without an item", reviews.replace('"asin":"0000031852",', ""), 3, 'there is no "asin"'],
    [
      "with a rating that is none",
      reviews.replace('"overall":4', '"overall":"good"'),
      2,
      '"overall" "good" is not a number',
    ],
    [
      "with a key twice",
      reviews.replace('"overall":4', '"asin":"X"'),
      2,
      'the object has the key "asin" twice',
    ],
    [
      "in another encoding",
      Buffer.concat([Buffer.from(reviews), Buffer.from(reviews.replace("Great", "Gr\u00e9at"), "latin1")]),
      4,
      "the line is not UTF-8 text",
    ],
  ];
  for (const [what, content, line, problem] of bad) {
    it(`names file and line of a review ${what}`, async () => {
      const error = await importFailure(
        folder.path,
        { "r.json": content },
        { from: "r.json", format: "amazon" },
      );
      expect([error.file, error.line]).to.deep.equal([join(folder.path, "r.json"), line]);
      expect(error.problem).to.contain(problem);
    });
  }

  it("names the line at which compressed data end", async () => {
    const many = Array.from({ length: 3000 }, (_, index) =>
      review2014(`U${index * 7919}`, `P${index}`, 5, index),
    );
    const whole = gzipSync(lines(...many));
    const error = await importFailure(
      folder.path,
      { "r.json.gz": whole.subarray(0, whole.length / 2) },
      { from: "r.json.gz" },
    );
    expect(error.file).to.equal(join(folder.path, "r.json.gz"));
    expect(error.problem).to.equal("the gzip data end in the middle of the file");
    expect(error.line).to.be.within(1000, 2000);
  });

  it("says so when a file that ends in .gz is not compressed", async () => {
    const error = await importFailure(
      folder.path,
      { "r.json.gz": reviews },
      { from: "r.json.gz", format: "amazon" },
    );
    expect(error.problem).to.match(/^the gzip data are damaged \(incorrect header check\)$/);
  });

  it("names the line of metadata that is no Python literal, and evaluates nothing", async () => {
    const evil = `${metadata2014}{'asin': __import__('os').system('ls')}\n`;
    const error = await importFailure(
      folder.path,
      { "az/r.json": reviews, "az/meta.json": evil },
      { from: "az" },
    );
    expect([error.file, error.line]).to.deep.equal([join(folder.path, "az", "meta.json"), 3]);
    expect(error.problem).to.equal("the line is not a Python literal from character 10");
  });

  it("asks which of two files of reviews is meant", async () => {
    const error = await importFailure(
      folder.path,
      { "az/a.json": reviews, "az/b.json": reviews },
      { from: "az" },
    );
    expect(error.message).to.contain("b.json: there is more than one file of reviews (a.json, too)");
  });

  it("says which fields reviews have when the format was named", async () => {
    const error = await importFailure(
      folder.path,
      { "az/a.json": '{"user": 1}\n' },
      { from: "az", format: "amazon" },
    );
    expect(error.problem).to.equal("no file has the fields of Amazon's reviews on its first line");
  });
});
