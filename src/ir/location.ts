import { existsSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** Location of what no author wrote: the toolkit's own values. */
export const TOOLKIT_LOCATION = "mmkit";

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

/** Rooms of the toolkit that declare models; frames of all others are skipped. */
const authored = /^(?:graphs|examples|test)\//;

/** File, as a path, and line of a stack frame; undefined for frames without a file of their own. */
export function parseFrame(frame: string): { readonly file: string; readonly line: string } | undefined {
  const text = frame.trim().replace(/^at (?:async )?/, "");
  const place = /(?:^| )\(((?:file:|\/|[A-Za-z]:[\\/]).*)\)$/.exec(text)?.[1] ?? text;
  const match = /^(.+):(\d+):\d+$/.exec(place);
  if (match === null || match[1]!.startsWith("node:")) return undefined;
  const file = match[1]!.startsWith("file:") ? fileURLToPath(match[1]!) : match[1]!;
  return { file, line: match[2]! };
}

/** `graphs/ksi/model.ts` of a file below a project root, compiled or not. */
function projectPath(root: string, file: string): string {
  return relative(root, file)
    .split(sep)
    .join("/")
    .replace(/^dist\//, "");
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
 * `graphs/ksi/model.ts:41`: the nearest stack frame of a model's author, relative to its project, so that equal
 * declarations give equal text wherever the project is installed.
 */
export function declarationLocation(): string {
  if (context !== undefined) return context;
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 40;
  const stack = new Error().stack ?? "";
  Error.stackTraceLimit = limit;
  const [own, ...callers] = stack.split("\n").slice(1).map(parseFrame);
  // The stack's own word for this file, which source maps may have moved.
  const toolkitRoot = own === undefined ? "" : projectRoot(own.file);
  for (const frame of callers) {
    if (frame === undefined) continue;
    if (
      frame.file.startsWith(toolkitRoot + sep) &&
      !frame.file.includes(`${sep}node_modules${sep}`, toolkitRoot.length)
    ) {
      const path = projectPath(toolkitRoot, frame.file);
      if (authored.test(path)) return `${path}:${frame.line}`;
      continue;
    }
    if (frame.file.includes(`${sep}node_modules${sep}`)) continue;
    return `${projectPath(projectRoot(frame.file), frame.file)}:${frame.line}`;
  }
  return TOOLKIT_LOCATION;
}
