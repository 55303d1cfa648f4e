import type { Course } from "../course.js";
import { axisLooks } from "./chart.js";
import { dataTable } from "./dataTable.js";
import { figure } from "./figure.js";
import { markup, type Markup } from "./markup.js";
import { percentText, secondsText } from "./numberText.js";
import { seriesColour } from "./palette.js";

/** Bars that fit; of longer runs each stands for several epochs. */
const MOST_BARS = 60;

/** `training/main` as people say it. */
function partName(name: string, phases: number): string {
  const [part = "", phase] = name.split("/");
  return phase === undefined ? part : phases > 1 ? `${part}, ${phase}` : part;
}

/** Seconds of every epoch by part, and what they add up to. */
export function timeFigure(course: Course): Markup {
  const { epochs, seconds } = course;
  const phases = seconds.filter(({ name }) => name.startsWith("training/")).length;
  const names = seconds.map(({ name }) => partName(name, phases));
  const perBar = Math.max(1, Math.ceil(epochs.length / MOST_BARS));
  const bars = Array.from({ length: Math.ceil(epochs.length / perBar) }, (_, bar) => {
    const [from, to] = [bar * perBar, Math.min(epochs.length, (bar + 1) * perBar)];
    const label = to - from === 1 ? `${epochs[from]! + 1}` : `${epochs[from]! + 1}–${epochs[to - 1]! + 1}`;
    const means = seconds.map(
      ({ values }) =>
        values.slice(from, to).reduce<number>((sum, value) => sum + (value ?? 0), 0) / (to - from),
    );
    return { label, means };
  });
  const totals = seconds.map(({ values }) => values.reduce<number>((sum, value) => sum + (value ?? 0), 0));
  const all = totals.reduce((sum, total) => sum + total, 0);
  const chart = figure({
    id: "time",
    title: "Seconds per epoch",
    ...(perBar === 1 ? {} : { note: `Each bar is the mean of ${perBar} epochs.` }),
    legend: names.map((text, index) => ({ text, colour: seriesColour(index) })),
    chart: {
      label: `Seconds per epoch by part, ${bars.length} bars`,
      width: 440,
      height: 250,
      tip: (series, bar) =>
        `epoch ${bars[bar]!.label}, ${names[series]!}: ${secondsText(bars[bar]!.means[series]!)}`,
      option: {
        grid: { left: 62, right: 18, top: 20, bottom: 30 },
        xAxis: {
          ...axisLooks,
          type: "category",
          data: bars.map(({ label }) => label),
          axisTick: { show: false },
        },
        yAxis: { ...axisLooks, type: "value", axisLine: { show: false }, splitNumber: 4 },
        series: names.map((name, index) => ({
          type: "bar",
          name,
          stack: "time",
          barMaxWidth: 36,
          barCategoryGap: "20%",
          emphasis: { disabled: true },
          itemStyle: { color: seriesColour(index) },
          data: bars.map(({ means }) => means[index]),
        })),
      },
    },
    table: {
      caption: "Seconds per epoch by part",
      columns: ["epoch", ...names],
      rows: bars.map(({ label, means }) => [label, ...means.map(secondsText)]),
    },
  });
  const table = dataTable({
    caption: "Time by part",
    columns: ["part", "total", "per epoch", "share"],
    rows: names.map((name, index) => [
      name,
      secondsText(totals[index]!),
      secondsText(totals[index]! / epochs.length),
      percentText(all === 0 ? 0 : totals[index]! / all),
    ]),
  });
  return markup`${chart}<div class="beside"><h3>In total</h3>${table}<p class="note">Without loading the data and
preparing what is made once. Checkpoints are counted in the epoch after which the next one began.</p></div>`;
}
