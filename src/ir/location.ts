import { existsSync } from "node:fs";
import { basename, dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(import.meta.url);
/** Frames of the toolkit itself, skipped so that an error names the author's line. */
const toolkit = new RegExp(`[\\\\/]src[\\\\/](ir|ops|autodiff|lower|onnx|nn|authoring)[\\\\/]`);
const roots = new Map<string, string>();

/** Nearest folder above `file` with a package.json, or the file's own folder. */
function projectRoot(file: string): string {
  const start = dirname(file);
  const known = roots.get(start);
  if (known !== undefined) return known;
  let folder = start;
  while (!existsSync(join(folder, "package.json"))) {
    const parent = dirname(folder);
    if (parent === folder) {
      folder = start;
      break;
    }
    folder = parent;
  }
  roots.set(start, folder);
  return folder;
}

let context: string | undefined;

/** Runs `body` with every node it creates attributed to `location` (gradients belong to their forward value). */
export function atLocation<T>(location: string, body: () => T): T {
  const outer = context;
  context = location;
  try {
    return body();
  } finally {
    context = outer;
  }
}

/**
 * `graphs/ksi/model.ts:41`: the nearest stack frame outside the toolkit, relative to its project, so that equal
 * declarations give equal bytes wherever the project is installed.
 */
export function declarationLocation(): string {
  if (context !== undefined) return context;
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 40;
  const stack = new Error().stack ?? "";
  Error.stackTraceLimit = limit;
  for (const line of stack.split("\n").slice(1)) {
    const match = /\(?((?:file:\/\/)?[^()\s]+):(\d+):\d+\)?$/.exec(line);
    if (match === null || match[1]!.startsWith("node:")) continue;
    const file = match[1]!.startsWith("file:") ? fileURLToPath(match[1]!) : match[1]!;
    if (file === here || toolkit.test(file) || file.includes(`${sep}node_modules${sep}mocha`)) continue;
    const fromRoot = relative(projectRoot(file), file).split(sep).join("/");
    const path = fromRoot.startsWith("dist/") ? fromRoot.slice("dist/".length) : fromRoot || basename(file);
    return `${path}:${match[2]!}`;
  }
  return "unknown";
}
