import { expect } from "chai";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { probeProvider } from "../../../runtime/environment/probeProvider.js";
import { temporaryFolder } from "../temporaryFolder.js";
import { tinyOnnx } from "../tinyOnnx.js";

describe("trying a provider", () => {
  const temporary = temporaryFolder();

  /** A program in place of the probe. */
  const program = (source: string): [string, ...string[]] => [process.execPath, "-e", source];

  async function square(op = "MatMul"): Promise<string> {
    const file = join(temporary.path, "square.onnx");
    const value = (name: string) => ({ name, dtype: "float32", axes: [2, 2] }) as const;
    const node = { op, name: "square", inputs: ["x", "x"], outputs: ["y"] };
    await writeFile(file, tinyOnnx({ inputs: [value("x")], outputs: [value("y")], nodes: [node] }));
    return file;
  }

  it("runs a graph on the CPU", async () => {
    const { milliseconds, problem } = await probeProvider("cpu", await square());
    expect(problem).to.equal(null);
    expect(milliseconds).to.be.within(0, 10_000);
  });

  it("does not take wrong numbers for a provider that works", async () => {
    const { problem } = await probeProvider("cpu", await square("Mul"));
    expect(problem).to.equal("1, 2, 3, 4 squared as a matrix gave 1,4,9,16");
  });

  it("reports a file that is missing", async () => {
    const { milliseconds, problem } = await probeProvider("cpu", join(temporary.path, "absent.onnx"));
    expect(milliseconds).to.equal(null);
    expect(problem).to.include("absent.onnx");
  });

  it("survives a provider that ends the process, and keeps what it said", async () => {
    const crash = "console.error('libcuda.so.1: cannot open'); process.kill(process.pid, 'SIGSEGV')";
    expect(await probeProvider("cuda", "", program(crash))).to.deep.equal({
      milliseconds: null,
      problem: "the process that tried it ended with SIGSEGV",
      log: "libcuda.so.1: cannot open",
    });
    const exit = await probeProvider("cuda", "", program("process.exit(3)"));
    expect(exit.problem).to.equal("the process that tried it ended with code 3");
  });

  it("reports a program that cannot be started", async () => {
    const { problem } = await probeProvider("cpu", "", [join(temporary.path, "none")]);
    expect(problem).to.match(/^it cannot be tried: .*ENOENT/);
  });
});
