import { chooseDevice, type DeviceRequest } from "../../runtime/artifacts/device.js";
import { GraphSession } from "../../runtime/artifacts/graphSession.js";
import { graphFile } from "../../runtime/artifacts/loadArtifacts.js";
import { loadDataset, type Dataset } from "../../runtime/data/dataset.js";
import { hostTensor } from "../../runtime/data/hostTensor.js";
import { ModelRanker } from "../../runtime/ranking/modelRanker.js";
import { checkSameDataset as checkTrainedOn } from "../../runtime/training/checkSameDataset.js";
import { RunFolder } from "../../runtime/training/runFolder.js";
import { readRun } from "../inferenceRun.js";
import { finalVectors } from "../inferenceVectors.js";
import { courseOf, type Course } from "./course.js";
import { datasetStatistics, itemCounts, type DatasetStatistics } from "./datasetStatistics.js";
import { embeddingMap, type EmbeddingMap, type MapMethod } from "./embeddingMap.js";
import { groupingAttributes, type ItemAttribute } from "./itemAttributes.js";
import { itemPictures, type ItemPictures } from "./itemPictures.js";
import { popularityGroups, popularityGroupsOf, type PopularityBias } from "./popularityBias.js";
import { popularityBias } from "./recommendationCounts.js";
import { readRunRecord, type RunRecord } from "./runRecord.js";
import { sampleUsers, type SampleUser } from "./sampleUsers.js";

/** Everything that a report shows, computed; rendering adds nothing but looks. */
export interface ReportData {
  readonly record: RunRecord;
  readonly course: Course;
  readonly dataset: DatasetStatistics;
  /** What the model's vectors show; null before the first checkpoint. */
  readonly insight: ModelInsight | null;
  /** [item] names for people. */
  readonly itemNames: readonly string[];
  readonly userNames: ReadonlyMap<number, string>;
}

export interface ModelInsight {
  /** Number of epochs that the parameters were trained for, and whether they are the best or just the last ones. */
  readonly epochs: number;
  readonly checkpoint: "best" | "last";
  readonly bias: PopularityBias;
  readonly map: EmbeddingMap;
  readonly samples: readonly SampleUser[];
  readonly pictures: ItemPictures;
}

export interface ReportOptions {
  /** Folder of a training run. */
  readonly run: string;
  /** The dataset's folder if it is not where it was during training. */
  readonly dataset?: string;
  /** Users whose recommendations are shown; some are chosen if absent. */
  readonly users?: readonly number[];
  /** How items are laid out; UMAP if absent. */
  readonly map?: MapMethod;
  readonly device?: DeviceRequest;
  readonly threads?: number;
  /** Told why a device was taken if `auto` was asked for. */
  readonly onNote?: (note: string) => void;
}

const nameColumns = ["title", "name"];

function namesOf(dataset: Dataset): string[] {
  const { itemTable, items, keys } = dataset;
  const column = nameColumns.find((name) => itemTable?.columns.includes(name) === true);
  const text = (item: number): string => (column === undefined ? "" : (itemTable!.text(column, item) ?? ""));
  return Array.from({ length: items }, (_, item) => text(item) || (keys.items?.key(item) ?? `item ${item}`));
}

/** Popularity as an attribute, its groups from many interactions to none. */
function popularityAttribute(dataset: Dataset): ItemAttribute {
  const groups = popularityGroupsOf(itemCounts(dataset.train, dataset.items));
  const values = popularityGroups.filter((group) => groups.includes(group));
  return { name: "popularity", values, valueOfItem: groups.map((group) => values.indexOf(group)) };
}

async function insightOf(options: ReportOptions, dataset: Dataset, k: number): Promise<ModelInsight> {
  const { artifacts, checkpoint, checkpointFolder } = await readRun(options.run, { dataset: dataset.folder });
  const { seed, epoch } = checkpoint.record;
  const vectors = await finalVectors(artifacts, checkpoint, dataset, options);
  const { device } = await chooseDevice(options.device ?? "cpu", graphFile(artifacts, "rank"));
  const sizes = new Map(
    Object.entries(artifacts.manifest.axes).filter(
      (axis): axis is [string, number] => typeof axis[1] === "number",
    ),
  );
  const threads = options.threads === undefined ? {} : { threads: options.threads };
  const session = await GraphSession.open(artifacts, "rank", { device, sizes, ...threads });
  try {
    const { users, items } = vectors;
    const ranker = ModelRanker.from(
      session,
      hostTensor("float32", [users.rows, users.dim], users.data),
      hostTensor("float32", [items.rows, items.dim], items.data),
      { users: dataset.users, items: dataset.items },
    );
    const samples = await sampleUsers(ranker, dataset, {
      seed,
      ...(options.users === undefined ? {} : { users: options.users }),
    });
    const attributes = [
      ...groupingAttributes(dataset.itemTable, dataset.items),
      popularityAttribute(dataset),
    ];
    return {
      epochs: epoch,
      checkpoint: checkpointFolder.endsWith("best") ? "best" : "last",
      bias: await popularityBias(ranker, dataset, { k, seed }),
      map: embeddingMap(items, attributes, {
        seed,
        ...(options.map === undefined ? {} : { method: options.map }),
      }),
      samples,
      pictures: await itemPictures(
        dataset,
        samples.flatMap(({ recommended, history }) => [...recommended.map(({ item }) => item), ...history]),
      ),
    };
  } finally {
    await session.release();
  }
}

/**
 * Gathers what a report of a run shows. A run that was interrupted has no results, and before its first checkpoint no
 * vectors either; everything else is there.
 *
 * @throws RunFolderError, ArtifactError, CheckpointError, DatasetError, RankingError and what making the vectors
 *   throws; UnknownUserError
 */
export async function reportData(options: ReportOptions): Promise<ReportData> {
  const record = await readRunRecord(options.run);
  const { config } = record;
  const dataset = await loadDataset(options.dataset ?? String(config["datasetFolder"]));
  checkTrainedOn(options.run, { datasetChecksum: String(config["datasetChecksum"]) }, dataset);
  // AUC has no cutoff.
  const k = Number(String(config["monitor"]).split("@")[1] ?? 20);
  const folder = new RunFolder(options.run);
  const isSaved = folder.hasCheckpoint("best") || folder.hasCheckpoint("last");
  const insight = isSaved ? await insightOf(options, dataset, k) : null;
  const { userTable } = dataset;
  const userColumn = nameColumns.find((name) => userTable?.columns.includes(name) === true);
  const shown = userColumn === undefined ? [] : (insight?.samples ?? []);
  return {
    record,
    course: courseOf(record.lines, config["selectOn"] === "test" ? "test" : "valid"),
    dataset: datasetStatistics(dataset),
    insight,
    itemNames: namesOf(dataset),
    userNames: new Map(shown.map(({ user }) => [user, userTable!.text(userColumn!, user) ?? ""])),
  };
}
