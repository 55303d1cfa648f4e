import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import type { Captured } from "./capture.js";

const main = join(import.meta.dirname, "..", "..", "src", "cli", "main.js");

/** Starts `mmkit` as a program of its own. */
export function startProgram(
  cwd: string,
  ...words: readonly string[]
): { readonly child: ChildProcess; readonly ended: Promise<Captured> } {
  const child = spawn(process.execPath, [main, ...words], { cwd, stdio: ["ignore", "pipe", "pipe"] });
  const text = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].on("data", (chunk: Buffer) => (text[stream] += chunk.toString()));
  }
  const ended = new Promise<Captured>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      const ending = signal === null ? "" : `\n(ended by ${signal})`;
      resolve({ code: code ?? -1, stdout: text.stdout, stderr: text.stderr + ending });
    });
  });
  return { child, ended };
}

/** Runs `mmkit` as a program of its own, in a folder. */
export async function program(cwd: string, ...words: readonly string[]): Promise<Captured> {
  return startProgram(cwd, ...words).ended;
}
