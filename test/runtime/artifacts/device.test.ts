import { expect } from "chai";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DeviceError } from "../../../runtime/artifacts/deviceError.js";
import {
  chooseDevice,
  isDeviceRequest,
  providerOf,
  providersOf,
  type DeviceChoice,
  type DeviceRequest,
} from "../../../runtime/artifacts/device.js";
import { rejection } from "../rejection.js";
import { temporaryFolder } from "../temporaryFolder.js";
import { tinyOnnx } from "../tinyOnnx.js";

describe("the choice of a device", () => {
  const temporary = temporaryFolder();

  async function choose(request: DeviceRequest): Promise<DeviceChoice> {
    const file = join(temporary.path, "sum.onnx");
    const value = (name: string) => ({ name, dtype: "float32", axes: ["row"] }) as const;
    await writeFile(
      file,
      tinyOnnx({
        inputs: [value("x")],
        outputs: [value("y")],
        nodes: [{ op: "Add", name: "sum", inputs: ["x", "x"], outputs: ["y"] }],
      }),
    );
    return chooseDevice(request, file);
  }

  it("knows the forms of a request", () => {
    for (const good of ["auto", "cpu", "cuda", "cuda:0", "cuda:12", "webgpu"]) {
      expect(isDeviceRequest(good), good).to.equal(true);
    }
    for (const bad of [
      "",
      "gpu",
      "cuda:",
      "cuda:-1",
      "cuda:01",
      "cuda:1.5",
      "cuda:x",
      "CPU",
      "webgpu:1",
      "cpu ",
    ]) {
      expect(isDeviceRequest(bad), bad).to.equal(false);
    }
  });

  it("hands over the card's number, the only option that onnxruntime-node takes for CUDA", () => {
    expect(providersOf("cuda:3")).to.deep.equal([{ name: "cuda", deviceId: 3 }]);
    expect(providerOf("cuda:3")).to.equal("cuda");
    // A second entry would let onnxruntime-node drop a provider that the platform lacks, with no error.
    for (const device of ["cpu", "cuda", "webgpu"] as const)
      expect(providersOf(device)).to.deep.equal([device]);
  });

  it("takes the CPU when asked for it, and has nothing to explain", async () => {
    expect(await choose("cpu")).to.deep.equal({ device: "cpu", reason: null });
  });

  it("takes CUDA for auto where it loads, else the CPU, and says why", async () => {
    const cuda = await choose("cuda").catch((error: unknown) => error);
    const { device, reason } = await choose("auto");
    if (cuda instanceof DeviceError) {
      expect(device).to.equal("cpu");
      expect(reason).to.match(/^auto chose cpu: cuda does not load \(/);
      expect(reason).to.include(cuda.problem);
    } else {
      expect(device).to.equal("cuda");
      expect(reason).to.match(/^auto chose cuda/);
    }
    expect(reason).to.include("webgpu is used only when asked for by name");
  });

  it("refuses a card that does not exist, and takes no other in its place", async () => {
    const error = await rejection(choose("cuda:999"), DeviceError);
    expect(error.device).to.equal("cuda:999");
    expect(error.fix).to.include("mmkit doctor").and.to.include("cuDNN 9");
  });

  it("lists the devices when there is none of the name", async () => {
    const error = await rejection(choose("gpu" as DeviceRequest), DeviceError);
    expect(error.fix).to.equal("Use one of auto, cpu, cuda, cuda:<number>, webgpu.");
  });

  it("reports a model file that is missing as what it is", async () => {
    const error = await rejection(chooseDevice("cpu", join(temporary.path, "absent.onnx")), DeviceError);
    expect(error.problem).to.include("absent.onnx");
  });
});
