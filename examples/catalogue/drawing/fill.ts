import type { Pattern, Rgb } from "../vocabulary.js";
import type { Fill } from "./canvas.js";

/** Where a pattern lies on its item. */
export interface PatternPlacement {
  /** Repeat of the pattern in grid units. */
  readonly period: number;
  /** Direction of the pattern in degrees. */
  readonly angle: number;
  /** Shift along both directions, as a share of the period. */
  readonly phase: number;
}

export function mix(from: Rgb, to: Rgb, share: number): Rgb {
  return [
    from[0] + (to[0] - from[0]) * share,
    from[1] + (to[1] - from[1]) * share,
    from[2] + (to[2] - from[2]) * share,
  ];
}

function clamp(share: number): number {
  return Math.min(1, Math.max(0, share));
}

/** A square wave with soft edges: 1 on half of the period, 0 on the other. */
function band(t: number): number {
  return clamp(0.5 + 1.6 * Math.cos(2 * Math.PI * t));
}

/** A repeatable number from 0 to 1 for a cell of the grid. */
function cellNoise(column: number, row: number): number {
  const mixed = Math.imul(column + 7919, 0x9e3779b1) ^ Math.imul(row + 104729, 0x85ebca6b);
  const spread = Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35);
  return ((spread ^ (spread >>> 13)) >>> 0) / 2 ** 32;
}

/** Share of the second colour at (u, v), both in periods along the pattern's directions. */
const shares: Readonly<Record<Pattern, (u: number, v: number) => number>> = {
  plain: () => 0,
  striped: (u) => band(u),
  dotted: (u, v) => {
    const du = u - Math.floor(u) - 0.5;
    const dv = v - Math.floor(v) - 0.5;
    return clamp((0.33 - Math.hypot(du, dv)) * 6 + 0.5);
  },
  checked: (u, v) => 0.5 * (band(u) + band(v)),
  zigzag: (u, v) => band(v + 0.8 * Math.abs(u - Math.floor(u) - 0.5)),
  speckled: (u, v) => {
    const scale = 2.6;
    const column = Math.floor(u * scale);
    const row = Math.floor(v * scale);
    if (cellNoise(column, row) > 0.4) return 0;
    const du = u * scale - column - 0.5;
    const dv = v * scale - row - 0.5;
    return clamp((0.42 - Math.hypot(du, dv)) * 4 + 0.5);
  },
};

/** A patterned surface of two colours. */
export function patterned(pattern: Pattern, placement: PatternPlacement, ground: Rgb, figure: Rgb): Fill {
  const cos = Math.cos((placement.angle * Math.PI) / 180);
  const sin = Math.sin((placement.angle * Math.PI) / 180);
  const share = shares[pattern];
  return (x, y) => {
    const u = (x * cos + y * sin) / placement.period + placement.phase;
    const v = (y * cos - x * sin) / placement.period + placement.phase;
    return mix(ground, figure, share(u, v));
  };
}

/** A surface lit from the upper left: a little lighter there, a little darker at the lower right. */
export function lit(fill: Fill): Fill {
  return (x, y) => {
    const light = (100 - x - y) / 100;
    return light > 0
      ? mix(fill(x, y), [255, 255, 255], 0.16 * light)
      : mix(fill(x, y), [20, 16, 40], -0.2 * light);
  };
}
