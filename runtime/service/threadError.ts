import { ArtifactError } from "../artifacts/artifactError.js";

/** An error as plain data: sending an error itself between threads would lose its class and its fields. */
export type ThreadError =
  | { readonly kind: "artifact"; readonly file: string; readonly problem: string; readonly fix: string }
  | { readonly kind: "foreseen" | "unforeseen"; readonly message: string };

/** An export that cannot be served, for another reason than {@link ArtifactError} tells of. */
export class UnservableExportError extends Error {
  override readonly name = "UnservableExportError";
}

export function packError(error: unknown): ThreadError {
  if (error instanceof ArtifactError) {
    const { file, problem, fix } = error;
    return { kind: "artifact", file, problem, fix };
  }
  if (!(error instanceof Error)) return { kind: "unforeseen", message: String(error) };
  // mmkit's own classes, and what the system says of files.
  const isForeseen = error.name !== "Error" && !/^(Type|Range|Syntax|Reference)Error$/.test(error.name);
  return { kind: isForeseen || "syscall" in error ? "foreseen" : "unforeseen", message: error.message };
}

export function unpackError(packed: ThreadError): Error {
  switch (packed.kind) {
    case "artifact":
      return new ArtifactError(packed.file, packed.problem, packed.fix);
    case "foreseen":
      return new UnservableExportError(packed.message);
    case "unforeseen":
      return new Error(packed.message);
  }
}
