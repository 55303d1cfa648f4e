import { createReadStream } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { siteFiles, type SiteFile } from "./siteFiles.js";
import { siteHeaders } from "./siteHeaders.js";

/** A place where the page cannot be served. */
export class ListenError extends Error {
  override readonly name = "ListenError";

  constructor(
    readonly host: string,
    readonly port: number,
    readonly reason: string,
  ) {
    super(
      `The page cannot be served at ${host}:${port}: ${reason}. Choose another place with --port or --host.`,
    );
  }
}

export interface SiteServer {
  /** Where the page is, with a final slash. */
  readonly url: string;
  close(): Promise<void>;
}

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: "another program listens there",
  EACCES: "permission is denied",
  EADDRNOTAVAIL: "this machine has no such address",
  ENOTFOUND: "the host is not known",
};

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(new ListenError(host, port, reasons[error.code ?? ""] ?? error.message));
    });
    server.listen(port, host, resolve);
  });
}

/** The path that a request asks for, below the site's folder; undefined if it cannot be read. */
function requestedPath(url: string): string | undefined {
  try {
    const path = decodeURIComponent(new URL(url, "http://site").pathname).slice(1);
    return path === "" ? "index.html" : path;
  } catch {
    return undefined;
  }
}

/**
 * Serves a built page: the files that are there when it starts and nothing else, so that no request can name another.
 * Every answer isolates the page from other origins, which lets it use threads.
 *
 * @param port 0 for any that is free
 * @throws ListenError
 */
export async function serveSite(
  folder: string,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<SiteServer> {
  const files = new Map((await siteFiles(folder)).map((file) => [file.path, file]));

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", url = "/" } = request;
    if (method !== "GET" && method !== "HEAD") {
      response.writeHead(405, { Allow: "GET, HEAD" }).end();
      return;
    }
    const file = files.get(requestedPath(url) ?? "");
    if (file === undefined) {
      response
        .writeHead(404, { "Content-Type": "text/plain; charset=utf-8" })
        .end("There is no such file.\n");
      return;
    }
    await send(file, request, response);
  }

  async function send(file: SiteFile, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const tag = `"${file.sha256.slice(0, 32)}"`;
    const headers = { ...siteHeaders(file.path), ETag: tag };
    if (request.headers["if-none-match"] === tag) {
      response.writeHead(304, headers).end();
      return;
    }
    response.writeHead(200, { ...headers, "Content-Length": file.bytes });
    if (request.method === "HEAD") response.end();
    else await pipeline(createReadStream(join(folder, file.path)), response);
  }

  const server = createServer((request, response) => {
    // A visitor who leaves early, or a file that was deleted meanwhile: the answer cannot be completed.
    answer(request, response).catch(() => response.destroy());
  });
  await listen(server, host, port);
  const address = server.address();
  const bound = typeof address === "object" && address !== null ? address.port : port;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${bound}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
