import { concat, mean, slice, Tensor } from "../../src/index.js";
import { tensorType } from "../../src/ir/types.js";
import { input } from "../../src/ops/apply.js";
import { encoder, type Encoder } from "./encoder.js";

/** Cells of the grid in each direction. */
const CELLS = 6;

/** Where the parts of `length` start that together cover an axis without overlap. */
function starts(size: number): readonly number[] {
  return Array.from({ length: CELLS }, (_, cell) => Math.floor((cell * size) / CELLS));
}

/**
 * Encodes pictures one by one without any training: the mean of each channel in each cell of a 6 by 6 grid, 108
 * features, cells row by row and channels within a cell.
 *
 * Input `pixels`: float32 [item, channel, row, column], three channels.
 *
 * @param size rows and columns of the pictures, at least 6
 */
export function colourLayoutEncoder(size: number): Encoder {
  const type = tensorType("float32", [
    { name: "item", size: "item" },
    { name: "channel", size: 3 },
    { name: "row", size },
    { name: "column", size },
  ]);
  const pixels = input("pixels", "argument", type);
  const picture = new Tensor<["item", "channel", "row", "column"]>(pixels);
  const from = starts(size);
  const length = (cell: number): number => (from[cell + 1] ?? size) - from[cell]!;
  const cells = from.flatMap((top, row) => {
    const band = mean(slice(picture, "row", top, length(row), "band"), "band");
    return from.map((left, column) => mean(slice(band, "column", left, length(column), "cell"), "cell"));
  });
  const features = concat(
    "image_feature",
    cells.map((value) => ({ value, along: "channel" as const })),
  );
  return encoder("image", [pixels], features);
}
