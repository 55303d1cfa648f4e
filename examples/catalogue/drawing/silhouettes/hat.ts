import type { Form } from "../../vocabulary.js";
import type { Part } from "../part.js";
import { blob, box, ellipse, intersection, polygon } from "../shape.js";

const parts: Readonly<Record<Form, readonly Part[]>> = {
  round: [
    { shape: ellipse(50, 70, 42, 9), finish: "shade" },
    { shape: intersection(ellipse(50, 68, 26, 38), box(50, 46, 40, 24)), finish: "body" },
    { shape: box(50, 65, 26, 4, 2), finish: "trim" },
  ],
  square: [
    { shape: box(50, 77, 40, 4.5, 3), finish: "base" },
    { shape: box(50, 49, 24, 28, 3), finish: "body" },
    { shape: box(50, 68, 24, 5), finish: "trim" },
  ],
  tapered: [
    {
      shape: blob([
        [50, 22],
        [66, 36],
        [76, 62],
        [76, 72],
        [50, 74],
        [24, 72],
        [24, 62],
        [34, 36],
      ]),
      finish: "body",
    },
    { shape: ellipse(50, 18, 9, 9), finish: "trim" },
    {
      shape: polygon(
        [
          [23, 70],
          [77, 70],
          [77, 80],
          [23, 80],
        ],
        3,
      ),
      finish: "shade",
    },
  ],
};

/** A hat: a bowler, a top hat, a beanie. */
export function hat(form: Form): readonly Part[] {
  return parts[form];
}
