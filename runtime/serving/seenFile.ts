import type { InteractionLists } from "../data/interactions.js";
import type { Safetensors } from "../training/safetensorsFormat.js";

/**
 * The lists of a seen file, or what is wrong with them.
 *
 * @param users number of users there must be
 * @param items ids must be below this
 */
export function decodeSeen(
  { tensors }: Safetensors,
  users: number,
  items: number,
): InteractionLists | string {
  const rowStart = tensors.get("row_start")?.data;
  const itemIds = tensors.get("item_ids")?.data;
  if (!(rowStart instanceof Int32Array) || !(itemIds instanceof Int32Array)) {
    return "int32 tensors row_start and item_ids are needed";
  }
  if (rowStart.length !== users + 1)
    return `row_start must have ${users + 1} entries, found ${rowStart.length}`;
  const ascends = rowStart.every((start, user) => start >= (user === 0 ? 0 : rowStart[user - 1]!));
  if (rowStart[0] !== 0 || rowStart[users] !== itemIds.length || !ascends) {
    return `row_start must ascend from 0 to the ${itemIds.length} item ids`;
  }
  const outside = itemIds.find((item) => item < 0 || item >= items);
  return outside === undefined ? { rowStart, itemIds } : `item ${outside} is not one of the ${items} items`;
}
