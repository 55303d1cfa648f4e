import type { Random } from "../../../runtime/data/random.js";
import type { GeneratedSize } from "../../runtime/service/generatedExport.js";

/** A request and what may come back. */
export interface PreparedRequest {
  readonly kind: string;
  /** As it is sent. */
  readonly text: string;
  readonly statuses: readonly number[];
  /** What is wrong with the body of a 200, null if nothing is. */
  readonly problem: (body: unknown) => string | null;
}

/** The limits of the service under siege. */
export const siegeLimits = {
  maxK: 100,
  maxRows: 20,
  maxList: 50,
  maxResults: 500,
  maxBody: 16 * 1024,
} as const;

const anything = (): null => null;

export function httpText(
  method: string,
  path: string,
  body = "",
  headers: Readonly<Record<string, string>> = { "content-type": "application/json" },
): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return (
    `${method} ${path} HTTP/1.1\r\nhost: siege\r\n${lines.join("")}` +
    `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  );
}

interface Ranked {
  readonly items: readonly { readonly item: number; readonly score: number }[];
}

/** Lists of different items by falling score, without those that must not be there. */
function rankingProblem(body: unknown, lists: number, k: number, hidden: ReadonlySet<number>): string | null {
  const { results } = body as { readonly results: readonly Ranked[] };
  if (results.length !== lists) return `${results.length} lists for ${lists}`;
  for (const { items } of results) {
    if (items.length !== k) return `${items.length} items for k = ${k}`;
    if (new Set(items.map(({ item }) => item)).size < k) return "an item twice";
    if (items.some(({ item }) => hidden.has(item))) return "an item that was to be left out";
    if (items.some(({ score }, place) => place > 0 && score > items[place - 1]!.score))
      return "scores that rise";
  }
  return null;
}

/** Makes requests of all kinds, right and wrong, for an export of a size. */
export class RequestKinds {
  private readonly kinds: readonly (() => PreparedRequest)[];

  constructor(
    private readonly random: Random,
    private readonly size: GeneratedSize,
  ) {
    const right = [
      () => this.recommend(),
      () => this.recommendMany(),
      () => this.score(),
      () => this.similar(),
      () => this.foldIn(),
    ];
    const wrong = [
      () => this.wrong("unknown user", 404, { user: this.size.users + this.below(1000) }),
      () => this.wrong("unknown key", 404, { users: [0, `nobody${this.below(1000)}`] }),
      () => this.wrong("huge k", 400, { user: 0, k: this.pick([101, 1e6, 2 ** 31, 1e300]) }),
      () => this.wrong("wrong k", 400, { user: 0, k: this.pick([0, -1, 0.5, "10", null, [], true]) }),
      () => this.wrong("wrong type", 400, { user: this.pick([null, {}, [], true, 1.5, -1, ""]) }),
      () => this.wrong("unknown property", 400, { user: 0, [`x${this.below(100)}`]: 1 }),
      () => this.wrong("too many users", 400, { users: Array.from({ length: 21 }, () => 0) }),
      () => this.wrong("too many results", 400, { users: Array.from({ length: 20 }, () => 0), k: 100 }),
      () => this.malformed(),
      () => this.plain("empty body", 400, httpText("POST", "/v1/recommend")),
      () =>
        this.plain(
          "content type",
          415,
          httpText("POST", "/v1/score", "user=1", { "content-type": "text/plain" }),
        ),
      () => this.plain("method", 405, httpText(this.pick(["GET", "PUT", "DELETE"]), "/v1/recommend", "", {})),
      () =>
        this.plain(
          "path",
          404,
          httpText("GET", `/${this.pick(["v1", "..%2f..%2fetc%2fpasswd", "export.json"])}`, "", {}),
        ),
      () => this.plain("health", 200, httpText("GET", "/health", "", {})),
      () => this.plain("ready", 200, httpText("GET", "/ready", "", {})),
      () => this.noise(),
    ];
    // Half of all are right.
    this.kinds = [...wrong, ...Array.from({ length: 3 }, () => right).flat()];
  }

  next(): PreparedRequest {
    return this.pick(this.kinds)();
  }

  private below(limit: number): number {
    return this.random.uint32() % limit;
  }

  private pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]!;
  }

  private user(): number | string {
    const id = this.below(this.size.users);
    return this.below(2) === 0 ? id : `u${id}`;
  }

  private item(): { readonly id: number; readonly reference: number | string } {
    const id = this.below(this.size.items);
    return { id, reference: this.below(2) === 0 ? id : `i${id}` };
  }

  private items(most: number) {
    return Array.from({ length: 1 + this.below(most) }, () => this.item());
  }

  private right(kind: string, body: object, problem: PreparedRequest["problem"]): PreparedRequest {
    const text = httpText("POST", `/v1/${kind}`, JSON.stringify(body));
    return { kind, text, statuses: [200], problem };
  }

  private plain(kind: string, status: number, text: string): PreparedRequest {
    return { kind, text, statuses: [status], problem: anything };
  }

  private wrong(kind: string, status: number, body: object): PreparedRequest {
    return this.plain(kind, status, httpText("POST", "/v1/recommend", JSON.stringify(body)));
  }

  private recommend(): PreparedRequest {
    const k = 1 + this.below(20);
    const exclude = this.items(5);
    const hidden = new Set(exclude.map(({ id }) => id));
    const body = { user: this.user(), k, exclude: exclude.map(({ reference }) => reference) };
    return this.right("recommend", body, (answer) => rankingProblem(answer, 1, k, hidden));
  }

  private recommendMany(): PreparedRequest {
    const users = Array.from({ length: 1 + this.below(5) }, () => this.user());
    const k = 1 + this.below(100);
    return this.right("recommend", { users, k, excludeSeen: this.below(2) === 0 }, (answer) =>
      rankingProblem(answer, users.length, k, new Set()),
    );
  }

  private score(): PreparedRequest {
    const pairs = this.items(20).map(({ reference }) => ({ user: this.user(), item: reference }));
    return this.right("score", { pairs }, (answer) => {
      const { results } = answer as { readonly results: readonly { readonly score: unknown }[] };
      if (results.length !== pairs.length) return `${results.length} scores for ${pairs.length}`;
      return results.every(({ score }) => Number.isFinite(score)) ? null : "a score that is no number";
    });
  }

  private similar(): PreparedRequest {
    const { id, reference } = this.item();
    const k = 1 + this.below(50);
    return this.right("similar", { item: reference, k }, (answer) =>
      rankingProblem(answer, 1, k, new Set([id])),
    );
  }

  private foldIn(): PreparedRequest {
    const liked = this.items(20);
    const k = 1 + this.below(20);
    const hidden = new Set(liked.map(({ id }) => id));
    const body = { liked: liked.map(({ reference }) => reference), k };
    return this.right("fold-in", body, (answer) => rankingProblem(answer, 1, k, hidden));
  }

  private malformed(): PreparedRequest {
    const whole = JSON.stringify({ user: this.user(), k: 3 });
    const body = this.pick([
      whole.slice(0, -1),
      `${whole}}`,
      whole.replace(":", ";"),
      `\u0000${whole}`,
      '{"__proto__":{"user":1}}',
      "[".repeat(5000),
      "nul",
    ]);
    return this.plain("malformed body", 400, httpText("POST", "/v1/recommend", body));
  }

  /** A right body with one character changed; what comes of it is open, but for failures. */
  private noise(): PreparedRequest {
    const { text } = this.recommend();
    const at = text.indexOf("\r\n\r\n") + 4 + this.below(10);
    const changed = `${text.slice(0, at)}${String.fromCharCode(32 + this.below(95))}${text.slice(at + 1)}`;
    return { kind: "noise", text: changed, statuses: [200, 400, 404], problem: anything };
  }
}
