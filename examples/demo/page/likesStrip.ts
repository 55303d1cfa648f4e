import type { SampleCustomer, Shop } from "../shop.js";
import { byId, element } from "./element.js";
import type { Likes } from "./likes.js";
import { productPicture } from "./productPicture.js";
import { symbol } from "./symbols.js";

/** The customer whose taste was borrowed, if nothing was changed since. */
export function borrowedCustomer(shop: Shop, liked: readonly number[]): SampleCustomer | undefined {
  return shop.customers.find(
    (customer) =>
      customer.liked.length === liked.length && customer.liked.every((item) => liked.includes(item)),
  );
}

/** Shows what is liked, the newest first, and lets it be taken back. */
export function showLikes(shop: Shop, likes: Likes): void {
  const strip = byId("likes", HTMLUListElement);
  const note = byId("likes-note", HTMLElement);
  const undo = byId("undo", HTMLButtonElement);
  const clear = byId("clear", HTMLButtonElement);
  let customer = -1;

  const show = (): void => {
    const newest = [...likes.items].reverse();
    strip.replaceChildren(...newest.map((item) => likedItem(shop, likes, item)));
    strip.hidden = newest.length === 0;
    undo.disabled = !likes.canUndo;
    clear.disabled = newest.length === 0;
    const borrowed = borrowedCustomer(shop, likes.items) !== undefined;
    note.textContent = borrowed
      ? "Six things that one of the generated customers bought. What this customer bought later is marked."
      : "Nothing yet. Tap a picture below, or borrow somebody’s taste.";
    note.hidden = newest.length > 0 && !borrowed;
  };

  undo.addEventListener("click", () => {
    likes.undo();
    if (undo.disabled) byId("sample", HTMLButtonElement).focus();
  });
  clear.addEventListener("click", () => {
    likes.replace([]);
    undo.focus();
  });
  byId("sample", HTMLButtonElement).addEventListener("click", () => {
    customer = (customer + 1) % shop.customers.length;
    likes.replace(shop.customers[customer]!.liked);
  });
  likes.onChange(show);
  show();
}

function likedItem(shop: Shop, likes: Likes, item: number): HTMLLIElement {
  const remove = element(
    "button",
    { type: "button", "data-item": item, title: shop.products[item]!.title },
    element("span", { class: "hidden" }, "Remove "),
    productPicture(item, shop.products[item]!.title),
    element("span", { class: "badge" }, symbol("close")),
  );
  remove.addEventListener("click", () => {
    const next = remove.closest("li")!.nextElementSibling ?? remove.closest("li")!.previousElementSibling;
    const other = next?.querySelector("button")?.dataset["item"];
    likes.toggle(item);
    // The strip is drawn anew: focus goes to the neighbour, or to what brings the product back.
    const neighbour = document.querySelector<HTMLElement>(`#likes [data-item="${other ?? ""}"]`);
    (neighbour ?? byId("undo", HTMLButtonElement)).focus();
  });
  return element("li", {}, remove);
}
