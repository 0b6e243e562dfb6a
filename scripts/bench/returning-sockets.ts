/**
 * Clients that are no use, as they come in life: one after the other at a steady rate, and again when they have been
 * given up. Each connection's age is noted when the server ends it; one that it never ends goes on growing older.
 */
import { connect } from 'node:net';

export interface UselessKind {
  readonly name: string;
  /** Open at one time, once all of them have come. */
  readonly count: number;
  /** Sent at once; empty: nothing is ever said. */
  readonly opening: string;
}

export interface Endured {
  readonly name: string;
  /** Of those that come. */
  readonly count: number;
  readonly open: number;
  /** By the server. */
  readonly ended: number;
  /** The greatest age of any, ended or open. */
  readonly longestSeconds: number;
}

const TICK_MS = 5;

export class ReturningSockets implements Disposable {
  readonly #url: URL;
  readonly #crowd: Kind[];
  readonly #waiting: Kind[];
  readonly #timer: NodeJS.Timeout;
  #atMs = performance.now();
  #due = 0;

  constructor(url: string, kinds: readonly UselessKind[], perSecond: number) {
    this.#url = new URL(url);
    this.#crowd = kinds.map((kind) => new Kind(kind));
    this.#waiting = mixed(this.#crowd);
    this.#timer = setInterval(() => this.#come(perSecond), TICK_MS);
  }

  report(): readonly Endured[] {
    return this.#crowd.map((kind) => kind.report());
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    for (const kind of this.#crowd) kind.leave();
  }

  #come(perSecond: number): void {
    const nowMs = performance.now();
    // Nobody who was late comes at once with the next.
    this.#due = Math.min(this.#due + ((nowMs - this.#atMs) / 1000) * perSecond, perSecond / 10);
    this.#atMs = nowMs;
    for (; this.#due >= 1; this.#due--) {
      const kind = this.#waiting.shift();
      kind?.open(this.#url, () => this.#waiting.push(kind));
    }
  }
}

class Kind {
  readonly #kind: UselessKind;
  readonly #since = new Map<ReturnType<typeof connect>, number>();
  #ended = 0;
  #longestMs = 0;

  constructor(kind: UselessKind) {
    this.#kind = kind;
  }

  get count(): number {
    return this.#kind.count;
  }

  open({ hostname, port }: URL, ended: () => void): void {
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined).resume();
    socket.once('connect', () => {
      this.#since.set(socket, performance.now());
      if (this.#kind.opening !== '') socket.write(this.#kind.opening);
    });
    socket.once('close', () => {
      this.#note(this.#since.get(socket));
      this.#since.delete(socket);
      ended();
    });
  }

  report(): Endured {
    const nowMs = performance.now();
    const ages = [...this.#since.values()].map((since) => nowMs - since);
    const longestSeconds = Math.max(this.#longestMs, ...ages) / 1000;
    const { count, name } = this.#kind;
    return { name, count, open: this.#since.size, ended: this.#ended, longestSeconds };
  }

  leave(): void {
    for (const socket of this.#since.keys()) socket.removeAllListeners('close').destroy();
  }

  #note(sinceMs: number | undefined): void {
    if (sinceMs === undefined) return;
    this.#ended++;
    this.#longestMs = Math.max(this.#longestMs, performance.now() - sinceMs);
  }
}

/** All of them, those of each kind spread over the whole. */
function mixed(kinds: readonly Kind[]): Kind[] {
  return kinds
    .flatMap((kind) =>
      Array.from({ length: kind.count }, (_, i) => ({ kind, place: (i + 0.5) / kind.count })),
    )
    .toSorted((a, b) => a.place - b.place)
    .map(({ kind }) => kind);
}
