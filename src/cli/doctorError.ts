/** The machine cannot even run graphs on its CPU. */
export class DoctorError extends Error {
  override readonly name = "DoctorError";

  constructor(readonly problem: string) {
    super(`graphs cannot run on the CPU here: ${problem}. The list above says what to do.`);
  }
}
