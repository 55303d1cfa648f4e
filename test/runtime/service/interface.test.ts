import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect } from "chai";
import { Random } from "../../../runtime/data/random.js";
import { withService } from "./testService.js";

interface Operation {
  readonly requestBody?: {
    readonly content: {
      readonly "application/json": { readonly schema: object; readonly example: object };
    };
  };
  readonly responses: Readonly<
    Record<string, { readonly content?: { readonly "application/json": { readonly schema: object } } }>
  >;
}

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

/** The document's own schemas, so that answers can be checked with them. */
function checkerOf(document: Document): (schema: object, value: unknown) => void {
  const ajv = new Ajv2020({ strict: false });
  return (schema, value) => {
    const follows = ajv.compile({
      ...schema,
      components: (document as unknown as { components: object }).components,
    });
    expect(follows(value), JSON.stringify([follows.errors, value])).to.equal(true);
  };
}

describe("the interface of the service", () => {
  it("is described by a valid OpenAPI document, whose examples are answered as it says", async () => {
    await withService({ adminToken: "0123456789abcdef" }, async ({ get, post }) => {
      const document = (await get("/openapi.json")).body as Document;
      const { valid, errors } = await new Validator().validate(
        structuredClone(document) as unknown as Record<string, unknown>,
      );
      expect(valid, JSON.stringify(errors)).to.equal(true);
      expect(document.openapi).to.equal("3.1.0");
      expect(Object.keys(document.paths).sort()).to.deep.equal([
        "/admin/reload",
        "/health",
        "/ready",
        "/v1/fold-in",
        "/v1/model",
        "/v1/recommend",
        "/v1/score",
        "/v1/similar",
      ]);
      const check = checkerOf(document);
      for (const [path, { get: getting, post: posting }] of Object.entries(document.paths)) {
        const schemaOf = (operation: Operation, status: number): object =>
          operation.responses[String(status)]!.content!["application/json"].schema;
        if (getting !== undefined) {
          const { status, body } = await get(path);
          expect(status).to.equal(200);
          check(schemaOf(getting, 200), body);
        }
        if (posting?.requestBody === undefined) continue;
        const { example } = posting.requestBody.content["application/json"];
        const known = "user" in example ? { user: 2 } : {};
        const { status, body } = await post(path, { ...example, ...known });
        expect(status, path).to.equal(200);
        check(schemaOf(posting, 200), body);
        const wrong = await post(path, { user: [], nothing: 1 });
        expect(wrong.status).to.equal(400);
        check(schemaOf(posting, 400), wrong.body);
      }
    });
  });

  it("has a page that consists of its own files and leads to no others", async () => {
    await withService({ docs: true }, async ({ get }) => {
      const page = await get("/docs");
      expect(page.status).to.equal(200);
      expect(page.headers.get("content-security-policy")).to.include("default-src 'none'");
      const files = [...String(page.body).matchAll(/(?:src|href)="\.?\/?([^"]+)"/g)].map(([, file]) => file!);
      expect(files).to.have.length.above(3);
      for (const file of files) {
        const path = `/docs/${file.replace(/^docs\//, "")}`;
        expect((await get(path)).status, path).to.equal(200);
      }
      for (const path of [
        "/docs/static/package.json",
        "/docs/static/..%2f..%2fpackage.json",
        "/docs/static/%2e%2e/%2e%2e/package.json",
        "/docs/static//etc/passwd",
        "/docs/static/swagger-ui.css/../../package.json%00",
      ]) {
        expect((await get(path)).status, path).to.be.within(400, 404);
      }
    });
  });

  it("answers whether it lives, whether it is ready, and with which model", async () => {
    await withService({}, async ({ get, service }) => {
      expect((await get("/health")).body).to.deep.equal({ status: "ok" });
      const { version, loadedAt } = service.model;
      const model = {
        name: "example",
        title: "Example",
        version,
        users: 3,
        items: 4,
        dim: 2,
        precision: "float32",
        device: "cpu",
        loadedAt: loadedAt.toISOString(),
      };
      expect((await get("/v1/model")).body).to.deep.equal(model);
      expect((await get("/ready")).body).to.deep.equal({ ready: true, model });
    });
  });

  it("counts requests by route and status, and tells Prometheus of the event loop and the process", async () => {
    await withService({}, async ({ get, post, metric }) => {
      await post("/v1/recommend", { user: 0 });
      await post("/v1/recommend", { user: 9 });
      await get("/secret/path");
      const count = (route: string, method: string, status: number): Promise<number> =>
        metric(
          `mmkit_http_request_duration_seconds_count{route="${route}",method="${method}",status="${status}"}`,
        );
      expect(await count("/v1/recommend", "POST", 200)).to.equal(1);
      expect(await count("/v1/recommend", "POST", 404)).to.equal(1);
      expect(await count("unknown", "GET", 404)).to.equal(1);
      const { body, headers } = await get("/metrics");
      expect(headers.get("content-type")).to.include("text/plain");
      expect(body)
        .to.include("nodejs_eventloop_lag_p99_seconds ")
        .and.to.include("process_resident_memory_bytes ");
      // A client cannot make up labels.
      expect(body).not.to.include("secret");
    });
  });

  it("writes requests to the log only where asked for", async () => {
    for (const accessLog of [false, true]) {
      await withService({ accessLog }, async ({ post, log }) => {
        await post("/v1/recommend", { user: 0 }, { "x-request-id": "mine" });
        const lines = log
          .map((line) => JSON.parse(line) as { reqId?: string; res?: { statusCode: number } })
          .filter(({ reqId }) => reqId === "mine");
        expect(lines).to.have.length(accessLog ? 2 : 0);
        if (accessLog) expect(lines[1]!.res!.statusCode).to.equal(200);
      });
    }
  });

  it("answers any body with 200, 400 or 404, and never fails", async () => {
    await withService({}, async ({ post, get, log }) => {
      const random = new Random(20_261, "bodies");
      const pick = <T>(choices: readonly T[]): T => choices[random.uint32() % choices.length]!;
      const value = (depth: number): unknown => {
        switch (random.uint32() % (depth > 2 ? 9 : 11)) {
          case 0:
            return null;
          case 1:
            return pick([true, false]);
          case 2:
            return pick([0, 1, 2, 3, -1, 0.5, 1e9, 2 ** 31, 2 ** 53, 1e300, -0]);
          case 3:
            return pick(["", "0", "zero", "\u0000", "💥", "constructor", "__proto__", "a".repeat(2000)]);
          case 9:
            return Array.from({ length: random.uint32() % 5 }, () => value(depth + 1));
          case 10:
            return body(depth + 1);
          default:
            return random.uint32() % 4;
        }
      };
      const names = [
        "user",
        "users",
        "item",
        "items",
        "pairs",
        "liked",
        "visitors",
        "k",
        "exclude",
        "excludeSeen",
        "x",
      ];
      const body = (depth: number): Record<string, unknown> =>
        Object.fromEntries(
          Array.from({ length: 1 + (random.uint32() % 3) }, () => [pick(names), value(depth)] as const),
        );
      const garble = (text: string): string => {
        const at = random.uint32() % text.length;
        return text.slice(0, at) + pick(["", '"', "{", "\\", "\u0000", ","]) + text.slice(at + 1);
      };
      const statuses = new Map<number, number>();
      for (let round = 0; round < 40; round++) {
        const answers = await Promise.all(
          Array.from({ length: 20 }, () => {
            const text = JSON.stringify(body(0));
            const path = pick(["recommend", "score", "similar", "fold-in"]);
            return post(`/v1/${path}`, random.uint32() % 4 === 0 ? garble(text) : text);
          }),
        );
        for (const { status } of answers) statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
      expect([...statuses.keys()].sort()).to.deep.equal([200, 400, 404]);
      expect(log.filter((line) => line.includes("a request failed"))).to.deep.equal([]);
      expect((await get("/ready")).status).to.equal(200);
    });
  });
});
