import { InferenceSession, env, type Tensor } from "onnxruntime-node";
import { access } from "node:fs/promises";
import { providersOf, type Device } from "../../artifacts/device.js";
import { EncodeError } from "./encodeError.js";
import type { EncoderDescription } from "./encoderDescription.js";
import type { EncoderBatch, EncoderInput } from "./encoderInput.js";
import { floatsOf, tensorOf } from "./graphTensors.js";
import { openInput } from "./openInput.js";
import { normaliseRows, pooled, type EncoderOutput } from "./pooling.js";

type Metadata = InferenceSession.TensorValueMetadata;

const listed = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(", ");

/** An encoder that is loaded and whose inputs and outputs fit its description. */
export class EncoderSession {
  private constructor(
    private readonly description: EncoderDescription,
    private readonly session: InferenceSession,
    private readonly input: EncoderInput,
    private readonly outputName: string,
    /** Items per run that the graph wants, null if any number. */
    readonly fixedBatch: number | null,
  ) {}

  /** @throws EncodeError if the model or a file it needs is missing, cannot be loaded or does not fit the description */
  static async open(
    description: EncoderDescription,
    options: { readonly device: Device; readonly threads?: number },
  ): Promise<EncoderSession> {
    const session = await load(description.model, options);
    try {
      const inputs = new Map(
        (session.inputMetadata as readonly Metadata[]).map((input) => [input.name, input]),
      );
      const input = await openInput(description, inputs);
      const fixed = [...inputs.values()][0]!.shape[0];
      const output = outputOf(description, session);
      return new EncoderSession(
        description,
        session,
        input,
        output,
        typeof fixed === "number" && fixed > 0 ? fixed : null,
      );
    } catch (error) {
      await session.release();
      throw error;
    }
  }

  /** Texts that lost their end so far. */
  get cut(): number {
    return this.input.cut;
  }

  /**
   * Features of a batch of items.
   *
   * @param sources texts, or paths of pictures; at least one
   * @returns [item, size]
   * @throws EncodeError for a picture that cannot be decoded, a run that fails, an output of another rank or values
   *   that are not finite
   */
  async encode(sources: readonly string[]): Promise<{ readonly size: number; readonly rows: Float32Array }> {
    const items = sources.length;
    // A graph with a fixed batch gets the last item again in the places that are left.
    const filled =
      this.fixedBatch === null
        ? sources
        : Array.from({ length: this.fixedBatch }, (_, at) => sources[Math.min(at, items - 1)]!);
    const batch = await this.input.batch(filled);
    const output = await this.run(batch);
    const size = output.dims.at(-1)!;
    const { pooling } = this.description;
    const rows = (pooling === "none" ? output.data : pooled(output, pooling, batch.mask)).slice(
      0,
      items * size,
    );
    const bad = rows.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) {
      throw new EncodeError(
        this.description.model,
        `the encoder gave ${rows[bad]!} for ${JSON.stringify(sources[Math.floor(bad / size)])}`,
        "Check scale, mean and std of the description, or try another device",
      );
    }
    if (this.description.normalise) normaliseRows(rows, size);
    return { size, rows };
  }

  async release(): Promise<void> {
    await this.session.release();
  }

  private async run(batch: EncoderBatch): Promise<EncoderOutput> {
    const metadata = this.session.inputMetadata as readonly Metadata[];
    const feeds = Object.fromEntries(
      metadata.map(({ name, type }) => [
        name,
        tensorOf(this.description.model, name, type, batch.inputs.get(name)!),
      ]),
    );
    let result: Tensor;
    try {
      result = (await this.session.run(feeds, [this.outputName]))[this.outputName]!;
    } catch (error) {
      throw new EncodeError(
        this.description.model,
        `onnxruntime cannot run the encoder (${(error as Error).message.trim().replace(/\.$/, "")})`,
        "Compare the description with what the encoder was exported for",
      );
    }
    const { pooling } = this.description;
    const rank = pooling === "none" ? 2 : 3;
    const shape = `[${result.dims.join(", ")}]`;
    const items = [...batch.inputs.values()][0]!.dims[0];
    if (result.dims.length !== rank || result.dims[0] !== items) {
      const wanted = pooling === "none" ? "[item, feature]" : "[item, token, feature]";
      throw new EncodeError(
        this.description.model,
        `the output "${this.outputName}" is ${shape} for ${items!} items, but pooling "${pooling}" takes ${wanted}`,
        pooling === "none" && result.dims.length === 3
          ? 'Set pooling to "mean" or "cls"'
          : 'Name another output, or set pooling to "none" for an output that is pooled already',
      );
    }
    const masked = batch.mask?.dims[1];
    if (pooling === "mean" && masked !== undefined && result.dims[1] !== masked) {
      throw new EncodeError(
        this.description.model,
        `the output "${this.outputName}" is ${shape} for texts of ${masked} tokens, so its tokens are others`,
        'Set pooling to "cls" or name another output',
      );
    }
    return { dims: result.dims, data: floatsOf(this.description.model, this.outputName, result) };
  }
}

async function load(
  model: string,
  { device, threads }: { readonly device: Device; readonly threads?: number },
): Promise<InferenceSession> {
  // What goes wrong is thrown; the log would repeat it on stderr.
  env.logLevel = "fatal";
  await access(model).catch(() => {
    throw new EncodeError(
      model,
      "the file does not exist",
      "Correct model in the description; it is relative to it",
    );
  });
  try {
    return await InferenceSession.create(model, {
      executionProviders: providersOf(device),
      logSeverityLevel: 4,
      extra: { session: { use_deterministic_compute: "1" } },
      ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
    });
  } catch (error) {
    const reason = (error as Error).message.trim().replace(/\.$/, "");
    throw new EncodeError(
      model,
      `onnxruntime cannot load it (${reason})`,
      "Export the encoder to ONNX again",
    );
  }
}

function outputOf({ output, file }: EncoderDescription, session: InferenceSession): string {
  const names = session.outputNames;
  if (output === undefined) return names[0]!;
  if (names.includes(output)) return output;
  throw new EncodeError(
    file,
    `the description names the output "${output}", but the graph gives ${listed(names)}`,
    "Use one of the graph's names",
  );
}
