/** The nearest of some rows, found piece by piece: per row at most `length`, best first, the lower one first of equals. */
export class NeighbourLists {
  readonly ids: Int32Array;
  readonly values: Float32Array;
  /** [row]: how many there are so far. */
  readonly counts: Int32Array;
  private readonly mergedIds: Int32Array;
  private readonly mergedValues: Float32Array;

  constructor(
    rows: number,
    readonly length: number,
  ) {
    this.ids = new Int32Array(rows * length);
    this.values = new Float32Array(rows * length);
    this.counts = new Int32Array(rows);
    this.mergedIds = new Int32Array(length);
    this.mergedValues = new Float32Array(length);
  }

  /**
   * Adds candidates that the row does not have yet.
   *
   * @param count of them, from `start` on, best first, the lower id first of equals
   * @param ids as they are in this piece
   * @param offset what ids of this piece are more elsewhere
   */
  add(
    row: number,
    ids: BigInt64Array,
    values: Float32Array,
    start: number,
    count: number,
    offset: number,
  ): void {
    const base = row * this.length;
    const had = this.counts[row]!;
    // The worst one so far is better than all of them: most pieces of a large matrix end here.
    if (had === this.length && !this.isBefore(values[start]!, offset + Number(ids[start]!), base + had - 1))
      return;
    const total = Math.min(this.length, had + count);
    let [own, added] = [0, 0];
    for (let place = 0; place < total; place++) {
      const candidate = added < count ? offset + Number(ids[start + added]!) : -1;
      const value = values[start + added]!;
      const takesCandidate = added < count && (own === had || this.isBefore(value, candidate, base + own));
      this.mergedIds[place] = takesCandidate ? candidate : this.ids[base + own]!;
      this.mergedValues[place] = takesCandidate ? value : this.values[base + own]!;
      if (takesCandidate) added++;
      else own++;
    }
    this.ids.set(this.mergedIds.subarray(0, total), base);
    this.values.set(this.mergedValues.subarray(0, total), base);
    this.counts[row] = total;
  }

  private isBefore(value: number, id: number, place: number): boolean {
    const other = this.values[place]!;
    return value > other || (value === other && id < this.ids[place]!);
  }
}
