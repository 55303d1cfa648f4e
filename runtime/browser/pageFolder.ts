import { ArtifactError } from "../artifacts/artifactError.js";
import { openCache, type ByteCache } from "./byteCache.js";
import { download, downloadText, OfflineError } from "./download.js";
import type { OnLoadProgress } from "./loadProgress.js";
import { page } from "./page.js";

export interface FolderOptions {
  /** Name of the browser's cache that files are kept in, `mmkit` by default; null to keep none. */
  readonly cache?: string | null;
  readonly onProgress?: OnLoadProgress;
  /** Stops downloads. */
  readonly signal?: AbortSignal;
}

/** What a file must be. */
export interface FileCheck {
  readonly sha256: string;
  readonly bytes: number;
}

/** A name in the folder, not a path out of it. */
const FILE_NAME = /^(?:[A-Za-z0-9_][A-Za-z0-9_.-]*\/)*[A-Za-z0-9_][A-Za-z0-9_.-]*$/;

async function sha256Of(url: string, bytes: Uint8Array): Promise<string> {
  // Pages that came over plain http have no Web Crypto, whatever the types say.
  const subtle = crypto.subtle as typeof crypto.subtle | undefined;
  if (subtle === undefined) {
    const problem = "its checksum cannot be computed, because the page is not a secure context";
    throw new ArtifactError(url, problem, "Serve the page over https, or from localhost.");
  }
  const digest = new Uint8Array(await subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The address of a folder, against the page's own. @throws ArtifactError if it is none */
function folderUrl(address: string | URL): URL {
  const text = String(address);
  const withSlash = /\/$|[?#]/.test(text) ? text : `${text}/`;
  try {
    return new URL(withSlash, page.location?.href);
  } catch {
    throw new ArtifactError(text, "this is not the address of a folder", 'Give one such as "./export/".');
  }
}

/**
 * A folder on a server. Its files are checked, kept in the browser's cache by their sha256, and asked of no other
 * address; a file that was loaded once is there without a connection.
 */
export class PageFolder {
  /** Files being fetched, which are not fetched again. */
  private readonly underway = new Map<string, Promise<Uint8Array>>();
  private readonly known = new Map<string, { loaded: number; total: number }>();

  private constructor(
    readonly url: URL,
    readonly cache: ByteCache,
    private readonly options: FolderOptions,
  ) {}

  static async open(address: string | URL, options: FolderOptions): Promise<PageFolder> {
    options.signal?.throwIfAborted();
    const { cache = "mmkit" } = options;
    return new PageFolder(folderUrl(address), await openCache(cache), options);
  }

  addressOf(name: string): string {
    if (FILE_NAME.test(name)) return new URL(name, this.url).href;
    throw new ArtifactError(this.url.href, `"${name}" is no file of this folder`, "Write the folder again.");
  }

  /**
   * The text that describes the folder: the server's, or without a connection the one that was read last.
   *
   * @throws ArtifactError
   */
  async description(name: string): Promise<string> {
    const url = this.addressOf(name);
    const key = `text ${url}`;
    try {
      const text = await downloadText(url, this.options.signal);
      await this.cache.put(key, new TextEncoder().encode(text));
      return text;
    } catch (error) {
      const kept = error instanceof OfflineError ? await this.cache.get(key) : null;
      if (kept === null) throw error;
      return new TextDecoder().decode(kept);
    }
  }

  /**
   * The bytes of a file, from the cache if they are there.
   *
   * @throws ArtifactError if it cannot be had, or its size or sha256 is another; what the signal was aborted with
   */
  async file(name: string, { sha256, bytes: size }: FileCheck): Promise<Uint8Array> {
    const url = this.addressOf(name);
    let fetching = this.underway.get(sha256);
    if (fetching === undefined) {
      fetching = this.checked(name, url, sha256, size);
      this.underway.set(sha256, fetching);
    }
    try {
      return await fetching;
    } finally {
      this.underway.delete(sha256);
    }
  }

  /** The bytes of a file elsewhere that no checksum is known of, kept by its address and `version`. */
  async unchecked(url: string, version: string): Promise<Uint8Array> {
    const key = `file ${version} ${url}`;
    const name = url.slice(url.lastIndexOf("/") + 1);
    const kept = await this.cache.get(key);
    if (kept !== null) {
      this.report(name, "cache", kept.length, kept.length);
      return kept;
    }
    const bytes = await download(url, null, this.reporter(name), this.options.signal);
    await this.cache.put(key, bytes);
    return bytes;
  }

  private async checked(name: string, url: string, sha256: string, size: number): Promise<Uint8Array> {
    const key = `sha256 ${sha256}`;
    const kept = await this.cache.get(key);
    if (kept !== null && (await sha256Of(url, kept)) === sha256) {
      this.report(name, "cache", kept.length, size);
      return kept;
    }
    const bytes = await download(url, size, this.reporter(name), this.options.signal);
    const found = await sha256Of(url, bytes);
    if (found !== sha256) {
      const problem = `the file must have the sha256 ${sha256} of the folder's description, found ${found}`;
      throw new ArtifactError(url, problem, "Upload the folder again, whole.");
    }
    await this.cache.put(key, bytes);
    return bytes;
  }

  private reporter(name: string) {
    return (loaded: number, total: number | null): void => {
      this.report(name, "network", loaded, total);
    };
  }

  private report(file: string, source: "network" | "cache", loaded: number, total: number | null): void {
    if (total !== null) this.known.set(file, { loaded, total });
    let allLoaded = 0;
    let allTotal = 0;
    for (const entry of this.known.values()) {
      allLoaded += entry.loaded;
      allTotal += entry.total;
    }
    this.options.onProgress?.({ file, source, loaded, total, allLoaded, allTotal });
  }
}
