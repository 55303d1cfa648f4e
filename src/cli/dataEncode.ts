import { EncodeError } from "../../runtime/data/encode/encodeError.js";
import {
  encodeItems,
  type EncodeProgress,
  type EncodeResult,
} from "../../runtime/data/encode/encodeItems.js";
import { command } from "./command.js";
import { counted } from "./counted.js";
import { deviceOption, deviceRequest } from "./deviceOption.js";
import { withInterruption } from "./interruption.js";
import { startProgress, type Progress } from "./progress.js";
import type { Streams } from "./streams.js";
import { UsageError } from "./usageError.js";

export const dataEncode = command({
  positionals: { data: { type: "string", describe: "Dataset folder" } },
  options: {
    modality: { type: "string", demandOption: true, describe: "Name of the features: <modality>.npy" },
    encoder: { type: "string", demandOption: true, describe: "The encoder's description, encoder.json" },
    column: {
      type: "array",
      string: true,
      default: [] as string[],
      describe:
        "Column of items.tsv to encode; texts of several are joined (text, title or name; picture or image)",
    },
    batch: { type: "number", default: 32, describe: "Items per run of the encoder" },
    precision: {
      type: "string",
      choices: ["float32", "float16"] as const,
      default: "float32" as const,
      describe: "How the features are stored",
    },
    "skip-broken": {
      type: "boolean",
      default: false,
      describe: "Count items whose picture cannot be decoded as missing",
    },
    device: deviceOption,
    threads: { type: "number", describe: "Threads within an operation (all cores)" },
    force: { type: "boolean", default: false, describe: "Replace features that are there" },
  },
  examples: [
    ["data/shop --modality text --encoder encoders/minilm/encoder.json", "Titles with a sentence encoder"],
    ["data/shop --modality image --encoder encoders/clip/encoder.json --skip-broken", "Pictures"],
    ["data/shop --modality text --encoder e.json --column title --column brand", "Two columns as one text"],
  ],
  epilogue:
    "Items with nothing in the column are listed as missing. An encoding that was stopped or killed goes on where it " +
    "was with the same command, to the same bytes. docs/encoders.md explains encoder.json.",
  async run(given, streams) {
    const { batch, device, threads, column, json } = given;
    for (const [name, value] of Object.entries({ batch, threads })) {
      if (value === undefined || (Number.isSafeInteger(value) && value >= 1)) continue;
      throw new UsageError(
        `--${name} must be a whole number from 1, found ${value}`,
        "Leave it out for the default.",
      );
    }
    const display = new EncodeDisplay(given.modality, streams);
    const result = await withInterruption(
      () => streams.stderr.write("\nstopping after this batch; a second Ctrl-C does not wait\n"),
      async (signal) => {
        try {
          return await encodeItems({
            data: given.data,
            modality: given.modality,
            encoder: given.encoder,
            ...(column.length === 0 ? {} : { columns: column }),
            batch,
            ...(device === undefined ? {} : { device: deviceRequest(device) }),
            ...(threads === undefined ? {} : { threads }),
            precision: given.precision,
            skipBroken: given["skip-broken"],
            force: given.force,
            signal,
            progress: (event) => {
              display.show(event);
            },
          });
        } catch (error) {
          if (!signal.aborted || error !== signal.reason) throw error;
          throw new EncodeError(
            given.data,
            "encoding was interrupted",
            "The same command goes on where it was",
          );
        } finally {
          display.close();
        }
      },
    );
    streams.stdout.write(json ? `${JSON.stringify(result, null, 2)}\n` : resultText(result));
  },
});

/** Shows on stderr how far an encoding is. */
class EncodeDisplay {
  private progress: Progress | null = null;
  private resumed = 0;

  constructor(
    private readonly modality: string,
    private readonly streams: Streams,
  ) {}

  show(event: EncodeProgress): void {
    const { stderr } = this.streams;
    switch (event.kind) {
      case "device":
        if (event.reason !== null) stderr.write(`${event.reason}\n`);
        break;
      case "start":
        if (event.isOther) {
          stderr.write("note: an unfinished encoding of other items or with another encoder is discarded\n");
        }
        if (event.resumed > 0) stderr.write(`goes on after ${counted(event.resumed, "item")}\n`);
        this.resumed = event.resumed;
        this.progress = startProgress(
          this.streams,
          `encoding ${this.modality}`,
          event.items - event.resumed,
          undefined,
          "items",
        );
        break;
      case "broken":
        stderr.write(
          `note: item ${event.item} counts as missing: ${event.error.subject}: ${event.error.problem}\n`,
        );
        break;
      case "items":
        this.progress?.update(event.done - this.resumed);
    }
  }

  close(): void {
    this.progress?.stop();
  }
}

function resultText({ file, items, size, empty, broken, cut }: EncodeResult): string {
  const notes = [
    ...(empty > 0 ? [`${counted(empty, "item")} with nothing to encode`] : []),
    ...(broken > 0 ? [`${counted(broken, "item")} with a broken picture`] : []),
  ];
  const missing = notes.length === 0 ? "" : `; missing: ${notes.join(", ")}`;
  const shortened = cut === 0 ? "" : `; ${counted(cut, "text")} cut to the encoder's length`;
  return `${file}: ${counted(items, "item")} by ${size} features${missing}${shortened}\n`;
}
