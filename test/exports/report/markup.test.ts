import { expect } from "chai";
import { Markup, markup } from "../../../exports/report/page/markup.js";
import { numberText, percentText, secondsText } from "../../../exports/report/page/numberText.js";

describe("markup", () => {
  it("escapes texts between tags and in attributes, and leaves markup as it is", () => {
    const title = `</script>"&'<b>`;
    const bold = new Markup("<b>1</b>");
    expect(markup`<p title="${title}">${title}${bold}${[bold, null]}${null}${2}</p>`.text).to.equal(
      '<p title="&lt;/script&gt;&quot;&amp;&#39;&lt;b&gt;">&lt;/script&gt;&quot;&amp;&#39;&lt;b&gt;' +
        "<b>1</b><b>1</b>2</p>",
    );
  });
});

describe("numbers for people", () => {
  it("keep what matters", () => {
    expect([0, 12, 12345, 0.25, 1 / 3, 1234.5, 0.00001234].map(numberText)).to.deep.equal([
      "0",
      "12",
      "12,345",
      "0.25",
      "0.3333",
      "1,235",
      "1.23e-5",
    ]);
    expect([0, 0.0001, 0.055, 0.25, 1].map(percentText)).to.deep.equal([
      "0 %",
      "< 0.1 %",
      "5.5 %",
      "25 %",
      "100 %",
    ]);
    expect([0.00001, 0.25, 12, 300, 9000].map(secondsText)).to.deep.equal([
      "10 µs",
      "250 ms",
      "12.0 s",
      "5.0 min",
      "2.5 h",
    ]);
  });
});
