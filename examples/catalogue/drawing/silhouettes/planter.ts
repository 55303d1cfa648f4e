import type { Form } from "../../vocabulary.js";
import type { Part } from "../part.js";
import { box, ellipse, intersection, polygon, rotated, stroke, union } from "../shape.js";

const parts: Readonly<Record<Form, readonly Part[]>> = {
  round: [
    {
      shape: union(
        ellipse(50, 24, 13, 14),
        ellipse(34, 34, 13, 12),
        ellipse(66, 34, 13, 12),
        ellipse(42, 42, 12, 10),
        ellipse(58, 42, 12, 10),
      ),
      finish: "leaf",
    },
    { shape: intersection(ellipse(50, 62, 28, 27), box(50, 74, 40, 22)), finish: "body" },
    { shape: box(50, 53, 25, 3.5, 3), finish: "base" },
  ],
  square: [
    {
      shape: union(
        stroke(
          [
            [50, 16],
            [50, 56],
          ],
          14,
        ),
        stroke(
          [
            [50, 44],
            [33, 42],
            [33, 28],
          ],
          8,
        ),
        stroke(
          [
            [50, 38],
            [67, 36],
            [67, 20],
          ],
          8,
        ),
      ),
      finish: "leaf",
    },
    { shape: box(50, 70, 24, 18, 2), finish: "body" },
    { shape: box(50, 54, 26, 3.5, 1), finish: "base" },
  ],
  tapered: [
    {
      shape: union(
        rotated(ellipse(50, 32, 5, 25), [50, 56], 0),
        rotated(ellipse(50, 34, 5, 23), [50, 56], 26),
        rotated(ellipse(50, 34, 5, 23), [50, 56], -26),
        rotated(ellipse(50, 38, 4.5, 20), [50, 56], 52),
        rotated(ellipse(50, 38, 4.5, 20), [50, 56], -52),
      ),
      finish: "leaf",
    },
    {
      shape: polygon(
        [
          [26, 54],
          [74, 54],
          [62, 86],
          [38, 86],
        ],
        2,
      ),
      finish: "body",
    },
    { shape: box(50, 54, 28, 4, 1), finish: "base" },
  ],
};

/** A planted pot: a bowl with a bush, a box with a cactus, a flared pot with long leaves. */
export function planter(form: Form): readonly Part[] {
  return parts[form];
}
