import type { Form } from "../../vocabulary.js";
import type { Part } from "../part.js";
import { blob, box, difference, ellipse, outlineOf, polygon } from "../shape.js";

const parts: Readonly<Record<Form, readonly Part[]>> = {
  round: [
    { shape: outlineOf(ellipse(70, 54, 13, 14), 6.5), finish: "base" },
    {
      shape: blob([
        [24, 29],
        [45, 32],
        [66, 29],
        [71, 48],
        [66, 72],
        [55, 82],
        [35, 82],
        [24, 72],
        [19, 48],
      ]),
      finish: "body",
    },
    { shape: ellipse(45, 30, 21, 5), finish: "shade" },
  ],
  square: [
    { shape: difference(box(70, 55, 15, 16, 5), box(70, 55, 8.5, 9.5, 3)), finish: "base" },
    { shape: box(45, 55, 23, 28, 4), finish: "body" },
    { shape: box(45, 28.5, 23, 3, 3), finish: "shade" },
  ],
  tapered: [
    { shape: outlineOf(ellipse(68, 46, 14, 11), 6), finish: "base" },
    {
      shape: polygon(
        [
          [20, 28],
          [72, 28],
          [58, 78],
          [34, 78],
        ],
        2,
      ),
      finish: "body",
    },
    { shape: ellipse(46, 28, 27.5, 4.5), finish: "shade" },
    { shape: box(46, 82, 17, 3, 2), finish: "base" },
  ],
};

/** A mug: a pot-bellied one, an upright one, a teacup. */
export function mug(form: Form): readonly Part[] {
  return parts[form];
}
