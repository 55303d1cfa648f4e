import { access, rm } from "node:fs/promises";
import { join } from "node:path";
import { chooseDevice, type Device, type DeviceRequest } from "../../artifacts/device.js";
import { RunFolderError } from "../../training/runFolder.js";
import { RunLock } from "../../training/runLock.js";
import { loadDataset } from "../dataset.js";
import { addFeatures } from "./addFeatures.js";
import { encodeBlock, sizeOfAny, zeroMissing } from "./encodeBlock.js";
import { EncodeError } from "./encodeError.js";
import { readEncoderDescription, type EncoderDescription } from "./encoderDescription.js";
import { EncoderSession } from "./encoderSession.js";
import { encoderHashes, fingerprintOf } from "./fingerprint.js";
import { itemSources } from "./itemSources.js";
import { PartialRows } from "./partialRows.js";

export interface EncodeOptions {
  /** Dataset folder. */
  readonly data: string;
  /** Name of the features. */
  readonly modality: string;
  /** The encoder's description, encoder.json. */
  readonly encoder: string;
  /** Columns of items.tsv; the usual ones if absent. */
  readonly columns?: readonly string[];
  /** Items per run of the encoder; 32 by default. */
  readonly batch?: number;
  readonly device?: DeviceRequest;
  /** Threads within an operation; onnxruntime's default if absent. */
  readonly threads?: number;
  /** How features are stored; float32 by default. */
  readonly precision?: "float16" | "float32";
  /** Count items whose picture cannot be decoded as missing. */
  readonly skipBroken?: boolean;
  /** Replace features that are there. */
  readonly force?: boolean;
  readonly signal?: AbortSignal;
  readonly progress?: (event: EncodeProgress) => void;
}

export type EncodeProgress =
  | { readonly kind: "device"; readonly device: Device; readonly reason: string | null }
  /** `resumed` items were done before; `isOther`: an unfinished encoding of other data was left behind. */
  | { readonly kind: "start"; readonly items: number; readonly resumed: number; readonly isOther: boolean }
  | { readonly kind: "broken"; readonly item: number; readonly error: EncodeError }
  | { readonly kind: "items"; readonly done: number };

export interface EncodeResult {
  readonly file: string;
  readonly items: number;
  readonly size: number;
  /** Items that have nothing to encode. */
  readonly empty: number;
  /** Items whose picture cannot be decoded. */
  readonly broken: number;
  /** Texts that lost their end, of those encoded in this run. */
  readonly cut: number;
  /** Items that an earlier run had encoded. */
  readonly resumed: number;
}

const BATCH = 32;

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function lock(folder: string): Promise<RunLock> {
  return RunLock.take(folder).catch((error: unknown) => {
    if (!(error instanceof RunFolderError)) throw error;
    throw new EncodeError(folder, "another process is encoding this modality now", "Wait for it to end");
  });
}

/**
 * Encodes what items.tsv says of every item and puts the features into the dataset folder. Items with nothing to
 * encode are missing. Finished batches survive a kill: the next call with the same options goes on after them, and the
 * result is the same, byte for byte.
 *
 * @throws EncodeError, DatasetError, DeviceError; the dataset then is as it was
 * @throws the signal's reason when aborted; what was done is kept
 */
export async function encodeItems(options: EncodeOptions): Promise<EncodeResult> {
  const { data, modality, signal, progress = () => undefined } = options;
  if (!/^[\w-]+$/.test(modality)) {
    throw new EncodeError(`modality "${modality}"`, "this is no file stem", "Use letters, digits, _ and -");
  }
  const description = await readEncoderDescription(options.encoder);
  const target = join(data, `${modality}.npy`);
  for (const file of [target, join(data, `${modality}.safetensors`)]) {
    if (options.force === true || !(await exists(file))) continue;
    throw new EncodeError(
      file,
      "the features exist already",
      "Choose another modality, or pass --force to replace them",
    );
  }
  const dataset = await loadDataset(data);
  const { kind } = description.source;
  const { columns, sources } = itemSources(dataset, kind, options.columns ?? null);
  const { device, reason } = await chooseEncoderDevice(options.device ?? "cpu", description);
  progress({ kind: "device", device, reason });
  const session = await EncoderSession.open(description, {
    device,
    ...(options.threads === undefined ? {} : { threads: options.threads }),
  });
  const batch = session.fixedBatch ?? options.batch ?? BATCH;
  const hashes = await encoderHashes(description);
  const skipBroken = options.skipBroken === true;
  const work = join(data, `.encoding-${modality}`);
  let isFinished = false;
  try {
    const fingerprint = await fingerprintOf(sources, kind, {
      hashes,
      batch,
      device,
      threads: options.threads ?? null,
      skipBroken,
    });
    const held = await lock(work);
    try {
      const { rows, isOther } = await PartialRows.open(work, fingerprint, batch);
      const resumed = rows.count;
      progress({ kind: "start", items: sources.length, resumed, isOther });
      try {
        let size = rows.size;
        for (let first = resumed; first < sources.length; first += batch) {
          signal?.throwIfAborted();
          const block = sources.slice(first, first + batch);
          const made = await encodeBlock(
            session,
            block,
            skipBroken
              ? (at, error) => {
                  progress({ kind: "broken", item: first + at, error });
                }
              : null,
          );
          size = made?.size ?? size ?? (await sizeOfAny(session, sources));
          await rows.append(made?.rows ?? new Float32Array(block.length * size).fill(NaN), size);
          progress({ kind: "items", done: Math.min(first + batch, sources.length) });
        }
        const found = await rows.read();
        const missing = zeroMissing(found, size!);
        await addFeatures(data, {
          modality,
          items: sources.length,
          size: size!,
          data: found,
          missing,
          precision: options.precision ?? "float32",
          made: {
            columns,
            encoder: hashes,
            pooling: description.pooling,
            normalise: description.normalise,
            device,
          },
        });
        isFinished = true;
        const empty = sources.filter((source) => source === null).length;
        return {
          file: target,
          items: sources.length,
          size: size!,
          empty,
          broken: missing.length - empty,
          cut: session.cut,
          resumed,
        };
      } finally {
        await rows.close();
      }
    } finally {
      await held.release();
      if (isFinished) await rm(work, { recursive: true, force: true });
    }
  } finally {
    await session.release();
  }
}

/** The CPU needs no trial; other devices are tried with the model. */
async function chooseEncoderDevice(
  request: DeviceRequest,
  { model }: EncoderDescription,
): Promise<{ readonly device: Device; readonly reason: string | null }> {
  if (request === "cpu" || !(await exists(model))) return { device: "cpu", reason: null };
  return chooseDevice(request, model);
}
