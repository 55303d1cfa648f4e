import type { Remembered } from "./remembered.js";

const STORE = "mmkit-demo-likes";

/** What a visitor likes, the oldest first; kept in this browser, with every earlier state to go back to. */
export class Likes {
  private readonly history: (readonly number[])[] = [];
  private current: readonly number[];
  private readonly listeners: (() => void)[] = [];

  /** @param products number of products; likes of others, left by an earlier shop, are dropped */
  constructor(
    products: number,
    private readonly storage: Remembered,
  ) {
    this.current = readLikes(storage.getItem(STORE), products);
  }

  get items(): readonly number[] {
    return this.current;
  }

  get canUndo(): boolean {
    return this.history.length > 0;
  }

  has(item: number): boolean {
    return this.current.includes(item);
  }

  toggle(item: number): void {
    this.change(this.has(item) ? this.current.filter((liked) => liked !== item) : [...this.current, item]);
  }

  /** Likes these products and no others. */
  replace(items: readonly number[]): void {
    this.change([...items]);
  }

  undo(): void {
    const previous = this.history.pop();
    if (previous === undefined) return;
    this.current = previous;
    this.changed();
  }

  /** Calls `listener` after every change. */
  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  private change(items: readonly number[]): void {
    this.history.push(this.current);
    this.current = items;
    this.changed();
  }

  private changed(): void {
    this.storage.setItem(STORE, JSON.stringify(this.current));
    for (const listener of this.listeners) listener();
  }
}

function readLikes(text: string | null, products: number): readonly number[] {
  let stored: unknown;
  try {
    stored = JSON.parse(text ?? "[]");
  } catch {
    return [];
  }
  if (!Array.isArray(stored)) return [];
  const items = stored.filter(
    (item): item is number => Number.isInteger(item) && item >= 0 && item < products,
  );
  return [...new Set(items)];
}
