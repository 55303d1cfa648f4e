import { expect } from "chai";
import { repeatedKey } from "../../../runtime/import/repeatedKey.js";

describe("a key that a JSON object has twice", () => {
  const cases: readonly (readonly [json: string, key: string | null])[] = [
    ['{"a": 1, "b": 2}', null],
    ['{"a": 1, "b": 2, "a": 3}', "a"],
    ['{"a": {"b": 1}, "b": {"b": 2}}', null],
    ['{"a": [{"b": 1, "b": 2}]}', null],
    ['{"a": "a\\": {\\"a", "b": "\\"a\\":"}', null],
    ['{"\\u0061": 1, "a": 2}', "a"],
    ['{"a" : 1 , "a" : 2}', "a"],
    ["{}", null],
  ];
  for (const [json, key] of cases) {
    it(`is ${key ?? "none"} in ${json}`, () => {
      expect(repeatedKey(json)).to.equal(key);
    });
  }
});
