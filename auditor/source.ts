/**
 * Where an auditor gets what issuers publish: one pinned address an issuer DID, never one found on the way.
 * How a document is fetched is handed in; it must be bounded in size and time and follow no redirect.
 */
import { HclError } from '../core/errors.ts';
import type { Hex } from '../core/trust/ledger-event.ts';

export interface FetchLimits {
  readonly maxBytes: number;
  readonly timeoutMs: number;
}

/**
 * Throws an `HclError`; `FETCH_NOT_FOUND` when the service answers that it does not have the document, one with
 * `retryAfterSeconds` when it has had too many requests and says when to come back.
 */
export type FetchDocument = (url: string, limits: FetchLimits) => Promise<unknown>;

export type Answer =
  | { readonly kind: 'found'; readonly value: unknown }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unreachable'; readonly detail: string };

export interface Source {
  batch(issuer: Hex, root: Hex): Promise<Answer>;
  status(issuer: Hex): Promise<Answer>;
  /** Leaves of a batch of acts. */
  acts(issuer: Hex, root: Hex): Promise<Answer>;
  /** What the issuer's status versions after `after` changed, and why. */
  history(issuer: Hex, after: number): Promise<Answer>;
  /** Changes of colours after the one with this number. */
  colours(issuer: Hex, after: number): Promise<Answer>;
  /** Both sides of all conversions, counted. */
  conversions(issuer: Hex): Promise<Answer>;
}

// 4,096 leaves of 67 bytes are 275 kB.
const BATCH_LIMITS: FetchLimits = { maxBytes: 1024 * 1024, timeoutMs: 10_000 };
const STATUS_LIMITS: FetchLimits = { maxBytes: 64 * 1024 * 1024, timeoutMs: 30_000 };

export interface HttpSourceOptions {
  readonly fetch: FetchDocument;
  /** Waits before the next attempt at a document. */
  readonly pause: (milliseconds: number) => Promise<unknown>;
}

/** What was anchored a moment ago may not be published yet. */
export const PAUSE_MS = 1000;
/** A busy issuer is waited for so often at one document, and never longer than this at a time. */
const MAX_WAITS = 3;
const MAX_WAIT_SECONDS = 120;

const ATTEMPTS = 2;
/** Waiting for documents that are not there is for the few that are new, not for a thousand that are gone. */
const MAX_PAUSES = 8;
/** An issuer that leaves so many questions in a row unanswered is not asked the other thousands. */
const MAX_SILENCE = 8;

/** @param urls address of each issuer's service by issuer id, without a trailing slash */
export function httpSource(urls: ReadonlyMap<Hex, string>, { fetch, pause }: HttpSourceOptions): Source {
  let pauses = 0;
  /** How often in a row an issuer did not answer. */
  const silent = new Map<Hex, number>();
  const askOnce = async (url: string, limits: FetchLimits): Promise<Answer> => {
    for (let waits = 0; ; waits++) {
      try {
        return { kind: 'found', value: await fetch(url, limits) };
      } catch (error) {
        if (!(error instanceof HclError)) throw error;
        if (error.code === 'FETCH_NOT_FOUND') return { kind: 'missing' };
        const seconds = retryAfterOf(error);
        if (seconds === undefined || waits === MAX_WAITS)
          return { kind: 'unreachable', detail: `${error.message} (${error.code})` };
        await pause(Math.min(seconds, MAX_WAIT_SECONDS) * 1000);
      }
    }
  };
  const ask = async (
    issuer: Hex,
    path: string,
    limits: FetchLimits,
    attempts = ATTEMPTS,
  ): Promise<Answer> => {
    const base = urls.get(issuer);
    if (base === undefined) return { kind: 'unreachable', detail: 'no address is known for the issuer' };
    for (let attempt = 1; ; attempt++) {
      const silence = silent.get(issuer) ?? 0;
      if (silence >= MAX_SILENCE) return { kind: 'unreachable', detail: 'the issuer has stopped answering' };
      const answer = await askOnce(base + path, limits);
      silent.set(issuer, answer.kind === 'unreachable' ? (silent.get(issuer) ?? 0) + 1 : 0);
      if (answer.kind === 'found' || attempt === attempts) return answer;
      if (++pauses <= MAX_PAUSES) await pause(PAUSE_MS);
    }
  };
  return {
    batch: (issuer, root) => ask(issuer, `/batches/${root}`, BATCH_LIMITS),
    status: (issuer) => ask(issuer, '/status', STATUS_LIMITS),
    acts: (issuer, root) => ask(issuer, `/acts/batches/${root}`, BATCH_LIMITS),
    history: (issuer, after) => ask(issuer, `/acts/history?after=${after}`, STATUS_LIMITS),
    // Not asked twice: an issuer from before health codes does not know the questions.
    colours: (issuer, after) => ask(issuer, `/colours/changes?after=${after}`, STATUS_LIMITS, 1),
    conversions: (issuer) => ask(issuer, '/conversions/account', STATUS_LIMITS, 1),
  };
}

function retryAfterOf(error: HclError): number | undefined {
  const seconds = 'retryAfterSeconds' in error ? error.retryAfterSeconds : undefined;
  return typeof seconds === 'number' ? seconds : undefined;
}
