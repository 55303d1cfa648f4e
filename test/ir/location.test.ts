import { expect } from "chai";
import { parseFrame } from "../../src/ir/location.js";

describe("place of a stack frame", () => {
  const places: readonly (readonly [frame: string, file: string, line: string])[] = [
    ["    at build (/project/graphs/ksi/model.ts:41:7)", "/project/graphs/ksi/model.ts", "41"],
    ["    at /project/model.ts:5:3", "/project/model.ts", "5"],
    ["    at async load (/my project (old)/model.ts:5:3)", "/my project (old)/model.ts", "5"],
    ["    at Object.build [as run] (file:///a%20b/model.js:12:1)", "/a b/model.js", "12"],
    ["    at async file:///project/model.js:9:30", "/project/model.js", "9"],
  ];
  for (const [frame, file, line] of places) {
    it(`is ${file}:${line} in "${frame.trim()}"`, () => {
      expect(parseFrame(frame)).to.deep.equal({ file, line });
    });
  }

  for (const frame of [
    "    at node:internal/modules/esm:5:1",
    "    at new Promise (<anonymous>)",
    "Error: no",
  ]) {
    it(`is nowhere in "${frame.trim()}"`, () => {
      expect(parseFrame(frame)).to.equal(undefined);
    });
  }
});
