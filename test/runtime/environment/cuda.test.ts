import { expect } from "chai";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cudaLibraries, libraryFix } from "../../../runtime/environment/cudaLibraries.js";
import { installCuda, InstallError } from "../../../runtime/environment/installCuda.js";
import { freeMemoryOfCard, nvidiaCards, runProgram } from "../../../runtime/environment/nvidiaCards.js";
import { rejection } from "../rejection.js";
import { temporaryFolder } from "../temporaryFolder.js";

const smi = "0, NVIDIA H200, 570.86.15, 143771, 143000\n1, NVIDIA H200, 570.86.15, 143771, 71500\n";
const absent = () => Promise.reject(new Error("there is no program nvidia-smi"));

describe("the NVIDIA cards", () => {
  it("are read from nvidia-smi, sizes from MiB", async () => {
    const cards = await nvidiaCards(() => Promise.resolve(smi));
    expect(cards.map(({ index, name, driver }) => [index, name, driver])).to.deep.equal([
      [0, "NVIDIA H200", "570.86.15"],
      [1, "NVIDIA H200", "570.86.15"],
    ]);
    expect(await freeMemoryOfCard(1, () => Promise.resolve(smi), {})).to.equal(71_500 * 2 ** 20);
  });

  it("are unknown without nvidia-smi, and where CUDA_VISIBLE_DEVICES gives them other numbers", async () => {
    expect(await freeMemoryOfCard(0, absent, {})).to.equal(null);
    expect(await freeMemoryOfCard(7, () => Promise.resolve(smi), {})).to.equal(null);
    const hidden = { CUDA_VISIBLE_DEVICES: "1" };
    expect(await freeMemoryOfCard(0, () => Promise.resolve(smi), hidden)).to.equal(null);
  });

  it("name the program that is missing", async () => {
    const error = await rejection(runProgram("mmkit-no-such-program", []), Error);
    expect(error.message).to.equal("there is no program mmkit-no-such-program");
  });
});

describe("the libraries of CUDA", () => {
  const temporary = temporaryFolder();

  it("are all named where nothing is installed", async () => {
    const found = await cudaLibraries(temporary.path, absent, {});
    expect(found.source).to.equal("ldconfig");
    expect(found.missingProvider).to.deep.equal([
      "libonnxruntime_providers_shared.so",
      "libonnxruntime_providers_cuda.so",
    ]);
    expect(found.missingSystem).to.include.members(["libcublasLt.so.12", "libcudnn.so.9", "libcuda.so.1"]);
  });

  it("are those that ldd does not find for the provider, once that is there", async () => {
    for (const name of ["libonnxruntime_providers_shared.so", "libonnxruntime_providers_cuda.so"]) {
      await writeFile(join(temporary.path, name), "");
    }
    const run = (program: string) =>
      Promise.resolve(
        program === "ldd"
          ? "\tlibcublas.so.12 => /usr/lib/libcublas.so.12 (0x1)\n\tlibcudnn.so.9 => not found\n"
          : "\tlibcuda.so.1 (libc6,x86-64) => /usr/lib/libcuda.so.1\n",
      );
    expect(await cudaLibraries(temporary.path, run, {})).to.deep.equal({
      missingProvider: [],
      missingSystem: ["libcudnn.so.9"],
      source: "ldd",
    });
  });

  it("are found in LD_LIBRARY_PATH", async () => {
    await writeFile(join(temporary.path, "libcudnn.so.9"), "");
    const { missingSystem } = await cudaLibraries(temporary.path, absent, {
      LD_LIBRARY_PATH: temporary.path,
    });
    expect(missingSystem).to.not.include("libcudnn.so.9");
    expect(missingSystem).to.include("libcudart.so.12");
  });

  it("each have a fix", () => {
    expect(libraryFix("libcudnn.so.9")).to.include("cuDNN 9");
    expect(libraryFix("libcuda.so.1")).to.include("driver");
    expect(libraryFix("libonnxruntime_providers_cuda.so")).to.include("--install-cuda");
    expect(libraryFix("libcufft.so.11")).to.include("CUDA 12");
  });
});

describe("the installation of onnxruntime's CUDA provider", () => {
  const temporary = temporaryFolder();
  const platform = "linux/x64";
  const quiet = () => undefined;

  /** A package whose installer is the given program. */
  async function withInstaller(source: string): Promise<string> {
    await mkdir(join(temporary.path, "script"), { recursive: true });
    await writeFile(join(temporary.path, "script", "install.js"), source);
    return temporary.path;
  }

  it("runs onnxruntime-node's own installer, told to download", async () => {
    const folder = await withInstaller(`
      const { mkdirSync, writeFileSync } = require("fs");
      const { join } = require("path");
      const folder = join(__dirname, "..", "bin/napi-v6/linux/x64");
      mkdirSync(folder, { recursive: true });
      for (const part of ["shared", "cuda"])
        writeFileSync(join(folder, "libonnxruntime_providers_" + part + ".so"), process.env.ONNXRUNTIME_NODE_INSTALL);
      console.log("Downloading");
    `);
    let printed = "";
    const files = await installCuda({ folder, platform, print: (text) => (printed += text) });
    expect(files).to.have.length(2);
    expect(printed).to.equal("Downloading\n");
  });

  it("names the installer's error and what it needs", async () => {
    const folder = await withInstaller(
      "void Promise.reject(new Error('getaddrinfo ENOTFOUND api.nuget.org'))",
    );
    const error = await rejection(installCuda({ folder, platform, print: quiet }), InstallError);
    expect(error.problem).to.equal(
      "onnxruntime-node's installer failed (Error: getaddrinfo ENOTFOUND api.nuget.org)",
    );
    expect(error.fix).to.include("api.nuget.org").and.to.include("GLOBAL_AGENT_HTTPS_PROXY");
  });

  it("does not believe an installer that leaves nothing", async () => {
    const folder = await withInstaller("");
    const error = await rejection(installCuda({ folder, platform, print: quiet }), InstallError);
    expect(error.problem).to.include("libonnxruntime_providers_shared.so is not there");
  });

  it("is refused where there is no such provider, or no installer", async () => {
    const print = quiet;
    const other = await rejection(
      installCuda({ folder: temporary.path, platform: "darwin/arm64", print }),
      InstallError,
    );
    expect(other.problem).to.include("linux/x64 only");
    const none = await rejection(installCuda({ folder: temporary.path, platform, print }), InstallError);
    expect(none.problem).to.include("install.js is missing");
  });
});
