import type { Form } from "../../vocabulary.js";
import type { Part } from "../part.js";
import { box, ellipse, intersection, outlineOf, polygon } from "../shape.js";

const parts: Readonly<Record<Form, readonly Part[]>> = {
  round: [
    { shape: outlineOf(ellipse(50, 48, 25, 32), 5), finish: "trim" },
    { shape: intersection(ellipse(50, 50, 37, 36), box(50, 68, 50, 24)), finish: "body" },
    { shape: box(50, 46, 37, 4, 3), finish: "shade" },
  ],
  square: [
    { shape: outlineOf(box(50, 38, 15, 24, 12), 4.5), finish: "trim" },
    { shape: box(50, 61, 30, 25, 3), finish: "body" },
    { shape: box(50, 39, 30, 3, 2), finish: "shade" },
  ],
  tapered: [
    { shape: outlineOf(ellipse(50, 42, 17, 26), 4.5), finish: "trim" },
    {
      shape: polygon(
        [
          [30, 44],
          [70, 44],
          [84, 83],
          [16, 83],
        ],
        3,
      ),
      finish: "body",
    },
    {
      shape: polygon(
        [
          [32, 42],
          [68, 42],
          [62, 58],
          [38, 58],
        ],
        2,
      ),
      finish: "shade",
    },
    { shape: ellipse(50, 57, 3, 3), finish: "metal" },
  ],
};

/** A bag: a half-moon, a tote, a flared one with a flap. */
export function bag(form: Form): readonly Part[] {
  return parts[form];
}
