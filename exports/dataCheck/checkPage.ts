import type { DatasetCheck } from "../../runtime/data/check/checkDataset.js";
import { countText, shareText, type Finding } from "../../runtime/data/check/finding.js";
import { dataTable } from "../report/page/dataTable.js";
import { htmlPage, type Section } from "../report/page/htmlPage.js";
import { markup, type Markup } from "../report/page/markup.js";
import { numberText } from "../report/page/numberText.js";
import { doublingFigure, featureSection, knowledgeSection } from "./checkFigures.js";

function findingCard({ severity, topic, message, advice }: Finding): Markup {
  const label = severity === "note" ? markup`${severity}` : markup`<span class="warning">${severity}</span>`;
  return markup`<div class="beside wide"><h3>${label}, ${topic}: ${message}.</h3><p class="note">${advice}.</p></div>`;
}

function findingsSection({ findings }: DatasetCheck): Section {
  const content =
    findings.length === 0
      ? markup`<p class="note">Nothing to warn of.</p>`
      : markup`<div class="grid">${findings.map(findingCard)}</div>`;
  return { id: "findings", title: "What to know", content };
}

function interactionsSection({ interactions: found }: DatasetCheck): Section {
  const facts = dataTable({
    caption: "Interactions",
    columns: ["property", "value"],
    isText: true,
    rows: [
      [
        "training",
        `${countText(found.counts.train)} interactions, ${numberText(100 * found.density)} % of all pairs`,
      ],
      ...(["valid", "test"] as const).map((split) => [
        split === "valid" ? "validation" : "test",
        `${countText(found.counts[split])} interactions of ${countText(found.heldOut[split].users)} users, ` +
          `${countText(found.heldOut[split].coldTargets)} with items that training does not know`,
      ]),
      [
        "without training interactions",
        `${countText(found.usersWithoutTrain)} users, ${countText(found.itemsWithoutTrain)} items`,
      ],
      [
        "with one training interaction",
        `${countText(found.usersWithOne)} users, ${countText(found.itemsWithOne)} items`,
      ],
      [
        "popularity",
        `Gini ${found.gini.toFixed(2)}, the top tenth of the items has ${shareText(found.topTenthShare)} of train`,
      ],
      [
        "connected parts",
        `${countText(found.components)}, the largest holds ${shareText(found.largestComponentShare)}`,
      ],
    ],
  });
  return {
    id: "interactions",
    title: "Interactions",
    content: markup`<div class="grid two">${doublingFigure("per-user", "Training interactions per user", "users", found.userBars, 0)}
${doublingFigure("per-item", "Training interactions per item", "items", found.itemBars, 2)}
<div class="beside wide">${facts}</div></div>`,
  };
}

/** One page on a dataset: findings, distributions and counts. Needs no other file and asks no host. */
export function checkPage(check: DatasetCheck): string {
  const { name, folder, checksum, findings, interactions, features, knowledge } = check;
  const serious = findings.filter(({ severity }) => severity === "serious").length;
  const cards: readonly (readonly [string, string, string])[] = [
    ["Users", countText(interactions.users), ""],
    ["Items", countText(interactions.items), ""],
    [
      "Training interactions",
      countText(interactions.counts.train),
      `${numberText(100 * interactions.density)} % of all pairs`,
    ],
    ["Modalities", countText(features.length), features.map(({ modality }) => modality).join(", ")],
    ["Triples", knowledge === null ? "none" : countText(knowledge.triples), ""],
  ];
  return htmlPage({
    title: `${name}: dataset check`,
    kicker: `mmkit data check, ${folder}, checksum ${checksum.slice(0, 12)}`,
    heading: markup`${name} <span>dataset</span>`,
    state: {
      text:
        serious === 0 ? "nothing serious" : `${serious} serious ${serious === 1 ? "finding" : "findings"}`,
      isDone: serious === 0,
    },
    top: markup`<dl class="cards">${cards.map(
      ([label, value, note]) =>
        markup`<div><dt>${label}</dt><dd><strong>${value}</strong><span>${note}</span></dd></div>`,
    )}</dl>`,
    sections: [
      findingsSection(check),
      interactionsSection(check),
      ...(features.length === 0 ? [] : [featureSection(features, interactions.items)]),
      ...(knowledge === null ? [] : [knowledgeSection(knowledge, interactions.items)]),
    ],
  });
}
