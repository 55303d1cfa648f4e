import { byId } from "./element.js";
import type { Likes } from "./likes.js";
import type { ModelChoice } from "./modelChoice.js";
import type { PicksList } from "./picksList.js";
import type { Remembered } from "./remembered.js";

const PICKS = 10;
const STORE = "mmkit-demo-personalise";
const UNTIL_LIKED = "Until you like something, this is what most customers bought.";
/** Of silence before a change is read out, so that quick clicks are read once; in milliseconds. */
const QUIET = 700;

/** Asks the chosen model anew whenever something changes, and shows what it answers. */
export class Recommendations {
  private asked = 0;
  private announcing: ReturnType<typeof setTimeout> | undefined;
  private readonly personalise = byId("personalise", HTMLInputElement);

  constructor(
    private readonly likes: Likes,
    private readonly models: ModelChoice,
    private readonly list: PicksList,
    private readonly options: {
      readonly storage: Remembered;
      readonly titleOf: (item: number) => string;
      readonly onFailure: (error: unknown) => void;
    },
  ) {
    this.personalise.checked = options.storage.getItem(STORE) === "yes";
    this.personalise.addEventListener("change", () => {
      options.storage.setItem(STORE, this.personalise.checked ? "yes" : "no");
      this.refresh();
    });
    likes.onChange(() => {
      this.refresh();
    });
  }

  get isPersonalised(): boolean {
    return this.personalise.checked;
  }

  refresh(): void {
    this.update().catch(this.options.onFailure);
  }

  private async update(): Promise<void> {
    const model = this.models.current;
    if (model === undefined) return;
    const liked = this.likes.items;
    const personalised = model.canPersonalise && this.personalise.checked && liked.length > 0;
    this.personalise.disabled = !model.canPersonalise;
    const asked = ++this.asked;
    const { picks, milliseconds } = await model.recommend(liked, PICKS, personalised);
    // A later change has been asked about meanwhile; its answer is the one to show.
    if (asked !== this.asked) return;
    this.list.show(picks);
    byId("timing", HTMLElement).textContent =
      `in ${milliseconds < 10 ? milliseconds.toFixed(1) : milliseconds.toFixed(0)} ms`;
    const waits = model.canPersonalise && liked.length === 0;
    byId("model-note", HTMLElement).textContent = waits ? `${model.about} ${UNTIL_LIKED}` : model.about;
    byId("personalise-note", HTMLElement).textContent = noteOf(
      model.canPersonalise,
      personalised,
      milliseconds,
    );
    byId("compute", HTMLElement).textContent = `Computed on this device: ${model.compute}.`;
    this.announce(picks[0]?.item);
  }

  private announce(first: number | undefined): void {
    clearTimeout(this.announcing);
    if (first === undefined) return;
    this.announcing = setTimeout(() => {
      const text = `Recommendations changed. First is ${this.options.titleOf(first)}.`;
      byId("announcement", HTMLElement).textContent = text;
    }, QUIET);
  }
}

function noteOf(canPersonalise: boolean, personalised: boolean, milliseconds: number): string {
  if (!canPersonalise) return "";
  return personalised ? `· done in ${milliseconds.toFixed(0)} ms` : "· now a quick fit";
}
