import type { Form } from "../../vocabulary.js";
import type { Part } from "../part.js";
import { box, ellipse, polygon, stroke } from "../shape.js";

const pole = stroke(
  [
    [50, 50],
    [50, 82],
  ],
  4,
);

const parts: Readonly<Record<Form, readonly Part[]>> = {
  round: [
    { shape: pole, finish: "metal" },
    { shape: ellipse(50, 85, 18, 4), finish: "metal" },
    { shape: ellipse(50, 36, 25, 24), finish: "body" },
    { shape: box(50, 60, 8, 2.5, 1), finish: "trim" },
  ],
  square: [
    { shape: pole, finish: "wood" },
    { shape: box(50, 84, 15, 4, 1), finish: "wood" },
    { shape: box(50, 35, 26, 20, 2), finish: "body" },
    { shape: box(50, 53.5, 26, 2, 1), finish: "trim" },
  ],
  tapered: [
    { shape: pole, finish: "metal" },
    {
      shape: polygon(
        [
          [50, 62],
          [66, 88],
          [34, 88],
        ],
        1,
      ),
      finish: "wood",
    },
    {
      shape: polygon(
        [
          [40, 14],
          [60, 14],
          [78, 54],
          [22, 54],
        ],
        1,
      ),
      finish: "body",
    },
    { shape: box(50, 14.5, 11, 2, 1), finish: "trim" },
  ],
};

/** A table lamp: a globe, a drum shade, a cone shade. */
export function lamp(form: Form): readonly Part[] {
  return parts[form];
}
