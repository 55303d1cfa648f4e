import type { Form } from "../../vocabulary.js";
import type { Part } from "../part.js";
import { box, ellipse, polygon, stroke, union } from "../shape.js";

function legs(spread: number): Part {
  return {
    shape: union(
      stroke(
        [
          [31, 60],
          [31 - spread, 90],
        ],
        4,
      ),
      stroke(
        [
          [69, 60],
          [69 + spread, 90],
        ],
        4,
      ),
      stroke(
        [
          [40, 60],
          [40 - spread / 2, 83],
        ],
        3,
      ),
      stroke(
        [
          [60, 60],
          [60 + spread / 2, 83],
        ],
        3,
      ),
    ),
    finish: "wood",
  };
}

const parts: Readonly<Record<Form, readonly Part[]>> = {
  round: [
    legs(4),
    { shape: ellipse(50, 34, 24, 23), finish: "body" },
    { shape: ellipse(50, 60, 26, 7), finish: "shade" },
  ],
  square: [
    legs(0),
    { shape: box(50, 46, 2, 14), finish: "wood" },
    { shape: box(50, 31, 22, 19, 3), finish: "body" },
    { shape: box(50, 60, 25, 5, 2), finish: "shade" },
  ],
  tapered: [
    legs(9),
    {
      shape: polygon(
        [
          [41, 8],
          [59, 8],
          [68, 52],
          [32, 52],
        ],
        3,
      ),
      finish: "body",
    },
    {
      shape: polygon(
        [
          [31, 55],
          [69, 55],
          [76, 63],
          [24, 63],
        ],
        2,
      ),
      finish: "shade",
    },
  ],
};

/** A chair from the front: a round back, a square back, a high narrowing back with splayed legs. */
export function chair(form: Form): readonly Part[] {
  return parts[form];
}
