import type { Shop } from "../shop.js";
import { byId, element } from "./element.js";
import type { Likes } from "./likes.js";
import { borrowedCustomer } from "./likesStrip.js";
import { productPicture } from "./productPicture.js";
import type { Pick } from "./shopModel.js";
import { symbol } from "./symbols.js";

const MOVE = { duration: 320, easing: "cubic-bezier(.2,.7,.2,1)" } as const;
const REASONS = 2;
const DOCKED = 5;

/** How a pick's place differs from the list before. */
function movement(before: number, now: number): string {
  if (before < 0) return "▲ new";
  if (before === now) return "";
  return before > now ? `▲ ${before - now}` : `▼ ${now - before}`;
}

/** The ordered list of what is recommended; picks glide to their new places. */
export class PicksList {
  private order: readonly number[] = [];
  private readonly list = byId("picks", HTMLOListElement);
  private readonly dock = byId("dock", HTMLAnchorElement);

  constructor(
    private readonly shop: Shop,
    private readonly likes: Likes,
    private readonly open: (item: number) => void,
  ) {
    new IntersectionObserver((entries) => {
      this.dock.hidden = entries.at(-1)!.isIntersecting;
    }).observe(byId("for-you", HTMLElement));
  }

  show(picks: readonly Pick[]): void {
    const before = new Map<string, DOMRect>();
    for (const row of this.rows()) before.set(row.dataset["item"]!, row.getBoundingClientRect());
    const focused = this.focused();
    const later = borrowedCustomer(this.shop, this.likes.items)?.later ?? [];
    const rows = picks.map((pick, place) => {
      const moved = this.order.length === 0 ? "" : movement(this.order.indexOf(pick.item), place);
      return this.row(pick, place, moved, later.includes(pick.item));
    });
    this.list.replaceChildren(...rows);
    this.list.removeAttribute("aria-busy");
    this.order = picks.map(({ item }) => item);
    if (focused !== undefined) this.refocus(focused);
    this.glide(before);
    const thumbs = this.order.slice(0, DOCKED).map((item) => productPicture(item, ""));
    this.dock.replaceChildren(element("strong", {}, "For you"), ...thumbs);
  }

  private rows(): HTMLLIElement[] {
    return Array.from(this.list.children, (row) => row as HTMLLIElement);
  }

  /** Which control of which pick has the focus; a place, should the pick leave the list. */
  private focused(): { item: string; place: number; control: string } | undefined {
    const active = document.activeElement;
    const row = active?.closest<HTMLLIElement>("#picks > li");
    if (active === null || row === null || row === undefined) return undefined;
    const control = active.classList.contains("heart-button") ? ".heart-button" : ".why";
    return { item: row.dataset["item"]!, place: this.rows().indexOf(row), control };
  }

  private refocus({ item, place, control }: { item: string; place: number; control: string }): void {
    const rows = this.rows();
    const row = rows.find((one) => one.dataset["item"] === item) ?? rows[Math.min(place, rows.length - 1)];
    row?.querySelector<HTMLElement>(control)?.focus({ preventScroll: true });
  }

  private row(pick: Pick, place: number, moved: string, wasBought: boolean): HTMLLIElement {
    const { item } = pick;
    const { title, purchases } = this.shop.products[item]!;
    const marks = element("span", { class: "marks" }, this.because(pick));
    if (moved !== "")
      marks.append(element("span", { class: moved.startsWith("▼") ? "moved down" : "moved" }, moved));
    if (wasBought) marks.append(element("span", { class: "bought" }, "bought later"));
    if (purchases === 0) marks.append(element("span", { class: "new" }, "just in"));
    const why = element(
      "button",
      { type: "button", class: "why", "aria-haspopup": "dialog" },
      productPicture(item, ""),
      element("span", { class: "words" }, element("span", { class: "name" }, title), marks),
    );
    why.addEventListener("click", () => {
      this.open(item);
    });
    const like = element(
      "button",
      { type: "button", class: "heart-button", "aria-pressed": "false", "aria-label": `Like ${title}` },
      symbol("heart"),
    );
    like.addEventListener("click", () => {
      this.likes.toggle(item);
    });
    return element("li", { "data-item": item, "data-place": place + 1 }, why, like);
  }

  /** The liked products that pulled it up most, as pictures. */
  private because({ reasons }: Pick): HTMLElement {
    const pulling = reasons.filter(({ contribution }) => contribution > 0).slice(0, REASONS);
    if (pulling.length === 0) return element("span", { class: "because" }, "Why?");
    const pictures = pulling.map(({ liked }) => productPicture(liked, this.shop.products[liked]!.title));
    return element("span", { class: "because" }, "because of ", ...pictures);
  }

  private glide(before: ReadonlyMap<string, DOMRect>): void {
    if (before.size === 0 || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    for (const row of this.rows()) {
      const from = before.get(row.dataset["item"]!);
      const to = row.getBoundingClientRect();
      if (from === undefined) row.animate({ opacity: [0, 1] }, MOVE);
      else if (from.top !== to.top || from.left !== to.left) {
        const start = `translate(${from.left - to.left}px,${from.top - to.top}px)`;
        row.animate({ transform: [start, "none"] }, MOVE);
      }
    }
  }
}
