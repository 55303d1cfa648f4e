/** An ONNX file that cannot be read, or a model that cannot be written. */
export class OnnxError extends Error {
  override readonly name: string = "OnnxError";

  /**
   * @param where the part of the model at fault, such as `graph "train", initializer "axes"`
   * @param problem what was expected there and what was found, without a final full stop
   */
  constructor(
    readonly where: string,
    readonly problem: string,
    options?: ErrorOptions,
  ) {
    super(`${where}: ${problem}.`, options);
  }
}
