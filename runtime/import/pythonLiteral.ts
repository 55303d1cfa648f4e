/** A text is no Python literal; `at` is the character, from 0. */
export class PythonLiteralError extends Error {
  override readonly name = "PythonLiteralError";

  constructor(readonly at: number) {
    super(`not a Python literal from character ${at + 1}`);
  }
}

type Literal = null | boolean | number | string | Literal[] | { [key: string]: Literal };

const words: Readonly<Record<string, null | boolean>> = { None: null, True: true, False: false };

const escapes: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  "\\": "\\",
  "'": "'",
  '"': '"',
};

/**
 * Reads a Python literal (dict, list, tuple, text, number, None, True, False), as the lines of Amazon's metadata of 2014
 * are, without evaluating anything.
 *
 * @throws PythonLiteralError
 */
export function parsePythonLiteral(source: string): unknown {
  let at = 0;
  const fail = (): never => {
    throw new PythonLiteralError(at);
  };
  const skip = (): void => {
    while (source[at] === " " || source[at] === "\t") at++;
  };
  const expect = (character: string): void => {
    skip();
    if (source[at] !== character) fail();
    at++;
  };
  const string = (): string => {
    if (/[uUrRbB]/.test(source[at] ?? "")) {
      if (!/[uU]/.test(source[at]!)) fail();
      at++;
    }
    const quote = source[at]!;
    let made = "";
    for (at++; source[at] !== quote; at++) {
      if (at >= source.length) fail();
      if (source[at] !== "\\") {
        made += source[at]!;
        continue;
      }
      at++;
      const kind = source[at] ?? "";
      const digits = { x: 2, u: 4, U: 8 }[kind];
      if (digits === undefined) {
        made += escapes[kind] ?? `\\${kind}`;
        continue;
      }
      const code = source.slice(at + 1, at + 1 + digits);
      if (!/^[0-9a-fA-F]+$/.test(code) || code.length < digits || parseInt(code, 16) > 0x10ffff) fail();
      made += String.fromCodePoint(parseInt(code, 16));
      at += digits;
    }
    at++;
    return made;
  };
  /** The character after white space. */
  const next = (): string | undefined => {
    skip();
    return source[at];
  };
  const sequence = (close: string): Literal[] => {
    const items: Literal[] = [];
    at++;
    while (next() !== close) {
      items.push(value());
      skip();
      if (source[at] === ",") at++;
      else if (source[at] !== close) fail();
    }
    at++;
    return items;
  };
  const dict = (): { [key: string]: Literal } => {
    const entries: [string, Literal][] = [];
    at++;
    while (next() !== "}") {
      const key = value();
      if (typeof key === "object") return fail();
      expect(":");
      entries.push([String(key), value()]);
      skip();
      if (source[at] === ",") at++;
      else if (source[at] !== "}") fail();
    }
    at++;
    return Object.fromEntries(entries);
  };
  const value = (): Literal => {
    skip();
    const character = source[at] ?? fail();
    if (character === "{") return dict();
    if (character === "[") return sequence("]");
    if (character === "(") return sequence(")");
    if (character === "'" || character === '"' || /^[uU]['"]/.test(source.slice(at, at + 2))) return string();
    const number = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?/.exec(source.slice(at, at + 40))?.[0];
    if (number !== undefined) {
      at += number.length;
      return Number(number);
    }
    const word = /^\w+/.exec(source.slice(at, at + 8))?.[0] ?? "";
    if (!Object.hasOwn(words, word)) return fail();
    at += word.length;
    return words[word]!;
  };
  const made = value();
  skip();
  if (at < source.length) fail();
  return made;
}
