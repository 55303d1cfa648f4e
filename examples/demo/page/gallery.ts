import type { Product } from "../shop.js";
import { byId, element } from "./element.js";
import type { Likes } from "./likes.js";
import { productPicture } from "./productPicture.js";
import { symbol } from "./symbols.js";

const PAGE = 24;

/** Words of a search must all begin a word of the product, in any order. */
function matches(product: Product, words: readonly string[]): boolean {
  const { title, kind, form, colour, pattern, style, material } = product;
  const own = [title, kind, form, colour, pattern, style, material]
    .join(" ")
    .toLowerCase()
    .split(/[\s,]+/);
  return words.every((word) => own.some((one) => one.startsWith(word)));
}

/** The products to choose from: searched, of one kind, page by page. */
export class Gallery {
  private kind = "";
  private shown = PAGE;
  private readonly cards = new Map<number, HTMLLIElement>();
  private readonly grid = byId("grid", HTMLUListElement);
  private readonly search = byId("search", HTMLInputElement);
  private readonly more = byId("more", HTMLButtonElement);

  constructor(
    private readonly products: readonly Product[],
    private readonly likes: Likes,
    private readonly open: (item: number) => void,
  ) {
    this.addKinds();
    this.search.addEventListener("input", () => {
      this.shown = PAGE;
      this.show();
    });
    byId("search-form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      byId("products", HTMLElement).focus();
    });
    this.more.addEventListener("click", () => {
      const first = this.shown;
      this.shown += PAGE;
      this.show();
      this.grid.children[first]?.querySelector("button")?.focus();
    });
    likes.onChange(() => {
      for (const [item, card] of this.cards) markLiked(card, likes.has(item));
    });
    this.show();
  }

  private addKinds(): void {
    const kinds = ["", ...new Set(this.products.map(({ kind }) => kind))];
    const chips = kinds.map((kind) => {
      const input = element("input", { type: "radio", name: "kind", value: kind, checked: kind === "" });
      input.addEventListener("change", () => {
        this.kind = kind;
        this.shown = PAGE;
        this.show();
      });
      return element("label", {}, input, element("span", {}, kind === "" ? "everything" : kind));
    });
    byId("kinds", HTMLFieldSetElement).append(...chips);
  }

  private show(): void {
    const words = this.search.value
      .toLowerCase()
      .split(/[\s,]+/)
      .filter((word) => word !== "");
    const found = [...this.products.keys()].filter((item) => {
      const product = this.products[item]!;
      return (this.kind === "" || product.kind === this.kind) && matches(product, words);
    });
    this.grid.replaceChildren(...found.slice(0, this.shown).map((item) => this.card(item)));
    this.more.hidden = found.length <= this.shown;
    const count = found.length === 1 ? "1 product" : `${found.length} products`;
    byId("count", HTMLElement).textContent = found.length === 0 ? "Nothing matches. Try fewer words." : count;
  }

  private card(item: number): HTMLLIElement {
    const known = this.cards.get(item);
    if (known !== undefined) return known;
    const { title, purchases } = this.products[item]!;
    const like = element(
      "button",
      { type: "button", class: "like", "data-item": item },
      element("span", { class: "hidden" }, "Like "),
      productPicture(item, title, true),
      element("span", { class: "badge" }, symbol("heart")),
    );
    like.addEventListener("click", () => {
      this.likes.toggle(item);
    });
    const details = element("button", { type: "button", class: "title" }, title);
    details.setAttribute("aria-haspopup", "dialog");
    details.addEventListener("click", () => {
      this.open(item);
    });
    const card = element("li", { class: "card" }, like, details);
    if (purchases === 0) card.append(element("span", { class: "new" }, "just in"));
    markLiked(card, this.likes.has(item));
    this.cards.set(item, card);
    return card;
  }
}

function markLiked(card: HTMLLIElement, isLiked: boolean): void {
  card.classList.toggle("liked", isLiked);
  card.querySelector(".like")!.setAttribute("aria-pressed", String(isLiked));
}
