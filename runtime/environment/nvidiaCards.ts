import { execFile } from "node:child_process";

/** A graphics card as nvidia-smi describes it. */
export interface NvidiaCard {
  readonly index: number;
  readonly name: string;
  readonly driver: string;
  /** Bytes. */
  readonly memory: number;
  readonly free: number;
}

/** Runs a program and gives what it prints; rejects if it is missing or fails. */
export type RunProgram = (program: string, words: readonly string[]) => Promise<string>;

export const runProgram: RunProgram = (program, words) =>
  new Promise((resolve, reject) => {
    execFile(program, [...words], { timeout: 20_000 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else if (error.code === "ENOENT") reject(new Error(`there is no program ${program}`));
      else reject(new Error(stderr.trim() === "" ? error.message : stderr.trim()));
    });
  });

const MIB = 2 ** 20;

/**
 * The NVIDIA cards of the machine.
 *
 * @throws Error with what the driver's tool says, or that there is no such tool
 */
export async function nvidiaCards(run: RunProgram = runProgram): Promise<NvidiaCard[]> {
  const query = "index,name,driver_version,memory.total,memory.free";
  const text = await run("nvidia-smi", [`--query-gpu=${query}`, "--format=csv,noheader,nounits"]);
  return text
    .split("\n")
    .map((line) => line.split(",").map((field) => field.trim()))
    .filter((fields) => fields.length === 5)
    .map(([index, name, driver, memory, free]) => ({
      index: Number(index),
      name: name!,
      driver: driver!,
      memory: Number(memory) * MIB,
      free: Number(free) * MIB,
    }));
}

/**
 * Bytes free on a card; null if they are not known: no nvidia-smi, or CUDA_VISIBLE_DEVICES gives the cards other
 * numbers than nvidia-smi does.
 */
export async function freeMemoryOfCard(
  card: number,
  run: RunProgram = runProgram,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<number | null> {
  if (environment["CUDA_VISIBLE_DEVICES"] !== undefined) return null;
  const cards = await nvidiaCards(run).catch(() => []);
  const free = cards.find(({ index }) => index === card)?.free;
  return free === undefined || Number.isNaN(free) ? null : free;
}
