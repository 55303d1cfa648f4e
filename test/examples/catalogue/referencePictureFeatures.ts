/**
 * The picture encoder's features computed pixel by pixel from the definition of its statistics: the oracle for the
 * ONNX encoder. Float64 throughout.
 */

const orientations = [0, 1, 2, 3] as const;

interface Place {
  readonly x: number;
  readonly y: number;
  readonly orientation: number;
}

/** Share of a brightness from 0 to 1 that falls to level 0, 1/2 or 1. */
function levelShare(brightness: number, level: number): number {
  return Math.max(0, 1 - Math.abs(2 * brightness - level));
}

class Picture {
  readonly #size: number;
  readonly #bytes: ArrayLike<number>;
  readonly #contrast: Float64Array;

  constructor(bytes: ArrayLike<number>) {
    this.#bytes = bytes;
    this.#size = Math.sqrt(bytes.length / 3);
    const luma = Float64Array.from({ length: bytes.length / 3 }, (_, pixel) => {
      const [red, green, blue] = this.#colour(pixel);
      return 0.299 * red + 0.587 * green + 0.114 * blue;
    });
    const mean = luma.reduce((left, right) => left + right, 0) / luma.length;
    this.#contrast = luma.map((value) => value - mean);
  }

  #colour(pixel: number): [number, number, number] {
    return [0, 1, 2].map((channel) => this.#bytes[3 * pixel + channel]! / 255) as [number, number, number];
  }

  #position(pixel: number): [number, number] {
    const column = pixel % this.#size;
    const row = (pixel - column) / this.#size;
    return [(column + 0.5) / this.#size - 0.5, (row + 0.5) / this.#size - 0.5];
  }

  tones(): number[] {
    const histogram = new Array<number>(27).fill(0);
    let total = 0;
    for (let pixel = 0; pixel < this.#contrast.length; pixel += 1) {
      const [x, y] = this.#position(pixel);
      const [red, green, blue] = this.#colour(pixel);
      const seen = Math.exp(-(x ** 2 + y ** 2) / (2 * (9 / 48) ** 2));
      total += seen;
      for (let tone = 0; tone < 27; tone += 1) {
        const levels = [Math.floor(tone / 9), Math.floor(tone / 3) % 3, tone % 3] as const;
        histogram[tone]! +=
          seen * levelShare(red, levels[0]) * levelShare(green, levels[1]) * levelShare(blue, levels[2]);
      }
    }
    return histogram.map((amount) => Math.sqrt(amount / total));
  }

  /** Magnitude of the response to a wave of this period under a bell of this width. */
  response({ x, y, orientation }: Place, period: number, width: number): number {
    const angle = (orientation * Math.PI) / 4;
    let even = 0;
    let odd = 0;
    for (let pixel = 0; pixel < this.#contrast.length; pixel += 1) {
      const [px, py] = this.#position(pixel);
      const bell = Math.exp(-((px - x) ** 2 + (py - y) ** 2) / (2 * width ** 2)) / (2 * Math.PI * width ** 2);
      const phase = (2 * Math.PI * ((px - x) * Math.cos(angle) + (py - y) * Math.sin(angle))) / period;
      even += this.#contrast[pixel]! * bell * Math.cos(phase);
      odd += this.#contrast[pixel]! * bell * Math.sin(phase);
    }
    return Math.hypot(even, odd) / this.#contrast.length;
  }

  shapes(): number[] {
    const statistics: number[] = [];
    for (const y of [-0.4, -0.2, 0, 0.2, 0.4]) {
      for (const x of [-0.4, -0.2, 0]) {
        for (const orientation of orientations) {
          const mirrored = { x: -x, y, orientation: (4 - orientation) % 4 };
          const itself = x === 0 && mirrored.orientation === orientation;
          if (x === 0 && mirrored.orientation < orientation) continue;
          const response = this.response({ x, y, orientation }, 0.2, 0.08);
          statistics.push(Math.sqrt(response + (itself ? 0 : this.response(mirrored, 0.2, 0.08))));
        }
      }
    }
    return statistics;
  }

  textures(): number[] {
    const places = [-1 / 6, 0, 1 / 6];
    return [1 / 12, 1 / 8, 3 / 16].flatMap((period) =>
      orientations.map((orientation) => {
        const responses = places.flatMap((y) =>
          places.map((x) => this.response({ x, y, orientation }, period, 0.7 * period)),
        );
        return Math.sqrt(responses.reduce((left, right) => left + right, 0));
      }),
    );
  }
}

/** @returns one row of 94 features per picture, standardised over the pictures */
export function referencePictureFeatures(pictures: readonly ArrayLike<number>[]): number[][] {
  const scale = (weight: number, values: readonly number[]): number[] =>
    new Array<number>(values.length).fill(weight / Math.sqrt(values.length));
  const statistics = pictures.map((bytes) => {
    const picture = new Picture(bytes);
    return [picture.tones(), picture.shapes(), picture.textures()] as const;
  });
  const rows = statistics.map((families) => families.flat());
  const [tones, shapes, textures] = statistics[0]!;
  const scales = [...scale(1, tones), ...scale(1.1, shapes), ...scale(0.8, textures)];
  const mean = scales.map((_, j) => rows.reduce((sum, row) => sum + row[j]!, 0) / rows.length);
  const variance = scales.map(
    (_, j) => rows.reduce((sum, row) => sum + (row[j]! - mean[j]!) ** 2, 0) / rows.length,
  );
  return rows.map((row) =>
    row.map((value, j) => (scales[j]! * (value - mean[j]!)) / Math.sqrt(variance[j]! + 1e-4)),
  );
}
