import type { Command } from "./command.js";

export interface CommandEntry {
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

/** The commands in the order of the help; a command's file is loaded when it is used. */
export const commands: Readonly<Record<string, CommandEntry>> = {
  models: {
    summary: "List the bundled models and their hyper-parameters",
    load: async () => (await import("./models.js")).models,
  },
  new: {
    summary: "Write a model of your own to start from",
    load: async () => (await import("./new.js")).newModel,
  },
  build: {
    summary: "Compile a model to ONNX artifacts for training",
    load: async () => (await import("./build.js")).build,
  },
  inspect: {
    summary: "Show what an ONNX file, an artifact folder or a checkpoint holds",
    load: async () => (await import("./inspect.js")).inspect,
  },
};
