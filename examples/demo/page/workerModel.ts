import type { Engine } from "./engine.js";
import type { Picks, Reason, ShopModel } from "./shopModel.js";

export interface WorkerModelOptions {
  readonly engine: Engine;
  /** Of the model, as the engine knows it. */
  readonly address: string;
  readonly name: string;
  readonly about: string;
  readonly device: string;
  readonly threads: number;
  /** Answers while nothing is liked. */
  readonly whenNothingLiked: ShopModel;
}

/** A model that a worker runs. */
export function workerModel(options: WorkerModelOptions): ShopModel {
  const { engine, address, name, about, device, threads, whenNothingLiked } = options;
  const where = device === "webgpu" ? "WebGPU" : "WebAssembly";

  async function explainAll(liked: readonly number[], items: readonly number[]): Promise<Reason[][]> {
    const explained = await engine.ask("explain", { address, liked, items });
    return explained.map((reasons) =>
      reasons.map(({ item, contribution }) => ({ liked: item, contribution })),
    );
  }

  async function recommend(liked: readonly number[], k: number, personalised: boolean): Promise<Picks> {
    if (liked.length === 0) return whenNothingLiked.recommend(liked, k, personalised);
    const { list, milliseconds } = await engine.ask("recommend", { address, liked, k, personalised });
    const reasons = await explainAll(
      liked,
      list.map(({ item }) => item),
    );
    return { picks: list.map((ranked, place) => ({ ...ranked, reasons: reasons[place]! })), milliseconds };
  }

  return {
    name,
    about,
    compute: `${where}, ${threads === 1 ? "1 thread" : `${threads} threads`}`,
    canPersonalise: true,
    recommend,
    explain: async (liked, item) => (liked.length === 0 ? [] : (await explainAll(liked, [item]))[0]!),
    similar: (item, k) => engine.ask("similar", { address, item, k }),
  };
}
