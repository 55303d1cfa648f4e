import { ArtifactError } from "../artifacts/artifactError.js";
import type { HostTensor } from "../data/hostTensor.js";
import type { InteractionLists } from "../data/interactions.js";
import {
  exportFiles,
  type ExportDescription,
  type ExportGraph,
  type Precision,
  type PrecisionEntry,
} from "../serving/exportFormat.js";
import { precisionEntry } from "../serving/precisionEntry.js";
import { decodeSeen } from "../serving/seenFile.js";
import { parseSafetensors } from "../training/safetensorsFormat.js";
import type { AnswerBackend } from "./answerBackend.js";
import { choosePageDevice, type PageDeviceRequest } from "./chooseDevice.js";
import { readExportDescription } from "./exportDescription.js";
import { readItemNames, type ItemNames } from "./itemNames.js";
import { loadOrt, type LoadedOrt, type OrtOptions } from "./ortModule.js";
import { PageAnswers } from "./pageAnswers.js";
import { PageFolder, type FolderOptions } from "./pageFolder.js";
import { PageGraph } from "./pageGraph.js";
import type { ModelFacts, PageCompute, PageRecommender, PageStorage } from "./pageRecommender.js";
import { Personaliser } from "./personaliser.js";

export interface OpenOptions extends FolderOptions, OrtOptions {
  /** `auto` by default: WebGPU for large catalogues where there is an adapter, else wasm. */
  readonly device?: PageDeviceRequest;
  /** Of the graphs; float32 by default. The export must have it. */
  readonly precision?: Precision;
  /** Graphs to load at once; others load with the first request they answer. */
  readonly preload?: readonly ExportGraph[];
}

/** Makes something once; after a failure, again. */
class Memo {
  private readonly made = new Map<string, Promise<unknown>>();

  async once<Result>(key: string, make: () => Promise<Result>): Promise<Result> {
    let making = this.made.get(key) as Promise<Result> | undefined;
    if (making === undefined) {
      making = make();
      this.made.set(key, making);
    }
    try {
      return await making;
    } catch (error) {
      this.made.delete(key);
      throw error;
    }
  }
}

/** An export folder on a server. */
class ExportBackend implements AnswerBackend {
  private readonly memo = new Memo();
  private readonly graphs: PageGraph[] = [];
  private readonly entry: PrecisionEntry;
  readonly facts: ModelFacts;

  constructor(
    private readonly folder: PageFolder,
    private readonly description: ExportDescription,
    private readonly precision: Precision,
    private readonly loaded: LoadedOrt,
    readonly compute: PageCompute,
  ) {
    this.entry = precisionEntry(description, precision);
    const { model, title, users, items, dim, hasSeen, hasTitles, hasItemKeys } = description;
    this.facts = { model, title, users, items, dim, hasSeen, hasTitles, hasItemKeys };
  }

  get storage(): PageStorage {
    const { kind, reason } = this.folder.cache;
    return { kind, reason };
  }

  graph(name: ExportGraph): Promise<PageGraph> {
    return this.memo.once(`graph ${name}`, async () => {
      const file = this.entry.graphs[name];
      const externalData = await Promise.all(
        this.entry.externalData.map(async (path) => ({ path, data: await this.file(path) })),
      );
      const graph = await PageGraph.open(file, await this.file(file), this.loaded, { externalData });
      this.graphs.push(graph);
      return graph;
    });
  }

  async run(name: ExportGraph, feeds: Readonly<Record<string, HostTensor>>) {
    return (await this.graph(name)).run(new Map(Object.entries(feeds)));
  }

  seen(): Promise<InteractionLists> {
    return this.memo.once("seen", async () => {
      const { users, items } = this.description;
      const url = this.folder.addressOf(exportFiles.seen);
      const found = decodeSeen(parseSafetensors(url, await this.file(exportFiles.seen)), users, items);
      if (typeof found !== "string") return found;
      throw new ArtifactError(url, found, "Write the folder again with `mmkit export`.");
    });
  }

  names(): Promise<ItemNames> {
    return this.memo.once("names", async () => {
      const { hasTitles, hasItemKeys, items } = this.description;
      if (!hasTitles && !hasItemKeys) return { titles: null, keys: null };
      const url = this.folder.addressOf(exportFiles.items);
      return readItemNames(url, await this.file(exportFiles.items), items);
    });
  }

  personaliser(): Promise<Personaliser | null> {
    return this.memo.once("personaliser", async () => {
      const { personalise } = this.description;
      const training = personalise?.training[this.precision];
      if (personalise === null || training === undefined) return null;
      // Steps of a single vector are over sooner than a GPU is asked.
      const open = async (file: string): Promise<PageGraph> => {
        const graph = await PageGraph.open(file, await this.file(file), this.loaded, { onCpu: true });
        this.graphs.push(graph);
        return graph;
      };
      const [gradient, step] = await Promise.all([open(training), open(personalise.optimizer)]);
      return new Personaliser(gradient, step, personalise);
    });
  }

  async release(): Promise<void> {
    for (const graph of this.graphs.splice(0)) await graph.release();
  }

  private file(name: string): Promise<Uint8Array> {
    const check = this.description.files[name];
    if (check !== undefined) return this.folder.file(name, check);
    const url = this.folder.addressOf(exportFiles.description);
    throw new ArtifactError(url, `it lists no file "${name}"`, "Write the folder again with `mmkit export`.");
  }
}

/**
 * Opens an exported model in a page. Only export.json and onnxruntime-web are loaded at once; nothing is asked of any
 * address outside the folder but onnxruntime-web's own files.
 *
 * @param address of the folder that `mmkit export` wrote, against the page's own
 * @throws ArtifactError if the folder cannot be had or is not whole, ServingError if it lacks the precision, DeviceError
 *   for a device that cannot be used, and what the signal was aborted with
 */
export async function openRecommender(
  address: string | URL,
  options: OpenOptions = {},
): Promise<PageRecommender> {
  const { precision = "float32", device = "auto", preload = [] } = options;
  const folder = await PageFolder.open(address, options);
  const text = await folder.description(exportFiles.description);
  const description = readExportDescription(folder.addressOf(exportFiles.description), text);
  precisionEntry(description, precision);
  const decision = await choosePageDevice(
    device,
    description.items * description.dim,
    precision === "float16",
  );
  const loaded = await loadOrt(decision.device, options, folder);
  const compute = { ...decision, threads: loaded.threads };
  const backend = new ExportBackend(folder, description, precision, loaded, compute);
  try {
    await Promise.all(preload.map((graph) => backend.graph(graph)));
  } catch (error) {
    await backend.release();
    throw error;
  }
  return new PageAnswers(backend);
}
