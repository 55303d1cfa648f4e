import type { InteractionLists } from "../../../runtime/data/interactions.js";

/** Lists of items by user. */
export function interactionLists(users: readonly (readonly number[])[]): InteractionLists {
  const rowStart = new Int32Array(users.length + 1);
  users.forEach((items, user) => (rowStart[user + 1] = rowStart[user]! + items.length));
  return { rowStart, itemIds: Int32Array.from(users.flat()) };
}
