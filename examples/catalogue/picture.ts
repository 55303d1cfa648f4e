import { Canvas, type Fill } from "./drawing/canvas.js";
import { lit, mix, patterned } from "./drawing/fill.js";
import type { Finish } from "./drawing/part.js";
import { ellipse, type Shape } from "./drawing/shape.js";
import { silhouette } from "./drawing/silhouette.js";
import type { Item, Look } from "./item.js";
import { colours, type Rgb } from "./vocabulary.js";

/** Width and height of a catalogue picture in pixels. */
export const pictureSize = 48;

/** What a picture shows: the attributes of an item that can be seen. */
export type Visible = Pick<Item, "kind" | "form" | "colour" | "pattern" | "look">;

const ivory: Rgb = [250, 244, 230];
const ink: Rgb = [38, 34, 44];

function placed(shape: Shape, look: Look): Shape {
  const flip = look.mirrored ? -1 : 1;
  return (x, y) =>
    look.scale *
    shape(50 + (flip * (x - 50 - look.shift[0])) / look.scale, 50 + (y - 50 - look.shift[1]) / look.scale);
}

/**
 * Draws an item on its backdrop.
 *
 * @returns row-major red, green, blue bytes, `size` by `size` pixels
 */
export function drawPicture(
  { kind, form, colour, pattern, look }: Visible,
  size = pictureSize,
): Uint8ClampedArray {
  const [red, green, blue] = colours[colour].rgb;
  const ground: Rgb = [red + look.tint[0], green + look.tint[1], blue + look.tint[2]];
  const shade = mix(ground, ink, 0.32);
  const figure = look.accent === "light" ? mix(ground, ivory, 0.8) : mix(ground, ink, 0.52);
  const plain = (rgb: Rgb): Fill => lit(() => rgb);
  const fills: Readonly<Record<Finish, Fill>> = {
    body: lit(patterned(pattern, look.placement, ground, figure)),
    base: plain(ground),
    shade: plain(shade),
    trim: plain(figure),
    wood: plain([176, 128, 84]),
    leaf: plain([84, 140, 82]),
    paper: plain([252, 250, 244]),
    ink: plain([52, 48, 56]),
    metal: plain([196, 168, 104]),
  };
  const canvas = new Canvas(size, look.backdrop);
  canvas.paint(placed(ellipse(52, 89, 36, 5), look), () => mix(look.backdrop, ink, 0.6), 0.32, 9);
  for (const part of silhouette(kind, form)) {
    canvas.paint(placed(part.shape, look), fills[part.finish]);
  }
  return canvas.pixels();
}
