import { expect } from "chai";
import { parsePythonLiteral, PythonLiteralError } from "../../../runtime/import/pythonLiteral.js";

describe("a Python literal", () => {
  const good: readonly (readonly [source: string, value: unknown])[] = [
    ["{'a': 1, 'b': [2.5, -3], 'c': ('x',), }", { a: 1, b: [2.5, -3], c: ["x"] }],
    ["{'none': None, 'yes': True, 'no': False}", { none: null, yes: true, no: false }],
    [`"it's" `, "it's"],
    [`'say "hi"'`, 'say "hi"'],
    [
      String.raw`'tab\t, line\n, quote\', backslash\\, \x41\u00e9\U0001F600'`,
      "tab\t, line\n, quote', backslash\\, Aé😀",
    ],
    ["u'unicode'", "unicode"],
    [String.raw`'\d stays'`, "\\d stays"],
    ["[]", []],
    ["{}", {}],
    ["1e-3", 0.001],
    ["{'__proto__': 1}", JSON.parse('{"__proto__": 1}')],
  ];
  for (const [source, value] of good) {
    it(`${source} is read`, () => {
      expect(parsePythonLiteral(source)).to.deep.equal(value);
    });
  }

  const bad: readonly (readonly [source: string, at: number])[] = [
    ["", 0],
    ["{'a': }", 6],
    ["{'a' 1}", 5],
    ["[1 2]", 3],
    ["'open", 5],
    ["{'a': 1} x", 9],
    ["__import__('os')", 0],
    ["b'bytes'", 0],
    ["r'raw'", 0],
    ["{[1]: 2}", 4],
    [String.raw`'\x4'`, 2],
    ["toString", 0],
  ];
  for (const [source, at] of bad) {
    it(`${source === "" ? "nothing" : source} is refused, with the place`, () => {
      expect(() => parsePythonLiteral(source))
        .to.throw(PythonLiteralError)
        .with.property("at", at);
    });
  }
});
