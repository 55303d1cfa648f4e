/**
 * The page's only script: the switch between light and dark, and what a mark tells as soon as it is pointed at or
 * touched. Without it everything is there, the marks' titles come later, and the system decides on light and dark.
 */
export const script = `"use strict";
const root = document.documentElement;
const theme = document.getElementById("theme");
const settings = ["auto", "light", "dark"];
theme.hidden = false;
theme.addEventListener("click", () => {
  const next = settings[(settings.indexOf(root.dataset.theme ?? "auto") + 1) % settings.length];
  if (next === "auto") delete root.dataset.theme;
  else root.dataset.theme = next;
  theme.querySelector("span").textContent = next;
});
const tip = document.getElementById("tip");
const hide = () => { tip.hidden = true; };
document.addEventListener("pointerover", (event) => {
  const mark = event.target instanceof Element ? event.target.closest("[data-point]") : null;
  if (mark === null) return hide();
  const title = mark.querySelector("title");
  if (title !== null) {
    mark.dataset.tip = title.textContent;
    title.remove();
  }
  tip.textContent = mark.dataset.tip;
  tip.hidden = false;
  const box = mark.getBoundingClientRect();
  const own = tip.getBoundingClientRect();
  const left = box.left + box.width / 2 - own.width / 2;
  const above = box.top - own.height - 8;
  tip.style.left = Math.max(8, Math.min(left, root.clientWidth - own.width - 8)) + "px";
  tip.style.top = (above > 8 ? above : box.bottom + 8) + "px";
});
document.addEventListener("scroll", hide, { passive: true });
document.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
`;
