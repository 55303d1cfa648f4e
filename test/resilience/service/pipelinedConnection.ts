import { connect, type Socket } from "node:net";

/** An answer of the service. */
export interface RawAnswer {
  readonly status: number;
  /** The head, in lower case. */
  readonly head: string;
  readonly body: Buffer;
}

/** The service closed a connection on which answers were due. */
export class LostAnswersError extends Error {
  override readonly name = "LostAnswersError";

  constructor(readonly missing: number) {
    super(`The connection was closed with ${missing} answers missing.`);
  }
}

/** A connection on which several requests are sent before the first is answered. */
export class PipelinedConnection {
  private readonly socket: Socket;
  private rest: Buffer = Buffer.alloc(0);
  private waiting: RawAnswer[] = [];
  private wanted = 0;
  private settle: { resolve: (answers: RawAnswer[]) => void; reject: (error: Error) => void } | null = null;
  private isClosed = false;

  constructor(port: number) {
    this.socket = connect(port, "127.0.0.1");
    this.socket.setNoDelay(true);
    this.socket.on("data", (chunk: Buffer) => {
      this.read(chunk);
    });
    // What went wrong shows in the answers that are missing.
    this.socket.on("error", () => undefined);
    this.socket.on("close", () => {
      this.isClosed = true;
      this.settle?.reject(new LostAnswersError(this.wanted - this.waiting.length));
      this.settle = null;
    });
  }

  /** @throws LostAnswersError if not all are answered */
  send(requests: readonly string[]): Promise<RawAnswer[]> {
    if (this.isClosed) return Promise.reject(new LostAnswersError(requests.length));
    this.waiting = [];
    this.wanted = requests.length;
    return new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
      this.socket.write(requests.join(""));
    });
  }

  close(): void {
    this.socket.destroy();
  }

  private read(chunk: Buffer): void {
    let buffer = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    for (;;) {
      const end = buffer.indexOf("\r\n\r\n");
      if (end < 0) break;
      const head = buffer.toString("latin1", 0, end).toLowerCase();
      const length = Number(/\r\ncontent-length: (\d+)/.exec(head)?.[1] ?? 0);
      if (buffer.length < end + 4 + length) break;
      this.waiting.push({
        status: Number(head.slice(9, 12)),
        head,
        body: buffer.subarray(end + 4, end + 4 + length),
      });
      buffer = buffer.subarray(end + 4 + length);
    }
    this.rest = buffer;
    if (this.settle === null || this.waiting.length < this.wanted) return;
    const { resolve } = this.settle;
    this.settle = null;
    resolve(this.waiting);
  }
}
