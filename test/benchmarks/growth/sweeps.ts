/** One generated dataset and one model's size. */
export interface GrowthPoint {
  readonly users: number;
  readonly items: number;
  readonly edges: number;
  readonly dim: number;
  readonly layers: number;
}

export const growthAxes = ["users", "items", "edges", "dim", "layers"] as const;
export type GrowthAxis = (typeof growthAxes)[number];

/** Large enough that a step's fixed costs do not count. */
const base: GrowthPoint = { users: 20_000, items: 8000, edges: 160_000, dim: 64, layers: 2 };

/** What each axis is set to while the others stay as in the base. Users need three edges each, so they grow within 160,000. */
const values: Readonly<Record<GrowthAxis, readonly number[]>> = {
  users: [5000, 10_000, 20_000, 40_000],
  items: [4000, 8000, 16_000, 32_000, 64_000],
  edges: [80_000, 160_000, 320_000, 640_000, 1_280_000],
  dim: [16, 32, 64, 128, 256],
  layers: [1, 2, 3, 4],
};

/** The points of an axis, ascending. @param quick every second one */
export function sweep(axis: GrowthAxis, quick: boolean): readonly GrowthPoint[] {
  const chosen = values[axis].filter((_, index) => !quick || index % 2 === 0);
  return chosen.map((value) => ({ ...base, [axis]: value }));
}
