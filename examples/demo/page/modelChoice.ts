import { byId, element } from "./element.js";
import type { ShopModel } from "./shopModel.js";

/** The models to choose from, as one row of radio buttons. */
export class ModelChoice {
  private readonly models = new Map<string, ShopModel>();
  private chosen = "";
  /** Whether the visitor chose; until then the page may. */
  private isDecided = false;

  /**
   * @param order of the names from left to right
   * @param onChange called when another one is chosen, or the chosen one replaced
   */
  constructor(
    private readonly order: readonly string[],
    private readonly onChange: () => void,
  ) {}

  /** Undefined before the first is there. */
  get current(): ShopModel | undefined {
    return this.models.get(this.chosen);
  }

  /** Offers a model, in the place of an earlier one of this name. */
  offer(model: ShopModel): void {
    const isNew = !this.models.has(model.name);
    this.models.set(model.name, model);
    if (isNew) this.addButton(model.name);
    if (this.chosen === model.name) this.onChange();
  }

  /** Chooses for a visitor who has not. */
  suggest(name: string): void {
    if (!this.isDecided) this.show(name);
  }

  choose(name: string): void {
    this.isDecided = true;
    this.show(name);
  }

  private show(name: string): void {
    this.chosen = name;
    for (const input of byId("models", HTMLFieldSetElement).querySelectorAll("input")) {
      input.checked = input.value === name;
    }
    this.onChange();
  }

  private addButton(name: string): void {
    const input = element("input", { type: "radio", name: "model", value: name });
    input.addEventListener("change", () => {
      this.choose(name);
    });
    const label = element("label", { "data-model": name }, input, element("span", {}, name));
    const place = byId("models", HTMLFieldSetElement);
    const later = this.order.slice(this.order.indexOf(name) + 1);
    const next = Array.from(place.querySelectorAll("label")).find((other) =>
      later.includes(other.dataset["model"]!),
    );
    place.insertBefore(label, next ?? null);
  }
}
