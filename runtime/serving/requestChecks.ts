import type { ExportDescription } from "./exportFormat.js";
import { ServingError } from "./servingError.js";

/** Callers in plain JavaScript pass what they read, often text. */
function shown(value: unknown): string {
  if (typeof value === "number") return String(value);
  return `${typeof value === "string" ? JSON.stringify(value) : String(value)} (of type ${typeof value})`;
}

/** @throws ServingError unless all ids are those of users, or items, of the export */
export function checkIds(
  description: Pick<ExportDescription, "users" | "items">,
  what: "user" | "item",
  ids: readonly number[],
): void {
  const size = what === "user" ? description.users : description.items;
  const wrong = ids.findIndex((id) => !Number.isSafeInteger(id) || id < 0 || id >= size);
  if (wrong < 0) return;
  throw new ServingError(
    `${what} ${shown(ids[wrong])}`,
    `${what} ids are whole numbers from 0 to ${size - 1}`,
    `The model knows only the ${what}s it was trained with.`,
  );
}

/** @throws ServingError unless it is a number of items that may be asked for */
export function checkCount(k: number): void {
  if (Number.isSafeInteger(k) && k >= 1) return;
  throw new ServingError(
    `k = ${shown(k)}`,
    "the number of items must be a whole number from 1",
    "Ask for 10, say.",
  );
}

/** @throws ServingError unless every vector is as long as the export's and finite */
export function checkVectors(
  { dim }: Pick<ExportDescription, "dim">,
  vectors: readonly ArrayLike<number>[],
): void {
  vectors.forEach((vector, row) => {
    if (vector.length !== dim) {
      throw new ServingError(
        `vector ${row}`,
        `a vector of this model has ${dim} numbers, found ${vector.length}`,
        "Pass vectors that this model's foldIn made, or that were trained from them.",
      );
    }
    const wrong = Array.from(vector).findIndex((value) => !Number.isFinite(value));
    if (wrong < 0) return;
    throw new ServingError(
      `vector ${row}`,
      `its number ${wrong} is ${shown(vector[wrong])}, not a finite number`,
      "Check how it was made.",
    );
  });
}
