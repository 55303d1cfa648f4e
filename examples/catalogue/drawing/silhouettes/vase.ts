import type { Form } from "../../vocabulary.js";
import type { Part } from "../part.js";
import { blob, box, ellipse, polygon, stroke, union } from "../shape.js";

const parts: Readonly<Record<Form, readonly Part[]>> = {
  round: [
    { shape: ellipse(50, 60, 30, 27), finish: "body" },
    { shape: box(50, 30, 11, 8, 2), finish: "body" },
    { shape: ellipse(50, 22, 14, 4), finish: "shade" },
  ],
  square: [
    {
      shape: union(
        stroke(
          [
            [50, 46],
            [49, 14],
          ],
          2,
        ),
        stroke(
          [
            [50, 46],
            [36, 22],
          ],
          2,
        ),
        stroke(
          [
            [50, 46],
            [63, 24],
          ],
          2,
        ),
      ),
      finish: "leaf",
    },
    { shape: union(ellipse(49, 13, 5, 5), ellipse(36, 21, 5, 5), ellipse(64, 23, 5, 5)), finish: "shade" },
    { shape: box(50, 62, 20, 26, 2), finish: "body" },
    { shape: box(50, 38, 20, 2.5, 1), finish: "shade" },
  ],
  tapered: [
    {
      shape: blob([
        [43, 12],
        [50, 13],
        [57, 12],
        [57, 36],
        [66, 54],
        [73, 76],
        [66, 88],
        [34, 88],
        [27, 76],
        [34, 54],
        [43, 36],
      ]),
      finish: "body",
    },
    {
      shape: polygon(
        [
          [43, 12],
          [57, 12],
          [56, 15],
          [44, 15],
        ],
        1,
      ),
      finish: "shade",
    },
  ],
};

/** A vase: a belly, a box with twigs, a bottle. */
export function vase(form: Form): readonly Part[] {
  return parts[form];
}
