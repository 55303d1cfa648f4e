/** How far the loading of files is. */
export interface LoadProgress {
  /** Name of the file that bytes have come of, within its folder. */
  readonly file: string;
  readonly source: "network" | "cache";
  /** Bytes of the file that are there, and that it has; null if the server does not say. */
  readonly loaded: number;
  readonly total: number | null;
  /** The same of all files asked for so far whose size is known. */
  readonly allLoaded: number;
  readonly allTotal: number;
}

export type OnLoadProgress = (progress: LoadProgress) => void;
