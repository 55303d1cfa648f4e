import { mkdir, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { expect } from "chai";
import { ListenError, serveSite, type SiteServer } from "../../../examples/demo/serveSite.js";
import { temporaryFolder } from "../../runtime/temporaryFolder.js";

/** The status of a request whose path is sent as it is; `fetch` would tidy it up. */
function statusOf(url: string, path: string): Promise<number> {
  const { port } = new URL(url);
  return new Promise((resolve, reject) => {
    request({ host: "127.0.0.1", port, path }, (response) => {
      response.resume();
      resolve(response.statusCode!);
    })
      .on("error", reject)
      .end();
  });
}

describe("serving the demo", () => {
  const temporary = temporaryFolder();
  let server: SiteServer;
  const at = (path: string): string => new URL(path, server.url).href;

  beforeEach(async () => {
    const site = join(temporary.path, "site");
    await mkdir(join(site, "assets"), { recursive: true });
    await writeFile(join(site, "index.html"), "<!doctype html>");
    await writeFile(join(site, "assets", "engine-Ab12.wasm"), Uint8Array.of(0, 97, 115, 109));
    await writeFile(join(site, "assets", "module.mjs"), "export {};");
    await writeFile(join(temporary.path, "secret.txt"), "outside");
    server = await serveSite(site, { host: "127.0.0.1", port: 0 });
  });
  afterEach(() => server.close());

  it("isolates every answer, so that the page may use threads, and forbids other origins", async () => {
    for (const path of ["", "assets/engine-Ab12.wasm"]) {
      const { status, headers } = await fetch(at(path));
      expect(status).to.equal(200);
      expect(headers.get("cross-origin-opener-policy")).to.equal("same-origin");
      expect(headers.get("cross-origin-embedder-policy")).to.equal("require-corp");
      expect(headers.get("content-security-policy")).to.match(/^default-src 'none'; .*connect-src 'self'/);
    }
  });

  it("names types as browsers need them", async () => {
    const typeOf = async (path: string): Promise<string | null> =>
      (await fetch(at(path))).headers.get("content-type");
    expect(await typeOf("")).to.equal("text/html; charset=utf-8");
    expect(await typeOf("assets/engine-Ab12.wasm")).to.equal("application/wasm");
    expect(await typeOf("assets/module.mjs")).to.equal("text/javascript; charset=utf-8");
  });

  it("lets files with a hash in their name be kept, and others be asked for by their tag", async () => {
    const asset = await fetch(at("assets/engine-Ab12.wasm"));
    expect(asset.headers.get("cache-control")).to.equal("public, max-age=31536000, immutable");
    const page = await fetch(at(""));
    expect(page.headers.get("cache-control")).to.equal("no-cache");
    const again = await fetch(at(""), { headers: { "If-None-Match": page.headers.get("etag")! } });
    expect([again.status, await again.text()]).to.deep.equal([304, ""]);
  });

  it("answers HEAD without a body and refuses to be written to", async () => {
    const head = await fetch(at(""), { method: "HEAD" });
    expect([head.status, head.headers.get("content-length")]).to.deep.equal([200, "15"]);
    expect((await fetch(at(""), { method: "POST", body: "x" })).status).to.equal(405);
  });

  it("serves nothing from outside its folder, however it is asked", async () => {
    for (const path of [
      "/../secret.txt",
      "/%2e%2e/secret.txt",
      "/assets/..%2f..%2fsecret.txt",
      "/%",
      "//host/x",
      "/none",
    ]) {
      expect(await statusOf(server.url, path), path).to.equal(404);
    }
  });

  it("says so where another program listens already", async () => {
    const port = Number(new URL(server.url).port);
    const error = await serveSite(temporary.path, { host: "127.0.0.1", port }).catch(
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(ListenError);
    expect((error as Error).message).to.equal(
      `The page cannot be served at 127.0.0.1:${port}: another program listens there. Choose another place with --port or --host.`,
    );
  });
});
