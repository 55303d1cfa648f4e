import type { Form } from "../../vocabulary.js";
import type { Part } from "../part.js";
import { box, ellipse, intersection, polygon } from "../shape.js";

const sheet = box(50, 50, 27, 35);

const frame: readonly Part[] = [
  { shape: box(50, 50, 32, 40, 1), finish: "ink" },
  { shape: sheet, finish: "paper" },
];

const parts: Readonly<Record<Form, readonly Part[]>> = {
  round: [
    ...frame,
    { shape: ellipse(50, 43, 21, 21), finish: "body" },
    { shape: box(50, 73, 14, 2), finish: "ink" },
    { shape: box(50, 79, 9, 1.2), finish: "ink" },
  ],
  square: [
    ...frame,
    { shape: box(43, 38, 16, 19), finish: "body" },
    { shape: box(62, 62, 11, 13), finish: "base" },
    { shape: box(37, 68, 9, 8), finish: "shade" },
  ],
  tapered: [
    ...frame,
    { shape: ellipse(61, 32, 8, 8), finish: "trim" },
    {
      shape: intersection(
        polygon([
          [60, 42],
          [92, 86],
          [34, 86],
        ]),
        sheet,
      ),
      finish: "shade",
    },
    {
      shape: intersection(
        polygon([
          [40, 32],
          [76, 86],
          [8, 86],
        ]),
        sheet,
      ),
      finish: "body",
    },
  ],
};

/** A framed poster: a disc, blocks, mountains. */
export function poster(form: Form): readonly Part[] {
  return parts[form];
}
