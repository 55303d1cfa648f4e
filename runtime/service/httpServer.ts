import swagger from "@fastify/swagger";
import fastify, { LogController, type FastifyInstance } from "fastify";
import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Admission } from "./admission.js";
import { docsPage } from "./docsPage.js";
import { sendError } from "./errorAnswer.js";
import type { ModelSlot } from "./modelSlot.js";
import { predictionRoutes } from "./predictionRoutes.js";
import { reloadRoute } from "./reloadRoute.js";
import { RequestError } from "./requestError.js";
import { sharedSchemas } from "./responseSchemas.js";
import { schemaProblem } from "./schemaProblem.js";
import type { ServiceMetrics } from "./serviceMetrics.js";
import type { ServiceSettings } from "./serviceSettings.js";
import { statusRoutes } from "./statusRoutes.js";

/** Where the log goes, one JSON object per line. */
export interface LogStream {
  write(line: string): void;
}

/** Bytes of a request's head. */
const MAX_HEADERS = 16 * 1024;

const REQUEST_ID = /^[A-Za-z0-9._:-]{1,64}$/;

/** The client's own id of a request if it is a sensible one, otherwise one that no other request has. */
function requestIds(): (request: IncomingMessage) => string {
  const prefix = randomBytes(4).toString("hex");
  let count = 0;
  return ({ headers }) => {
    const given = headers["x-request-id"];
    return typeof given === "string" && REQUEST_ID.test(given)
      ? given
      : `${prefix}-${(count++).toString(36)}`;
  };
}

/** A server without routes. */
export function newServer(settings: ServiceSettings, log: LogStream | null): FastifyInstance {
  const { requestTimeout, headersTimeout, keepAliveTimeout } = settings;
  const app = fastify({
    logger: log === null ? false : { level: "info", stream: log },
    logController: new LogController({ disableRequestLogging: !settings.accessLog }),
    genReqId: requestIds(),
    bodyLimit: settings.maxBody,
    requestTimeout,
    keepAliveTimeout,
    // A client that does not read its answer; longer than any pause of one that is slow to write its request.
    connectionTimeout: 2 * Math.max(requestTimeout, keepAliveTimeout),
    http: {
      headersTimeout: Math.min(headersTimeout, requestTimeout),
      connectionsCheckingInterval: Math.max(10, Math.min(1000, headersTimeout / 2, requestTimeout / 2)),
      maxHeaderSize: MAX_HEADERS,
    },
    // Requests on open connections are answered even while the service stops.
    return503OnClosing: false,
    forceCloseConnections: "idle",
    ajv: {
      customOptions: {
        coerceTypes: false,
        removeAdditional: false,
        allErrors: false,
        allowUnionTypes: true,
        verbose: true,
        strict: true,
        // The alternatives of oneOf require properties that stand beside them.
        strictRequired: false,
      },
    },
    frameworkErrors: (error, request, reply) => {
      void sendError(error, request, reply);
    },
    schemaErrorFormatter: (violations) => schemaProblem(violations),
  });
  app.server.maxConnections = settings.maxConnections;
  return app;
}

export interface RouteOptions {
  readonly settings: ServiceSettings;
  readonly models: ModelSlot;
  readonly admission: Admission;
  readonly metrics: ServiceMetrics;
  readonly isStopping: () => boolean;
  /** mmkit's own version. */
  readonly version: string;
}

/** A path without the query. */
function pathOf(url: string): string {
  return url.split("?", 1)[0]!;
}

/** Answers 405 where only the method is wrong, 404 elsewhere. */
function answerUnknown(app: FastifyInstance): void {
  const methods = new Map<string, Set<string>>();
  app.addHook("onRoute", ({ url, method }) => {
    const known = methods.get(url) ?? new Set();
    for (const one of [method].flat()) known.add(one);
    methods.set(url, known);
  });
  app.setNotFoundHandler((request) => {
    const path = pathOf(request.url);
    const allowed = methods.get(path);
    if (allowed === undefined)
      throw new RequestError(404, "There is nothing at this path; /openapi.json lists all.");
    const allow = [...allowed].join(", ");
    throw new RequestError(405, `${path} takes ${allow}, not ${request.method}.`, null, { allow });
  });
}

/** Adds everything that a client can ask for. */
export async function addRoutes(app: FastifyInstance, options: RouteOptions): Promise<void> {
  const { settings, models, admission, metrics, isStopping, version } = options;
  app.removeContentTypeParser("text/plain");
  app.setErrorHandler(sendError);
  app.addHook("onSend", (request, reply, _payload, done) => {
    reply.header("x-request-id", request.id);
    if (isStopping()) reply.header("connection", "close");
    // Fastify closes the connection after any error of a body, also where the whole body has been read.
    else if (request.raw.complete) reply.removeHeader("connection");
    done();
  });
  app.addHook("onResponse", ({ method, routeOptions }, { statusCode, elapsedTime }, done) => {
    metrics.observeRequest(routeOptions.url ?? "unknown", method, statusCode, elapsedTime);
    done();
  });
  app.addHook("onRequest", ({ routeOptions, log }, { raw }, done) => {
    raw.once("close", () => {
      if (raw.writableFinished) return;
      metrics.countAborted(routeOptions.url ?? "unknown");
      if (settings.accessLog) log.info("request aborted by the client");
    });
    done();
  });
  app.server.on("clientError", ({ code = "unknown" }: NodeJS.ErrnoException) => {
    metrics.countClientError(code);
  });
  answerUnknown(app);
  for (const schema of sharedSchemas) app.addSchema(schema);
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "mmkit serve",
        description: "Recommendations of an exported model.",
        version,
      },
      tags: [{ name: "predictions" }, { name: "status" }],
      components: { securitySchemes: { token: { type: "http", scheme: "bearer" } } },
    },
    refResolver: {
      buildLocalReference: ({ $id }, _base, _fragment, position) =>
        typeof $id === "string" ? $id : `schema${position}`,
    },
  });
  await app.register((routes, _options, done) => {
    predictionRoutes(routes, { models, admission, limits: settings });
    statusRoutes(routes, { models, metrics, precision: settings.precision, isStopping });
    if (settings.adminToken !== null) reloadRoute(routes, models, settings.adminToken);
    done();
  });
  if (settings.docs) await docsPage(app);
}
