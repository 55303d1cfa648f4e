import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { STATUS_CODES } from "node:http";
import { AbandonedError } from "./batchQueue.js";
import { RequestError } from "./requestError.js";

/** Nginx's number for a client that went away; nobody receives it. */
const CLIENT_CLOSED = 499;

const SHOWN = 100;

/** What a client is told about an error; null for a fault of ours, about which it is told nothing. */
function toldError(error: FastifyError, request: FastifyRequest): RequestError | null {
  if (error instanceof RequestError) return error;
  if (error instanceof AbandonedError) return new RequestError(CLIENT_CLOSED, error.message);
  const { statusCode = 500, code } = error;
  switch (code) {
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return new RequestError(
        413,
        `The body must have at most ${request.routeOptions.bodyLimit} bytes. Divide the request.`,
      );
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE": {
      const found = request.headers["content-type"]?.slice(0, SHOWN) ?? "none";
      return new RequestError(415, `The content type must be application/json, found ${found}.`);
    }
    case "FST_ERR_CTP_EMPTY_JSON_BODY":
      return new RequestError(400, "The body must be a JSON object, but it is empty.");
    case "FST_ERR_CTP_INVALID_JSON_BODY":
      return new RequestError(400, "The body must be a JSON object, but it is not valid JSON.");
  }
  return statusCode >= 400 && statusCode < 500 ? new RequestError(statusCode, error.message) : null;
}

/** Sends the answer to a request that failed. */
export function sendError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const told = toldError(error, request);
  if (told === null) request.log.error({ err: error }, "a request failed");
  const { statusCode, message, field, headers } =
    told ?? new RequestError(500, "A fault of the service; its log says more under this request id.");
  return reply
    .code(statusCode)
    .headers(headers)
    .type("application/json; charset=utf-8")
    .serializer(JSON.stringify)
    .send({
      statusCode,
      error: STATUS_CODES[statusCode] ?? "Client Closed Request",
      message,
      ...(field === null ? {} : { field }),
      requestId: request.id,
    });
}
