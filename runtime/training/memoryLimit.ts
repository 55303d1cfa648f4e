import { providerOf, type Device } from "../artifacts/device.js";
import { freeMemoryOfCard } from "../environment/nvidiaCards.js";
import { usableMemory } from "../environment/freeMemory.js";

export interface MemoryLimit {
  /** Null if nothing is known. */
  readonly bytes: number | null;
  /** Who says so, for people. */
  readonly source: string;
}

/**
 * How much memory a run may take: what the user says, else what is free where the graphs run.
 *
 * @param given bytes
 */
export async function memoryLimit(given: number | undefined, device: Device): Promise<MemoryLimit> {
  if (given !== undefined) return { bytes: given, source: "--memory" };
  switch (providerOf(device)) {
    case "cpu":
      return { bytes: usableMemory(), source: "what is free here; --memory gives another limit" };
    case "cuda": {
      const card = Number(/^cuda:(\d+)$/.exec(device)?.[1] ?? 0);
      const source = "what nvidia-smi calls free on the card; --memory gives another limit";
      return { bytes: await freeMemoryOfCard(card), source };
    }
    case "webgpu":
      return { bytes: null, source: "no limit is known for webgpu" };
  }
}
