import sharp from "sharp";
import { EncodeError } from "./encodeError.js";
import type { ImageSettings } from "./encoderDescription.js";
import type { EncoderInput } from "./encoderInput.js";

const CHANNELS = 3;

/**
 * A picture as it is meant to be seen (upright, sRGB, transparency on the background), resized so that its shorter
 * side has the length of `resize`, and cut to the square in its middle.
 *
 * @returns bytes [crop, crop, 3]: red, green, blue
 * @throws EncodeError naming the file
 */
async function pixels(file: string, { resize, crop, kernel, background }: ImageSettings): Promise<Buffer> {
  const [r, g, b] = background;
  try {
    const picture = sharp(file, { failOn: "error" });
    const { width, height } = (await picture.metadata()).autoOrient;
    const scale = (resize ?? crop) / Math.min(width, height);
    const wide = resize === undefined ? crop : Math.max(crop, Math.trunc(scale * width));
    const high = resize === undefined ? crop : Math.max(crop, Math.trunc(scale * height));
    return await picture
      .autoOrient()
      .flatten({ background: { r, g, b } })
      .toColourspace("srgb")
      .resize(wide, high, { fit: "fill", kernel })
      .extract({
        left: Math.round((wide - crop) / 2),
        top: Math.round((high - crop) / 2),
        width: crop,
        height: crop,
      })
      .raw()
      .toBuffer();
  } catch (error) {
    throw new EncodeError(
      file,
      `the picture cannot be decoded (${(error as Error).message.trim().replace(/\.$/, "")})`,
      "Replace the file, or pass --skip-broken to count such items as missing",
    );
  }
}

/** Pictures as float32 [item, 3, crop, crop], or [item, crop, crop, 3] for the layout nhwc. */
export function imageInput(settings: ImageSettings, input: string): EncoderInput {
  // Pictures are read once; a cache would only grow.
  sharp.cache(false);
  const { crop, layout, channels, scale, mean, std } = settings;
  const area = crop * crop;
  const place = (pixel: number, channel: number): number =>
    layout === "nchw" ? channel * area + pixel : pixel * CHANNELS + channel;
  return {
    cut: 0,
    async batch(sources) {
      const data = new Float32Array(sources.length * area * CHANNELS);
      // Decoded side by side; of several broken pictures, the first one is named.
      const decoded = await Promise.allSettled(sources.map((file) => pixels(file, settings)));
      for (const [item, picture] of decoded.entries()) {
        if (picture.status === "rejected") throw picture.reason;
        const bytes = picture.value;
        const start = item * area * CHANNELS;
        for (let pixel = 0; pixel < area; pixel++) {
          for (let channel = 0; channel < CHANNELS; channel++) {
            const byte = bytes[pixel * CHANNELS + (channels === "rgb" ? channel : CHANNELS - 1 - channel)]!;
            data[start + place(pixel, channel)] = (byte * scale - mean[channel]!) / std[channel]!;
          }
        }
      }
      const dims = layout === "nchw" ? [CHANNELS, crop, crop] : [crop, crop, CHANNELS];
      return { inputs: new Map([[input, { dims: [sources.length, ...dims], data }]]), mask: null };
    },
  };
}
