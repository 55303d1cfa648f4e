import { cp, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect } from "chai";
import type { Page } from "playwright-core";
import { browserForSuite } from "../chromium.js";
import { mmkit, type Captured } from "./capture.js";
import { awkwardTitle, shopSizes, writeShop } from "./reportedShop.js";

const EPOCHS = 3;

/** One finished run; tests that change something change a copy. */
describe("mmkit report", function () {
  this.timeout(60_000);
  let root = "";
  const at = (...parts: readonly string[]): string => join(root, ...parts);
  const small = ["--set", "dim=8", "--set", "batchSize=64", "--threads", "1"];
  let reported: Captured;

  before(async () => {
    root = await mkdtemp(join(tmpdir(), "mmkit-test-"));
    await writeShop(at("shop"));
    const words = ["train", "mf", "--data", at("shop"), "--out", at("run"), ...small];
    const trained = await mmkit(...words, "--epochs", `${EPOCHS}`);
    expect(trained.code, trained.stderr).to.equal(0);
    reported = await mmkit("report", at("run"), "--threads", "1");
  });
  after(() => rm(root, { recursive: true, force: true }));

  const pageOf = (...parts: readonly string[]): Promise<string> => readFile(at(...parts), "utf8");
  const copied = async (name: string): Promise<string> => {
    await cp(at("run"), at(name), { recursive: true });
    return at(name);
  };
  /** The titles of the page's sections. */
  const sectionsOf = (page: string): string[] =>
    [...page.matchAll(/<section id="([^"]+)"/g)].map((match) => match[1]!);
  /** What `mmkit report` wrote about a run. */
  async function report(run: string): Promise<string> {
    const { code, stderr } = await mmkit("report", run, "--threads", "1");
    expect(code, stderr).to.equal(0);
    return readFile(join(run, "report.html"), "utf8");
  }

  it("writes report.html into the run folder and says so", async () => {
    expect(reported.code, reported.stderr).to.equal(0);
    expect(reported.stdout).to.match(new RegExp(`^${at("run", "report.html")}: 3 epochs, \\d+ kB\\n$`));
    expect(await readdir(at("run"))).to.include("report.html");
  });

  it("writes elsewhere, about given users, for machines", async () => {
    const out = at("elsewhere.html");
    const { code, stdout, stderr } = await mmkit(
      "report",
      at("run"),
      "--out",
      out,
      "--users",
      "3,17",
      "--json",
    );
    expect(code, stderr).to.equal(0);
    expect(JSON.parse(stdout)).to.include({ file: out, isFinished: true, epochs: EPOCHS });
    const titles = [...(await readFile(out, "utf8")).matchAll(/<h3>User (\d+)/g)].map((match) => match[1]);
    expect(titles).to.deep.equal(["3", "17"]);
  });

  it("writes events for TensorBoard as well", async () => {
    const words = ["--tensorboard", at("events"), "--out", at("elsewhere.html"), "--threads", "1"];
    const { code, stdout, stderr } = await mmkit("report", at("run"), ...words);
    expect(code, stderr).to.equal(0);
    const [file = ""] = await readdir(at("events"));
    expect(file).to.match(/^events\.out\.tfevents\.\d+\.mmkit$/);
    expect(stdout.split("\n")[1]).to.equal(at("events", file));
  });

  it("gives the same page for the same run", async () => {
    const first = await pageOf("run", "report.html");
    expect(await report(at("run"))).to.equal(first);
  });

  it("refers to nothing outside the page, and its policy allows nothing else", async () => {
    const page = await pageOf("run", "report.html");
    const references = [...page.matchAll(/\b(?:src|href|action|data|srcset)="([^"]*)"/g)].map(
      (match) => match[1]!,
    );
    expect(references).not.to.deep.equal([]);
    for (const reference of references) expect(reference).to.match(/^(#[a-z]+$|data:image\/webp;base64,)/);
    expect(page).to.match(
      /content="default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+'; img-src data:;/,
    );
    expect(page).not.to.match(/ style="| on[a-z]+="|url\((?!#)|@import|eval\(/);
    expect([...page.matchAll(/<script/g)]).to.have.length(1);
  });

  it("shows texts of the data as texts", async () => {
    const page = await pageOf("run", "report.html");
    expect(page).not.to.contain('<img src="x"');
    expect(page).to.contain(
      "&lt;/script&gt;&lt;img src=&quot;x&quot; onerror=&quot;alert(1)&quot;&gt; &amp; &#39;co&#39;",
    );
    expect(page).to.contain("even &lt;b&gt; (10)");
  });

  it("names no folder of the machine it was made on", async () => {
    expect(await pageOf("run", "report.html")).not.to.contain(root);
  });

  it("of a run that was interrupted has no results and says so", async () => {
    const run = await copied("interrupted");
    await rm(join(run, "results.json"));
    const { stdout } = await mmkit("report", run, "--threads", "1");
    expect(stdout).to.contain(": 3 epochs, not finished, ");
    const page = await pageOf("interrupted", "report.html");
    expect(page).to.contain("The run is not finished, so nothing was measured on test data yet");
    expect(page).to.match(/<span>the best so far, epoch \d<\/span>/);
    expect(sectionsOf(page)).to.include.members(["recommendations", "popularity", "map"]);
  });

  it("of a run without a checkpoint has no recommendations and says so", async () => {
    const run = await copied("begun");
    for (const name of ["results.json", "checkpoints", "metrics.jsonl"]) {
      await rm(join(run, name), { recursive: true });
    }
    const page = await report(run);
    expect(page).to.contain("The run has no checkpoint yet");
    expect(page).to.contain("No epoch is complete yet.");
    expect(sectionsOf(page)).not.to.include.members(["popularity", "map"]);
  });

  it("of one epoch, without titles, validation and test shows what there is", async () => {
    await writeShop(at("bare"), { isBare: true });
    const trained = await mmkit(
      "train",
      "mf",
      "--data",
      at("bare"),
      "--out",
      at("one"),
      ...small,
      "--epochs",
      "1",
    );
    expect(trained.code, trained.stderr).to.equal(0);
    const page = await report(at("one"));
    expect(page).to.contain("No epoch was evaluated on validation data.");
    expect(page).to.contain("The dataset has neither validation nor test interactions.");
    expect(page).to.contain('<span class="name">item 3</span>');
    expect(page).not.to.contain("<img");
  });

  it("of several phases names the phase of every loss", async () => {
    const run = await copied("phases");
    const file = join(run, "metrics.jsonl");
    const lines = (await readFile(file, "utf8")).trimEnd().split("\n");
    const changed = lines.map((line) => {
      const entry = JSON.parse(line) as Record<string, number>;
      const more = {
        "loss/diffusion/total": 2,
        "learning_rate/diffusion": 1,
        "seconds/training/diffusion": 1,
      };
      return `${JSON.stringify({ ...entry, ...more })}\n`;
    });
    await writeFile(file, changed.join(""));
    const page = await report(run);
    for (const title of ["main: total", "main: bpr", "diffusion: total", "Learning rate"]) {
      expect(page).to.contain(`<h3>${title}</h3>`);
    }
    expect(page).to.contain("training, diffusion");
  });

  describe("refuses", () => {
    const refused = async (...words: readonly string[]): Promise<Captured> => {
      const before = await pageOf("run", "report.html");
      const captured = await mmkit("report", ...words);
      expect(captured.stdout).to.equal("");
      expect(await pageOf("run", "report.html")).to.equal(before);
      return captured;
    };

    it("a folder without a run", async () => {
      const { code, stderr } = await refused(at("nowhere"));
      expect(code).to.equal(1);
      expect(stderr).to.contain("the folder does not exist");
    });

    it("another dataset than the run's", async () => {
      await writeShop(at("other"), { isBare: true });
      const { code, stderr } = await refused(at("run"), "--data", at("other"));
      expect(code).to.equal(1);
      expect(stderr).to.contain("it was trained on a dataset with the checksum");
    });

    it("users that are no ids, or that the dataset does not have", async () => {
      const noIds = await refused(at("run"), "--users", "3,x");
      expect(noIds.code).to.equal(2);
      expect(noIds.stderr).to.contain('--users must be ids separated by commas, found "x"');
      const strangers = await refused(at("run"), "--users", "3,24");
      expect(strangers.code).to.equal(2);
      expect(strangers.stderr).to.contain("there is no user 24: the dataset has users 0 to 23");
    });

    it("to replace a file that is no page of its own", async () => {
      await writeFile(at("notes.html"), "<!doctype html><p>notes");
      const { code, stderr } = await refused(at("run"), "--out", at("notes.html"));
      expect(code).to.equal(1);
      expect(stderr).to.contain(
        "notes.html: this is no page that mmkit wrote, so it is not overwritten. Choose",
      );
      expect(await readFile(at("notes.html"), "utf8")).to.equal("<!doctype html><p>notes");
    });

    it("a place that cannot be written", async () => {
      const { code, stderr } = await refused(at("run"), "--out", at("run", "config.json", "report.html"));
      expect(code).to.equal(1);
      expect(stderr).to.contain("config.json");
    });
  });

  describe("in Chromium", () => {
    const chromium = browserForSuite();

    /** Opens the page and keeps what it asks for and what it complains about. */
    async function opened(
      options: { readonly colorScheme?: "light" | "dark"; readonly width?: number } = {},
    ) {
      const { colorScheme = "light", width = 1280 } = options;
      const page = await chromium.browser.newPage({ viewport: { width, height: 900 }, colorScheme });
      const file = pathToFileURL(at("run", "report.html")).href;
      const requests: string[] = [];
      const complaints: string[] = [];
      page.on("request", (request) => {
        if (request.url() !== file && !request.url().startsWith("data:")) requests.push(request.url());
      });
      page.on("console", (message) => complaints.push(message.text()));
      page.on("pageerror", (error) => complaints.push(error.message));
      await page.goto(file);
      return { page, requests, complaints };
    }
    const backgroundOf = (page: Page): Promise<string> =>
      page.evaluate("getComputedStyle(document.body).backgroundColor");
    const marksOf = (page: Page, chart: string): Promise<number> =>
      page.locator(`#${chart} [data-point]`).count();

    it("asks no host for anything and has nothing to complain about", async () => {
      const { page, requests, complaints } = await opened();
      await page.locator("#theme").click();
      await page.locator("#metric-0 [data-point]").first().hover();
      expect([requests, complaints]).to.deep.equal([[], []]);
      await page.close();
    });

    it("has a mark for every number in every chart", async () => {
      const { page } = await opened();
      const { items } = shopSizes;
      const cutoffs = 4;
      expect(await marksOf(page, "metric-0")).to.equal(EPOCHS * cutoffs);
      expect(await marksOf(page, "loss-0")).to.equal(EPOCHS);
      expect(await marksOf(page, "learning-rate")).to.equal(EPOCHS);
      // Training and evaluation from the first epoch, checkpoints from the second on.
      expect(await marksOf(page, "time")).to.equal(EPOCHS * 3);
      expect(await marksOf(page, "bias-counts")).to.equal(2 * items);
      expect(await marksOf(page, "bias-deciles")).to.equal(3 * 10);
      expect(await marksOf(page, "map-0")).to.equal(items);
      expect(await marksOf(page, "map-1")).to.equal(items);
      for (const chart of await page.locator("figure svg[role=img]").all()) {
        expect(await chart.locator("[data-point]").count()).to.be.above(0);
        expect(await chart.getAttribute("aria-label")).not.to.equal("");
      }
      await page.close();
    });

    it("draws in colours that follow the system and the switch", async () => {
      const light = await opened({ colorScheme: "light" });
      const dark = await opened({ colorScheme: "dark" });
      const strokeOf = (page: Page): Promise<string> =>
        page.evaluate("getComputedStyle(document.querySelector('#metric-0 [stroke=\"var(--c1)\"]')).stroke");
      expect(await backgroundOf(light.page)).not.to.equal(await backgroundOf(dark.page));
      expect(await strokeOf(light.page)).not.to.equal(await strokeOf(dark.page));
      const lightBackground = await backgroundOf(light.page);
      await dark.page.locator("#theme").click();
      expect(await dark.page.locator("#theme").innerText()).to.equal("Theme: light");
      expect(await backgroundOf(dark.page)).to.equal(lightBackground);
      await light.page.close();
      await dark.page.close();
    });

    it("is printed on white paper, also from dark surroundings", async () => {
      const { page } = await opened({ colorScheme: "dark" });
      await page.locator("#theme").click();
      await page.locator("#theme").click();
      expect(await page.locator("#theme").innerText()).to.equal("Theme: dark");
      await page.emulateMedia({ media: "print" });
      const ink = await page.evaluate<string>("getComputedStyle(document.body).color");
      expect(ink).to.equal("rgb(24, 27, 32)");
      expect(await page.locator("nav").isVisible()).to.equal(false);
      await page.close();
    });

    it("leaves no colour of a chart to chance", async () => {
      const { page } = await opened();
      const paints = await page.evaluate<(string | null)[]>(
        "[...document.querySelectorAll('figure svg *')].flatMap((element) =>" +
          " [element.getAttribute('fill'), element.getAttribute('stroke')])",
      );
      const fixed = paints.filter(
        (paint) => paint !== null && paint !== "none" && !paint.startsWith("var(--"),
      );
      // What clips a curve is black and never seen.
      expect(new Set(fixed)).to.deep.equal(new Set(["#000"]));
      await page.close();
    });

    it("tells a mark's numbers where it is pointed at", async () => {
      const { page } = await opened();
      await page.locator("#loss-0 [data-point='1']").hover();
      expect(await page.locator("#tip").innerText()).to.match(/^epoch 2: [\d.]+$/);
      await page.keyboard.press("Escape");
      expect(await page.locator("#tip").isVisible()).to.equal(false);
      await page.close();
    });

    it("shows awkward titles and pictures of recommended items", async () => {
      const { page } = await opened();
      await page.locator(".map .panel").first().scrollIntoViewIfNeeded();
      expect(await page.locator(".name", { hasText: awkwardTitle }).count()).to.be.above(0);
      const widths = await page.evaluate<number[]>(
        "Array.from(document.querySelectorAll('img.picture'), (image) => image.naturalWidth)",
      );
      expect(widths.length).to.be.above(10);
      expect(widths.every((width) => width === 24)).to.equal(true);
      await page.close();
    });

    it("changes the colours of the map with the keyboard", async () => {
      const { page } = await opened();
      expect(await page.locator("#map-0").isVisible()).to.equal(true);
      expect(await page.locator("#map-1").isVisible()).to.equal(false);
      await page.locator("#map-choice-0").focus();
      await page.keyboard.press("ArrowRight");
      expect(await page.locator("#map-0").isVisible()).to.equal(false);
      expect(await page.locator("#map-1").isVisible()).to.equal(true);
      await page.close();
    });

    it("fits a phone's width", async () => {
      const { page } = await opened({ width: 360 });
      const root = "document.documentElement";
      const overflow = await page.evaluate(`${root}.scrollWidth - ${root}.clientWidth`);
      expect(overflow).to.equal(0);
      await page.close();
    });
  });
});
