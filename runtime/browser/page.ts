/** What this runtime needs of a page or a worker beyond the ECMAScript and Node types that it is compiled with. */

export interface PageCache {
  match(request: string): Promise<Response | undefined>;
  put(request: string, response: Response): Promise<void>;
  delete(request: string): Promise<boolean>;
}

export interface PageAdapter {
  readonly features?: ReadonlySet<string>;
  readonly isFallbackAdapter?: boolean;
  readonly info?: { readonly vendor?: string; readonly isFallbackAdapter?: boolean };
}

/** A Web Worker, or anything else that messages can be sent to. */
export interface MessageEnd {
  postMessage(message: unknown): void;
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: "error", listener: (event: { readonly message?: string }) => void): void;
}

interface PageGlobals {
  readonly caches?: { open(name: string): Promise<PageCache> };
  readonly crossOriginIsolated?: boolean;
  readonly location?: { readonly href: string };
  readonly navigator?: {
    readonly gpu?: { requestAdapter(): Promise<PageAdapter | null> };
    readonly hardwareConcurrency?: number;
  };
}

/** The globals of the page or the worker; those that it lacks are undefined. */
export const page = globalThis as unknown as PageGlobals & MessageEnd;
