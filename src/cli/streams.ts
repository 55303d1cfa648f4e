/** Where a command writes: results to `stdout`, everything else (progress, notes, errors) to `stderr`. */
export interface Streams {
  readonly stdout: Pick<NodeJS.WritableStream, "write">;
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean };
}
