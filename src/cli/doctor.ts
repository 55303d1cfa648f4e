import { installCuda, InstallError } from "../../runtime/environment/installCuda.js";
import { onnxruntimePackage } from "../../runtime/environment/onnxruntimePackage.js";
import { command } from "./command.js";
import { doctorChecks, type Check } from "./doctorChecks.js";
import { DoctorError } from "./doctorError.js";

export const doctor = command({
  positionals: {},
  options: {
    "install-cuda": {
      type: "boolean",
      default: false,
      describe:
        "First download onnxruntime's CUDA provider with onnxruntime-node's own installer (Linux x64)",
    },
  },
  examples: [
    ["", "What works on this machine, and what to do about the rest"],
    ["--json", "The same for machines"],
    ["--install-cuda", "Install the CUDA provider, then look again"],
  ],
  epilogue:
    "Each provider is tried with a tiny graph in a process of its own. The exit code is 0 if the CPU works; that " +
    "CUDA or WebGPU do not is a finding, not a failure.",
  async run({ "install-cuda": install, json }, { stdout, stderr }) {
    if (install) {
      const installed = await onnxruntimePackage("onnxruntime-node");
      if (installed === null) {
        throw new InstallError("onnxruntime-node is not installed", "Run `npm install onnxruntime-node`.");
      }
      const { folder } = installed;
      const files = await installCuda({ folder, print: (text) => stderr.write(text) });
      stderr.write(`installed ${files.join(" and ")}\n`);
    }
    const checks = await doctorChecks(process.cwd());
    const devices = Object.fromEntries(
      checks
        .filter(({ name }) => ["cpu", "cuda", "webgpu"].includes(name))
        .map(({ name, status }) => [name, status === "yes"]),
    );
    stdout.write(json ? `${JSON.stringify({ devices, checks }, null, 2)}\n` : checksText(checks));
    const cpu = checks.find(({ name }) => name === "cpu");
    if (cpu?.status !== "yes") throw new DoctorError(cpu?.found ?? "it was not tried");
  },
});

const marks: Readonly<Record<Check["status"], string>> = { yes: "yes", no: "NO ", optional: " - " };

/** One paragraph per check; what to do stands below what was found. */
export function checksText(checks: readonly Check[]): string {
  const width = Math.max(...checks.map(({ name }) => name.length));
  const indent = " ".repeat(width + 7);
  const lines = checks.flatMap(({ name, status, found, fix }) => [
    `${marks[status]}  ${name.padEnd(width)}  ${found.replaceAll("\n", `\n${indent}`)}`,
    ...(fix === null ? [] : [`${indent}→ ${fix.replaceAll("\n", `\n${indent}`)}`]),
  ]);
  return `${lines.join("\n")}\n`;
}
