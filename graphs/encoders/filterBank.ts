/** One oriented wave under a bell: a Gabor filter. Lengths are shares of the picture's width. */
interface Filter {
  readonly x: number;
  readonly y: number;
  /** Direction across the wave's crests, in quarters of a half turn. */
  readonly orientation: number;
  readonly period: number;
  /** Standard deviation of the bell. */
  readonly width: number;
  /** The statistic to which the filter's response is added. */
  readonly statistic: string;
}

const orientations = 4;
const shapeGrid = 5;
const shapePeriod = 0.2;
const shapeWidth = 0.08;
const texturePeriods = [1 / 12, 1 / 8, 3 / 16];
const texturePlaces = [-1 / 6, 0, 1 / 6];

/** Coarse waves on a grid over the picture; a place and its mirror image share a statistic. */
function shapeFilters(): Filter[] {
  const filters: Filter[] = [];
  for (let row = 0; row < shapeGrid; row += 1) {
    for (let column = 0; column < shapeGrid; column += 1) {
      for (let orientation = 0; orientation < orientations; orientation += 1) {
        const mirrored = shapeGrid - 1 - column;
        const turned = (orientations - orientation) % orientations;
        const flip = column > mirrored || (column === mirrored && orientation > turned);
        const place = flip ? `${row}/${mirrored}/${turned}` : `${row}/${column}/${orientation}`;
        filters.push({
          x: (column + 0.5) / shapeGrid - 0.5,
          y: (row + 0.5) / shapeGrid - 0.5,
          orientation,
          period: shapePeriod,
          width: shapeWidth,
          statistic: `shape/${place}`,
        });
      }
    }
  }
  return filters;
}

/** Fine waves at nine places around the middle, pooled over the places. */
function textureFilters(): Filter[] {
  const filters: Filter[] = [];
  for (const [index, period] of texturePeriods.entries()) {
    for (let orientation = 0; orientation < orientations; orientation += 1) {
      for (const y of texturePlaces) {
        for (const x of texturePlaces) {
          const statistic = `texture/${index}/${orientation}`;
          filters.push({ x, y, orientation, period, width: 0.7 * period, statistic });
        }
      }
    }
  }
  return filters;
}

/**
 * Filters over a picture whose middle is (0, 0) and whose width is 1. At (x, y), a filter has the phase `waves` and
 * the log-height `bells`, both linear in the terms 1, x, y and x² + y²; a bell's integral is 1.
 */
export interface FilterBank {
  readonly filters: number;
  readonly shapeStatistics: number;
  readonly textureStatistics: number;
  /** [term, filter], C order. */
  readonly waves: readonly number[];
  /** [term, filter], C order. */
  readonly bells: readonly number[];
  /** [filter, statistic], C order: 1 where a filter's response is added to a statistic; shapes first. */
  readonly pooling: readonly number[];
}

export function filterBank(): FilterBank {
  const filters = [...shapeFilters(), ...textureFilters()];
  const statistics = [...new Set(filters.map((filter) => filter.statistic))];
  const wave = ({ x, y, orientation, period }: Filter): readonly number[] => {
    const angle = (orientation * Math.PI) / orientations;
    const across = [Math.cos(angle), Math.sin(angle)].map((part) => (2 * Math.PI * part) / period);
    return [-(across[0]! * x + across[1]! * y), across[0]!, across[1]!, 0];
  };
  const bell = ({ x, y, width }: Filter): readonly number[] => {
    const variance = width * width;
    const height = -Math.log(2 * Math.PI * variance);
    return [height - (x * x + y * y) / (2 * variance), x / variance, y / variance, -1 / (2 * variance)];
  };
  const termsFirst = (rows: readonly (readonly number[])[]): readonly number[] =>
    [0, 1, 2, 3].flatMap((term) => rows.map((row) => row[term]!));
  const shapes = statistics.filter((statistic) => statistic.startsWith("shape/")).length;
  return {
    filters: filters.length,
    shapeStatistics: shapes,
    textureStatistics: statistics.length - shapes,
    waves: termsFirst(filters.map(wave)),
    bells: termsFirst(filters.map(bell)),
    pooling: filters.flatMap((filter) => statistics.map((name) => (name === filter.statistic ? 1 : 0))),
  };
}
