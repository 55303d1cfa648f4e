import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Random } from "../../../runtime/data/random.js";
import { httpText, siegeLimits } from "./requestKinds.js";

/**
 * Time that the service under siege gives a client for a request, ms. Short, but longer than a crowded machine may keep a
 * process from running: Node looks at its clock before it reads what has arrived meanwhile.
 */
export const siegeTimeouts = { headers: 4000, request: 6000 } as const;

/** A client that does not behave. @returns what came back and should not have, null if all was well */
export type Nuisance = (port: number, random: Random) => Promise<string | null>;

interface Opened {
  readonly socket: Socket;
  /** Everything that came back, once the connection is closed. */
  readonly ended: Promise<string>;
}

function open(port: number): Opened {
  const socket = connect(port, "127.0.0.1");
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  // A connection that the service cuts shows in what came back.
  socket.on("error", () => undefined);
  const ended = new Promise<string>((resolve) => {
    socket.once("close", () => {
      resolve(Buffer.concat(chunks).toString("latin1"));
    });
  });
  return { socket, ended };
}

/** @param allowed statuses, or nothing at all where "" is among them */
function expected(text: string, ...allowed: readonly string[]): string | null {
  const status = text.slice(9, 12);
  return allowed.includes(status) ? null : `${allowed.join(" or ")} expected, found "${text.slice(0, 60)}"`;
}

const body = JSON.stringify({ users: [0, 1, 2, 3], k: 100 });
const closing = { "content-type": "application/json", connection: "close" };
const whole = httpText("POST", "/v1/recommend", body, closing);

/** Goes away right after asking. */
const abort: Nuisance = async (port, random) => {
  const { socket, ended } = open(port);
  socket.write(whole.slice(0, 1 + (random.uint32() % whole.length)));
  await sleep(random.uint32() % 20);
  socket.destroy();
  await ended;
  return null;
};

/** Goes away while its answer is on the way. */
const abortLate: Nuisance = async (port) => {
  const { socket, ended } = open(port);
  socket.write(whole);
  socket.once("data", () => socket.destroy());
  await ended;
  return null;
};

/** Sends the head, or the body, byte by byte, longer than the service waits. */
const tooSlow: Nuisance = async (port, random) => {
  const { socket, ended } = open(port);
  const inBody = random.uint32() % 2 === 0;
  const start = inBody ? whole.length - body.length : 10;
  socket.write(whole.slice(0, start));
  let at = start;
  const writing = setInterval(() => {
    // Never the whole request.
    if (socket.writable && at < whole.length - 1) socket.write(whole[at++]!);
  }, 500);
  const text = await ended;
  clearInterval(writing);
  // A byte that arrives after the service has closed resets the connection, and the answer is lost on the way then.
  return expected(text, "408", "");
};

/** Sends its body in three parts, in time. */
const slow: Nuisance = async (port) => {
  const { socket, ended } = open(port);
  for (let part = 0; part < 3; part++) {
    const size = Math.ceil(whole.length / 3);
    socket.write(whole.slice(part * size, (part + 1) * size));
    await sleep(50);
  }
  return expected(await ended, "200", "503");
};

/** Asks for much and reads nothing of it for a while. */
const slowReader: Nuisance = async (port) => {
  const { socket, ended } = open(port);
  const count = 20;
  socket.write(httpText("POST", "/v1/recommend", body).repeat(count - 1) + whole);
  socket.pause();
  await sleep(300);
  socket.resume();
  const found = (await ended).match(/HTTP\/1\.1 (200|503) /g)?.length ?? 0;
  return found === count ? null : `${count} answers expected, found ${found}`;
};

/** Declares and sends more than the service takes. */
const tooLarge: Nuisance = async (port) => {
  const { socket, ended } = open(port);
  socket.write(httpText("POST", "/v1/recommend", " ".repeat(2 * siegeLimits.maxBody), closing));
  return expected(await ended, "413");
};

/** The same without saying how much there will be. */
const tooLargeChunked: Nuisance = async (port) => {
  const { socket, ended } = open(port);
  const chunk = `400\r\n${" ".repeat(0x400)}\r\n`;
  socket.write(
    "POST /v1/score HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n" +
      `transfer-encoding: chunked\r\n\r\n${chunk.repeat(40)}0\r\n\r\n`,
  );
  return expected(await ended, "413");
};

const largeHead: Nuisance = async (port) => {
  const { socket, ended } = open(port);
  socket.write(`GET /health HTTP/1.1\r\nhost: x\r\ncookie: ${"a".repeat(30_000)}\r\n\r\n`);
  // The service may close before all is sent, and the answer is lost on the way then.
  return expected(await ended, "431", "");
};

const noHttp: Nuisance = async (port, random) => {
  const { socket, ended } = open(port);
  socket.write(Buffer.from(Array.from({ length: 200 }, () => random.uint32() % 256)));
  socket.write("\r\n\r\n\r\n\r\n");
  return expected(await ended, "400");
};

/** Connects and says nothing. */
const silent: Nuisance = async (port) => {
  const { socket, ended } = open(port);
  await sleep(100);
  socket.destroy();
  await ended;
  return null;
};

export const nuisances: Readonly<Record<string, Nuisance>> = {
  abort,
  abortLate,
  tooSlow,
  slow,
  slowReader,
  tooLarge,
  tooLargeChunked,
  largeHead,
  noHttp,
  silent,
};
