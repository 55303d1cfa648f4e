import {
  add,
  bprLoss,
  defineModel,
  gather,
  infoNce,
  multiply,
  propagate,
  sampledTriples,
  square,
  stopGradient,
  sumAll,
  sumOf,
  trainingSettings,
  tripleScores,
  xavierUniform,
  type Axes,
  type Embeddings,
  type Scalar,
  type Tensor,
} from "../../src/index.js";
import { attentionParameters, relationAttention, type KnowledgeView } from "../kdiffe/attention.js";
import { denoiser } from "../kdiffe/denoiser.js";
import { diffusion } from "../kdiffe/diffusion.js";
import { chosenLinks, collaborativeLoss } from "../kdiffe/generation.js";
import { interactionGraph } from "../kdiffe/interactionGraph.js";
import { knowledgeEncoder } from "./encoder.js";
import { entityGraph } from "./entityGraph.js";
import { diffkgHyperparameters } from "./hyperparameters.js";

/** DiffKG (Jiang et al., WSDM 2024), as its code specifies it. Items are the first entities. */
export default defineModel({
  name: "diffkg",
  title: "DiffKG (Jiang et al., WSDM 2024): a knowledge graph denoised by diffusion, and a contrast with it",
  hyperparameters: diffkgHyperparameters,
  build(m, h) {
    m.axis("dim", h.dim);
    m.axis("relation");
    m.axis("entity");
    const users = m.parameter("user_embedding", ["user", "dim"], xavierUniform());
    const entities = m.parameter("entity_embedding", ["entity", "dim"], xavierUniform());
    const attention = attentionParameters(m);
    const attend = relationAttention<"entity">(attention);

    const { recipe, given, places } = entityGraph(m, h);
    const allLinks = m.sparse("all_links", "entity", "entity", { kind: "knowledgeLinks", ...recipe });

    // The denoiser learns the entities' rows of all links; its rows have unit norm, and no vector guides it
    const phase = m.phase("diffusion");
    const rows = phase.rows("entity");
    const own = gather(stopGradient(entities), rows);
    const clean = phase.denseRows(allLinks);
    const { elbo, predicted, generated } = diffusion<"entity">(
      m,
      denoiser<"entity">(m, h, { name: "denoiser", column: "entity", normaliseRows: true }),
      { name: "diffusion", column: "entity", clean, ids: rows, kept: h.keptEntities },
      h,
    );
    if (h.collaborativeWeight < 1) phase.loss("elbo", multiply(elbo, 1 - h.collaborativeWeight));
    if (h.collaborativeWeight > 0) {
      const collaborative = collaborativeLoss(m, predicted, places, users, own);
      phase.loss("collaborative", multiply(collaborative, h.collaborativeWeight));
    }
    const training = trainingSettings(h);
    phase.train({
      ...training,
      sampler: { kind: "rows", axis: "entity", batchSize: h.diffusionBatch },
      learningRate: { ...training.learningRate, base: h.diffusionLearningRate },
    });
    const denoised = chosenLinks(m, "entity", generated, recipe, { ...h, reverses: true });

    // Hops of attention, then layers over users and items
    const overInteractions = interactionGraph(m, {
      ...{ layers: h.layers, readout: "sum", selfLoops: true, attentionRenorm: false },
      ...{ similarityWeight: 0, walk: "rwr", walkLength: 1, walks: 1, restart: 0, includeStart: false },
    });
    const encode = knowledgeEncoder(m, attend, entities, h);
    const view = (knowledge: KnowledgeView<"entity">, name: string): Embeddings =>
      overInteractions({ users, items: propagate(places, encode(knowledge, name)) });
    const isGivenOnly = m.training && h.trainingViews === "given";
    const ofGenerated = view(isGivenOnly ? given : denoised, "generated");
    const ofGiven = view(given, "given");
    const [main, other] = h.mainView === "generated" ? [ofGenerated, ofGiven] : [ofGiven, ofGenerated];

    const triples = sampledTriples(m);
    m.loss("bpr", bprLoss(tripleScores(main.users, main.items, triples)));
    if (h.clWeight > 0) {
      const options = { temperature: h.temperature, candidates: "all", reduce: "mean" } as const;
      const contrast = add(
        infoNce(other.users, main.users, triples.users, options),
        infoNce(other.items, main.items, triples.positives, options),
      );
      m.loss("contrast", multiply(h.clWeight, contrast));
    }
    if (h.l2 > 0) {
      const parameters = [
        squares(users),
        squares(entities),
        squares(attention.weight),
        squares(attention.relations),
      ];
      m.loss("l2", multiply(h.l2, sumOf(parameters)));
    }
    m.embeddings(main.users, main.items);
    m.train(training);
  },
});

const squares = <A extends Axes>(x: Tensor<A>): Scalar => sumAll(square(x));
