import { checkPage } from "../../exports/dataCheck/checkPage.js";
import { openNeighbourSearch } from "../../exports/neighbourSearch.js";
import { writeFileAtomic } from "../../runtime/artifacts/atomicWrite.js";
import { checkDataset, type DatasetCheck } from "../../runtime/data/check/checkDataset.js";
import { datasetProblems } from "../../runtime/data/check/datasetProblems.js";
import { DatasetError } from "../../runtime/data/datasetError.js";
import { checkPageFree } from "./checkPageFree.js";
import { command } from "./command.js";
import { dataCheckText } from "./dataCheckText.js";
import { DatasetProblemsError } from "./datasetProblemsError.js";
import { UsageError } from "./usageError.js";

export const dataCheck = command({
  positionals: { data: { type: "string", describe: "Dataset folder" } },
  options: {
    html: { type: "string", describe: "HTML file to write as well: findings and distributions on one page" },
    threads: { type: "number", describe: "Threads for the search for neighbours (all cores)" },
  },
  examples: [
    ["data/shop", "One page: what to know before training, then counts, features and the knowledge graph"],
    ["data/shop --html check.html", "As well a page with distributions, for a browser"],
    ["data/shop --json", "The same and all distributions for machines"],
  ],
  epilogue:
    "Findings are ordered by how much they matter: serious ones make results wrong or worthless, moderate ones cost " +
    "accuracy, notes are good to know. A folder that cannot be loaded is an error that names every file at fault. " +
    "The exit code is 0 whatever is found in a folder that can be loaded.",
  async run({ data, html, threads, json }, { stdout, stderr }) {
    if (threads !== undefined && (!Number.isSafeInteger(threads) || threads < 1)) {
      throw new UsageError(
        `--threads must be a whole number from 1, found ${threads}`,
        "Leave it out for all cores.",
      );
    }
    if (html !== undefined) await checkPageFree(html);
    const check = await checked(data, threads, (step) => stderr.write(`${step}\n`)).catch(
      async (error: unknown) => {
        if (!(error instanceof DatasetError)) throw error;
        const problems = await datasetProblems(data);
        if (json) {
          const plain = problems.map(({ file, line, problem, fix }) => ({ file, line, problem, fix }));
          stdout.write(`${JSON.stringify({ folder: data, problems: plain }, null, 2)}\n`);
        }
        throw problems.length > 1 ? new DatasetProblemsError(data, problems) : error;
      },
    );
    if (html !== undefined) await writeFileAtomic(html, checkPage(check));
    stdout.write(json ? `${JSON.stringify(check, null, 2)}\n` : dataCheckText(check));
  },
});

async function checked(
  folder: string,
  threads: number | undefined,
  progress: (step: string) => void,
): Promise<DatasetCheck> {
  const search = await openNeighbourSearch(threads === undefined ? {} : { threads });
  try {
    return await checkDataset(folder, search.run, progress);
  } finally {
    await search.release();
  }
}
