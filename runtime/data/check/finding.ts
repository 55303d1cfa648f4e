/** How much a finding matters: `serious` makes results wrong or worthless, `moderate` costs accuracy, a `note` is good to know. */
export const severities = ["serious", "moderate", "note"] as const;
export type Severity = (typeof severities)[number];

/** Something about a dataset that a person should know before training on it. */
export interface Finding {
  readonly severity: Severity;
  /** What it is about: `interactions`, `splits`, a modality, `knowledge graph`. */
  readonly topic: string;
  readonly message: string;
  /** What to do about it. */
  readonly advice: string;
  /** Orders findings of one severity, largest first: as a rule the share of the data that is affected. */
  readonly weight: number;
}

/** The most important first. */
export function byImportance(findings: readonly Finding[]): readonly Finding[] {
  return [...findings].sort(
    (left, right) =>
      severities.indexOf(left.severity) - severities.indexOf(right.severity) || right.weight - left.weight,
  );
}

/** Shares of the data below this one are not worth a person's time; the statistics hold the counts. */
export const NEGLIGIBLE = 0.001;

/** Severity of an affected share: from `serious` on, from `moderate` on, else a note. */
export function graded(
  share: number,
  limits: { readonly serious?: number; readonly moderate: number },
): Severity {
  if (share >= (limits.serious ?? Infinity)) return "serious";
  return share >= limits.moderate ? "moderate" : "note";
}

/** 12,345 */
export function countText(count: number): string {
  return count.toLocaleString("en-US");
}

/** 0.0302, 16.4, 1,470 */
export function numberText(value: number): string {
  return Math.abs(value) >= 1000 ? countText(Math.round(value)) : String(Number(value.toPrecision(3)));
}

/** "1 item", "3 items". */
export function counted(count: number, thing: string): string {
  return `${countText(count)} ${thing}${count === 1 ? "" : "s"}`;
}

/** 12% or 0.3%; never 0% of something. */
export function shareText(share: number): string {
  const percent = 100 * share;
  if (percent === 0 || percent >= 9.95) return `${percent.toFixed(0)}%`;
  return percent >= 0.1 ? `${percent.toFixed(1)}%` : "under 0.1%";
}
