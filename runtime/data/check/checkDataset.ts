import { access } from "node:fs/promises";
import { join } from "node:path";
import { loadDataset } from "../dataset.js";
import { loadKnowledgeGraph } from "../knowledgeGraph.js";
import type { RunGraph } from "../recipe.js";
import { featureFindings } from "./featureFindings.js";
import { featureStatistics, type FeatureStatistics } from "./featureStatistics.js";
import { byImportance, type Finding } from "./finding.js";
import { interactionFindings } from "./interactionFindings.js";
import { interactionStatistics, type InteractionStatistics } from "./interactionStatistics.js";
import { knowledgeFindings } from "./knowledgeFindings.js";
import { knowledgeStatistics, type KnowledgeStatistics } from "./knowledgeStatistics.js";

/** A dataset, measured. */
export interface DatasetCheck {
  readonly name: string;
  readonly folder: string;
  readonly checksum: string;
  /** The most important first. */
  readonly findings: readonly Finding[];
  readonly interactions: InteractionStatistics;
  /** In order of name. */
  readonly features: readonly FeatureStatistics[];
  /** Null if the folder has no triples. */
  readonly knowledge: KnowledgeStatistics | null;
}

/**
 * Measures a dataset and says what to know about it before training.
 *
 * @param runGraph runs `recipes/cosine_top_k`
 * @param progress what is being measured
 * @throws DatasetError if the dataset cannot be loaded
 */
export async function checkDataset(
  folder: string,
  runGraph: RunGraph,
  progress: (step: string) => void = () => undefined,
): Promise<DatasetCheck> {
  progress("reading the dataset");
  const dataset = await loadDataset(folder);
  progress("counting interactions");
  const interactions = interactionStatistics(dataset);
  const features: FeatureStatistics[] = [];
  for (const modality of dataset.modalities.values()) {
    progress(`measuring ${modality.name} features`);
    features.push(await featureStatistics(dataset, modality, runGraph));
  }
  const hasGraph = await access(join(folder, "kg_triples.tsv")).then(
    () => true,
    () => false,
  );
  if (hasGraph) progress("measuring the knowledge graph");
  const knowledge = hasGraph ? knowledgeStatistics(dataset, await loadKnowledgeGraph(dataset)) : null;
  const findings = byImportance([
    ...interactionFindings(interactions),
    ...features.flatMap((statistics) => featureFindings(statistics, dataset.items)),
    ...(knowledge === null ? [] : knowledgeFindings(knowledge, dataset.items)),
  ]);
  const { name, checksum } = dataset;
  return { name, folder, checksum, findings, interactions, features, knowledge };
}
