import { createHash } from "node:crypto";
import { join, resolve } from "node:path";
import { build, defaultClientConditions, type InlineConfig, type Plugin } from "vite";
import { packageRoot } from "../../src/onnx/packageRoot.js";
import { contentSecurityPolicy, isolationHeaders } from "./siteHeaders.js";
import { siteFiles } from "./siteFiles.js";

const target = ["es2022", "chrome113", "firefox115", "safari16.4"];

/** File hosts send no policy, so the page brings its own. */
const policy: Plugin = {
  name: "content-security-policy",
  transformIndexHtml: () => [
    {
      tag: "meta",
      attrs: { "http-equiv": "Content-Security-Policy", content: contentSecurityPolicy },
      injectTo: "head-prepend",
    },
  ],
};

function shared(out: string): InlineConfig {
  const root = packageRoot();
  return {
    configFile: false,
    envDir: false,
    publicDir: false,
    logLevel: "warn",
    // Relative addresses, so that the page works in any folder of any host.
    base: "./",
    root: join(root, "examples", "demo", "page"),
    resolve: {
      alias: { "mmkit/browser": join(root, "dist", "runtime", "browser", "index.js") },
      conditions: ["onnxruntime-web-use-extern-wasm", ...defaultClientConditions],
    },
    build: {
      // Vite would take a relative folder as below the page's sources.
      outDir: resolve(out),
      emptyOutDir: false,
      target,
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
      chunkSizeWarningLimit: 2000,
      // A busy machine is nothing to tell about.
      rolldownOptions: { checks: { bundlerTimings: false } },
    },
    worker: { format: "es", rolldownOptions: { checks: { bundlerTimings: false } } },
  };
}

/** Bundles the page itself into a folder. */
export async function buildPage(out: string): Promise<void> {
  await build({ ...shared(out), plugins: [policy] });
}

/**
 * Bundles the service worker, which keeps what is in the folder by then: all but onnxruntime's WebAssembly, which
 * mmkit/browser keeps as soon as it is used.
 */
export async function buildServiceWorker(out: string): Promise<void> {
  const files = (await siteFiles(out)).filter(({ path }) => path !== "sw.js");
  const version = createHash("sha256").update(JSON.stringify(files)).digest("hex").slice(0, 16);
  const kept = files.map(({ path }) => path).filter((path) => !path.endsWith(".wasm"));
  const config = shared(out);
  await build({
    ...config,
    define: {
      SITE_VERSION: JSON.stringify(version),
      SITE_FILES: JSON.stringify(kept),
      SITE_HEADERS: JSON.stringify(isolationHeaders),
    },
    build: {
      ...config.build,
      rolldownOptions: {
        ...config.build?.rolldownOptions,
        input: join(packageRoot(), "examples", "demo", "workers", "serviceWorker.ts"),
        output: { entryFileNames: "sw.js" },
      },
    },
  });
}
