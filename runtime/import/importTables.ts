/**
 * Tables of the workspace after reading. `interactions` has position (the row of the source), user_code and item_code,
 * moment, rating and split (NULL where the source has none); codes are integers in order of first appearance, or the
 * source's numbers.
 */
export const tables = {
  interactions: "interactions",
  /** code, key: the source's key of every code. */
  userCodes: "user_codes",
  itemCodes: "item_codes",
  /** code, id: the dataset's id of every code that is kept. */
  userIds: "user_ids",
  itemIds: "item_ids",
  /** position, user_id, item_id, moment, rating, split: what the dataset will hold. */
  result: "result",
} as const;
