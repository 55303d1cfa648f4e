import type { HostTensor } from "../data/hostTensor.js";
import type { InteractionLists } from "../data/interactions.js";
import type { ExportGraph } from "../serving/exportFormat.js";
import type { ItemNames } from "./itemNames.js";
import type { ModelFacts, PageCompute, PageStorage } from "./pageRecommender.js";
import type { Personaliser } from "./personaliser.js";

/** What answers are made with: the graphs and tables of a model, loaded when they are needed. */
export interface AnswerBackend {
  readonly facts: ModelFacts;
  readonly compute: PageCompute;
  readonly storage: PageStorage;
  /** Runs a graph with the signature that exportFormat.ts gives it. */
  run(
    graph: ExportGraph,
    feeds: Readonly<Record<string, HostTensor>>,
  ): Promise<ReadonlyMap<string, HostTensor>>;
  /** Each user's training items. Asked for only if the facts say that there are some. */
  seen(): Promise<InteractionLists>;
  names(): Promise<ItemNames>;
  /** What trains vectors on the page; null if the model has no graphs for it. */
  personaliser(): Promise<Personaliser | null>;
  release(): Promise<void>;
}
