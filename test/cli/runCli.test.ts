import { execFile, spawn } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { commands } from "../../src/cli/commands.js";
import { mmkit } from "./capture.js";

const main = join(import.meta.dirname, "..", "..", "src", "cli", "main.js");

describe("the command line", () => {
  it("explains itself, with every command, on --help", async () => {
    const { code, stdout, stderr } = await mmkit("--help");
    expect(code).to.equal(0);
    expect(stderr).to.equal("");
    for (const [name, { summary }] of Object.entries(commands)) {
      expect(stdout).to.match(new RegExp(`mmkit ${name} .*${summary}`));
    }
    expect(stdout).to.contain("Exit codes: 0 done, 1 failed, 2 wrong usage.");
  });

  it("takes no command at all for wrong usage and explains itself on stderr", async () => {
    const { code, stdout, stderr } = await mmkit();
    expect(code).to.equal(2);
    expect(stdout).to.equal("");
    expect(stderr).to.match(/^mmkit <command>\n/);
  });

  it("prints its version", async () => {
    const { code, stdout } = await mmkit("--version");
    expect(code).to.equal(0);
    expect(stdout).to.match(/^\d+\.\d+\.\d+\n$/);
  });

  for (const name of Object.keys(commands)) {
    it(`explains ${name} with examples`, async () => {
      const { code, stdout, stderr } = await mmkit(...name.split(" "), "--help");
      expect(code).to.equal(0);
      expect(stderr).to.equal("");
      expect(stdout).to.match(new RegExp(`Examples:\n  mmkit ${name} `));
      expect(stdout).to.contain("--json");
      expect(stdout).to.contain("--verbose");
    });
  }

  const wrong: readonly { readonly words: readonly string[]; readonly stderr: string }[] = [
    {
      words: ["inspct", "file.onnx"],
      stderr:
        'mmkit: there is no command "inspct". Did you mean inspect? `mmkit --help` explains the commands.\n',
    },
    {
      words: ["constructor"],
      stderr: `mmkit: there is no command "constructor". Known are ${Object.keys(commands).join(", ")}. \`mmkit --help\` explains the commands.\n`,
    },
    {
      words: ["--jsno"],
      stderr: "mmkit: mmkit has no option --jsno. Did you mean --json?\n",
    },
    {
      words: ["inspect"],
      stderr: "mmkit: <subject> is missing. `mmkit inspect --help` explains it.\n",
    },
    {
      words: ["inspect", "a", "b"],
      stderr:
        'mmkit: "b" is a word too many: the form is mmkit inspect <subject>. `mmkit inspect --help` explains it.\n',
    },
    {
      words: ["inspect", "a", "--provder=cpu"],
      stderr:
        "mmkit: mmkit inspect has no option --provder. Did you mean --provider? `mmkit inspect --help` explains it.\n",
    },
    {
      words: ["inspect", "a", "-x"],
      stderr:
        "mmkit: mmkit inspect has no option -x. Known are --json, --verbose, --set, --config, --data, --provider. `mmkit inspect --help` explains it.\n",
    },
    {
      words: ["train", "ksi", "--dta", "./x", "--out", "y"],
      stderr:
        "mmkit: mmkit train has no option --dta. Did you mean --data? `mmkit train --help` explains it.\n",
    },
    {
      words: ["export", "run", "--uot=x", "--threads", "1"],
      stderr:
        "mmkit: mmkit export has no option --uot, and --out is missing. Did you mean --out? `mmkit export --help` explains it.\n",
    },
    {
      words: ["export", "run"],
      stderr: "mmkit: --out is missing. `mmkit export --help` explains it.\n",
    },
    {
      words: ["train", "mf", "--out", "y"],
      stderr: "mmkit: --data is missing. `mmkit train --help` explains it.\n",
    },
    {
      words: ["train", "mf", "--data", "x", "--out", "y", "--cutoffs", "5;10"],
      stderr:
        'mmkit: --cutoffs takes whole numbers with commas between, found "5;10". Write for instance --cutoffs 10,20.\n',
    },
    {
      words: ["train", "mf", "--data", "x", "--out", "y", "--monitor-decimals", "few"],
      stderr: 'mmkit: --monitor-decimals takes a whole number or none, found "few". The default is 4.\n',
    },
    {
      words: ["inspect", "a", "--provider", "wegpu"],
      stderr: 'mmkit: --provider cannot be "wegpu". Did you mean webgpu?\n',
    },
    {
      words: ["inspect", "a", "--provider"],
      stderr: "mmkit: --provider needs a value. `mmkit inspect --help` explains it.\n",
    },
  ];
  for (const { words, stderr } of wrong) {
    it(`answers \`mmkit ${words.join(" ")}\` with one sentence and exit code 2`, async () => {
      expect(await mmkit(...words)).to.deep.equal({ code: 2, stdout: "", stderr });
    });
  }

  it("runs as a program, with the exit code of what happened", async () => {
    const run = promisify(execFile);
    const { stdout } = await run(process.execPath, [main, "--version"]);
    expect(stdout).to.match(/^\d+\.\d+\.\d+\n$/);
    const failure = await run(process.execPath, [main, "inspect", "/nowhere/at/all"]).then(
      () => expect.fail("it did not fail"),
      (error: unknown) => error as { code: number; stderr: string },
    );
    expect(failure.code).to.equal(1);
    expect(failure.stderr).to.match(/^mmkit: \/nowhere\/at\/all: there is no such file or folder\. .*\n$/);
  });

  it("ends quietly when the reader of its results has seen enough", async () => {
    const child = spawn(process.execPath, [main, "--help"], { stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.destroy();
    let stderr = "";
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: "" });
  });
});
