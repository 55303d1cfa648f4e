import type { Command } from "./command.js";

export interface CommandEntry {
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

/**
 * The commands in the order of the help; a command's file is loaded when it is used. A name of two words, `data check`,
 * is a command of the group that its first word names.
 */
export const commands: Readonly<Record<string, CommandEntry>> = {
  quickstart: {
    summary: "See it all work in two minutes: an example shop, training, an export, recommendations",
    load: async () => (await import("./quickstart.js")).quickstart,
  },
  demo: {
    summary: "A shop in your browser: likes change its recommendations, models train in the page",
    load: async () => (await import("./demo.js")).demo,
  },
  doctor: {
    summary: "Say what works on this machine and what to do about the rest",
    load: async () => (await import("./doctor.js")).doctor,
  },
  models: {
    summary: "List the bundled models and their hyper-parameters",
    load: async () => (await import("./models.js")).models,
  },
  new: {
    summary: "Write a model of your own to start from",
    load: async () => (await import("./new.js")).newModel,
  },
  "data check": {
    summary: "Say what to know about a dataset before training on it",
    load: async () => (await import("./dataCheck.js")).dataCheck,
  },
  "data encode": {
    summary: "Make features from titles or pictures with any ONNX encoder",
    load: async () => (await import("./dataEncode.js")).dataEncode,
  },
  "data corrupt": {
    summary: "Copy a dataset with noise or missing features, for robustness studies",
    load: async () => (await import("./dataCorrupt.js")).dataCorrupt,
  },
  build: {
    summary: "Compile a model to ONNX artifacts for training",
    load: async () => (await import("./build.js")).build,
  },
  train: {
    summary: "Train a model on a dataset",
    load: async () => (await import("./train.js")).train,
  },
  tune: {
    summary: "Search hyper-parameters on validation data",
    load: async () => (await import("./tune.js")).tune,
  },
  ablate: {
    summary: "Train the rows of an ablation table of a model's paper and compare them",
    load: async () => (await import("./ablate.js")).ablate,
  },
  evaluate: {
    summary: "Measure the best epoch of a run against popularity",
    load: async () => (await import("./evaluate.js")).evaluate,
  },
  report: {
    summary: "Write one HTML page on a run: curves, results, recommendations, data",
    load: async () => (await import("./report.js")).report,
  },
  compare: {
    summary: "Compare runs over seeds, with paired tests over users",
    load: async () => (await import("./compare.js")).compare,
  },
  export: {
    summary: "Write the trained model of a run as ONNX files for serving",
    load: async () => (await import("./export.js")).exportRun,
  },
  recommend: {
    summary: "Recommend items to users with an exported model",
    load: async () => (await import("./recommend.js")).recommend,
  },
  serve: {
    summary: "Answer requests over HTTP with an exported model",
    load: async () => (await import("./serve.js")).serve,
  },
  inspect: {
    summary: "Show what a model, an ONNX file, an artifact folder or a checkpoint holds",
    load: async () => (await import("./inspect.js")).inspect,
  },
  "data import": {
    summary: "Make a dataset of files of other toolkits or of any table",
    load: async () => (await import("./dataImport.js")).dataImport,
  },
  "data split": {
    summary: "Divide the interactions of a dataset anew: at random, by time, by items",
    load: async () => (await import("./dataSplit.js")).dataSplit,
  },
};
