import { readFile, mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { Page } from "playwright-core";
import { browserForSuite } from "../../chromium.js";
import { mmkit } from "../../cli/capture.js";
import { startProgram } from "../../cli/program.js";
import { plainHost } from "./plainHost.js";
import {
  chooseModel,
  eventually,
  keptOffline,
  modelsReady,
  picksAfter,
  picksOf,
  propertiesOf,
  recommended,
  visit,
  type Visit,
} from "./visit.js";

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string }[];
}

describe("the demo in Chromium", function () {
  this.timeout(120_000);
  const chromium = browserForSuite();
  let root = "";
  /** The program that serves the page, and where. */
  let served: ReturnType<typeof startProgram>;
  let url = "";
  let axe = "";
  /** What tests share that need no visit of their own: every visit compiles onnxruntime's WebAssembly. */
  let shared: Visit | undefined;
  const open: Visit[] = [];
  const making = ["demo", "--work", "work", "--epochs", "2"] as const;

  before(async () => {
    root = await mkdtemp(join(tmpdir(), "mmkit-test-"));
    served = startProgram(root, ...making, "--port", "0");
    url = await new Promise<string>((resolve, reject) => {
      served.child.stdout!.on("data", (text: Buffer) => {
        resolve(text.toString().trim());
      });
      void served.ended.then(({ stderr }) => {
        reject(new Error(stderr));
      });
    });
    axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
    shared = await visit(chromium.browser, url);
  });
  after(async () => {
    // Without Chromium nothing was made.
    if (root === "") return;
    await shared?.close();
    served.child.kill("SIGINT");
    const { code, stderr } = await served.ended;
    await rm(root, { recursive: true, force: true });
    expect(code, stderr).to.equal(0);
  });
  afterEach(async () => {
    for (const one of open.splice(0)) await one.close();
  });

  async function visited(options: Parameters<typeof visit>[2] = {}): Promise<Visit> {
    const one = await visit(chromium.browser, url, options);
    open.push(one);
    return one;
  }
  /** The shared page, as if nothing had been done on it. */
  async function cleared(): Promise<Page> {
    const { page } = shared!;
    await page.keyboard.press("Escape");
    await page.locator("#search").fill("");
    await page.locator('#kinds label:has(input[value=""])').click();
    await chooseModel(page, "KSI");
    if (await page.locator("#personalise").isChecked()) await page.locator("#personalise-label").click();
    if (await page.locator("#clear").isEnabled()) await page.locator("#clear").click();
    await eventually(async () => (await page.locator("#likes li").count()) === 0, "no likes");
    await page.locator("#model-note", { hasText: /^Learns from purchases, pictures and titles/ }).waitFor();
    return page;
  }
  /** A visitor who likes the first products of the gallery. */
  async function withLikes(page: Page, count: number): Promise<void> {
    for (let place = 0; place < count; place++) {
      await picksAfter(page, () => page.locator("#grid .like").nth(place).click());
    }
  }
  async function violations(page: Page): Promise<string[]> {
    await page.evaluate(axe);
    const found = await page.evaluate<Violation[]>(
      "axe.run({ resultTypes: ['violations'] }).then((results) => results.violations)",
    );
    return found.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes[0]?.html ?? ""}`);
  }

  it("loads, recommends and asks no other origin for anything, without a word on the console", async () => {
    const { page, complaints, strayRequests } = await visited({ serviceWorkers: "allow" });
    await withLikes(page, 2);
    expect(await picksOf(page)).to.have.length(10);
    expect(await page.locator("#compute").innerText()).to.match(/WebAssembly, \d+ threads?\./);
    expect(await page.evaluate("crossOriginIsolated")).to.equal(true);
    expect(await page.locator("#facts").innerText()).to.match(
      /^KSI answered [\d.]+ s after the page was opened\./,
    );
    const widths = async (): Promise<Set<string>> =>
      new Set(await propertiesOf(page, "#picks .why > img", "naturalWidth"));
    await eventually(async () => !(await widths()).has("0"), "pictures of the recommendations");
    expect(await widths()).to.deep.equal(new Set(["240"]));
    expect([complaints, strayRequests]).to.deep.equal([[], []]);
  });

  it("changes what it recommends with every like, undoes, clears and remembers", async () => {
    const { page } = await visited();
    const nobody = await picksOf(page);
    const one = await picksAfter(page, () => page.locator("#grid .like").nth(0).click());
    expect(one).not.to.deep.equal(nobody);
    expect(await page.locator("#grid .like").nth(0).getAttribute("aria-pressed")).to.equal("true");
    const two = await picksAfter(page, () => page.locator("#grid .like").nth(5).click());
    expect(two).not.to.deep.equal(one);
    const liked = (await page.locator("#picks .heart-button").first().getAttribute("aria-label"))!.slice(5);
    const three = await picksAfter(page, () => page.locator("#picks .heart-button").first().click());
    expect(three).not.to.include(two[0]);
    expect(await page.locator("#likes img").first().getAttribute("alt")).to.equal(liked);
    expect(await picksAfter(page, () => page.locator("#undo").click())).to.deep.equal(two);
    await page.reload();
    await modelsReady(page);
    expect(await page.locator("#likes li").count()).to.equal(2);
    await recommended(page, two);
    expect(await picksAfter(page, () => page.locator("#clear").click())).to.deep.equal(nobody);
  });

  it("answers a like within 50 ms of computation", async () => {
    const page = await cleared();
    await withLikes(page, 3);
    const [, milliseconds = ""] = /in ([\d.]+) ms/.exec(await page.locator("#timing").innerText()) ?? [];
    expect(Number(milliseconds)).to.be.within(0, 50);
  });

  it("switches between models, each with an answer of its own; popularity listens to nobody", async () => {
    const page = await cleared();
    await withLikes(page, 3);
    const ksi = await picksOf(page);
    const lightgcn = await picksAfter(page, () => chooseModel(page, "LightGCN"));
    const popular = await picksAfter(page, () => chooseModel(page, "Popular"));
    expect(new Set([ksi.join(), lightgcn.join(), popular.join()]).size).to.equal(3);
    expect(await page.locator("#personalise").isDisabled()).to.equal(true);
    await page.locator("#grid .like").nth(7).click();
    await page.locator("#likes li").nth(3).waitFor();
    expect(await picksOf(page)).to.deep.equal(popular);
  });

  it("trains a visitor's own vector on their likes, which ranks otherwise than a quick fit", async () => {
    const page = await cleared();
    await withLikes(page, 4);
    const fitted = await picksOf(page);
    const personal = await picksAfter(page, () => page.locator("#personalise-label").click());
    expect(await page.locator("#personalise-note").innerText()).to.match(/^· done in \d+ ms$/);
    expect(personal).not.to.deep.equal(fitted);
    await page.reload();
    await modelsReady(page);
    await recommended(page, personal);
    expect(await picksAfter(page, () => page.locator("#personalise-label").click())).to.deep.equal(fitted);
  });

  it("trains a model in the page, whose loss falls, and recommends with it", async () => {
    const { page, complaints } = await visited({ serviceWorkers: "allow" });
    await withLikes(page, 3);
    await page.locator("#open-training").click();
    await page.locator("#training label", { hasText: /^10$/ }).click();
    await page.locator("#training .primary").click();
    await page.locator("#training .actions .quiet").waitFor({ timeout: 90_000 });
    const course = (await page.locator("#training .loss").getAttribute("aria-label")) ?? "";
    const [, first = "", last = ""] =
      /^Ranking loss: ([\d.]+) in the first epoch, ([\d.]+) in epoch 10$/.exec(course) ?? [];
    expect(Number(last), course).to.be.below(Number(first));
    expect(Number(last)).to.be.above(0);
    expect(await page.locator("#training canvas").count()).to.equal(1);
    await picksAfter(page, () => page.locator("#training .actions .quiet").click());
    expect(await page.locator('#models input[value="Yours"]').isChecked()).to.equal(true);
    expect(await page.locator("#model-note").innerText()).to.match(
      /^KSI as you trained it here, 10 epochs\. Finds \d+ %/,
    );
    await page.locator("#picks .why").first().click();
    await page.locator("#product .reasons li").nth(2).waitFor();
    await page.keyboard.press("Escape");
    await picksAfter(page, () => page.locator("#personalise-label").click());
    expect(complaints).to.deep.equal([]);
  });

  it("can be told to stop training, and keeps what was learnt until then", async () => {
    const page = await cleared();
    await page.locator("#open-training").click();
    await page.locator("#training label", { hasText: /^60$/ }).click();
    await page.locator("#training .primary").click();
    await page.locator("#training-label", { hasText: /^Training [1-9]/ }).waitFor();
    await page.locator("#training .primary", { hasText: "Stop" }).click();
    await page.locator("#training .actions .quiet").waitFor();
    await page.locator("#training .actions .quiet").click();
    await page.locator("#model-note", { hasText: /^KSI as you trained it here, \d+ epochs?\./ }).waitFor();
  });

  it("says what to do where WebGPU cannot be used", async function () {
    const page = await cleared();
    const hasAdapter = await page.evaluate<boolean>(
      "navigator.gpu === undefined ? Promise.resolve(true) : navigator.gpu.requestAdapter().then((adapter) => adapter !== null)",
    );
    // Without navigator.gpu the choice is disabled; with an adapter it may well work.
    if (hasAdapter) this.skip();
    await page.locator("#open-training").click();
    await page.locator("#training label", { hasText: "WebGPU" }).click();
    await page.locator("#training .primary").click();
    const failure = page.locator("#training .failure", {
      hasText: "WebGPU could not do it; WebAssembly can.",
    });
    await failure.waitFor();
    expect(await failure.innerText()).to.contain("the browser finds no graphics adapter");
    expect(await page.locator("#training .primary").innerText()).to.equal("Train again");
    await page.locator("#training label", { hasText: "WebAssembly" }).click();
    await page.keyboard.press("Escape");
  });

  it("says why: which liked products pull a recommendation up, the strongest first", async () => {
    const page = await cleared();
    await withLikes(page, 4);
    const liked = await propertiesOf(page, "#likes img", "alt");
    const inRow = page.locator("#picks li").first().locator(".because img");
    const strongest = await inRow.first().getAttribute("alt");
    await page.locator("#picks .why").first().click();
    const reasons = page.locator("#product .reasons li");
    await reasons.first().waitFor();
    expect(await reasons.count()).to.equal(4);
    const names = await reasons.locator(".words").allInnerTexts();
    expect(names.map((name) => name.trim()).sort()).to.deep.equal(liked.sort());
    expect(names[0]!.trim()).to.equal(strongest);
    const amounts = (await reasons.locator(".amount").allInnerTexts()).map((text) =>
      Number(text.replace("−", "-")),
    );
    expect(amounts).to.deep.equal([...amounts].sort((left, right) => right - left));
    expect(await page.locator("#product .similar li").count()).to.equal(6);
    await page.keyboard.press("Escape");
    expect(await page.locator("#product").isVisible()).to.equal(false);
    expect(await page.evaluate("document.activeElement.className")).to.equal("why");
  });

  it("finds products by words and kinds", async () => {
    const page = await cleared();
    await page.locator("#search").fill("mug teal");
    const titles = await page.locator("#grid .title").allInnerTexts();
    expect(titles.length).to.be.within(1, 23);
    await page.locator("#search").fill("nothing of the kind");
    expect(await page.locator("#count").innerText()).to.equal("Nothing matches. Try fewer words.");
    await page.locator("#search").fill("");
    await page.locator("#kinds label", { hasText: "lamp" }).click();
    expect(await page.locator("#count").innerText()).to.equal("40 products");
    await page.locator("#more").click();
    expect(await page.locator("#grid li").count()).to.equal(40);
    expect(await page.locator("#more").isVisible()).to.equal(false);
  });

  it("can be used with the keyboard alone", async () => {
    const { page } = await visited();
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.textContent")).to.equal("Skip to the products");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    await page.keyboard.press("ArrowRight");
    expect(await page.locator('#kinds input[value="bag"]').isChecked()).to.equal(true);
    await page.keyboard.press("Tab");
    await picksAfter(page, () => page.keyboard.press("Space"));
    expect(await page.evaluate("document.activeElement.getAttribute('aria-pressed')")).to.equal("true");
    await page.locator("#models input:checked").focus();
    await picksAfter(page, () => page.keyboard.press("ArrowLeft"));
    expect(await page.locator('#models input[value="LightGCN"]').isChecked()).to.equal(true);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.locator("#product .reasons").waitFor();
    const outline = await page.evaluate<string>("getComputedStyle(document.activeElement).outlineStyle");
    expect(outline).to.equal("solid");
    await page.keyboard.press("Escape");
    expect(await page.evaluate("document.activeElement.className")).to.equal("why");
    await page.keyboard.press("Tab");
    await picksAfter(page, () => page.keyboard.press("Space"));
    expect(await page.evaluate("document.activeElement.className")).to.equal("heart-button");
    await page
      .locator("#announcement", { hasText: "Recommendations changed" })
      .waitFor({ state: "attached" });
  });

  for (const colorScheme of ["light", "dark"] as const) {
    it(`has nothing that axe finds fault with, in ${colorScheme} colours`, async () => {
      const { page } = await visited({ colorScheme, reducedMotion: "reduce" });
      await withLikes(page, 3);
      expect(await violations(page)).to.deep.equal([]);
      await page.locator("#picks .why").first().click();
      await page.locator("#product .reasons").waitFor();
      expect(await violations(page)).to.deep.equal([]);
      await page.keyboard.press("Escape");
      await page.locator("#open-training").click();
      expect(await violations(page)).to.deep.equal([]);
    });
  }

  it("fits a phone, where what is recommended stays in sight below the products", async () => {
    const { page } = await visited({ viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true });
    await withLikes(page, 1);
    const overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
    expect(await page.evaluate(overflow)).to.equal(0);
    await page.locator("#more").scrollIntoViewIfNeeded();
    await page.locator("#dock").waitFor();
    const docked = await page.locator("#dock img").first().getAttribute("src");
    expect(docked).to.contain(`/${(await picksOf(page))[0]!}.webp`);
    await page.locator("#dock").tap();
    await page.locator("#dock").waitFor({ state: "hidden" });
    await page.locator("#picks .why").first().tap();
    await page.locator("#product .reasons").waitFor();
    expect(await page.evaluate(overflow)).to.equal(0);
  });

  it("keeps the chosen colours", async () => {
    const { page } = await visited({ colorScheme: "light" });
    const background = "getComputedStyle(document.body).backgroundColor";
    const light = await page.evaluate(background);
    await page.locator("#theme").click();
    expect(await page.evaluate(background)).to.equal(light);
    await page.locator("#theme").click();
    const dark = await page.evaluate(background);
    expect(dark).not.to.equal(light);
    await page.reload();
    expect(await page.evaluate(background)).to.equal(dark);
  });

  it("works without a connection after one visit", async () => {
    const { page, complaints } = await visited({ serviceWorkers: "allow" });
    await withLikes(page, 2);
    const before = await picksOf(page);
    await keptOffline(page);
    await page.context().setOffline(true);
    await page.reload();
    await modelsReady(page);
    await recommended(page, before);
    await picksAfter(page, () => page.locator("#grid .like").nth(9).click());
    const picture = page.locator("#grid img").nth(9);
    expect(
      await picture.evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth),
    ).to.equal(240);
    expect(complaints).to.deep.equal([]);
  });

  it("works on a plain file host below a path, and may use threads from the second visit on", async () => {
    const site = join(root, "site");
    const words = making.map((word) => (word === "work" ? join(root, word) : word));
    const { code, stderr, stdout } = await mmkit(...words, "--out", site);
    expect(code, stderr).to.equal(0);
    expect(stdout).to.match(/site: 5\d\d files, [\d.]+ MB, for any file host\n$/);
    const host = await plainHost(site, "/shops/demo/");
    try {
      const one = await visit(chromium.browser, host.url, { serviceWorkers: "allow" });
      open.push(one);
      expect(await one.page.evaluate("crossOriginIsolated")).to.equal(false);
      expect(await one.page.locator("#compute").innerText()).to.contain("1 thread.");
      await withLikes(one.page, 1);
      await keptOffline(one.page);
      await one.page.reload();
      await modelsReady(one.page);
      expect(await one.page.evaluate("crossOriginIsolated")).to.equal(true);
      expect([one.complaints, one.strayRequests]).to.deep.equal([[], []]);
    } finally {
      host.close();
    }
  });
});
