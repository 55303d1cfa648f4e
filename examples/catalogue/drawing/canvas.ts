import type { Rgb } from "../vocabulary.js";
import type { Shape } from "./shape.js";

/** The colour at a point of the drawing grid. */
export type Fill = (x: number, y: number) => Rgb;

/** Pixels along a side of the tiles that are left out whole where a shape is far away. */
const TILE = 8;
/** Shapes made of ellipses overstate distances, by less than this in every drawing. */
const OVERSTATED = 2;

/** A square RGB picture on which antialiased shapes are painted one over the other. */
export class Canvas {
  readonly #channels: Float64Array;

  /**
   * @param size width and height in pixels; the drawing grid of 100 by 100 units is spread over them
   * @param background colour of every pixel at the start
   */
  constructor(
    readonly size: number,
    background: Rgb,
  ) {
    this.#channels = new Float64Array(size * size * 3);
    for (let index = 0; index < this.#channels.length; index += 1) {
      this.#channels[index] = background[index % 3]!;
    }
  }

  /**
   * Paints a shape. The share of a pixel that the shape covers is taken from the distance between the pixel's
   * centre and the shape's edge.
   *
   * @param opacity 0 leaves the picture as it was, 1 covers it
   * @param softness width in grid units over which the edge fades; 0 fades over one pixel
   */
  paint(shape: Shape, fill: Fill, opacity = 1, softness = 0): void {
    const pixel = 100 / this.size;
    const fade = Math.max(pixel, softness);
    const reach = OVERSTATED * (TILE / 2) * Math.SQRT2 * pixel + fade / 2;
    for (let top = 0; top < this.size; top += TILE) {
      for (let left = 0; left < this.size; left += TILE) {
        if (shape((left + TILE / 2) * pixel, (top + TILE / 2) * pixel) > reach) continue;
        this.#paintTile(shape, fill, { top, left, fade, opacity });
      }
    }
  }

  #paintTile(
    shape: Shape,
    fill: Fill,
    tile: { readonly top: number; readonly left: number; readonly fade: number; readonly opacity: number },
  ): void {
    const { top, left, fade, opacity } = tile;
    const pixel = 100 / this.size;
    for (let row = top; row < Math.min(top + TILE, this.size); row += 1) {
      for (let column = left; column < Math.min(left + TILE, this.size); column += 1) {
        const x = (column + 0.5) * pixel;
        const y = (row + 0.5) * pixel;
        const cover = Math.min(1, Math.max(0, 0.5 - shape(x, y) / fade)) * opacity;
        if (cover === 0) continue;
        const colour = fill(x, y);
        const start = (row * this.size + column) * 3;
        for (let channel = 0; channel < 3; channel += 1) {
          const below = this.#channels[start + channel]!;
          this.#channels[start + channel] = below + (colour[channel]! - below) * cover;
        }
      }
    }
  }

  /** Row-major red, green, blue bytes. `Uint8ClampedArray` rounds and clamps. */
  pixels(): Uint8ClampedArray {
    return new Uint8ClampedArray(this.#channels);
  }
}
