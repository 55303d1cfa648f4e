import { expect } from "chai";
import { encodePictures, encodeTitles, type Features } from "../../../examples/catalogue/encodeItems.js";
import { generateCatalogue, type Catalogue } from "../../../examples/catalogue/generateCatalogue.js";
import type { Item } from "../../../examples/catalogue/item.js";
import { drawPicture, pictureSize } from "../../../examples/catalogue/picture.js";
import { neighbours, recallAt20, trainingBaskets } from "./recallByScores.js";

type Similarity = readonly Float64Array[];

/** Cosines of all pairs of items, negatives as 0, squared so that near neighbours count most. */
function contentSimilarity({ size, data }: Features): Similarity {
  const rows = Array.from({ length: data.length / size }, (_, item) => {
    const row = data.subarray(item * size, (item + 1) * size);
    const length = Math.hypot(...row);
    return row.map((value) => value / length);
  });
  return rows.map((left) =>
    Float64Array.from(
      rows,
      (right) =>
        Math.max(
          0,
          left.reduce((sum, value, j) => sum + value * right[j]!, 0),
        ) ** 2,
    ),
  );
}

function average(left: Similarity, right: Similarity): Similarity {
  const root = (value: number): number => Math.sqrt(value);
  return left.map((row, i) => row.map((value, j) => ((root(value) + root(right[i]![j]!)) / 2) ** 2));
}

/** Cosines of the items' training customers, an item with itself 0. */
function collaborativeSimilarity(catalogue: Catalogue, popularity: Float64Array): Similarity {
  const together = catalogue.items.map(() => new Float64Array(catalogue.items.length));
  for (const basket of trainingBaskets(catalogue)) {
    for (const a of basket) for (const b of basket) if (a !== b) together[a]![b]! += 1;
  }
  return together.map((row, a) =>
    row.map((count, b) => (count === 0 ? 0 : count / Math.sqrt(popularity[a]! * popularity[b]!))),
  );
}

/** Share of an item's ten most similar items that have the same attribute. */
function agreement(
  items: readonly Item[],
  similarity: Similarity,
  attribute: "form" | "style" | "colour",
): number {
  let equal = 0;
  for (const item of items) {
    const others = items.filter((other) => other !== item);
    others.sort((left, right) => similarity[item.id]![right.id]! - similarity[item.id]![left.id]!);
    equal += others.slice(0, 10).filter((other) => other[attribute] === item[attribute]).length;
  }
  return equal / (10 * items.length);
}

for (const seed of [1, 2]) {
  describe(`what can be learned from the catalogue of seed ${seed}`, () => {
    const catalogue = generateCatalogue({ seed });
    const { items } = catalogue;
    const popularity = new Float64Array(items.length);
    for (const id of trainingBaskets(catalogue).flat()) popularity[id]! += 1;
    let picture: Similarity = [];
    let title: Similarity = [];
    before(async () => {
      picture = contentSimilarity(
        await encodePictures(
          items.map((item) => drawPicture(item)),
          pictureSize,
        ),
      );
      title = contentSimilarity(await encodeTitles(items.map((item) => item.title)));
    });
    const recall = (similarity: Similarity, which: "cold" | "warm"): number =>
      recallAt20(catalogue, neighbours(similarity), (item) => item.cold === (which === "cold"));
    const popular = (which: "cold" | "warm"): number =>
      recallAt20(
        catalogue,
        () => popularity,
        (item) => item.cold === (which === "cold"),
      );
    /** Recall@20 of a random order: 20 places among the items a customer was not trained on. */
    const chance = 20 / (items.length - 12);

    it("brings cold items up by pictures and titles, where collaborative filtering and popularity find none", () => {
      const content = recall(average(picture, title), "cold");
      expect(content).to.be.above(4 * chance);
      expect(recall(picture, "cold")).to.be.above(2.5 * chance);
      expect(recall(title, "cold")).to.be.above(2.5 * chance);
      expect(recall(collaborativeSimilarity(catalogue, popularity), "cold")).to.be.below(content / 3);
      expect(popular("cold")).to.be.below(content / 3);
    });

    it("rewards using both modalities", () => {
      const best = Math.max(recall(picture, "cold"), recall(title, "cold"));
      expect(recall(average(picture, title), "cold")).to.be.above(1.1 * best);
    });

    it("lets collaborative filtering beat popularity twice over on warm items", () => {
      const collaborative = recall(collaborativeSimilarity(catalogue, popularity), "warm");
      expect(collaborative).to.be.above(2 * popular("warm"));
      expect(popular("warm")).to.be.above(1.5 * chance);
    });

    it("is no riddle that is solved at a glance", () => {
      expect(recall(average(picture, title), "cold")).to.be.below(0.5);
      expect(recall(collaborativeSimilarity(catalogue, popularity), "warm")).to.be.below(0.6);
    });

    it("shows the form in pictures only and the style in titles only", () => {
      expect(agreement(items, picture, "form")).to.be.above(0.45);
      expect(agreement(items, title, "form")).to.be.below(0.38);
      expect(agreement(items, title, "style")).to.be.above(0.4);
      expect(agreement(items, picture, "style")).to.be.below(0.21);
    });
  });
}
