import type { ReportData } from "../reportData.js";
import type { SampleUser } from "../sampleUsers.js";
import { markup, type Markup } from "./markup.js";
import { numberText } from "./numberText.js";

/** An item with its picture, where it has one. The title says it all, so that the picture's text is empty. */
function itemEntry(item: number, data: ReportData, badges: readonly Markup[] = []): Markup {
  const uri = data.insight?.pictures.uris.get(item);
  const hasPictures = (data.insight?.pictures.uris.size ?? 0) > 0;
  const picture =
    uri === undefined
      ? hasPictures
        ? markup`<span class="picture"></span>`
        : null
      : markup`<img class="picture" src="${uri}" alt="">`;
  return markup`${picture}<span class="about"><span class="name">${data.itemNames[item]!}</span>${badges}</span>`;
}

function userCard(sample: SampleUser, data: ReportData): Markup {
  const { user, history, ofHistory, heldOut, recommended } = sample;
  const name = data.userNames.get(user) ?? "";
  const hits = recommended.filter(({ isHeldOut }) => isHeldOut).length;
  const chosen = history.map((item) => markup`<li>${itemEntry(item, data)}</li>`);
  const list = recommended.map(({ item, score, isHeldOut, isNew }, place) => {
    const badges = [
      ...(isHeldOut ? [markup`<span class="badge hit">held out</span>`] : []),
      ...(isNew ? [markup`<span class="badge">new</span>`] : []),
    ];
    const entry = itemEntry(item, data, badges);
    return markup`<li><span class="rank">${place + 1}.</span>${entry}<span class="score">${score.toFixed(2)}</span></li>`;
  });
  const more = ofHistory > history.length ? ` (${history.length} of ${numberText(ofHistory)})` : "";
  const missed = heldOut.filter((item) => !recommended.some((entry) => entry.item === item));
  const rest =
    missed.length === 0
      ? null
      : markup`<p class="note">Held out and not in the list: ${missed.map((item) => data.itemNames[item]!).join(", ")}.</p>`;
  return markup`<article class="user"><h3>User ${user}${name === "" ? "" : `, ${name}`}</h3>
<p class="note">${hits} of the ten first recommendations were held out from training.</p>
<div class="columns"><section><h4>Chose${more}</h4><ul class="items">${chosen}</ul></section>
<section><h4>Is recommended</h4><ol class="items">${list}</ol></section></div>${rest}</article>`;
}

/** Some users' histories beside what the model recommends to them. */
export function sampleCards(data: ReportData): Markup {
  const { samples, pictures } = data.insight!;
  const problems = pictures.problems.map((problem) => markup`<p class="note">${problem}.</p>`);
  return markup`${samples.map((sample) => userCard(sample, data))}${problems}`;
}
