/**
 * Where an auditor gets what issuers publish: one pinned address an issuer DID, never one found on the way.
 * How a document is fetched is handed in; it must be bounded in size and time and follow no redirect.
 */
import { HclError } from '../core/errors.ts';
import type { Hex } from '../core/trust/ledger-event.ts';

/** Throws an `HclError`; `FETCH_NOT_FOUND` when the service answers that it does not have the document. */
export type FetchDocument = (
  url: string,
  limits: { readonly maxBytes: number; readonly timeoutMs: number },
) => Promise<unknown>;

export type Answer =
  | { readonly kind: 'found'; readonly value: unknown }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unreachable'; readonly detail: string };

export interface Source {
  batch(issuer: Hex, root: Hex): Promise<Answer>;
  status(issuer: Hex): Promise<Answer>;
}

// 4,096 leaves of 67 bytes are 275 kB.
const BATCH_LIMITS = { maxBytes: 1024 * 1024, timeoutMs: 10_000 };
const STATUS_LIMITS = { maxBytes: 64 * 1024 * 1024, timeoutMs: 30_000 };

/**
 * @param urls address of each issuer's service by issuer id, without a trailing slash
 * @param attempts how often an issuer that does not answer is asked for one document
 */
export function httpSource(urls: ReadonlyMap<Hex, string>, fetch: FetchDocument, attempts = 2): Source {
  const ask = async (issuer: Hex, path: string, limits: typeof BATCH_LIMITS): Promise<Answer> => {
    const base = urls.get(issuer);
    if (base === undefined) return { kind: 'unreachable', detail: 'no address is known for the issuer' };
    for (let attempt = 1; ; attempt++) {
      try {
        return { kind: 'found', value: await fetch(base + path, limits) };
      } catch (error) {
        if (!(error instanceof HclError)) throw error;
        if (error.code === 'FETCH_NOT_FOUND') return { kind: 'missing' };
        if (attempt >= attempts) return { kind: 'unreachable', detail: `${error.message} (${error.code})` };
      }
    }
  };
  return {
    batch: (issuer, root) => ask(issuer, `/batches/${root}`, BATCH_LIMITS),
    status: (issuer) => ask(issuer, '/status', STATUS_LIMITS),
  };
}
