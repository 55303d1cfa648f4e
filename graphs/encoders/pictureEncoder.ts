import {
  abs,
  add,
  batchMatmul,
  concat,
  constant,
  cos,
  exp,
  matmul,
  mean,
  multiply,
  relu,
  rename,
  reorder,
  scope,
  sin,
  slice,
  sqrt,
  square,
  stack,
  standardise,
  subtract,
  sum,
  sumOf,
  Tensor,
} from "../../src/index.js";
import { tensorType } from "../../src/ir/types.js";
import { input } from "../../src/ops/apply.js";
import { encoder, type Encoder } from "./encoder.js";
import { filterBank, type FilterBank } from "./filterBank.js";

type Plane = Tensor<["item", "pixel"]>;
type Statistics = Tensor<["item", "image_feature"]>;

/** Steps at which a colour channel's brightness is sampled. */
const levels = 3;

/** Standard deviation of the window on the middle of the picture, as a share of its width. */
const windowWidth = 9 / 48;

/** Weight of each family of statistics in the cosine of two feature vectors, before division by its size. */
const weights = { tone: 1, shape: 1.1, texture: 0.8 };

/** Variance of a statistic below which it counts as constant. */
const varianceFloor = 1e-4;

/** Middle of pixel `index` of `size`, the picture's middle being 0 and its width 1. */
function position(index: number, size: number): number {
  return (index + 0.5) / size - 0.5;
}

function perPixel(size: number, values: (x: number, y: number) => readonly number[]): readonly number[] {
  return Array.from({ length: size * size }, (_, pixel) =>
    values(position(pixel % size, size), position(Math.floor(pixel / size), size)),
  ).flat();
}

/** How near a channel is to each of the levels 0, 1/2 and 1: hat functions that add up to 1. */
function levelShares(channel: Plane): readonly Plane[] {
  return Array.from({ length: levels }, (_, level) =>
    relu(subtract(1, abs(subtract(multiply(channel, levels - 1), level)))),
  );
}

/** Square roots of a soft colour histogram of the middle: tone (r, g, b) is sum over pixels of window r g b. */
function toneStatistics(size: number, red: Plane, green: Plane, blue: Plane): Statistics {
  const bell = perPixel(size, (x, y) => [Math.exp(-(x * x + y * y) / (2 * windowWidth * windowWidth))]);
  const total = bell.reduce((left, right) => left + right, 0);
  const window = constant(
    ["pixel"],
    [size * size],
    bell.map((height) => height / total),
  );
  const pairs = levelShares(red).flatMap((r) => {
    const seen = multiply(r, window);
    return levelShares(green).map((g) => multiply(seen, g));
  });
  const pairsByItem = reorder<["pair", "item", "pixel"], ["item", "pair", "pixel"]>(stack("pair", pairs), [
    "item",
    "pair",
    "pixel",
  ]);
  const bluesByItem = reorder<["level", "item", "pixel"], ["item", "pixel", "level"]>(
    stack("level", levelShares(blue)),
    ["item", "pixel", "level"],
  );
  const tones = batchMatmul(pairsByItem, bluesByItem);
  const perPair = pairs.map((_, pair) => sum(slice(tones, "pair", pair, 1, "one_pair"), "one_pair"));
  return sqrt(
    concat(
      "image_feature",
      perPair.map((value) => ({ value, along: "level" as const })),
    ),
  );
}

/** Square roots of the magnitudes of the brightness's responses to a bank of oriented waves. */
function waveStatistics(size: number, brightness: Plane, bank: FilterBank): Statistics {
  const place = constant(
    ["pixel", "term"],
    [size * size, 4],
    perPixel(size, (x, y) => [1, x, y, x * x + y * y]),
  );
  const coefficients = (values: readonly number[]): Tensor<["term", "filter"]> =>
    constant(["term", "filter"], [4, bank.filters], values);
  const phase = matmul(place, coefficients(bank.waves));
  const bell = multiply(exp(matmul(place, coefficients(bank.bells))), 1 / (size * size));
  const contrast = subtract(brightness, mean(brightness, "pixel"));
  const even = matmul(contrast, multiply(bell, cos(phase)));
  const odd = matmul(contrast, multiply(bell, sin(phase)));
  const magnitude = sqrt(add(square(even), square(odd)));
  const pooling = constant(
    ["filter", "image_feature"],
    [bank.filters, bank.shapeStatistics + bank.textureStatistics],
    bank.pooling,
  );
  return sqrt(matmul(magnitude, pooling));
}

/**
 * Encodes a catalogue's pictures without any training: 27 tones (a soft colour histogram of the middle), 55 shape
 * statistics (coarse edges on a 5 by 5 grid, blind to mirroring) and 12 texture statistics (fine waves by period and
 * direction), each standardised over all items of the run, so that a run takes the whole catalogue.
 *
 * Inputs `red`, `green`, `blue`: float32 [item, pixel], 0 to 255, row-major.
 *
 * @param size width and height of the pictures in pixels
 */
export function pictureEncoder(size: number): Encoder {
  const type = tensorType("float32", [
    { name: "item", size: "item" },
    { name: "pixel", size: size * size },
  ]);
  const inputs = ["red", "green", "blue"].map((name) => input(name, "argument", type));
  const [red, green, blue] = inputs.map((node): Plane =>
    multiply(new Tensor<["item", "pixel"]>(node), 1 / 255),
  ) as [Plane, Plane, Plane];
  const bank = filterBank();
  const tones = scope("tones", () => toneStatistics(size, red, green, blue));
  const waves = scope("waves", () => {
    const brightness = sumOf([multiply(red, 0.299), multiply(green, 0.587), multiply(blue, 0.114)]);
    return waveStatistics(size, brightness, bank);
  });
  const families = [
    { weight: weights.tone, count: levels ** 3 },
    { weight: weights.shape, count: bank.shapeStatistics },
    { weight: weights.texture, count: bank.textureStatistics },
  ];
  const scales = families.flatMap(({ weight, count }) =>
    new Array<number>(count).fill(weight / Math.sqrt(count)),
  );
  const statistics = concat(
    "statistic",
    [tones, waves].map((value) => ({ value, along: "image_feature" as const })),
  );
  const standardised = rename(standardise(statistics, varianceFloor), "statistic", "image_feature");
  const features = multiply(standardised, constant(["image_feature"], [scales.length], scales));
  return encoder("image", inputs, features);
}
