import type { ReportData } from "../reportData.js";
import { markup, type Markup } from "./markup.js";
import { numberText, secondsText } from "./numberText.js";

/** The best epoch so far by the monitored metric. */
export interface BestEpoch {
  /** 0-based. */
  readonly epoch: number;
  readonly value: number;
}

/** @returns the run's own choice if it is finished, else the first of the best so far; null without any */
export function bestEpoch({ record, course }: Pick<ReportData, "record" | "course">): BestEpoch | null {
  const { config, results } = record;
  const values = course.metrics.find(({ name }) => name === config["monitor"])?.values ?? [];
  const measured = course.epochs.flatMap((epoch, position) => {
    const value = values[position];
    return value == null ? [] : [{ epoch, value }];
  });
  if (results !== null) return measured.find(({ epoch }) => epoch === results.bestEpoch) ?? null;
  // As early stopping compares them, so that the epoch is the one whose checkpoint is kept as the best.
  const decimals = config["monitorDecimals"];
  const compared = (value: number): number =>
    typeof decimals === "number" ? Number(value.toFixed(decimals)) : value;
  return measured.reduce<BestEpoch | null>(
    (best, found) => (best === null || compared(found.value) > compared(best.value) ? found : best),
    null,
  );
}

interface Card {
  readonly name: string;
  readonly value: string;
  readonly note: string;
}

/** Splits as people say them. */
export const splitTexts = { valid: "validation", test: "test" } as const;

function metricCards(data: ReportData, monitor: string, best: BestEpoch | null): Card[] {
  const { results } = data.record;
  const of = (split: "test" | "popularityTest"): number | undefined =>
    (results?.[split]?.metrics as Readonly<Record<string, number>> | undefined)?.[monitor];
  const [test, popularity] = [of("test"), of("popularityTest")];
  const cards: Card[] = [];
  if (test !== undefined) {
    const against =
      popularity === undefined || popularity === 0
        ? ""
        : `${numberText(Number((test / popularity).toFixed(2)))} times popularity's ${popularity.toFixed(4)}`;
    cards.push({ name: `${monitor}, test`, value: test.toFixed(4), note: against });
  }
  if (best !== null) {
    const isFinal = results === null ? "the best so far, " : "";
    cards.push({
      name: `${monitor}, ${splitTexts[data.course.split]}`,
      value: best.value.toFixed(4),
      note: `${isFinal}epoch ${best.epoch + 1}`,
    });
  }
  return cards;
}

/** The figures that are looked for first. */
export function keyFigures(data: ReportData, best: BestEpoch | null): Markup {
  const { config, results } = data.record;
  const { epochs, seconds } = data.course;
  const whole = seconds.reduce(
    (sum, { values }) => sum + values.reduce<number>((total, value) => total + (value ?? 0), 0),
    0,
  );
  const stopped =
    results === null
      ? "not finished"
      : results.stopReason === "earlyStopping"
        ? "stopped early"
        : "all trained";
  const cards: Card[] = [
    ...metricCards(data, String(config["monitor"]), best),
    {
      name: "Epochs",
      value: numberText(epochs.length),
      note: `of at most ${numberText(Number(config["epochs"]))}, ${stopped}`,
    },
    {
      name: "Time",
      value: secondsText(whole),
      note: epochs.length === 0 ? "" : `${secondsText(whole / epochs.length)} per epoch, evaluation included`,
    },
    {
      name: "Parameters",
      value: numberText(Number(config["parameterCount"])),
      note: `on ${String(config["device"])}, seed ${String(config["seed"])}`,
    },
  ];
  const items = cards.map(
    ({ name, value, note }) =>
      markup`<div><dt>${name}</dt><dd><strong>${value}</strong><span>${note}</span></dd></div>`,
  );
  return markup`<dl class="cards">${items}</dl>`;
}
