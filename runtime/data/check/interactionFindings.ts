import { counted, countText, graded, NEGLIGIBLE, shareText, type Finding } from "./finding.js";
import type { InteractionStatistics } from "./interactionStatistics.js";

/** Half-width of a 95% interval of a mean of n shares between 0 and 1, at most. */
function uncertainty(users: number): number {
  return 0.98 / Math.sqrt(users);
}

function splitFindings(statistics: InteractionStatistics): Finding[] {
  const { counts, heldOut, repairs } = statistics;
  const findings: Finding[] = [];
  const add = (finding: Omit<Finding, "topic">): void => void findings.push({ topic: "splits", ...finding });
  if (counts.valid === 0) {
    add({
      severity: "serious",
      message: "there are no validation interactions, so nothing tells the best epoch or setting",
      advice: "Mark some training rows valid, for instance one of every user with five or more",
      weight: 1,
    });
  }
  if (counts.test === 0) {
    add({
      severity: "serious",
      message: "there are no test interactions, so there is nothing to report",
      advice: "Hold some interactions out as test",
      weight: 0.9,
    });
  }
  const heldOutSplits = (["test", "valid"] as const).filter((split) => counts[split] > 0);
  const cold = heldOutSplits.filter((split) => heldOut[split].coldTargets / counts[split] > NEGLIGIBLE);
  if (cold.length > 0) {
    const share = cold.reduce((most, split) => Math.max(most, heldOut[split].coldTargets / counts[split]), 0);
    const texts = cold.map(
      (split) =>
        `${countText(heldOut[split].coldTargets)} of ${countText(counts[split])} ${split} interactions ` +
        `(${shareText(heldOut[split].coldTargets / counts[split])})`,
    );
    add({
      severity: graded(share, { serious: 0.3, moderate: 0.02 }),
      message: `${texts.join(" and ")} are with items that have no training interaction: no model of ids alone can rank them`,
      advice: "Use a model with features or a knowledge graph, and read the metrics of new items apart",
      weight: share,
    });
  }
  const few = heldOutSplits.filter((split) => uncertainty(heldOut[split].users) > 0.02);
  if (few.length > 0) {
    const worst = few.reduce((most, split) => Math.max(most, uncertainty(heldOut[split].users)), 0);
    const texts = few.map((split) => `${countText(heldOut[split].users)} users have ${split} interactions`);
    add({
      severity: graded(worst, { moderate: 0.05 }),
      message: `only ${texts.join(" and ")}: chance alone moves their mean Recall by up to ±${worst.toFixed(2)}`,
      advice: "Compare models with `mmkit compare` over several seeds, or hold out more users",
      weight: worst,
    });
  }
  const leaked = repairs.heldOutInTrain ?? 0;
  if (leaked > 0) {
    const share = leaked / (leaked + counts.valid + counts.test);
    add({
      severity: graded(share, { serious: 0.05, moderate: 0 }),
      message: `${counted(leaked, "held-out interaction")} (${shareText(share)}) are in train, too; they are dropped when the data are read`,
      advice: "Figures of programs that do not drop them are too high; split again to keep them",
      weight: share,
    });
  }
  const both = repairs.validAndTest ?? 0;
  if (both > 0) {
    add({
      severity: "moderate",
      message: `${counted(both, "interaction")} are in both valid and test, so the choice of the best epoch has seen them`,
      advice: "Keep each in one of the two",
      weight: both / Math.max(1, counts.test),
    });
  }
  return findings;
}

/** What to know about the interactions and the splits. */
export function interactionFindings(statistics: InteractionStatistics): readonly Finding[] {
  const { users, items, counts, perUser, perItem, repairs } = statistics;
  const findings = splitFindings(statistics);
  const add = (finding: Omit<Finding, "topic">): void =>
    void findings.push({ topic: "interactions", ...finding });

  const merged = repairs.duplicateInteraction ?? 0;
  if (merged > 0) {
    const share = merged / (merged + counts.train + counts.valid + counts.test);
    add({
      severity: graded(share, { moderate: 0.05 }),
      message: `${counted(merged, "interaction")} (${shareText(share)}) are repeated and counted once`,
      advice: "Where repetition means liking more, keep the count in a column of its own",
      weight: share,
    });
  }
  if (statistics.usersWithoutTrain > NEGLIGIBLE * users) {
    const share = statistics.usersWithoutTrain / users;
    add({
      severity: graded(share, { moderate: 0.01 }),
      message: `${counted(statistics.usersWithoutTrain, "user")} (${shareText(share)}) have no training interaction and are not evaluated`,
      advice: "Remove them, or move one of their interactions to train",
      weight: share,
    });
  }
  if (statistics.itemsWithoutTrain > NEGLIGIBLE * items) {
    const share = statistics.itemsWithoutTrain / items;
    add({
      severity: graded(share, { moderate: 0.3 }),
      message: `${counted(statistics.itemsWithoutTrain, "item")} (${shareText(share)}) have no training interaction; they stay among the candidates`,
      advice: "Only features or a knowledge graph can say anything about them",
      weight: share,
    });
  }
  if (perUser !== null && perUser.median <= 3) {
    add({
      severity: "moderate",
      message: `half of the users have at most ${perUser.median} training interactions`,
      advice: "Filter to users with five or more (k-core), or rely on features more than on histories",
      weight: 1 / perUser.median,
    });
  }
  if (perUser !== null && perUser.most > 100 * perUser.median && perUser.most > counts.train / 200) {
    add({
      severity: "note",
      message:
        `one user has ${countText(perUser.most)} training interactions, ${shareText(perUser.most / counts.train)} of all ` +
        `and ${Math.round(perUser.most / perUser.median)} times the median`,
      advice: "Look at the heaviest users and remove machines and the shop's own accounts",
      weight: perUser.most / counts.train,
    });
  }
  const single = perItem === null ? 0 : statistics.itemsWithOne / perItem.count;
  if (single > 0.2) {
    add({
      severity: "moderate",
      message: `${countText(statistics.itemsWithOne)} items (${shareText(single)}) have a single training interaction`,
      advice: "Filter to items with five or more (k-core), or expect little from their id embeddings",
      weight: single,
    });
  }
  const apart = 1 - statistics.largestComponentShare;
  if (apart > NEGLIGIBLE) {
    add({
      severity: graded(apart, { serious: 0.5, moderate: 0.05 }),
      message:
        `users and items fall into ${countText(statistics.components)} parts that no interaction joins; ` +
        `${shareText(apart)} of them are outside the largest`,
      advice: "Propagation over the interactions does not reach across; a k-core usually leaves one part",
      weight: apart,
    });
  }
  if (statistics.gini > 0.8) {
    add({
      severity: "note",
      message: `a tenth of the items has ${shareText(statistics.topTenthShare)} of the training interactions`,
      advice: "Compare with popularity and look at the coverage beside the accuracy",
      weight: statistics.gini,
    });
  }
  return findings;
}
