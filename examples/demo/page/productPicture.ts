import { PICTURE_SIZE, shopPaths, type Product } from "../shop.js";
import { element } from "./element.js";

/** @param alt what the picture says to who cannot see it; empty where the title stands beside it */
export function productPicture(item: number, alt: string, isLazy = false): HTMLImageElement {
  return element("img", {
    src: shopPaths.picture(item),
    alt,
    width: PICTURE_SIZE,
    height: PICTURE_SIZE,
    loading: isLazy ? "lazy" : undefined,
    decoding: "async",
  });
}

/** What the picture shows, which a title may leave out. */
export function productLook({ colour, pattern, kind, material }: Product): string {
  return `${colour}, ${pattern} · ${material} · ${kind}`;
}
