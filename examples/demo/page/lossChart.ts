import UPlot from "uplot";

const HEIGHT = 240;

/** A live curve of the training loss, in the page's colours: of some steps each, and of whole epochs. */
export class LossChart {
  private plot: UPlot | undefined;
  private readonly times: number[] = [];
  private readonly losses: number[] = [];
  /** The mean of an epoch at its end, null in between. */
  private readonly means: (number | null)[] = [];
  private ofEpoch: number[] = [];
  private readonly resizing = new ResizeObserver(() => {
    this.plot?.setSize({ width: Math.max(1, this.place.clientWidth), height: HEIGHT });
  });

  constructor(
    private readonly place: HTMLElement,
    /** Epochs that will be trained at most, the width of the chart. */
    private readonly most: number,
  ) {
    this.place.setAttribute("role", "img");
    this.place.setAttribute("aria-label", "Ranking loss: nothing trained yet");
    this.resizing.observe(place);
    this.draw();
  }

  /** @param epochs complete epochs, and the share of the running one */
  add(epochs: number, loss: number): void {
    this.ofEpoch.push(loss);
    this.times.push(epochs);
    this.losses.push(loss);
    const isEnd = Number.isInteger(epochs);
    const mean = this.ofEpoch.reduce((sum, one) => sum + one, 0) / this.ofEpoch.length;
    this.means.push(isEnd ? mean : null);
    if (isEnd) {
      this.ofEpoch = [];
      const first = this.means.find((one) => one !== null)!;
      const text = `Ranking loss: ${first.toFixed(3)} in the first epoch, ${mean.toFixed(3)} in epoch ${epochs}`;
      this.place.setAttribute("aria-label", text);
    }
    this.plot?.setData([this.times, this.losses, this.means]);
  }

  /** Takes the chart away. */
  remove(): void {
    this.resizing.disconnect();
    this.plot?.destroy();
  }

  /** Draws anew, in colours that may have changed. */
  draw(): void {
    this.plot?.destroy();
    const style = getComputedStyle(document.documentElement);
    const colour = (name: string): string => style.getPropertyValue(`--${name}`).trim();
    const axis = {
      stroke: colour("muted"),
      grid: { stroke: colour("rule"), width: 1 },
      ticks: { show: false },
      font: "12px system-ui, sans-serif",
      labelFont: "12px system-ui, sans-serif",
    };
    this.plot = new UPlot(
      {
        width: Math.max(1, this.place.clientWidth),
        height: HEIGHT,
        cursor: { show: false },
        scales: { x: { time: false, range: [0, this.most] } },
        axes: [
          { ...axis, incrs: [1, 2, 5, 10, 20], label: "epochs", labelSize: 20, size: 30 },
          { ...axis, size: 48, label: "ranking loss", labelSize: 18 },
        ],
        series: [
          {},
          { stroke: colour("rule"), width: 1.5, points: { show: false } },
          { stroke: colour("accent"), width: 2.5, spanGaps: true, points: { show: false } },
        ],
      },
      [this.times, this.losses, this.means],
      this.place,
    );
  }
}
