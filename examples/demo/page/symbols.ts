const NAMESPACE = "http://www.w3.org/2000/svg";

const paths = {
  heart: "M12 20.3 4.2 12.6a5 5 0 0 1 7.1-7.1l.7.7.7-.7a5 5 0 0 1 7.1 7.1Z",
  sun: "M12 7a5 5 0 1 0 0 10 5 5 0 0 0 0-10Zm0-5v2m0 16v2M2 12h2m16 0h2M4.9 4.9l1.4 1.4m11.4 11.4 1.4 1.4m0-14.2-1.4 1.4M6.3 17.7l-1.4 1.4",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5Z",
  half: "M12 3a9 9 0 1 0 0 18Zm0 0a9 9 0 0 1 0 18",
  close: "M6 6l12 12M18 6 6 18",
} as const;

/** A line drawing that screen readers pass over. */
export function symbol(name: keyof typeof paths): SVGSVGElement {
  const svg = document.createElementNS(NAMESPACE, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.classList.add("symbol");
  const path = document.createElementNS(NAMESPACE, "path");
  path.setAttribute("d", paths[name]);
  svg.append(path);
  return svg;
}
