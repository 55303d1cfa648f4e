import { expect } from "chai";
import { packTexts, TextColumn } from "../../../runtime/service/textColumn.js";

describe("texts in shared memory", () => {
  const texts = ["", "B000A", "Größe", "漢字", "a\tb", "B000A", "x".repeat(1000)];
  const column = new TextColumn(packTexts(texts));

  it("gives every text back by its id", () => {
    expect(column.size).to.equal(texts.length);
    expect(texts.map((_, id) => column.text(id))).to.deep.equal(texts);
  });

  it("finds the first id of a text, and none of an unknown one", () => {
    expect(texts.map((text) => column.id(text))).to.deep.equal([0, 1, 2, 3, 4, 1, 6]);
    expect([column.id("B000"), column.id("B000AA"), column.id("漢")]).to.deep.equal([null, null, null]);
  });

  it("holds thousands of keys and no texts at all", () => {
    const keys = Array.from({ length: 20_000 }, (_, id) => `user-${(id * 7919) % 20_011}`);
    const many = new TextColumn(packTexts(keys));
    expect(keys.every((key, id) => many.id(key) === id && many.text(id) === key)).to.equal(true);
    expect(new TextColumn(packTexts([])).id("")).to.equal(null);
  });

  it("can be read by other threads", () => {
    const { bytes, start, slots } = packTexts(texts);
    for (const { buffer } of [bytes, start, slots]) expect(buffer).to.be.instanceOf(SharedArrayBuffer);
  });
});
