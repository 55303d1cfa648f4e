import { InferenceSession, Tensor } from "onnxruntime-node";
import type { Encoder } from "../../graphs/encoders/encoder.js";
import { pictureEncoder } from "../../graphs/encoders/pictureEncoder.js";
import { titleEncoder } from "../../graphs/encoders/titleEncoder.js";
import { compile } from "../../exports/compile.js";
import { encodeModel } from "../../src/onnx/encode.js";
import { countTitle, titleBuckets } from "./titleCounts.js";

/** Features of all items, [items, size] in C order. */
export interface Features {
  readonly size: number;
  readonly data: Float32Array;
}

async function encode(
  encoder: Encoder,
  feeds: Readonly<Record<string, { readonly width: number; readonly data: Float32Array }>>,
): Promise<Features> {
  // One thread: the sums are then the same on every number of cores.
  const session = await InferenceSession.create(encodeModel(compile(encoder)), {
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  try {
    const inputs = Object.entries(feeds).map(([name, { width, data }]) => {
      return [name, new Tensor("float32", data, [data.length / width, width])] as const;
    });
    const { features } = await session.run(Object.fromEntries(inputs));
    return { size: features!.dims[1]!, data: features!.data as Float32Array };
  } finally {
    await session.release();
  }
}

/**
 * Features of a catalogue's pictures by the ONNX picture encoder.
 *
 * @param pictures row-major red, green, blue bytes of square pictures of one size
 */
export async function encodePictures(
  pictures: readonly Uint8ClampedArray[],
  size: number,
): Promise<Features> {
  const width = size * size;
  const plane = (channel: number): { width: number; data: Float32Array } => {
    const data = new Float32Array(pictures.length * width);
    for (const [item, picture] of pictures.entries()) {
      for (let pixel = 0; pixel < width; pixel += 1)
        data[item * width + pixel] = picture[pixel * 3 + channel]!;
    }
    return { width, data };
  };
  return encode(pictureEncoder(size), { red: plane(0), green: plane(1), blue: plane(2) });
}

/** Features of a catalogue's titles by the ONNX title encoder. */
export async function encodeTitles(titles: readonly string[]): Promise<Features> {
  const data = new Float32Array(titles.length * titleBuckets);
  for (const [item, title] of titles.entries()) {
    countTitle(title, data.subarray(item * titleBuckets, (item + 1) * titleBuckets));
  }
  return encode(titleEncoder(titleBuckets), { counts: { width: titleBuckets, data } });
}
