import { expect } from "chai";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { writeExampleExport } from "../serving/exampleExport.js";
import { rejection } from "../rejection.js";
import { temporaryFolder } from "../temporaryFolder.js";
import { ListenError, startService } from "../../../runtime/service/service.js";
import { ArtifactError } from "../../../runtime/artifacts/artifactError.js";
import { withService, type TestService } from "./testService.js";

/** A connection on which a test writes what it likes. */
function openSocket({ service }: TestService): { readonly socket: Socket; readonly ended: Promise<string> } {
  const socket = connect(service.port, service.host);
  let text = "";
  socket.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  const ended = new Promise<string>((resolve) => {
    socket.on("error", () => undefined);
    socket.on("close", () => {
      resolve(text);
    });
  });
  return { socket, ended };
}

const head = (length: number): string =>
  "POST /v1/recommend HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n" +
  `content-length: ${length}\r\n\r\n`;

const statusOf = (text: string): string => text.split("\r\n", 1)[0]!;

describe("connections to the service", () => {
  it("are closed if a request does not come in time, its head or its body", async () => {
    await withService({ headersTimeout: 1000, requestTimeout: 2000 }, async (tested) => {
      const silent = openSocket(tested);
      silent.socket.write("POST /v1/recommend HTTP/1.1\r\nhost:");
      const slow = openSocket(tested);
      slow.socket.write(`${head(20)}{"user"`);
      expect(statusOf(await silent.ended)).to.equal("HTTP/1.1 408 Request Timeout");
      expect(statusOf(await slow.ended)).to.equal("HTTP/1.1 408 Request Timeout");
      const timeouts = 'mmkit_http_client_errors_total{code="ERR_HTTP_REQUEST_TIMEOUT"}';
      expect(await tested.metric(timeouts)).to.equal(2);
      expect((await tested.post("/v1/recommend", { user: 0 })).status).to.equal(200);
    });
  });

  it("are told that what they send is no HTTP, or has too large a head", async () => {
    await withService({}, async (tested) => {
      const noise = openSocket(tested);
      noise.socket.write("\u0016\u0003\u0001 hello\r\n\r\n");
      expect(statusOf(await noise.ended)).to.equal("HTTP/1.1 400 Bad Request");
      const large = openSocket(tested);
      large.socket.write(`GET /health HTTP/1.1\r\nhost: x\r\nx-long: ${"a".repeat(20_000)}\r\n\r\n`);
      expect(statusOf(await large.ended)).to.equal("HTTP/1.1 431 Request Header Fields Too Large");
      const short = openSocket(tested);
      short.socket.end(`${head(100)}{"user":0}`);
      await short.ended;
      expect((await tested.get("/health")).status).to.equal(200);
    });
  });

  it("that the client closes do not cost a run", async () => {
    await withService({ maxBatch: 2, maxWait: 10_000 }, async (tested) => {
      const gone = openSocket(tested);
      gone.socket.write(`${head(10)}{"user":0}`);
      while ((await tested.metric("mmkit_queue_length")) < 1) await sleep(5);
      gone.socket.destroy();
      await gone.ended;
      await sleep(20);
      const { status } = await tested.post("/v1/recommend", { user: 1 });
      expect(status).to.equal(200);
      expect(await tested.metric('mmkit_batch_rows_sum{graph="recommend"}')).to.equal(1);
      expect(await tested.metric('mmkit_http_requests_aborted_total{route="/v1/recommend"}')).to.equal(1);
    });
  });

  it("get their answers while the service stops, and no new ones are taken", async () => {
    await withService({ maxBatch: 2, maxWait: 10_000 }, async (tested) => {
      const { service, post, metric } = tested;
      const idle = openSocket(tested);
      idle.socket.write("GET /ready HTTP/1.1\r\nhost: x\r\n\r\n");
      const first = post("/v1/recommend", { user: 0 });
      const halfway = openSocket(tested);
      halfway.socket.write(`${head(10)}{"user"`);
      const asking = openSocket(tested);
      asking.socket.write("GET /ready HTTP/1.1\r\nhost: x\r\n");
      while ((await metric("mmkit_queue_length")) < 1) await sleep(5);
      await sleep(20);
      const closed = service.close();
      await idle.ended;
      const refused = await fetch(`${service.url}/health`).then(
        () => "answered",
        () => "refused",
      );
      expect(refused).to.equal("refused");
      asking.socket.write("\r\n");
      const ready = await asking.ended;
      expect(statusOf(ready)).to.equal("HTTP/1.1 503 Service Unavailable");
      expect(ready).to.include('"ready":false,"reason":"the service stops"');
      halfway.socket.write(":1}");
      const answer = await first;
      expect([answer.status, answer.headers.get("connection")]).to.deep.equal([200, "close"]);
      const second = await halfway.ended;
      expect(statusOf(second)).to.equal("HTTP/1.1 200 OK");
      expect(second).to.include("connection: close").and.to.include('"user":1');
      expect(await closed).to.equal(0);
    });
  });

  it("are cut when their requests take longer than the service may stop", async () => {
    await withService(
      { maxBatch: 2, maxWait: 500, shutdownTimeout: 50 },
      async ({ service, post, metric }) => {
        const late = post("/v1/recommend", { user: 0 }).then(
          () => "answered",
          () => "cut",
        );
        while ((await metric("mmkit_queue_length")) < 1) await sleep(5);
        expect(await service.close()).to.equal(1);
        expect(await late).to.equal("cut");
      },
    );
  });

  it("are limited in number", async () => {
    await withService({ maxConnections: 2 }, async (tested) => {
      const held = [openSocket(tested), openSocket(tested)];
      await Promise.all(held.map(({ socket }) => new Promise((resolve) => socket.once("connect", resolve))));
      await sleep(20);
      const third = openSocket(tested);
      expect(await third.ended).to.equal("");
      for (const { socket } of held) socket.destroy();
      await Promise.all(held.map(({ ended }) => ended));
      while (tested.service.settings.maxConnections === 2) {
        const status = await tested.get("/health").then(
          (answer) => answer.status,
          () => 0,
        );
        if (status === 200) break;
        await sleep(5);
      }
    });
  });

  it("carry a chunked body no further than its limit", async () => {
    await withService({ maxBody: 1000 }, async ({ service }) => {
      const status = await new Promise<number | undefined>((resolve, reject) => {
        const sent = request(
          `${service.url}/v1/recommend`,
          { method: "POST", headers: { "content-type": "application/json" } },
          (response) => {
            response.resume();
            resolve(response.statusCode);
          },
        );
        sent.on("error", reject);
        for (let part = 0; part < 20; part++) sent.write(" ".repeat(100));
      });
      expect(status).to.equal(413);
    });
  });
});

