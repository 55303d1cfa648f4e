import { expect } from "chai";
import { Canvas } from "../../../examples/catalogue/drawing/canvas.js";
import { patterned, type PatternPlacement } from "../../../examples/catalogue/drawing/fill.js";
import {
  blob,
  box,
  difference,
  ellipse,
  intersection,
  outlineOf,
  polygon,
  rotated,
  stroke,
  union,
  type Point,
} from "../../../examples/catalogue/drawing/shape.js";
import { silhouette } from "../../../examples/catalogue/drawing/silhouette.js";
import { drawPicture } from "../../../examples/catalogue/picture.js";
import { generateItems } from "../../../examples/catalogue/generateItems.js";
import { forms, kinds, patterns, type Rgb } from "../../../examples/catalogue/vocabulary.js";

const square: readonly Point[] = [
  [20, 20],
  [80, 20],
  [80, 80],
  [20, 80],
];
const black: Rgb = [0, 0, 0];
const white: Rgb = [255, 255, 255];

describe("shapes", () => {
  it("measure the distance to the edge, negative inside", () => {
    expect(box(50, 50, 20, 10)(50, 50)).to.equal(-10);
    expect(box(50, 50, 20, 10)(75, 50)).to.equal(5);
    expect(ellipse(50, 50, 20, 20)(50, 50)).to.equal(-20);
    expect(ellipse(50, 50, 20, 20)(50, 80)).to.be.closeTo(10, 1e-9);
    expect(polygon(square)(50, 30)).to.equal(-10);
    expect(polygon(square)(50, 90)).to.equal(10);
    expect(polygon(square, 4)(50, 90)).to.equal(6);
    expect(
      stroke(
        [
          [10, 50],
          [90, 50],
        ],
        6,
      )(50, 58),
    ).to.equal(5);
  });

  it("take the corners of a rounded box away", () => {
    expect(box(50, 50, 20, 20)(69, 69)).to.be.below(0);
    expect(box(50, 50, 20, 20, 10)(69, 69)).to.be.above(0);
  });

  it("are united, cut and subtracted", () => {
    const left = box(40, 50, 20, 20);
    const right = box(60, 50, 20, 20);
    expect(union(left, right)(25, 50)).to.be.below(0);
    expect(intersection(left, right)(25, 50)).to.be.above(0);
    expect(intersection(left, right)(50, 50)).to.be.below(0);
    expect(difference(left, right)(25, 50)).to.be.below(0);
    expect(difference(left, right)(50, 50)).to.be.above(0);
    expect(outlineOf(left, 4)(20, 50)).to.equal(-2);
    expect(outlineOf(left, 4)(40, 50)).to.be.above(0);
  });

  it("turn clockwise: what pointed up points to the right", () => {
    const up = box(50, 25, 5, 20);
    const right = rotated(up, [50, 50], 90);
    expect(right(75, 50)).to.be.below(0);
    expect(right(50, 25)).to.be.above(0);
    expect(right(25, 50)).to.be.above(0);
  });

  it("pass smoothly through the points of a blob", () => {
    const smooth = blob(square);
    for (const [x, y] of square) expect(smooth(x, y)).to.be.closeTo(0, 1e-9);
    expect(smooth(50, 50)).to.be.below(0);
    expect(smooth(50, 14)).to.be.below(0);
    expect(smooth(50, 8)).to.be.above(0);
  });
});

describe("canvas", () => {
  it("mixes colours by the share of a pixel that a shape covers", () => {
    const canvas = new Canvas(10, black);
    canvas.paint(box(0, 50, 45, 100), () => white);
    const row = [...canvas.pixels()].slice(0, 30).filter((_, index) => index % 3 === 0);
    expect(row).to.deep.equal([255, 255, 255, 255, 128, 0, 0, 0, 0, 0]);
  });

  it("lets what is below shine through by the opacity", () => {
    const canvas = new Canvas(2, [100, 100, 100]);
    canvas.paint(box(50, 50, 100, 100), () => [200, 0, 100], 0.5);
    expect([...canvas.pixels()].slice(0, 3)).to.deep.equal([150, 50, 100]);
  });

  it("fades an edge over the softness asked for", () => {
    const canvas = new Canvas(10, black);
    canvas.paint(box(0, 50, 50, 100), () => white, 1, 40);
    const row = [...canvas.pixels()].slice(0, 30).filter((_, index) => index % 3 === 0);
    expect(row[2]).to.equal(255);
    expect(row[3]! > row[4]! && row[4]! > row[5]! && row[5]! > row[6]!).to.equal(true);
    expect(row[7]).to.equal(0);
  });
});

describe("patterns", () => {
  const placement: PatternPlacement = { period: 10, angle: 0, phase: 0 };
  const colourAt = (pattern: (typeof patterns)[number], x: number, y: number): Rgb =>
    patterned(pattern, placement, black, white)(x, y);

  it("show the second colour, except on plain items", () => {
    for (const pattern of patterns) {
      const shown = Array.from(
        { length: 2500 },
        (_, index) => colourAt(pattern, index % 50, Math.floor(index / 50))[0],
      );
      const share = shown.reduce((left, right) => left + right, 0) / shown.length / 255;
      if (pattern === "plain") expect(share).to.equal(0);
      else expect(share, pattern).to.be.within(0.08, 0.7);
    }
  });

  it("repeat after a period", () => {
    for (const pattern of ["striped", "dotted", "checked", "zigzag"] as const) {
      expect(colourAt(pattern, 13, 17)[0], pattern).to.be.closeTo(colourAt(pattern, 23, 27)[0], 1e-6);
    }
  });

  it("run stripes along one direction", () => {
    expect(colourAt("striped", 10, 3)).to.deep.equal(colourAt("striped", 10, 38));
    expect(colourAt("striped", 10, 3)).to.not.deep.equal(colourAt("striped", 15, 3));
  });
});

describe("pictures", () => {
  it("keep every silhouette within the grid", () => {
    for (const kind of kinds) {
      for (const form of forms) {
        for (const { shape } of silhouette(kind, form)) {
          for (let t = 0; t <= 100; t += 5) {
            for (const [x, y] of [
              [t, 0],
              [t, 100],
              [0, t],
              [100, t],
            ] as const) {
              expect(shape(x, y), `${form} ${kind} at ${x}, ${y}`).to.be.above(0);
            }
          }
        }
      }
    }
  });

  it("differ between all kinds and forms", () => {
    const [{ look }] = generateItems(1, 1) as [ReturnType<typeof generateItems>[number]];
    const seen = kinds.flatMap((kind) =>
      forms.map((form) => drawPicture({ kind, form, colour: "teal", pattern: "plain", look }).join()),
    );
    expect(new Set(seen).size).to.equal(kinds.length * forms.length);
  });

  it("show nothing of style, material and title", () => {
    for (const item of generateItems(2, 24)) {
      const { kind, form, colour, pattern, look } = item;
      expect(drawPicture(item)).to.deep.equal(drawPicture({ kind, form, colour, pattern, look }));
    }
  });
});
