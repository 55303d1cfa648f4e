import { expect } from "chai";
import { StepDisplay } from "../../src/cli/stepDisplay.js";
import { Memory } from "./capture.js";

describe("the steps of a long work", () => {
  const shown = (isTTY: boolean): string => {
    const stderr = new Memory(isTTY);
    let now = 0;
    const display = new StepDisplay({ stderr }, () => now);
    const at = (time: number, step: string, fraction: number | null): void => {
      now = time;
      display.show({ step, fraction });
    };
    at(100, "reading a.csv", null);
    at(1500, "reading a.csv", 0.126);
    at(2000, "numbering users", null);
    at(3200, "splitting", 0.5);
    at(5000, "splitting", 0.7);
    at(13_300, "splitting", 0.999);
    display.end();
    return stderr.text;
  };

  it("are lines where there is no terminal: for those that take a second, and every ten seconds", () => {
    expect(shown(false)).to.equal("0:02 reading a.csv 12%\n0:03 splitting 50%\n0:13 splitting 99%\n");
  });

  it("are one line that changes on a terminal", () => {
    const lines = shown(true).split("\r\u001b[K").slice(1);
    expect(lines).to.deep.equal([
      "0:00 reading a.csv",
      "0:02 reading a.csv 12%",
      "0:02 numbering users",
      "0:03 splitting 50%",
      "0:05 splitting 70%",
      "0:13 splitting 99%",
      "",
    ]);
  });
});
