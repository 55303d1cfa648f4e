import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium, type Browser } from "playwright-core";

/** Where Chromium is: CHROME_PATH, else the first of its usual names in PATH; undefined if it is nowhere. */
function chromiumPath(): string | undefined {
  const given = process.env["CHROME_PATH"];
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const names = ["chromium", "chromium-browser", "google-chrome"];
  const candidates = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return (given === undefined ? candidates : [given]).find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Chromium asks its maker's hosts nothing, and needs no graphics card. */
const quiet = ["--no-sandbox", "--no-first-run", "--disable-quic", "--disable-sync"].concat([
  "--disable-background-networking",
  "--disable-component-update",
]);

/** Arguments that let pages have WebGPU by a software adapter: for correctness, as it is slow. */
export const softwareWebGpu = [
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
  "--enable-features=Vulkan",
];

/**
 * Opens Chromium for the tests of a suite; skips them, saying why, where there is none.
 *
 * @param further arguments of the command line
 */
export function browserForSuite(further: readonly string[] = ["--disable-gpu"]): {
  readonly browser: Browser;
} {
  let browser: Browser | undefined;
  before(async function () {
    const executablePath = chromiumPath();
    if (executablePath === undefined) {
      process.stderr.write(
        "      skipped: no Chromium in CHROME_PATH or PATH (chromium, chromium-browser, google-chrome)\n",
      );
      this.skip();
    }
    browser = await chromium.launch({ executablePath, args: [...quiet, ...further] });
  });
  after(() => browser?.close());
  return {
    get browser() {
      return browser!;
    },
  };
}