describe("a service that starts", () => {
  const temporary = temporaryFolder();

  it("lives at once and is ready once its model is loaded", async () => {
    await writeExampleExport(temporary.path);
    const free = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => free.once("listening", resolve));
    const { port } = free.address() as AddressInfo;
    await new Promise((resolve) => free.close(resolve));
    const starting = startService(temporary.path, { port, workers: 1, docs: false, watch: 0 });
    const url = `http://127.0.0.1:${port}`;
    const statusNow = async (path: string, init?: RequestInit): Promise<Response | null> =>
      fetch(`${url}${path}`, init).catch(() => null);
    let ready = await statusNow("/ready");
    for (; ready === null; ready = await statusNow("/ready")) await sleep(1);
    expect(ready.status).to.equal(503);
    expect(await ready.json()).to.deep.equal({ ready: false, reason: "no model is loaded yet" });
    const headers = { "content-type": "application/json" };
    const refused = await statusNow("/v1/recommend", { method: "POST", headers, body: '{"user":0}' });
    expect([refused?.status, refused?.headers.get("retry-after")]).to.deep.equal([503, "1"]);
    expect((await statusNow("/health"))?.status).to.equal(200);
    const service = await starting;
    expect((await statusNow("/ready"))?.status).to.equal(200);
    await service.close();
  });
});

describe("a service that cannot start", () => {
  const temporary = temporaryFolder();

  it("says so if another program has its port, and leaves it to that program", async () => {
    await withService({}, async ({ folder, service, get }) => {
      const error = await rejection(startService(folder, { port: service.port }), ListenError);
      expect(error).to.include({ host: "127.0.0.1", port: service.port });
      expect(error.message).to.include("another program listens there already");
      expect((await get("/health")).status).to.equal(200);
    });
  });

  it("says what is wrong with the export and frees its port", async () => {
    await rejection(startService(temporary.path, { port: 0 }), ArtifactError);
    await writeExampleExport(temporary.path);
    const error = await rejection(startService(temporary.path, { port: 0, precision: "int8" }), Error);
    expect(error.message).to.include("precision int8: this export has float32 only");
  });
});
