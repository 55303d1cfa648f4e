import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".json": "application/json",
  ".wasm": "application/wasm",
};

/** What a server does besides answering with files. */
export interface ServerBehaviour {
  /** Send the headers that isolate pages, so that they may have threads. */
  isolates: boolean;
  /** Called before a file is sent; the bytes it gives are sent instead. */
  change: (path: string, bytes: Buffer) => Buffer;
  /** Milliseconds between the chunks of 16 kB that a file is sent in; 0 sends it at once. */
  pause: number;
}

/** A server of folders by their first path segment, for tests. */
export interface StaticServer {
  readonly url: string;
  readonly behaviour: ServerBehaviour;
  /** Paths asked for so far. */
  readonly requests: string[];
  close(): Promise<void>;
}

const CHUNK_BYTES = 16384;

/** @param roots folders by the first segment of the path, "" for pages given as text by their names */
export async function serveFolders(
  roots: Readonly<Record<string, string>>,
  pages: Readonly<Record<string, string>> = {},
): Promise<StaticServer> {
  const behaviour: ServerBehaviour = { isolates: true, change: (_, bytes) => bytes, pause: 0 };
  const requests: string[] = [];
  const contentOf = async (path: string): Promise<Buffer | null> => {
    const [first = "", ...rest] = path.slice(1).split("/");
    const page = pages[path.slice(1)];
    if (page !== undefined) return Buffer.from(page);
    const root = roots[first];
    return root === undefined ? null : readFile(join(root, normalize(rest.join("/")))).catch(() => null);
  };
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    requests.push(path);
    void contentOf(path).then(async (found) => {
      if (found === null) {
        response.writeHead(404).end();
        return;
      }
      const bytes = behaviour.change(path, found);
      response.writeHead(200, {
        "content-type": types[extname(path)] ?? "application/octet-stream",
        "content-length": bytes.length,
        "cache-control": "no-store",
        ...(behaviour.isolates
          ? {
              "cross-origin-opener-policy": "same-origin",
              "cross-origin-embedder-policy": "require-corp",
            }
          : {}),
      });
      for (let start = 0; behaviour.pause > 0 && start < bytes.length; start += CHUNK_BYTES) {
        response.write(bytes.subarray(start, start + CHUNK_BYTES));
        await new Promise((resolve) => setTimeout(resolve, behaviour.pause));
        if (response.destroyed) return;
      }
      response.end(behaviour.pause > 0 ? undefined : bytes);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    behaviour,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
