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
  readonly similar: {
    readonly given: { readonly address: string; readonly item: number; readonly k: number };
    readonly got: readonly Scored[];
  };
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
  /** Bytes of the files being loaded. */
  | { readonly kind: "loading"; readonly loaded: number; readonly total: number };
