import type { FastifyInstance, FastifyRequest } from "fastify";
import { unavailable, type Admission } from "./admission.js";
import type { ModelSlot } from "./modelSlot.js";
import { idOf, idsOf } from "./references.js";
import { RequestError } from "./requestError.js";
import {
  requestSchemas,
  type FoldInBody,
  type RecommendBody,
  type ScoreBody,
  type SimilarBody,
} from "./requestSchemas.js";
import { problems, responseSchemas } from "./responseSchemas.js";
import { foldInRows, recommendRows, scoreRows, similarRows, type RankedRow } from "./rowKinds.js";
import type { ServedModel } from "./servedModel.js";
import type { ServiceLimits } from "./serviceSettings.js";

interface RankedItem {
  readonly item: number;
  readonly score: number;
  readonly key?: string;
  readonly title?: string;
}

function rankedItems({ titles, itemKeys }: ServedModel, { items, scores }: RankedRow): RankedItem[] {
  return Array.from(items, (item, position) => ({
    item,
    score: scores[position]!,
    ...(itemKeys === null ? {} : { key: itemKeys.text(item) }),
    ...(titles === null ? {} : { title: titles.text(item) }),
  }));
}

const keyOf = (keys: ServedModel["userKeys"], id: number): { readonly key?: string } =>
  keys === null ? {} : { key: keys.text(id) };

export interface PredictionOptions {
  readonly models: ModelSlot;
  readonly admission: Admission;
  readonly limits: ServiceLimits;
}

/** POST /v1/recommend, /v1/score, /v1/similar and /v1/fold-in. */
export function predictionRoutes(
  app: FastifyInstance,
  { models, admission, limits }: PredictionOptions,
): void {
  const schemas = requestSchemas(limits);
  const statuses = problems(400, 404, 413, 415, 500, 503);

  /** Does the work with the model in service, which stays open until it is done. */
  function withModel<T>(work: (model: ServedModel) => Promise<T>): Promise<T> {
    return admission.pass(() => {
      const model = models.current;
      if (model === null) throw unavailable("No model is loaded.");
      return model.use(work);
    });
  }

  /** The number of items for each of some rows. */
  function lengthOf(model: ServedModel, rows: number, k: number): number {
    const length = Math.min(k, model.description.items);
    if (rows * length <= limits.maxResults) return length;
    throw new RequestError(
      400,
      `k: ${rows} lists of ${length} items are more than the ${limits.maxResults} items of one answer. Ask for fewer.`,
      "k",
    );
  }

  const abandoned =
    ({ raw }: FastifyRequest) =>
    (): boolean =>
      raw.socket.destroyed;

  app.post<{ Body: RecommendBody }>(
    "/v1/recommend",
    {
      schema: {
        summary: "The best items of users",
        tags: ["predictions"],
        body: schemas.recommend,
        response: { 200: responseSchemas.recommend, ...statuses },
      },
    },
    (request) =>
      withModel(async (model) => {
        const { user, users, k = 10, exclude = [] } = request.body;
        const { hasSeen } = model.description;
        const withoutSeen = request.body.excludeSeen ?? hasSeen;
        if (withoutSeen && !hasSeen) {
          const message = "excludeSeen: this export does not hold the users' training items.";
          throw new RequestError(400, `${message} Pass the items to leave out as exclude.`, "excludeSeen");
        }
        const ids =
          users === undefined ? [idOf(model, "user", user!, "user")] : idsOf(model, "user", users, "users");
        const hidden = idsOf(model, "item", exclude, "exclude");
        const length = lengthOf(model, ids.length, k);
        const rows = ids.map((id) => ({ user: id, k: length, withoutSeen, hidden }));
        const lists = await model.ask(recommendRows, rows, abandoned(request));
        return {
          version: model.version,
          results: ids.map((id, row) => ({
            user: id,
            ...keyOf(model.userKeys, id),
            items: rankedItems(model, lists[row]!),
          })),
        };
      }),
  );

  app.post<{ Body: ScoreBody }>(
    "/v1/score",
    {
      schema: {
        summary: "How well items suit users",
        tags: ["predictions"],
        body: schemas.score,
        response: { 200: responseSchemas.score, ...statuses },
      },
    },
    (request) =>
      withModel(async (model) => {
        const { user, items = [], pairs } = request.body;
        const ofUser = user === undefined ? 0 : idOf(model, "user", user, "user");
        const rows =
          pairs === undefined
            ? idsOf(model, "item", items, "items").map((item) => ({ user: ofUser, item }))
            : pairs.map((pair, position) => ({
                user: idOf(model, "user", pair.user, `pairs[${position}].user`),
                item: idOf(model, "item", pair.item, `pairs[${position}].item`),
              }));
        const scores = await model.ask(scoreRows, rows, abandoned(request));
        return {
          version: model.version,
          results: rows.map((row, position) => ({ ...row, score: scores[position]! })),
        };
      }),
  );

  app.post<{ Body: SimilarBody }>(
    "/v1/similar",
    {
      schema: {
        summary: "The items nearest to items",
        tags: ["predictions"],
        body: schemas.similar,
        response: { 200: responseSchemas.similar, ...statuses },
      },
    },
    (request) =>
      withModel(async (model) => {
        const { item, items, k = 10 } = request.body;
        const ids =
          items === undefined ? [idOf(model, "item", item!, "item")] : idsOf(model, "item", items, "items");
        const length = lengthOf(model, ids.length, k);
        const rows = ids.map((id) => ({ item: id, k: length }));
        const lists = await model.ask(similarRows, rows, abandoned(request));
        return {
          version: model.version,
          results: ids.map((id, row) => ({
            item: id,
            ...keyOf(model.itemKeys, id),
            items: rankedItems(model, lists[row]!),
          })),
        };
      }),
  );

  app.post<{ Body: FoldInBody }>(
    "/v1/fold-in",
    {
      schema: {
        summary: "The best items of somebody whom the model does not know, from what they like",
        tags: ["predictions"],
        body: schemas.foldIn,
        response: { 200: responseSchemas.foldIn, ...statuses },
      },
    },
    (request) =>
      withModel(async (model) => {
        const { liked, visitors, k = 10, excludeLiked = true, exclude = [] } = request.body;
        const likes =
          visitors === undefined
            ? [idsOf(model, "item", liked!, "liked")]
            : visitors.map((visitor, position) =>
                idsOf(model, "item", visitor.liked, `visitors[${position}].liked`),
              );
        const hidden = idsOf(model, "item", exclude, "exclude");
        const length = lengthOf(model, likes.length, k);
        const rows = likes.map((list) => ({
          liked: list,
          k: length,
          hidden: excludeLiked ? [...list, ...hidden] : hidden,
        }));
        const lists = await model.ask(foldInRows, rows, abandoned(request));
        return {
          version: model.version,
          results: lists.map((list) => ({ items: rankedItems(model, list) })),
        };
      }),
  );
}
