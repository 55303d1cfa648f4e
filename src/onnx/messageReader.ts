import { OnnxError } from "./onnxError.js";

/**
 * Reads the fields of a decoded protobuf message and refuses those nobody asked for, so that nothing a file says is
 * lost in silence. Absent fields read as protobuf's defaults.
 */
export class MessageReader {
  private readonly unread: Set<string>;

  constructor(
    private readonly fields: Readonly<Record<string, unknown>>,
    readonly where: string,
  ) {
    this.unread = new Set(Object.keys(fields));
  }

  has(field: string): boolean {
    return field in this.fields;
  }

  text(field: string): string {
    return (this.take(field) ?? "") as string;
  }

  texts(field: string): string[] {
    return (this.take(field) ?? []) as string[];
  }

  /** @throws OnnxError if the value is an integer that a JavaScript number cannot hold */
  number(field: string): number {
    return this.safe(field, this.take(field) ?? 0);
  }

  /** @throws OnnxError as for `number` */
  numbers(field: string): number[] {
    return ((this.take(field) ?? []) as unknown[]).map((value) => this.safe(field, value));
  }

  /** A copy, at offset 0 of its own buffer. */
  bytes(field: string): Uint8Array<ArrayBuffer> {
    return new Uint8Array((this.take(field) ?? []) as Uint8Array);
  }

  message(field: string, where = this.where): MessageReader {
    return new MessageReader((this.take(field) ?? {}) as Record<string, unknown>, where);
  }

  messages(field: string, where: (name: string) => string = () => this.where): MessageReader[] {
    const messages = (this.take(field) ?? []) as Record<string, unknown>[];
    return messages.map((fields) => new MessageReader(fields, where((fields["name"] ?? "") as string)));
  }

  /** @throws OnnxError if the message holds a field that was not read */
  end(): void {
    for (const field of this.unread)
      this.fail(`has a field "${field}", which mmkit neither writes nor reads`);
  }

  fail(problem: string): never {
    throw new OnnxError(this.where, problem);
  }

  private take(field: string): unknown {
    this.unread.delete(field);
    return this.fields[field];
  }

  /** 64-bit integers arrive as decimal strings. */
  private safe(field: string, value: unknown): number {
    const number = Number(value);
    if (typeof value === "string" && !Number.isSafeInteger(number)) {
      this.fail(`field "${field}" is ${value}, beyond the integers a JavaScript number holds exactly`);
    }
    return number;
  }
}
