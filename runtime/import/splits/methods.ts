import { heldOut, lastOfUser, randomKey, type SplitMethod } from "./splitMethod.js";

const nothing = { time: false, split: false };
const inTime = "moment, position";

function randomPerUser(summary: string, more: "valid" | "test"): SplitMethod {
  return {
    summary,
    needs: nothing,
    uses: { seed: true, shares: false },
    promises: null,
    assign: (from, { seed }) =>
      lastOfUser(from, `${randomKey(seed, "user_id", "item_id")}, position`, heldOut(more)),
  };
}

/** Every way to split, by name. */
export const splitMethods = {
  given: {
    summary: "as the source states it",
    needs: { time: false, split: true },
    uses: { seed: false, shares: false },
    promises: null,
    assign: (from) => `SELECT * FROM ${from}`,
  },
  "given-test": {
    summary: "test as the source states it; of each user's other interactions valid gets a tenth, at random",
    needs: { time: false, split: true },
    uses: { seed: true, shares: false },
    promises: null,
    assign: (from, { seed }) =>
      `${lastOfUser(
        `(SELECT * FROM ${from} WHERE split <> 2)`,
        `${randomKey(seed, "user_id", "item_id")}, position`,
        {
          valid: "CASE WHEN n < 3 THEN 0 WHEN n < 10 THEN 1 ELSE n // 10 END",
          test: "0",
        },
      )} UNION ALL SELECT * FROM ${from} WHERE split = 2`,
  },
  mmrec: randomPerUser("random per user, nominally 8:1:1, test gets the odd one (MMRec)", "test"),
  lattice: randomPerUser("random per user, nominally 8:1:1, valid gets the odd one (LATTICE)", "valid"),
  "leave-one-out": {
    summary: "each user's last interaction is test, the one before valid; at random without times",
    needs: nothing,
    uses: { seed: true, shares: false },
    promises: "no later training per user",
    assign: (from, { seed, hasTime }) => {
      const one = "CASE WHEN n < 3 THEN 0 ELSE 1 END";
      const order = hasTime ? inTime : `${randomKey(seed, "user_id", "item_id")}, position`;
      return lastOfUser(from, order, { valid: one, test: one });
    },
  },
  temporal: {
    summary: "two moments divide all interactions, the latest are test",
    needs: { time: true, split: false },
    uses: { seed: false, shares: true },
    promises: "no later training",
    assign: (from, { shares: [train, valid] }) =>
      `SELECT * EXCLUDE (first_end, second_end) REPLACE (
         (CASE WHEN moment <= first_end THEN 0 WHEN moment <= second_end THEN 1 ELSE 2 END)::UTINYINT AS split)
       FROM ${from}, (SELECT quantile_disc(moment, ${train}) AS first_end,
         quantile_disc(moment, ${train + valid}) AS second_end FROM ${from})`,
  },
  "temporal-user": {
    summary: "as mmrec, but each user's latest interactions are test, those before valid",
    needs: { time: true, split: false },
    uses: { seed: false, shares: false },
    promises: "no later training per user",
    assign: (from) => lastOfUser(from, inTime, heldOut("test")),
  },
  "cold-item": {
    summary: "items are divided at random: those of valid and test have no training interactions",
    needs: nothing,
    uses: { seed: true, shares: true },
    promises: null,
    assign: (from, { seed, shares: [, valid, test] }) =>
      `SELECT r.* REPLACE (d.split AS split) FROM ${from} r JOIN (
         SELECT item_id, (CASE WHEN place <= floor(${test} * n) THEN 2
           WHEN place <= floor(${test} * n) + floor(${valid} * n) THEN 1 ELSE 0 END)::UTINYINT AS split
         FROM (SELECT item_id, row_number() OVER (ORDER BY ${randomKey(seed, "item_id")}, item_id) AS place,
           count(*) OVER () AS n FROM (SELECT DISTINCT item_id FROM ${from}))) d USING (item_id)`,
  },
} as const satisfies Record<string, SplitMethod>;

export type SplitMethodName = keyof typeof splitMethods;
export const splitMethodNames = Object.keys(splitMethods) as readonly SplitMethodName[];
