import { byteSize } from "../../runtime/artifacts/byteSize.js";
import type { Failure, Measurement, Times } from "./measurement.js";

type Row = readonly string[];

/** A Markdown table with columns of equal width. */
export function markdownTable(header: Row, rows: readonly Row[]): string {
  const widths = header.map((title, column) =>
    Math.max(3, title.length, ...rows.map((row) => row[column]!.length)),
  );
  const line = (cells: Row): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |\n`;
  return [line(header), line(widths.map((width) => "-".repeat(width))), ...rows.map((row) => line(row))].join(
    "",
  );
}

/** Three significant digits: 0.0123, 1.23, 123. */
export function secondsText(seconds: number): string {
  return seconds >= 100 ? seconds.toFixed(0) : seconds.toPrecision(3);
}

function floorText({ work, floor, least }: Times, { floors }: Measurement): Row {
  if (work === null || floor === null || floor === 0) return ["", ""];
  const kind = work.bytes / floors.bandwidth >= work.flops / floors.gemm ? "bytes" : "FLOPs";
  return [`${secondsText(floor)} (${kind})`, `${(least.clock / floor).toFixed(1)}×`];
}

const header: Row = [
  ...["model", "data", "compile", "sessions", "prepare"],
  ...["epoch", "median", "processors", "floor", "over it"],
  ...["ranking", "floor", "over it", "peak memory"],
];

function row(measurement: Measurement): Row {
  const { model, data, compile, sessions, prepare, epoch, ranking, peakBytes } = measurement;
  return [
    ...[model, data, ...[compile, sessions, prepare.least].map(({ clock }) => secondsText(clock))],
    ...[epoch.least.clock, epoch.median.clock, epoch.least.processor].map(secondsText),
    ...floorText(epoch, measurement),
    ...[secondsText(ranking.least.clock), ...floorText(ranking, measurement), byteSize(peakBytes)],
  ];
}

/** Everything as Markdown, seconds everywhere, with what the floors stand on below it. */
export function benchText(measurements: readonly Measurement[], failures: readonly Failure[]): string {
  const lines: string[] = [];
  if (measurements.length > 0) {
    const best = (kind: "bandwidth" | "gemm"): number =>
      Math.max(...measurements.map(({ floors }) => floors[kind]));
    const { threads } = measurements[0]!;
    lines.push(
      markdownTable(header, measurements.map(row)),
      `\nSeconds, ${threads} thread(s); the least of several epochs and rankings; "processors" are the seconds of all processors that an epoch took. Floors: bytes at up to ` +
        `${(best("bandwidth") / 1e9).toFixed(1)} GB/s and FLOPs at up to ${(best("gemm") / 1e9).toFixed(0)} GFLOP/s, ` +
        "measured before and after each model.\n",
    );
  }
  for (const { model, data, message } of failures)
    lines.push(`\nnot measured: ${model} on ${data}: ${message}\n`);
  return lines.join("");
}
