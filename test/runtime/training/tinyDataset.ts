import { Random } from "../../../runtime/data/random.js";
import type { InteractionPairs } from "../../../runtime/data/datasetContents.js";
import { writeDataset } from "../../../runtime/data/writeDataset.js";

/** Users of each of two groups; they like the items of their group. */
const GROUP_USERS = 12;
const GROUP_ITEMS = 10;

/**
 * Two groups of users with their own items: every user has 7 of the group's 10 items in train, one in valid, one in
 * test. Features point in the group's direction. Item 20 has no interactions at all in train and is user 0's second
 * test item.
 */
export async function writeTinyDataset(folder: string): Promise<void> {
  const random = new Random(4, "tiny dataset");
  const lists = { train: pairs(), valid: pairs(), test: pairs() };
  for (let user = 0; user < 2 * GROUP_USERS; user++) {
    const first = user < GROUP_USERS ? 0 : GROUP_ITEMS;
    const items = Int32Array.from({ length: GROUP_ITEMS }, (_, index) => first + index);
    random.shuffle(items);
    items.slice(0, 9).forEach((item, place) => {
      const list = place < 7 ? lists.train : place === 7 ? lists.valid : lists.test;
      list.userIds.push(user);
      list.itemIds.push(item);
    });
  }
  lists.test.userIds.push(0);
  lists.test.itemIds.push(2 * GROUP_ITEMS);
  const items = 2 * GROUP_ITEMS + 1;
  const features = new Float32Array(items * 6).map((_, index) => {
    const item = Math.floor(index / 6);
    const towards = index % 6 < 3 === item < GROUP_ITEMS ? 1 : 0;
    return towards + 0.3 * random.float64();
  });
  await writeDataset(folder, {
    name: "tiny",
    users: 2 * GROUP_USERS,
    items,
    interactions: lists,
    features: { text: { size: 6, data: features } },
  });
}

function pairs(): { userIds: number[]; itemIds: number[] } & InteractionPairs {
  return { userIds: [], itemIds: [] };
}
