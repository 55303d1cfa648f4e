import swaggerUi from "@fastify/swagger-ui";
import type { FastifyInstance } from "fastify";
import { RequestError } from "./requestError.js";

/** All that the page consists of. */
const paths: ReadonlySet<string> = new Set(
  [
    "",
    "/",
    "/json",
    "/static/index.css",
    "/static/swagger-ui.css",
    "/static/swagger-ui-bundle.js",
    "/static/swagger-ui-standalone-preset.js",
    "/static/swagger-initializer.js",
    "/static/logo.svg",
    "/static/favicon-32x32.png",
    "/static/favicon-16x16.png",
  ].map((path) => `/docs${path}`),
);

const CONTENT_SECURITY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
  "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/**
 * GET /docs: a page with the interface to read and to try. The plugin looks files of the page up by the path of the
 * request, so only the page's own paths get that far.
 */
export async function docsPage(app: FastifyInstance): Promise<void> {
  await app.register(async (page) => {
    page.addHook("onRequest", (request, _reply, done) => {
      const [path = ""] = request.url.split("?", 1);
      done(paths.has(path) ? undefined : new RequestError(404, `There is nothing at ${path}.`));
    });
    await page.register(swaggerUi, {
      routePrefix: "/docs",
      staticCSP: CONTENT_SECURITY,
      uiConfig: { docExpansion: "list", validatorUrl: null },
    });
  });
}
