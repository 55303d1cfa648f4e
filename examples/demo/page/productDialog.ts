import type { Shop } from "../shop.js";
import { byId, element } from "./element.js";
import type { Likes } from "./likes.js";
import { productLook, productPicture } from "./productPicture.js";
import type { Ranked, Reason, ShopModel } from "./shopModel.js";
import { symbol } from "./symbols.js";

const SIMILAR = 6;
const REASONS = 5;

/** One product: its picture, why the chosen model recommends it, and what is like it. */
export class ProductDialog {
  private readonly dialog = byId("product", HTMLDialogElement);
  private item = -1;

  constructor(
    private readonly shop: Shop,
    private readonly likes: Likes,
    private readonly model: () => ShopModel,
  ) {
    closeOnBackdrop(this.dialog);
    likes.onChange(() => {
      if (this.dialog.open) void this.show(this.item);
    });
  }

  async show(item: number): Promise<void> {
    this.item = item;
    const model = this.model();
    const [reasons, similar] = await Promise.all([
      model.explain(this.likes.items, item),
      model.similar(item, SIMILAR),
    ]);
    if (this.item !== item) return;
    const focused = document.activeElement?.closest("#product")?.querySelector(":focus")?.className;
    this.dialog.replaceChildren(
      closeButton(this.dialog),
      this.head(item),
      this.why(model, reasons),
      ...(similar.length === 0 ? [] : [this.similar(model, similar)]),
    );
    if (!this.dialog.open) this.dialog.showModal();
    else if (focused !== undefined)
      this.dialog.querySelector<HTMLElement>(`.${focused.split(" ")[0]!}`)?.focus();
  }

  private head(item: number): HTMLElement {
    const product = this.shop.products[item]!;
    const isLiked = this.likes.has(item);
    const like = element(
      "button",
      { type: "button", class: "primary", "aria-pressed": String(isLiked) },
      symbol("heart"),
      isLiked ? "Liked" : "Like",
    );
    like.addEventListener("click", () => {
      this.likes.toggle(item);
    });
    const { purchases } = product;
    const bought = purchases === 1 ? "once" : `${purchases} times`;
    return element(
      "div",
      { class: "head" },
      productPicture(item, productLook(product)),
      element(
        "div",
        {},
        element("h2", { id: "product-title" }, product.title),
        element("p", { class: "muted" }, `${productLook(product)} · ${product.style}`),
        element(
          "p",
          { class: "muted" },
          purchases === 0 ? "Just in: nobody bought it yet" : `Bought ${bought}`,
        ),
        like,
      ),
    );
  }

  private why(model: ShopModel, reasons: readonly Reason[]): HTMLElement {
    const title = element("h3", {}, `What ${model.name} makes of it`);
    if (reasons.length === 0) {
      const text =
        this.likes.items.length === 0 && model.canPersonalise
          ? "Like something, and this says which of it pulls this product up."
          : "It is bought often; your likes play no part.";
      return element("section", {}, title, element("p", { class: "muted" }, text));
    }
    const most = Math.max(...reasons.map(({ contribution }) => Math.abs(contribution)));
    const rows = reasons.slice(0, REASONS).map(({ liked, contribution }) => {
      const bar = element("span", { class: contribution < 0 ? "pull against" : "pull" });
      bar.style.inlineSize = `${((100 * Math.abs(contribution)) / most).toFixed(1)}%`;
      const sign = contribution < 0 ? "−" : "+";
      return element(
        "li",
        {},
        productPicture(liked, ""),
        element(
          "span",
          { class: "words" },
          this.shop.products[liked]!.title,
          element("span", { class: "rail" }, bar),
        ),
        element("span", { class: "amount" }, `${sign}${Math.abs(contribution).toFixed(2)}`),
      );
    });
    const lead = "What each thing you like adds to its score:";
    return element(
      "section",
      {},
      title,
      element("p", { class: "muted" }, lead),
      element("ol", { class: "reasons" }, ...rows),
    );
  }

  private similar(model: ShopModel, similar: readonly Ranked[]): HTMLElement {
    const items = similar.map(({ item }) => {
      const button = element(
        "button",
        { type: "button" },
        productPicture(item, this.shop.products[item]!.title),
      );
      button.title = this.shop.products[item]!.title;
      button.addEventListener("click", () => {
        void this.show(item).then(() => {
          this.dialog.scrollTop = 0;
          this.dialog.querySelector<HTMLElement>(".primary")?.focus();
        });
      });
      return element("li", {}, button);
    });
    return element(
      "section",
      {},
      element("h3", {}, `Similar, as ${model.name} sees it`),
      element("ul", { class: "similar" }, ...items),
    );
  }
}

/** A dialog closes by its button, by Escape and by a click beside it. */
export function closeOnBackdrop(dialog: HTMLDialogElement): void {
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
}

export function closeButton(dialog: HTMLDialogElement): HTMLButtonElement {
  const close = element(
    "button",
    { type: "button", class: "icon close", "aria-label": "Close" },
    symbol("close"),
  );
  close.addEventListener("click", () => {
    dialog.close();
  });
  return close;
}
