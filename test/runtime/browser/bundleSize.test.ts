import { expect } from "chai";
import { bundleForPage } from "./pageBundle.js";

/** The most that our own code may weigh in a page, bytes after gzip. */
const LARGEST = 30_000;

describe("the bundle of a page", () => {
  it("stays below 30 kB gzipped with everything in it, and holds nothing of Node", async () => {
    const everything = 'export * from "./runtime/browser/index.js";';
    const { gzipBytes } = await bundleForPage(everything, ["fastest-levenshtein"]);
    const { code } = await bundleForPage(everything);
    process.stderr.write(`      gzipped: our own code ${gzipBytes} bytes\n`);
    expect(gzipBytes).to.be.below(LARGEST);
    expect(code).not.to.match(/from\s*"(?:node:|ajv|onnxruntime-node)|require\(/);
  });

  it("leaves out what a page does not use", async () => {
    const only = async (name: string): Promise<number> => {
      const { gzipBytes } = await bundleForPage(`export { ${name} } from "./runtime/browser/index.js";`);
      return gzipBytes;
    };
    const recommending = await only("openRecommender");
    const training = await only("trainInPage");
    const connecting = await only("connectWorker");
    process.stderr.write(
      `      gzipped: openRecommender ${recommending}, trainInPage ${training}, connectWorker ${connecting} bytes\n`,
    );
    expect(recommending).to.be.below(0.6 * training);
    expect(connecting).to.be.below(0.4 * recommending);
  });
});
