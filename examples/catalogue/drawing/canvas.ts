import type { Rgb } from "../vocabulary.js";
import type { Shape } from "./shape.js";

/** The colour at a point of the drawing grid. */
export type Fill = (x: number, y: number) => Rgb;

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
    for (let row = 0; row < this.size; row += 1) {
      for (let column = 0; column < this.size; column += 1) {
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
