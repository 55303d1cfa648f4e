import type { Form } from "../../vocabulary.js";
import type { Part } from "../part.js";
import { blob, box, polygon, stroke, union } from "../shape.js";

const parts: Readonly<Record<Form, readonly Part[]>> = {
  round: [
    {
      shape: blob([
        [11, 70],
        [13, 48],
        [20, 38],
        [30, 44],
        [40, 40],
        [52, 50],
        [72, 57],
        [88, 64],
        [90, 74],
        [50, 76],
        [14, 76],
      ]),
      finish: "body",
    },
    { shape: box(51, 76, 40, 5, 4), finish: "paper" },
    {
      shape: union(
        stroke(
          [
            [42, 50],
            [49, 43],
          ],
          2.5,
        ),
        stroke(
          [
            [49, 55],
            [56, 47],
          ],
          2.5,
        ),
        stroke(
          [
            [56, 59],
            [62, 51],
          ],
          2.5,
        ),
      ),
      finish: "paper",
    },
  ],
  square: [
    {
      shape: polygon(
        [
          [20, 20],
          [50, 20],
          [50, 48],
          [68, 56],
          [82, 62],
          [86, 78],
          [20, 78],
        ],
        2,
      ),
      finish: "body",
    },
    { shape: box(35, 22, 17, 4, 2), finish: "trim" },
    { shape: box(53, 81, 35, 4, 2), finish: "ink" },
    { shape: box(27, 85, 9, 4, 1), finish: "ink" },
  ],
  tapered: [
    {
      shape: blob([
        [14, 44],
        [20, 34],
        [26, 36],
        [36, 54],
        [54, 64],
        [72, 68],
        [91, 80],
        [66, 82],
        [46, 76],
        [30, 62],
        [18, 58],
      ]),
      finish: "body",
    },
    {
      shape: polygon(
        [
          [15, 54],
          [25, 58],
          [19, 84],
          [15, 84],
        ],
        1,
      ),
      finish: "shade",
    },
    {
      shape: stroke(
        [
          [46, 80],
          [66, 84],
          [90, 82],
        ],
        3,
      ),
      finish: "shade",
    },
  ],
};

/** A shoe from the side: a sneaker, an ankle boot, a heeled pump. */
export function shoes(form: Form): readonly Part[] {
  return parts[form];
}
