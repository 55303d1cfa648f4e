import type { FastifyInstance } from "fastify";
import { unavailable } from "./admission.js";
import type { ModelSlot } from "./modelSlot.js";
import { problems, responseSchemas } from "./responseSchemas.js";
import type { ServedModel } from "./servedModel.js";
import type { ServiceMetrics } from "./serviceMetrics.js";

export interface StatusOptions {
  readonly models: ModelSlot;
  readonly metrics: ServiceMetrics;
  readonly precision: string;
  readonly isStopping: () => boolean;
}

function modelJson({ description, version, compute, loadedAt }: ServedModel, precision: string) {
  const { model, title, users, items, dim } = description;
  const { device } = compute;
  return {
    name: model,
    title,
    version,
    users,
    items,
    dim,
    precision,
    device,
    loadedAt: loadedAt.toISOString(),
  };
}

/** GET /health, /ready, /v1/model, /metrics and /openapi.json. */
export function statusRoutes(
  app: FastifyInstance,
  { models, metrics, precision, isStopping }: StatusOptions,
): void {
  app.get(
    "/health",
    {
      schema: {
        summary: "Whether the service lives",
        tags: ["status"],
        response: { 200: responseSchemas.health },
      },
    },
    () => ({ status: "ok" }),
  );

  app.get(
    "/ready",
    {
      schema: {
        summary: "Whether a model is loaded and requests are taken",
        tags: ["status"],
        response: { 200: responseSchemas.ready, 503: responseSchemas.ready },
      },
    },
    (_request, reply) => {
      const { current, lastFailure } = models;
      const reason = isStopping() ? "the service stops" : current === null ? "no model is loaded yet" : null;
      return reply.code(reason === null ? 200 : 503).send({
        ready: reason === null,
        ...(reason === null ? {} : { reason }),
        ...(current === null ? {} : { model: modelJson(current, precision) }),
        ...(lastFailure === null
          ? {}
          : { reload: { at: lastFailure.at.toISOString(), message: lastFailure.message } }),
      });
    },
  );

  app.get(
    "/v1/model",
    {
      schema: {
        summary: "The model in service",
        tags: ["status"],
        response: { 200: responseSchemas.model, ...problems(503) },
      },
    },
    () => {
      if (models.current === null) throw unavailable("No model is loaded.");
      return modelJson(models.current, precision);
    },
  );

  app.get("/metrics", { schema: { hide: true } }, async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  );

  app.get("/openapi.json", { schema: { hide: true } }, () => app.swagger());
}
