import { ArtifactError } from "../artifacts/artifactError.js";

const CONNECTION = "Check the address and the connection.";

/** A download that did not come about for want of a connection. */
export class OfflineError extends ArtifactError {}

/** The page's own, which has more than Node's. */
type PageRequest = RequestInit & { readonly cache?: "no-cache" };

async function request(url: string, init: PageRequest): Promise<Response> {
  let response: Response;
  try {
    // Whatever the server answers, no other address is asked.
    response = await fetch(url, { ...init, redirect: "error", credentials: "same-origin" });
  } catch (error) {
    init.signal?.throwIfAborted();
    throw new OfflineError(url, `the file cannot be fetched (${(error as Error).message})`, CONNECTION);
  }
  if (response.ok) return response;
  const status = `${response.status} ${response.statusText}`.trim();
  throw new ArtifactError(url, `the server answers ${status}`, CONNECTION);
}

/** The text of a file, asked of the server anew. @throws ArtifactError, or what the signal was aborted with */
export async function downloadText(url: string, signal?: AbortSignal): Promise<string> {
  const response = await request(url, { cache: "no-cache", ...(signal === undefined ? {} : { signal }) });
  return response.text();
}

/**
 * The bytes of a file.
 *
 * @param size number of bytes it must have, null if that is not known
 * @param onBytes told how many are there, and how many there will be, null if the server does not say
 * @throws ArtifactError if it cannot be had or has another size; what the signal was aborted with
 */
export async function download(
  url: string,
  size: number | null,
  onBytes: (loaded: number, total: number | null) => void,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const response = await request(url, signal === undefined ? {} : { signal });
  const stated = response.headers.get("content-encoding") === null && response.headers.get("content-length");
  const total = size ?? (typeof stated === "string" ? Number(stated) : null);
  const chunks: Uint8Array[] = [];
  let loaded = 0;
  const reader = response.body!.getReader() as ReadableStreamDefaultReader<Uint8Array>;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      chunks.push(value);
      loaded += value.length;
      if (size !== null && loaded > size) break;
      onBytes(loaded, total);
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw new OfflineError(
      url,
      `the connection broke after ${loaded} bytes (${(error as Error).message})`,
      CONNECTION,
    );
  } finally {
    await reader.cancel().catch(() => undefined);
  }
  if (size !== null && loaded !== size) {
    const found = loaded > size ? "more" : `${loaded}`;
    throw new ArtifactError(
      url,
      `the file must have ${size} bytes, found ${found}`,
      "Upload the folder again, whole.",
    );
  }
  const bytes = new Uint8Array(loaded);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}
