import { Writable } from "node:stream";
import { runCli } from "../../src/cli/runCli.js";

export interface Captured {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A stream that keeps what is written to it. */
export class Memory extends Writable {
  text = "";

  constructor(readonly isTTY = false) {
    super({
      write: (chunk: Buffer, _encoding, done) => {
        this.text += chunk.toString();
        done();
      },
    });
  }
}

/** Runs a command line in this process. */
export async function mmkit(...words: readonly string[]): Promise<Captured> {
  const stdout = new Memory();
  const stderr = new Memory();
  const code = await runCli(words, { stdout, stderr });
  return { code, stdout: stdout.text, stderr: stderr.text };
}
