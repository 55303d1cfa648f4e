import { expect } from "chai";
import { libraryProblems, type Check } from "../../src/cli/doctorChecks.js";
import { checksText } from "../../src/cli/doctor.js";
import { mmkit } from "./capture.js";

describe("mmkit doctor", () => {
  it("says what works here and what to do about the rest, and succeeds where the CPU works", async () => {
    const { code, stdout } = await mmkit("doctor", "--json");
    expect(code).to.equal(0);
    const { devices, checks } = JSON.parse(stdout) as { devices: Record<string, boolean>; checks: Check[] };
    expect(Object.keys(devices)).to.deep.equal(["cpu", "cuda", "webgpu"]);
    expect(devices["cpu"]).to.equal(true);
    const names = checks.map(({ name }) => name);
    expect(names).to.include.members(["Node", "onnxruntime-node", "CPU threads", "memory", "current folder"]);
    expect(names).to.include.members(["cuda", "NVIDIA driver", "webgpu", "onnxruntime-web"]);
    for (const { name, status, fix } of checks) {
      if (status === "no") expect(fix, name).to.be.a("string");
    }
    const cuda = checks.find(({ name }) => name === "cuda")!;
    if (cuda.status === "no") expect(cuda.found.split("\n").length, cuda.found).to.be.above(1);
  });

  it("prints findings with what to do below them", () => {
    const checks: Check[] = [
      { name: "cpu", status: "yes", found: "works", fix: null },
      { name: "webgpu", status: "no", found: "does not work\n  no adapter", fix: "Install a driver." },
    ];
    expect(checksText(checks)).to.equal(
      "yes  cpu     works\n" +
        "NO   webgpu  does not work\n" +
        "               no adapter\n" +
        "             → Install a driver.\n",
    );
  });

  it("finds the missing library in what onnxruntime writes", () => {
    const log =
      "2026 [E:onnxruntime] Failed to load library /x/libp.so with error: libcublasLt.so.12: cannot open shared object file\n" +
      "Warning: Couldn't load Vulkan: libvulkan.so.1: cannot open shared object file: No such file or directory\n" +
      "    at operator()";
    expect(libraryProblems(log)).to.deep.equal([
      "libcublasLt.so.12: cannot open shared object file",
      "Couldn't load Vulkan: libvulkan.so.1: cannot open shared object file: No such file or directory",
    ]);
  });
});
