import { deviceForms, isDeviceRequest, type DeviceRequest } from "../../runtime/artifacts/device.js";
import { suggestion } from "./suggestion.js";
import { UsageError } from "./usageError.js";

/** The option that says where to compute. */
export const deviceOption = {
  type: "string",
  describe: `Where to compute: ${deviceForms.join(", ")} (cpu)`,
} as const;

/** @throws UsageError for a device of an unknown name */
export function deviceRequest(text: string): DeviceRequest {
  if (isDeviceRequest(text)) return text;
  throw new UsageError(`--device cannot be "${text}"`, suggestion(text, deviceForms));
}
