import { expect } from "chai";
import { encodePictures, encodeTitles, type Features } from "../../../examples/catalogue/encodeItems.js";
import { generateItems } from "../../../examples/catalogue/generateItems.js";
import { drawPicture } from "../../../examples/catalogue/picture.js";
import { countTitle, titleBuckets } from "../../../examples/catalogue/titleCounts.js";
import { referencePictureFeatures } from "./referencePictureFeatures.js";
import { referenceTitleFeatures } from "./referenceTitleFeatures.js";

function rowsOf({ size, data }: Features): number[][] {
  return Array.from({ length: data.length / size }, (_, row) => [
    ...data.subarray(row * size, (row + 1) * size),
  ]);
}

function largestDifference(
  left: readonly (readonly number[])[],
  right: readonly (readonly number[])[],
): number {
  expect(left.map((row) => row.length)).to.deep.equal(right.map((row) => row.length));
  return Math.max(...left.flatMap((row, i) => row.map((value, j) => Math.abs(value - right[i]![j]!))));
}

function mirrored(picture: Uint8ClampedArray, size: number): Uint8ClampedArray {
  return picture.map((_, index) => {
    const pixel = Math.floor(index / 3);
    const column = pixel % size;
    return picture[(pixel - column + (size - 1 - column)) * 3 + (index % 3)]!;
  });
}

function counts(title: string): number[] {
  const row = new Float32Array(titleBuckets);
  countTitle(title, row);
  return [...row];
}

describe("picture encoder", () => {
  const items = generateItems(5, 12);

  for (const size of [48, 24]) {
    it(`agrees on pictures of ${size} pixels with the statistics computed pixel by pixel`, async () => {
      const pictures = items.map((item) => drawPicture(item, size));
      const features = rowsOf(await encodePictures(pictures, size));
      expect(features[0]).to.have.lengthOf(94);
      expect(largestDifference(features, referencePictureFeatures(pictures))).to.be.below(1e-4);
    });
  }

  it("gives a picture and its mirror image the same tones and shapes", async () => {
    const pictures = items.map((item) => drawPicture(item));
    const [first, second, ...others] = pictures;
    const rows = rowsOf(await encodePictures([first!, mirrored(first!, 48), second!, ...others], 48));
    const both = rows.map((row) => row.slice(0, 27 + 55));
    expect(largestDifference([both[0]!], [both[1]!])).to.be.below(1e-4);
    expect(largestDifference([both[0]!], [both[2]!])).to.be.above(0.1);
  });

  it("gives equal pictures finite features of zero", async () => {
    const grey = new Uint8ClampedArray(48 * 48 * 3).fill(128);
    const features = rowsOf(await encodePictures([grey, grey, grey], 48)).flat();
    expect(Math.max(...features.map(Math.abs))).to.be.below(1e-4);
  });
});

describe("title encoder", () => {
  it("agrees with the same sums over buckets in float64", async () => {
    const titles = generateItems(5, 24).map((item) => item.title);
    const features = rowsOf(await encodeTitles(titles));
    expect(largestDifference(features, referenceTitleFeatures(titles.map(counts)))).to.be.below(1e-5);
  });

  it("gives rows of length 1, and zeros for a title without words", async () => {
    const [words, nothing] = rowsOf(await encodeTitles(["Striped teal mug", "…"]));
    expect(Math.hypot(...words!)).to.be.closeTo(1, 1e-5);
    expect(nothing).to.deep.equal(new Array<number>(96).fill(0));
  });

  it("finds titles with a word in common more alike than titles without", async () => {
    const [mug, cup, chair] = rowsOf(
      await encodeTitles(["Rustic teal mug", "Rustic teal cup", "Velvet chair"]),
    );
    const product = (left: number[], right: number[]): number =>
      left.reduce((sum, value, index) => sum + value * right[index]!, 0);
    expect(product(mug!, cup!)).to.be.above(product(mug!, chair!) + 0.3);
  });
});

describe("title counts", () => {
  it("ignore case, order and punctuation", () => {
    expect(counts("Teal mug, striped")).to.deep.equal(counts("striped TEAL mug"));
  });

  it("leave out words that stand in any title", () => {
    expect(counts("mug for the loft")).to.deep.equal(counts("mug loft"));
  });

  it("count a word once and its parts of four letters at 0.15", () => {
    const sum = counts("mug").reduce((left, right) => left + right, 0);
    expect(sum).to.be.closeTo(1 + 2 * 0.15, 1e-6);
  });
});
