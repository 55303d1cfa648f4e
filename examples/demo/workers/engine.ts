import { openRecommender, trainInPage, type PageRecommender } from "mmkit/browser";
import { pageGraphs } from "../shop.js";
import type { Message, Question, QuestionName, Questions } from "./messages.js";

const worker = self as unknown as DedicatedWorkerGlobalScope;
const send = (message: Message): void => {
  worker.postMessage(message);
};
let stopping = new AbortController();
/** By the address of the folder. */
const opened = new Map<string, PageRecommender>();

function modelAt(address: string): PageRecommender {
  const model = opened.get(address);
  if (model === undefined) throw new Error(`${address} was not opened`);
  return model;
}

const answers: {
  readonly [Name in QuestionName]: (given: Questions[Name]["given"]) => Promise<Questions[Name]["got"]>;
} = {
  async open({ address, precision, ort }) {
    const model = await openRecommender(address, {
      wasmPaths: ort,
      precision,
      preload: pageGraphs,
      onProgress: ({ allLoaded, allTotal }) => {
        send({ kind: "loading", loaded: allLoaded, total: allTotal });
      },
    });
    opened.set(address, model);
    return { device: model.compute.device, threads: model.compute.threads };
  },

  async recommend({ address, liked, k, personalised }) {
    const model = modelAt(address);
    const started = performance.now();
    const { items } = personalised ? await model.personalise(liked, { k }) : await model.foldIn(liked, { k });
    return { list: items, milliseconds: performance.now() - started };
  },

  async explain({ address, liked, items }) {
    const model = modelAt(address);
    const explanations = await Promise.all(items.map((item) => model.explain({ liked }, item)));
    return explanations.map(({ reasons }) => reasons);
  },

  async train({ address, device, epochs, ort }) {
    stopping = new AbortController();
    let recall20: number | null = null;
    const trained = await trainInPage(address, {
      ...{ device, epochs, wasmPaths: ort, signal: stopping.signal },
      onStep: ({ epoch, step, steps, losses, stepsPerSecond }) => {
        const loss = losses["bpr"] ?? losses["total"]!;
        send({ kind: "training", report: { epochs: epoch + step / steps, loss, stepsPerSecond, recall20 } });
      },
      onEvaluation: ({ metrics }) => {
        recall20 = metrics["Recall@20"]!;
      },
    });
    const { recommender, best } = trained;
    opened.set(address, recommender);
    return {
      ...{ device: recommender.compute.device, threads: recommender.compute.threads },
      ...{ epochs: trained.epochs, recall20: best?.metrics["Recall@20"] ?? null },
    };
  },

  stop() {
    stopping.abort();
    return Promise.resolve(null);
  },

  similar: ({ address, item, k }) => modelAt(address).similar(item, { k }),
};

async function answer<Name extends QuestionName>(
  name: Name,
  given: Questions[Name]["given"],
): Promise<unknown> {
  return answers[name](given);
}

worker.addEventListener("message", ({ data }: MessageEvent<Question>) => {
  const { id, name, given } = data;
  answer(name, given).then(
    (got) => {
      send({ kind: "answer", id, got });
    },
    (error: unknown) => {
      send({ kind: "failure", id, message: error instanceof Error ? error.message : String(error) });
    },
  );
});
