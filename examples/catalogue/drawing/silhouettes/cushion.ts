import type { Form } from "../../vocabulary.js";
import type { Part } from "../part.js";
import { blob, box, ellipse, outlineOf, polygon, union } from "../shape.js";

const pillow = blob([
  [18, 18],
  [50, 23],
  [82, 18],
  [78, 50],
  [82, 82],
  [50, 78],
  [18, 82],
  [22, 50],
]);

const wedge = polygon(
  [
    [50, 24],
    [80, 74],
    [20, 74],
  ],
  9,
);

const parts: Readonly<Record<Form, readonly Part[]>> = {
  round: [
    { shape: ellipse(50, 51, 35, 35), finish: "body" },
    { shape: outlineOf(ellipse(50, 51, 34, 34), 2.5), finish: "trim" },
    { shape: ellipse(50, 51, 5, 5), finish: "shade" },
  ],
  square: [
    { shape: pillow, finish: "body" },
    {
      shape: union(
        ellipse(17, 17, 4, 4),
        ellipse(83, 17, 4, 4),
        ellipse(17, 83, 4, 4),
        ellipse(83, 83, 4, 4),
      ),
      finish: "trim",
    },
  ],
  tapered: [
    { shape: wedge, finish: "body" },
    { shape: outlineOf(wedge, 2.5), finish: "trim" },
    { shape: box(50, 83, 14, 1.5, 1), finish: "shade" },
  ],
};

/** A cushion: a disc, a square with tassels, a wedge. */
export function cushion(form: Form): readonly Part[] {
  return parts[form];
}
