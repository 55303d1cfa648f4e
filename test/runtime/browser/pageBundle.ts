import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "vite";

export interface PageBundle {
  readonly code: string;
  readonly bytes: number;
  readonly gzipBytes: number;
}

const distribution = fileURLToPath(new URL("../../../", import.meta.url));

/** onnxruntime-web as the test servers have it, under /ort. */
const served: Readonly<Record<string, string>> = {
  "onnxruntime-web/wasm": "/ort/ort.wasm.min.mjs",
  "onnxruntime-web/webgpu": "/ort/ort.webgpu.min.mjs",
};

/**
 * A module that uses mmkit/browser, bundled and minified as a page would, with onnxruntime-web outside.
 *
 * @param outside further packages that are left out, so that only our own code is measured
 */
export async function bundleForPage(source: string, outside: readonly string[] = []): Promise<PageBundle> {
  const entry = "page-entry.ts";
  const result = await build({
    root: distribution,
    configFile: false,
    logLevel: "silent",
    plugins: [
      {
        name: "page-entry",
        enforce: "pre",
        resolveId: (id) => {
          if (id.endsWith(entry)) return `${distribution}${entry}`;
          if (id === "mmkit/browser") return `${distribution}runtime/browser/index.js`;
          const address = outside.includes(id) ? `/${id}` : served[id];
          return address === undefined ? null : { id: address, external: true };
        },
        load: (id) => (id === `${distribution}${entry}` ? source : null),
      },
    ],
    build: {
      write: false,
      target: "es2022",
      minify: true,
      modulePreload: false,
      // As a library it would keep its white space.
      rolldownOptions: {
        input: entry,
        preserveEntrySignatures: "strict",
        output: { format: "es", codeSplitting: false },
      },
    },
  });
  const outputs = (Array.isArray(result) ? result : [result]) as readonly {
    readonly output?: readonly { readonly type: string; readonly code?: string }[];
  }[];
  const chunks = outputs.flatMap(({ output = [] }) => output.filter(({ type }) => type === "chunk"));
  if (chunks.length !== 1) throw new Error(`the bundle has ${chunks.length} files instead of one`);
  const code = chunks[0]!.code!;
  return { code, bytes: Buffer.byteLength(code), gzipBytes: gzipSync(code, { level: 9 }).length };
}
