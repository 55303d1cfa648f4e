import type { PatternPlacement } from "./drawing/fill.js";
import type { Point } from "./drawing/shape.js";
import type { Colour, Form, Kind, Pattern, Rgb, Style } from "./vocabulary.js";

/** What distinguishes the pictures of two items with equal attributes. No user cares about any of it. */
export interface Look {
  /** Shift from the middle in grid units. */
  readonly shift: Point;
  readonly scale: number;
  readonly mirrored: boolean;
  /** Added to the item's colour. */
  readonly tint: Rgb;
  readonly placement: PatternPlacement;
  readonly accent: "light" | "dark";
  readonly backdrop: Rgb;
}

/** Attributes that a title may leave out. */
export type OptionalWord = "colour" | "pattern" | "style" | "material";

/**
 * One item of the shop. `form` and `look` are seen in the picture only, `style` and `material` are read in the
 * title only; `kind`, `colour` and `pattern` are in the picture always, `kind` is in the title always, `colour` and
 * `pattern` are in it if they are among the `named`.
 */
export interface Item {
  readonly id: number;
  readonly kind: Kind;
  readonly form: Form;
  readonly colour: Colour;
  readonly pattern: Pattern;
  readonly style: Style;
  readonly material: string;
  readonly named: ReadonlySet<OptionalWord>;
  readonly title: string;
  readonly look: Look;
  /** A cold item has no training interactions. */
  readonly cold: boolean;
}
