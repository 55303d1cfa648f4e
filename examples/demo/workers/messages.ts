/** Addresses of onnxruntime-web's files, which the page knows from its bundler. */
export interface OrtFiles {
  readonly mjs: string;
  readonly wasm: string;
}

/** What the page asks its workers, by the name of the question: what it gives and what it gets. */
export interface Questions {
  /** Opens an export folder and keeps it under its address. */
  readonly open: {
    readonly given: {
      readonly address: string;
      readonly precision: "float32" | "float16";
      readonly ort: OrtFiles;
    };
    readonly got: { readonly device: string; readonly threads: number };
  };
  readonly recommend: {
    readonly given: {
      readonly address: string;
      readonly liked: readonly number[];
      readonly k: number;
      readonly personalised: boolean;
    };
    readonly got: { readonly list: readonly Scored[]; readonly milliseconds: number };
  };
  /** For each item, what the liked ones add to its score, the most first. */
  readonly explain: {
    readonly given: {
      readonly address: string;
      readonly liked: readonly number[];
      readonly items: readonly number[];
    };
    readonly got: readonly (readonly { readonly item: number; readonly contribution: number }[])[];
  };
  /** Trains a model from nothing and keeps it under the folder's address; `training` messages say how far it is. */
  readonly train: {
    readonly given: {
      readonly address: string;
      readonly device: TrainingDevice;
      readonly epochs: number;
      readonly ort: OrtFiles;
    };
    readonly got: {
      readonly device: string;
      readonly threads: number;
      readonly epochs: number;
      readonly recall20: number | null;
    };
  };
  /** Ends training after the present steps, with what was learnt until then. */
  readonly stop: { readonly given: null; readonly got: null };
  readonly similar: {
    readonly given: { readonly address: string; readonly item: number; readonly k: number };
    readonly got: readonly Scored[];
  };
}

export type TrainingDevice = "wasm" | "webgpu";

/** How far training is. */
export interface TrainingReport {
  /** Complete epochs, and the share of the running one. */
  readonly epochs: number;
  /** Mean ranking loss (BPR) of the last steps. */
  readonly loss: number;
  readonly stepsPerSecond: number;
  /** On validation purchases, of the last evaluation; null before the first. */
  readonly recall20: number | null;
}

export interface Scored {
  readonly item: number;
  readonly score: number;
}

export type QuestionName = keyof Questions;

/** One question as it travels. */
export type Question = {
  [Name in QuestionName]: {
    readonly id: number;
    readonly name: Name;
    readonly given: Questions[Name]["given"];
  };
}[QuestionName];

/** What a worker sends. */
export type Message =
  | { readonly kind: "answer"; readonly id: number; readonly got: unknown }
  | { readonly kind: "failure"; readonly id: number; readonly message: string }
  | { readonly kind: "training"; readonly report: TrainingReport }
  /** Bytes of the files being loaded. */
  | { readonly kind: "loading"; readonly loaded: number; readonly total: number };
