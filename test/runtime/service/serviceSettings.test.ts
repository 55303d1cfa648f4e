import { expect } from "chai";
import {
  checkServiceSettings,
  defaultServiceSettings,
  ServiceSettingsError,
  type ServiceSettings,
} from "../../../runtime/service/serviceSettings.js";

function problemOf(change: Partial<ServiceSettings>): ServiceSettingsError {
  try {
    checkServiceSettings({ ...defaultServiceSettings, ...change });
  } catch (error) {
    if (error instanceof ServiceSettingsError) return error;
    throw error;
  }
  throw new Error("the settings were taken");
}

describe("settings of the service", () => {
  it("bind the loopback address, have no administration and take the defaults", () => {
    expect(defaultServiceSettings).to.include({ host: "127.0.0.1", adminToken: null, accessLog: false });
    expect(() => {
      checkServiceSettings(defaultServiceSettings);
    }).not.to.throw();
  });

  it("refuse numbers out of their ranges and name the range", () => {
    expect(problemOf({ port: 65_536 })).to.include({ setting: "port", found: 65_536 });
    expect(problemOf({ workers: 0 }).message).to.equal(
      "workers must be a whole number from 1 to 256, found 0.",
    );
    expect(problemOf({ maxWait: 0.5 }).setting).to.equal("maxWait");
    expect(problemOf({ maxK: NaN }).setting).to.equal("maxK");
  });

  it("refuse devices and precisions that do not exist", () => {
    expect(problemOf({ device: "tpu" as "cpu" }).setting).to.equal("device");
    expect(problemOf({ precision: "int4" as "int8" }).setting).to.equal("precision");
  });

  it("refuse a token that is short or no word, without showing it", () => {
    expect(problemOf({ adminToken: "secret" }).message).to.equal(
      'adminToken must be at least 16 characters, found "6 characters".',
    );
    expect(problemOf({ adminToken: "my secret is longer" }).message).not.to.include("secret");
  });
});
