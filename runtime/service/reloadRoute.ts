import type { FastifyInstance } from "fastify";
import { createHash, timingSafeEqual } from "node:crypto";
import type { ModelSlot } from "./modelSlot.js";
import { RequestError } from "./requestError.js";
import { problems, responseSchemas } from "./responseSchemas.js";

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/** POST /admin/reload: loads the export that is in the folder now. */
export function reloadRoute(app: FastifyInstance, models: ModelSlot, token: string): void {
  const expected = digest(`Bearer ${token}`);
  app.post(
    "/admin/reload",
    {
      schema: {
        summary: "Load the export that is in the folder now",
        tags: ["administration"],
        security: [{ token: [] }],
        response: { 200: responseSchemas.reload, ...problems(401, 422) },
      },
      // Before anything of the body is read.
      onRequest: (request, _reply, done) => {
        const given = digest(request.headers.authorization ?? "");
        if (timingSafeEqual(given, expected)) {
          done();
          return;
        }
        const headers = { "www-authenticate": "Bearer" };
        done(
          new RequestError(
            401,
            "The header Authorization must be Bearer and the service's token.",
            null,
            headers,
          ),
        );
      },
    },
    async () => {
      const result = await models.reload(true);
      if (result.outcome === "failed") throw new RequestError(422, result.message);
      return result;
    },
  );
}
