import type { Reference } from "./requestSchemas.js";
import { RequestError } from "./requestError.js";
import type { ServedModel } from "./servedModel.js";

const SHOWN = 60;

/**
 * The id that a reference means.
 *
 * @param field where it stands in the body, for messages
 * @throws RequestError 404 for an unknown one, 400 for a key where the export has none
 */
export function idOf(model: ServedModel, what: "user" | "item", reference: Reference, field: string): number {
  const { description, userKeys, itemKeys } = model;
  if (typeof reference === "number") {
    const size = what === "user" ? description.users : description.items;
    if (reference < size) return reference;
    const message = `${field}: there is no ${what} ${reference}; ids are whole numbers from 0 to ${size - 1}.`;
    throw new RequestError(404, message, field);
  }
  const keys = what === "user" ? userKeys : itemKeys;
  const short = JSON.stringify(reference.length <= SHOWN ? reference : `${reference.slice(0, SHOWN)}…`);
  if (keys === null) {
    throw new RequestError(
      400,
      `${field} must be an id, a whole number, since this export has no keys of ${what}s; found ${short}.`,
      field,
    );
  }
  const id = keys.id(reference);
  if (id !== null) return id;
  throw new RequestError(404, `${field}: no ${what} has the key ${short}.`, field);
}

/** {@link idOf} of a list; `field` names the list. */
export function idsOf(
  model: ServedModel,
  what: "user" | "item",
  references: readonly Reference[],
  field: string,
): number[] {
  return references.map((reference, position) => idOf(model, what, reference, `${field}[${position}]`));
}
