import { expect } from "chai";
import { byteSize, parseByteSize } from "../../../runtime/artifacts/byteSize.js";

describe("sizes in bytes", () => {
  it("are read with decimal and binary units", () => {
    expect(parseByteSize("4GB")).to.equal(4e9);
    expect(parseByteSize("1.5 GiB")).to.equal(1.5 * 2 ** 30);
    expect(parseByteSize("512mb")).to.equal(512e6);
    expect(parseByteSize("1000")).to.equal(1000);
  });

  it("are nothing else", () => {
    for (const text of ["", "GB", "-1GB", "4G B", "4 gigabytes", "0", "1e9", "99999999TB"]) {
      expect(parseByteSize(text), text).to.equal(undefined);
    }
  });

  it("are shown with three digits", () => {
    expect(byteSize(812)).to.equal("812 B");
    expect(byteSize(4.56e9)).to.equal("4.56 GB");
  });
});
