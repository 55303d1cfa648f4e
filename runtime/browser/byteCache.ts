import { page, type PageCache } from "./page.js";

/** Keeps files from one visit to the next, or where the browser allows none only for this one. */
export interface ByteCache {
  readonly kind: "cache" | "memory";
  /** Why files are kept in memory only; null if they are not. */
  readonly reason: string | null;
  /** Null if it is not there. */
  get(key: string): Promise<Uint8Array | null>;
  put(key: string, bytes: Uint8Array): Promise<void>;
  remove(key: string): Promise<void>;
}

/** Files of this visit, by the name of their cache. */
const memories = new Map<string, Map<string, Uint8Array>>();

class MemoryCache implements ByteCache {
  readonly kind = "memory";

  constructor(
    private readonly files: Map<string, Uint8Array>,
    readonly reason: string,
  ) {}

  get(key: string): Promise<Uint8Array | null> {
    return Promise.resolve(this.files.get(key) ?? null);
  }

  put(key: string, bytes: Uint8Array): Promise<void> {
    this.files.set(key, bytes);
    return Promise.resolve();
  }

  remove(key: string): Promise<void> {
    this.files.delete(key);
    return Promise.resolve();
  }
}

/** The browser's Cache API, of the page's origin; what it has no room for stays in memory. */
class PersistentCache implements ByteCache {
  #reason: string | null = null;

  constructor(
    private readonly cache: PageCache,
    private readonly overflow: Map<string, Uint8Array>,
  ) {}

  get kind(): "cache" | "memory" {
    return this.#reason === null ? "cache" : "memory";
  }

  get reason(): string | null {
    return this.#reason;
  }

  async get(key: string): Promise<Uint8Array | null> {
    const kept = this.overflow.get(key);
    if (kept !== undefined) return kept;
    const response = await this.cache.match(this.addressOf(key));
    return response === undefined ? null : new Uint8Array(await response.arrayBuffer());
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    try {
      await this.cache.put(this.addressOf(key), new Response(bytes.slice()));
    } catch (error) {
      this.#reason = `the browser's cache refuses files (${(error as Error).message})`;
      this.overflow.set(key, bytes);
    }
  }

  async remove(key: string): Promise<void> {
    this.overflow.delete(key);
    await this.cache.delete(this.addressOf(key));
  }

  /** Never requested: the cache wants addresses as keys. */
  private addressOf(key: string): string {
    return new URL(`/.mmkit/${encodeURIComponent(key)}`, page.location?.href).href;
  }
}

/**
 * Opens the cache of that name.
 *
 * @param name null for none but the memory of this visit
 */
export async function openCache(name: string | null): Promise<ByteCache> {
  const memory = memories.get(name ?? "") ?? new Map<string, Uint8Array>();
  memories.set(name ?? "", memory);
  if (name === null) return new MemoryCache(memory, "the cache was declined");
  if (page.caches === undefined) {
    return new MemoryCache(memory, "there is no Cache API here (it needs https or localhost)");
  }
  try {
    return new PersistentCache(await page.caches.open(name), memory);
  } catch (error) {
    return new MemoryCache(memory, `the browser's cache does not open (${(error as Error).message})`);
  }
}
