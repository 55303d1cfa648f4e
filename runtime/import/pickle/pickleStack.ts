import { PickleTuple, type PickleValue, type Refusal } from "./pickleValue.js";

const MARK = Symbol("mark");

/** The stack and the memo of a pickle's program. Every operation throws what `refusal` makes if it does not fit. */
export class PickleStack {
  readonly #values: (PickleValue | typeof MARK)[] = [];
  readonly #memo = new Map<number, PickleValue>();
  readonly #refusal: Refusal;

  constructor(refusal: Refusal) {
    this.#refusal = refusal;
  }

  push(value: PickleValue): void {
    this.#values.push(value);
  }

  mark(): void {
    this.#values.push(MARK);
  }

  pop(): PickleValue {
    const value = this.#values.pop();
    if (value === undefined || value === MARK) throw this.#refusal("a value is missing on the stack");
    return value;
  }

  /** The one value that is left at the end. */
  last(): PickleValue {
    const value = this.pop();
    if (this.#values.length > 0) throw this.#refusal("values are left on the stack");
    return value;
  }

  /** The values above the last mark, which goes with them. */
  popToMark(): PickleValue[] {
    const from = this.#values.lastIndexOf(MARK);
    if (from < 0) throw this.#refusal("a mark is missing on the stack");
    return this.#values.splice(from).slice(1) as PickleValue[];
  }

  /** Puts the uppermost values into a tuple. */
  tuple(length: number): void {
    const items = Array.from({ length }, () => this.pop()).reverse();
    this.push(new PickleTuple(items));
  }

  append(items: readonly PickleValue[]): void {
    const list = this.#top();
    if (!Array.isArray(list)) throw this.#refusal("values are appended to what is no list");
    for (const item of items) list.push(item);
  }

  /** @param items keys and values in turn */
  setItems(items: readonly PickleValue[]): void {
    const dict = this.#top();
    if (!(dict instanceof Map) || items.length % 2 !== 0) {
      throw this.#refusal("items are set in what is no dict");
    }
    for (let index = 0; index < items.length; index += 2) {
      const key = items[index]!;
      if (typeof key !== "string") throw this.#refusal("a dict has a key that is no text");
      dict.set(key, items[index + 1]!);
    }
  }

  /** Keeps the uppermost value in the memo. @param place null for the next one */
  remember(place: number | null): void {
    this.#memo.set(place ?? this.#memo.size, this.#top());
  }

  recall(place: number): void {
    const value = this.#memo.get(place);
    if (value === undefined) throw this.#refusal(`the memo has no entry ${place}`);
    this.push(value);
  }

  #top(): PickleValue {
    const value = this.pop();
    this.push(value);
    return value;
  }
}
