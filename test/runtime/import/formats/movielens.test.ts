import { join } from "node:path";
import { expect } from "chai";
import { temporaryFolder } from "../../temporaryFolder.js";
import { importedLines, importFailure, runImport, writeFiles } from "../importing.js";

const flags = (...set: readonly number[]): string =>
  Array.from({ length: 19 }, (_, index) => (set.includes(index) ? 1 : 0)).join("|");

describe("importing MovieLens", () => {
  const folder = temporaryFolder();

  it("reads ml-100k: u.data, u.item in Latin-1, u.user", async () => {
    await writeFiles(folder.path, {
      "ml-100k/u.data": "196\t242\t3\t881250949\n186\t302\t3\t891717742\n196\t302\t5\t881250950\n",
      "ml-100k/u.item": Buffer.from(
        `242|Kolya (1996)|24-Jan-1997||http://us.imdb.com/M/title-exact?Kolya%20(1996)|${flags(5)}\n` +
          `302|Cit\u00e9 des enfants perdus, La (1995)|01-Jan-1995||http://us.imdb.com/|${flags(2, 15)}\n`,
        "latin1",
      ),
      "ml-100k/u.user": "186|39|F|executive|00000\n196|49|M|writer|55105\n",
    });
    const report = await runImport(folder.path, "ml-100k", {
      split: { method: "temporal", shares: [0.5, 0.25, 0.25] },
    });
    expect(report).to.deep.include({ format: "movielens", users: 2, items: 2 });
    expect(await importedLines(folder.path, "interactions.tsv")).to.deep.equal([
      "user_id\titem_id\tsplit\ttimestamp\trating",
      ...["0\t0\ttrain\t881250949\t3", "0\t1\ttrain\t881250950\t5", "1\t1\tvalid\t891717742\t3"],
    ]);
    const items = await importedLines(folder.path, "items.tsv");
    expect(items[0]).to.match(
      /^item_id\tkey\ttitle\trelease_date\tvideo_release_date\timdb_url\tunknown\tAction\t.*\tWestern$/,
    );
    expect(items[2]!.split("\t").slice(0, 4)).to.deep.equal([
      "1",
      "302",
      "Cité des enfants perdus, La (1995)",
      "01-Jan-1995",
    ]);
    expect(await importedLines(folder.path, "users.tsv")).to.deep.equal([
      "user_id\tkey\tage\tgender\toccupation\tzip_code",
      ...["0\t196\t49\tM\twriter\t55105", "1\t186\t39\tF\texecutive\t00000"],
    ]);
  });

  it("reads ml-1m: ratings.dat, movies.dat, users.dat", async () => {
    await writeFiles(folder.path, {
      "ml-1m/ratings.dat": "1::1193::5::978300760\n1::661::3::978302109\n2::1193::4::978298413\n",
      "ml-1m/movies.dat": Buffer.from(
        "661::James: and the \u00e9lan (1996)::Animation|Children's\n1193::One Flew (1975)::Drama\n",
        "latin1",
      ),
      "ml-1m/users.dat": "1::F::1::10::48067\n2::M::56::16::70072\n",
    });
    const report = await runImport(folder.path, "ml-1m", { minimumRating: 4 });
    expect(report).to.deep.include({ users: 2, items: 1, read: 3 });
    expect(report.removed.rating).to.equal(1);
    expect(await importedLines(folder.path, "items.tsv")).to.deep.equal([
      "item_id\tkey\ttitle\tgenres",
      "0\t1193\tOne Flew (1975)\tDrama",
    ]);
    expect(await importedLines(folder.path, "users.tsv")).to.include("1\t2\tM\t56\t16\t70072");
  });

  it("reads ml-20m and later: ratings.csv, movies.csv with quoted titles", async () => {
    await writeFiles(folder.path, {
      "ml-20m/ratings.csv": "userId,movieId,rating,timestamp\n1,2,3.5,1112486027\n1,29,3.5,1112484676\n",
      "ml-20m/movies.csv":
        'movieId,title,genres\n2,"American President, The (1995)",Comedy\n29,"La ""Cité"" (1995)",Drama\n',
    });
    await runImport(folder.path, "ml-20m");
    expect(await importedLines(folder.path, "items.tsv")).to.deep.equal([
      "item_id\tkey\ttitle\tgenres",
      "0\t2\tAmerican President, The (1995)\tComedy",
      '1\t29\tLa "Cité" (1995)\tDrama',
    ]);
  });

  it("takes the file of ratings alone", async () => {
    await writeFiles(folder.path, { "ratings.dat": "1::1193::5::978300760\n" });
    const report = await runImport(folder.path, "ratings.dat");
    expect(report).to.deep.include({ format: "movielens", name: "ratings" });
    expect(await importedLines(folder.path, "items.tsv")).to.deep.equal(["item_id\tkey", "0\t1193"]);
  });

  const bad: readonly (readonly [
    what: string,
    files: Readonly<Record<string, string>>,
    where: string,
    problem: string,
  ])[] = [
    [
      "a rating of three fields",
      { "u.data": "1\t2\t3\t4\n1\t2\t3\n" },
      "u.data:2",
      "the line has 3 fields, expected 4",
    ],
    ["a user that is a word", { "u.data": "one\t2\t3\t4\n" }, "u.data:1", 'userId "one" is not an integer'],
    [
      "single colons",
      { "ratings.dat": "1::2::3::4\n1:2:3:4\n" },
      "ratings.dat:2",
      "the line has 1 fields, expected 4",
    ],
    [
      "a movie that comes twice",
      { "ratings.dat": "1::2::3::4\n", "movies.dat": "2::A::B\n3::C::D\n2::E::F\n" },
      "movies.dat:3",
      '"2" comes for the second time',
    ],
    [
      "a quote that is not closed",
      {
        "ratings.csv": "userId,movieId,rating,timestamp\n1,2,3,4\n",
        "movies.csv": 'movieId,title,genres\n2,"A,B\n3,C,D\n',
      },
      "movies.csv:2",
      "a quoted field is not closed",
    ],
  ];
  for (const [what, files, where, problem] of bad) {
    it(`names file and line of ${what}`, async () => {
      const inFolder = Object.fromEntries(Object.entries(files).map(([name, text]) => [`m/${name}`, text]));
      const error = await importFailure(folder.path, inFolder, { from: "m" });
      expect(error.message).to.contain(`${join(folder.path, "m", where)}: `);
      expect(error.problem).to.contain(problem);
    });
  }
});
