/** Sets of nodes that are joined by edges, found by union and find. */
export class Components {
  readonly #parent: Int32Array;

  constructor(nodes: number) {
    this.#parent = Int32Array.from({ length: nodes }, (_, node) => node);
  }

  #root(node: number): number {
    let root = node;
    while (this.#parent[root] !== root) root = this.#parent[root]!;
    for (let at = node; at !== root;) {
      const next = this.#parent[at]!;
      this.#parent[at] = root;
      at = next;
    }
    return root;
  }

  join(left: number, right: number): void {
    const from = this.#root(left);
    const to = this.#root(right);
    // The smaller id is the root, so that the result does not depend on the order of edges.
    if (from !== to) this.#parent[Math.max(from, to)] = Math.min(from, to);
  }

  /** Sizes of the components that `counts` admits by a node of theirs, the largest first. */
  sizes(counts: (node: number) => boolean): readonly number[] {
    const size = new Map<number, number>();
    for (let node = 0; node < this.#parent.length; node++) {
      if (!counts(node)) continue;
      const root = this.#root(node);
      size.set(root, (size.get(root) ?? 0) + 1);
    }
    return [...size.values()].sort((left, right) => right - left);
  }
}
