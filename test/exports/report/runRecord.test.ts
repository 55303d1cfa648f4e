import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { readRunRecord } from "../../../exports/report/runRecord.js";
import { RunFolderError } from "../../../runtime/training/runFolder.js";
import { rejection } from "../../runtime/rejection.js";
import { temporaryFolder } from "../../runtime/temporaryFolder.js";

describe("the record of a run", () => {
  const temporary = temporaryFolder();
  const put = (name: string, text: string): Promise<void> => writeFile(join(temporary.path, name), text);

  it("of a run that has just begun is its configuration", async () => {
    await put("config.json", '{"model":"mf"}');
    const { config, environments, lines, results } = await readRunRecord(temporary.path);
    expect({ config, environments, lines, results }).to.deep.equal({
      config: { model: "mf" },
      environments: [],
      lines: [],
      results: null,
    });
  });

  it("leaves out what a killed process wrote half of", async () => {
    await put("config.json", '{"model":"mf"}');
    await put("environment.jsonl", '{"seed":1}\n{"se');
    await put("metrics.jsonl", '{"epoch":0,"seconds":1}\n{"epoch":1,"seco');
    const { environments, lines } = await readRunRecord(temporary.path);
    expect(environments).to.deep.equal([{ seed: 1 }]);
    expect(lines).to.deep.equal([{ epoch: 0, seconds: 1 }]);
  });

  it("is refused where there is none, or where its results were damaged", async () => {
    const missing = await rejection(readRunRecord(join(temporary.path, "nothing")), RunFolderError);
    expect(missing.message).to.contain("the folder does not exist");
    await put("config.json", "{}");
    await put("results.json", '{"test":');
    const damaged = await rejection(readRunRecord(temporary.path), RunFolderError);
    expect(damaged.problem).to.match(/^results\.json is not JSON .* so it was altered or cut short$/);
    await mkdir(join(temporary.path, "empty"));
    await rejection(readRunRecord(join(temporary.path, "empty")), RunFolderError);
  });
});
