import type { Form } from "../../vocabulary.js";
import type { Part } from "../part.js";
import { box, ellipse, polygon, stroke, union } from "../shape.js";

function dial(cy: number): readonly Part[] {
  return [
    { shape: ellipse(50, cy, 21, 21), finish: "paper" },
    {
      shape: union(
        ...[0, 90, 180, 270].map((degrees) =>
          ellipse(
            50 + 17 * Math.cos((degrees * Math.PI) / 180),
            cy + 17 * Math.sin((degrees * Math.PI) / 180),
            1.8,
            1.8,
          ),
        ),
      ),
      finish: "ink",
    },
    {
      shape: stroke(
        [
          [50, cy - 14],
          [50, cy],
          [60, cy + 5],
        ],
        3,
      ),
      finish: "ink",
    },
  ];
}

const parts: Readonly<Record<Form, readonly Part[]>> = {
  round: [{ shape: ellipse(50, 50, 37, 37), finish: "body" }, ...dial(50)],
  square: [{ shape: box(50, 50, 34, 34, 4), finish: "body" }, ...dial(50)],
  tapered: [
    {
      shape: polygon(
        [
          [50, 12],
          [82, 36],
          [76, 86],
          [24, 86],
          [18, 36],
        ],
        2,
      ),
      finish: "body",
    },
    ...dial(54),
  ],
};

/** A wall clock: a disc, a square, a house. */
export function clock(form: Form): readonly Part[] {
  return parts[form];
}
