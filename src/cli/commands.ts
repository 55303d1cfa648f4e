import type { Command } from "./command.js";

export interface CommandEntry {
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

/** The commands in the order of the help; a command's file is loaded when it is used. */
export const commands: Readonly<Record<string, CommandEntry>> = {
  inspect: {
    summary: "Show what an ONNX file, an artifact folder or a checkpoint holds",
    load: async () => (await import("./inspect.js")).inspect,
  },
};
