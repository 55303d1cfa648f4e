/** A device that was asked for and cannot be used here. */
export class DeviceError extends Error {
  override readonly name = "DeviceError";

  constructor(
    readonly device: string,
    readonly problem: string,
    readonly fix: string,
  ) {
    super(`Device "${device}" cannot be used: ${problem}. ${fix}`);
  }
}
