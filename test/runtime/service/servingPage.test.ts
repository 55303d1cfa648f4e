import { expect } from "chai";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { defaultServiceSettings } from "../../../runtime/service/serviceSettings.js";
import { commands } from "../../../src/cli/commands.js";
import { packageRoot } from "../../../src/onnx/packageRoot.js";
import { withService } from "./testService.js";

interface Asked {
  readonly path: string;
  readonly body: string;
}

/** What the page's curl lines ask. */
function askedBy(text: string): Asked[] {
  const lines = text.matchAll(/^curl http:\/\/127\.0\.0\.1:8080(\S+) .*-d '([^']+)'$/gm);
  return [...lines].map(([, path, body]) => ({ path: path!, body: body! }));
}

describe("docs/serving.md", () => {
  let page: string;

  before(async () => {
    page = await readFile(join(packageRoot(), "docs", "serving.md"), "utf8");
  });

  it("asks what the service answers, and shows the refusal that it gives", async () => {
    const readme = await readFile(join(packageRoot(), "README.md"), "utf8");
    const asked = [...askedBy(page), ...askedBy(readme)];
    expect(asked).to.have.length(6);
    await withService({}, async ({ post }) => {
      for (const { path, body } of asked) {
        const answer = await post(path, body);
        expect(answer.status, body).to.equal(body.includes('"ten"') ? 400 : 200);
        if (answer.status === 200) continue;
        expect(page).to.include(JSON.stringify((answer.body as Error).message));
      }
    });
  });

  it("names the limits with their options and defaults", async () => {
    const { options } = await commands["serve"]!.load();
    const rows = [...page.matchAll(/^\| `--([a-z-]+)` +\| ([^|]+?) +\|/gm)];
    expect(rows).to.have.length(11);
    const units: Readonly<Record<string, number>> = { s: 1000, KiB: 1024 };
    for (const [, name, shown] of rows) {
      const [number, unit = ""] = shown!.split(" ");
      const value = Number(number!.replaceAll(",", "")) * (units[unit] ?? 1);
      expect(options[name!]?.default, name).to.equal(value);
    }
  });

  it("names every metric of the service, and no other", async () => {
    await withService({}, async ({ get }) => {
      const { body } = await get("/metrics");
      const told = [...String(body).matchAll(/^# HELP (mmkit_\S+)/gm)].map(([, name]) => name!);
      const named = [...page.matchAll(/`(mmkit_[a-z_]+)(?:\{[a-z,]+\})?`/g)].map(([, name]) => name!);
      expect([...new Set(named)].sort()).to.deep.equal(told.sort());
    });
  });

  it("says how it is bound", () => {
    const { host, port } = defaultServiceSettings;
    expect(page).to.include(`It listens on ${host}:${port}.`);
  });
});
