import type { Form } from "../../vocabulary.js";
import type { Part } from "../part.js";
import { box, difference, ellipse, polygon, stroke } from "../shape.js";

const parts: Readonly<Record<Form, readonly Part[]>> = {
  round: [
    {
      shape: difference(
        polygon(
          [
            [36, 19],
            [64, 19],
            [78, 25],
            [91, 44],
            [79, 52],
            [71, 44],
            [71, 83],
            [29, 83],
            [29, 44],
            [21, 52],
            [9, 44],
            [22, 25],
          ],
          2,
        ),
        ellipse(50, 15, 12, 12),
      ),
      finish: "body",
    },
    {
      shape: stroke(
        [
          [37, 19],
          [42, 26],
          [50, 29],
          [58, 26],
          [63, 19],
        ],
        3,
      ),
      finish: "trim",
    },
  ],
  square: [
    {
      shape: polygon(
        [
          [36, 20],
          [64, 20],
          [78, 25],
          [88, 74],
          [76, 77],
          [71, 50],
          [71, 85],
          [29, 85],
          [29, 50],
          [24, 77],
          [12, 74],
          [22, 25],
        ],
        2,
      ),
      finish: "body",
    },
    {
      shape: polygon(
        [
          [38, 16],
          [50, 26],
          [62, 16],
          [66, 24],
          [56, 36],
          [50, 28],
          [44, 36],
          [34, 24],
        ],
        1,
      ),
      finish: "trim",
    },
    { shape: box(50, 58, 1, 27), finish: "shade" },
    { shape: ellipse(50, 46, 2, 2), finish: "paper" },
    { shape: ellipse(50, 60, 2, 2), finish: "paper" },
    { shape: ellipse(50, 74, 2, 2), finish: "paper" },
  ],
  tapered: [
    {
      shape: difference(
        polygon(
          [
            [34, 16],
            [66, 16],
            [68, 36],
            [68, 46],
            [84, 84],
            [16, 84],
            [32, 46],
            [32, 36],
          ],
          2,
        ),
        polygon([
          [40, 10],
          [60, 10],
          [50, 34],
        ]),
      ),
      finish: "body",
    },
    { shape: box(50, 48, 19, 2.5, 1), finish: "trim" },
  ],
};

/** A shirt: a T-shirt, a long-sleeved one with a collar, a flared sleeveless top. */
export function shirt(form: Form): readonly Part[] {
  return parts[form];
}
