/** Set when the page is built: a name that changes with any file, and the files to keep. */
declare const SITE_VERSION: string;
declare const SITE_FILES: readonly string[];
declare const SITE_HEADERS: Readonly<Record<string, string>>;

const worker = self as unknown as ServiceWorkerGlobalScope;
const PREFIX = "mmkit-demo-site ";
const cacheName = `${PREFIX}${worker.registration.scope} ${SITE_VERSION}`;
/** Files asked for at a time while everything is fetched. */
const AT_ONCE = 8;

function addressOf(path: string): string {
  return new URL(path, worker.registration.scope).href;
}

/** Keeps every file of the page, in order: a version is there as a whole or not at all. */
async function keepSite(): Promise<void> {
  const cache = await caches.open(cacheName);
  const left = [...SITE_FILES];
  const keepNext = async (): Promise<void> => {
    for (let path = left.shift(); path !== undefined; path = left.shift()) {
      const response = await fetch(addressOf(path), { cache: "no-cache" });
      if (!response.ok) throw new Error(`${path}: the server answers ${response.status}`);
      await cache.put(addressOf(path), response);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, keepNext));
}

async function removeEarlier(): Promise<void> {
  const own = `${PREFIX}${worker.registration.scope} `;
  const names = await caches.keys();
  await Promise.all(
    names.filter((name) => name.startsWith(own) && name !== cacheName).map((name) => caches.delete(name)),
  );
}

/** Adds what isolates the page, so that it may use threads on hosts that send no headers. */
function isolated(response: Response): Response {
  const { status, statusText } = response;
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(SITE_HEADERS)) headers.set(name, value);
  return new Response(response.body, { status, statusText, headers });
}

async function answer(request: Request): Promise<Response> {
  const cache = await caches.open(cacheName);
  const url = new URL(request.url);
  url.search = "";
  url.hash = "";
  if (url.href === worker.registration.scope) url.href = addressOf("index.html");
  return isolated((await cache.match(url.href)) ?? (await fetch(request)));
}

worker.addEventListener("install", (event) => {
  event.waitUntil(keepSite());
});
worker.addEventListener("activate", (event) => {
  event.waitUntil(removeEarlier().then(() => worker.clients.claim()));
});
worker.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || !request.url.startsWith(worker.registration.scope)) return;
  event.respondWith(answer(request));
});
