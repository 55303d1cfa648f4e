import { existsSync } from "node:fs";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { serveSite } from "../../examples/demo/serveSite.js";
import { siteFiles } from "../../examples/demo/siteFiles.js";
import { writeFolderAtomic } from "../../runtime/artifacts/atomicWrite.js";
import { byteSize } from "../../runtime/artifacts/byteSize.js";
import { CATALOGUE_EPOCHS } from "./catalogueTraining.js";
import { checkFree } from "./checkFree.js";
import { command } from "./command.js";
import { makeDemo } from "./demoShop.js";
import { DEMO_FILE, writeDemoPage } from "./demoPage.js";
import { withInterruption } from "./interruption.js";
import { UsageError } from "./usageError.js";

export const demo = command({
  positionals: {},
  options: {
    port: { type: "number", default: 4173, describe: "Where the page is served; 0 takes any that is free" },
    host: {
      type: "string",
      default: "127.0.0.1",
      describe: "Address to listen at; 0.0.0.0 for the whole network",
    },
    out: {
      type: "string",
      describe: "Write the page into this folder, for any file host, and serve nothing",
    },
    work: {
      type: "string",
      default: "mmkit-demo",
      describe: "Folder for the shop, the trained models and the page",
    },
    epochs: { type: "number", default: CATALOGUE_EPOCHS, describe: "Most epochs per model" },
    force: { type: "boolean", default: false, describe: "Make everything anew, and replace a page in --out" },
  },
  examples: [
    ["", "Make the shop in ./mmkit-demo, then serve it at http://127.0.0.1:4173/"],
    ["--out site", "Write a page that any file host can serve, also below a path"],
  ],
  epilogue:
    "A shop of 480 drawn products whose recommendations a browser computes: likes change them at once, models are " +
    "switched, a visitor's vector and a whole model are trained in the page, and nothing leaves it. Making it takes " +
    "about a minute; a second start takes none. It is served with the headers that allow threads in a page.",
  async run({ port, host, out, work, epochs, force, json }, { stdout, stderr }) {
    checkNumbers(epochs, port);
    if (out !== undefined) await checkFree(out, force, DEMO_FILE);
    await checkFree(work, true, DEMO_FILE);
    const made = await makeDemo(work, { epochs, force }, { stdout, stderr });
    const page = join(work, "page");
    if (made.isNew || !existsSync(page)) {
      stderr.write(`drawing the pictures and bundling the page in ${page}\n`);
      await writeDemoPage(page, made);
    }
    if (out !== undefined) {
      await writeFolderAtomic(out, (temporary) => cp(page, temporary, { recursive: true }));
      const files = await siteFiles(out);
      const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
      stdout.write(
        json
          ? `${JSON.stringify({ folder: out, bytes, files }, null, 2)}\n`
          : `${out}: ${files.length} files, ${byteSize(bytes)}, for any file host\n`,
      );
      return;
    }
    const server = await serveSite(page, { host, port });
    stdout.write(json ? `${JSON.stringify({ folder: page, url: server.url })}\n` : `${server.url}\n`);
    stderr.write("Ctrl-C ends it\n");
    await withInterruption(
      () => stderr.write("\n"),
      (signal) =>
        new Promise<void>((resolve) => {
          signal.addEventListener("abort", () => {
            resolve();
          });
        }),
    );
    await server.close();
  },
});

/** Refuses what would otherwise fail after a minute of training. */
function checkNumbers(epochs: number, port: number): void {
  if (!Number.isSafeInteger(epochs) || epochs < 1) {
    throw new UsageError(
      `--epochs must be a whole number from 1, found ${epochs}`,
      `The default is ${CATALOGUE_EPOCHS}.`,
    );
  }
  if (Number.isSafeInteger(port) && port >= 0 && port <= 65535) return;
  throw new UsageError(
    `--port must be a whole number from 0 to 65535, found ${port}`,
    "Leave it out for 4173.",
  );
}
