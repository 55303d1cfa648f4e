import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { byteSize } from "../../runtime/artifacts/byteSize.js";
import { providerFixes, type Provider } from "../../runtime/artifacts/providerFixes.js";
import { cudaLibraries, libraryFix } from "../../runtime/environment/cudaLibraries.js";
import { folderSpace } from "../../runtime/environment/folderSpace.js";
import { usableMemory } from "../../runtime/environment/freeMemory.js";
import { nvidiaCards } from "../../runtime/environment/nvidiaCards.js";
import { onnxruntimePackage } from "../../runtime/environment/onnxruntimePackage.js";
import { probeProvider } from "../../runtime/environment/probeProvider.js";
import { encodeModel } from "../onnx/encode.js";

/** One finding about this machine. */
export interface Check {
  readonly name: string;
  /** `no` is only bad for what the check names; `optional` is nothing that is missed. */
  readonly status: "yes" | "no" | "optional";
  readonly found: string;
  /** What to do about it, null for nothing. */
  readonly fix: string | null;
}

const LEAST_NODE = [20, 19] as const;
/** Below this a run of any size may not fit on the disk, bytes. */
const LITTLE_DISK = 1e9;

function nodeCheck(version = process.versions.node): Check {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const isNew = major > LEAST_NODE[0] || (major === LEAST_NODE[0] && minor >= LEAST_NODE[1]);
  const found = `${version} on ${process.platform}/${process.arch}`;
  return {
    name: "Node",
    status: isNew ? "yes" : "no",
    found,
    fix: isNew ? null : "Install Node 20.19 or later.",
  };
}

function machineChecks(): Check[] {
  const [usable, whole] = [usableMemory(), totalmem()];
  return [
    { name: "CPU threads", status: "yes", found: String(availableParallelism()), fix: null },
    { name: "memory", status: "yes", found: `${byteSize(usable)} usable of ${byteSize(whole)}`, fix: null },
  ];
}

async function diskCheck(folder: string): Promise<Check> {
  const { problem, free } = await folderSpace(folder);
  const name = "current folder";
  if (problem !== null || free === null) {
    const fix = "Change to a folder that you may write, or give --out one.";
    return { name, status: "no", found: `cannot be written: ${problem ?? "its disk does not answer"}`, fix };
  }
  const isLittle = free < LITTLE_DISK;
  return {
    name,
    status: isLittle ? "no" : "yes",
    found: `can be written, ${byteSize(free)} free`,
    fix: isLittle ? "Free some space; a run keeps three checkpoints." : null,
  };
}

async function packageCheck(name: "onnxruntime-node" | "onnxruntime-web"): Promise<Check> {
  const found = await onnxruntimePackage(name);
  const isOptional = name === "onnxruntime-web";
  if (found !== null) return { name, status: "yes", found: found.version, fix: null };
  return {
    name,
    status: isOptional ? "optional" : "no",
    found: isOptional ? "not installed; only browsers need it" : "not installed",
    fix: `npm install ${name}`,
  };
}

/** x [2, 2] times itself. */
function squareModel(): Uint8Array {
  const matrix = (name: string) => ({ name, dtype: "float32", dims: [2, 2] }) as const;
  const square = { name: "square", opType: "MatMul", inputs: ["x", "x"], outputs: ["y"], attributes: {} };
  return encodeModel({
    graph: {
      name: "square",
      inputs: [matrix("x")],
      outputs: [matrix("y")],
      initializers: [],
      nodes: [square],
    },
    metadata: {},
  });
}

/** Which libraries could not be loaded: their names stand in the log only. */
export function libraryProblems(log: string): string[] {
  const lines = log.split("\n").filter((line) => /cannot open shared object|Couldn't load/.test(line));
  return [...new Set(lines.map((line) => line.replace(/^.* with error: |^Warning: /, "").trim()))];
}

async function providerCheck(provider: Provider, model: string): Promise<Check> {
  const { milliseconds, problem, log } = await probeProvider(provider, model);
  if (milliseconds !== null) {
    return { name: provider, status: "yes", found: `works, ${milliseconds.toFixed(1)} ms`, fix: null };
  }
  const found = ["does not work", problem, ...libraryProblems(log)].join("\n  ");
  const fix =
    provider === "cuda" ? "See the NVIDIA driver and the CUDA libraries below." : providerFixes[provider];
  return { name: provider, status: "no", found, fix };
}

/** What stands between this machine and CUDA, from the driver to onnxruntime's own library. */
async function cudaChecks(): Promise<Check[]> {
  const cards = await nvidiaCards().catch((error: unknown) => error as Error);
  const driver: Check =
    cards instanceof Error
      ? {
          name: "NVIDIA driver",
          status: "no",
          found: `nvidia-smi does not answer (${cards.message})`,
          fix: "Install the NVIDIA driver, version 525 or later, if there is a card.",
        }
      : {
          name: "NVIDIA driver",
          status: cards.length > 0 ? "yes" : "no",
          found: cards
            .map(
              (card) => `cuda:${card.index} ${card.name}, ${byteSize(card.free)} free, driver ${card.driver}`,
            )
            .join("\n  "),
          fix: cards.length > 0 ? null : "The driver sees no card.",
        };
  const installed = await onnxruntimePackage("onnxruntime-node");
  if (process.platform !== "linux" || installed === null) return [driver];
  const { missingProvider, missingSystem, source } = await cudaLibraries(installed.binaries);
  const missing = [...missingProvider, ...missingSystem];
  const found =
    missing.length === 0
      ? "all there"
      : `missing (${source}): ${missing.join(", ")}\n  onnxruntime's own libraries lie in ${installed.binaries}`;
  const libraries: Check = {
    name: "CUDA libraries",
    status: missing.length === 0 ? "yes" : "no",
    found,
    fix: missing.length === 0 ? null : [...new Set(missing.map(libraryFix))].join("\n  "),
  };
  return [driver, libraries];
}

/** Everything that decides what runs here; each provider is really tried. */
export async function doctorChecks(folder: string): Promise<Check[]> {
  const temporary = await mkdtemp(join(tmpdir(), "mmkit-doctor-"));
  try {
    const model = join(temporary, "square.onnx");
    await writeFile(model, squareModel());
    return [
      nodeCheck(),
      await packageCheck("onnxruntime-node"),
      ...machineChecks(),
      await diskCheck(folder),
      await providerCheck("cpu", model),
      await providerCheck("cuda", model),
      ...(await cudaChecks()),
      await providerCheck("webgpu", model),
      await packageCheck("onnxruntime-web"),
    ];
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}
