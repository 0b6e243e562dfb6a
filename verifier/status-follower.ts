/**
 * Follows the issuers' status lists: when the ledger announces a version that we do not hold, the manifest is
 * fetched from the issuer's pinned address and accepted (`accept-manifest.ts`), or refused and asked for
 * again later. Fetching never holds up anything: an issuer that hangs delays its own lists only.
 */
import type { Hex } from '../core/bytes/hex.ts';
import type { Crypto } from '../core/crypto.ts';
import { HclError } from '../core/errors.ts';
import { acceptLists, StatusLists } from '../core/status/accepted-lists.ts';
import type { LedgerState } from '../core/trust/ledger-state.ts';
import type { Log } from '../service/logging.ts';
import { acceptManifest } from './accept-manifest.ts';
import { Backoff } from './backoff.ts';
import type { PinnedIssuer } from './config.ts';
import type { FetchJson, FetchLimits } from './fetch-json.ts';
import { parseStatusManifest } from './status-manifest.ts';

export interface StatusFollowerOptions {
  readonly issuers: readonly PinnedIssuer[];
  readonly limits: FetchLimits;
}

export interface StatusFollowerDeps {
  readonly crypto: Crypto;
  readonly fetchJson: FetchJson;
  readonly log: Log;
  /** Unix seconds. */
  readonly nowSeconds: () => number;
}

/** How it goes with one issuer. */
interface Attempts {
  readonly backoff: Backoff;
  underway: boolean;
  failure: string | undefined;
}

export class StatusFollower {
  readonly #options: StatusFollowerOptions;
  readonly #deps: StatusFollowerDeps;
  readonly #attempts = new Map<Hex, Attempts>();
  readonly #underway = new Set<Promise<void>>();
  /** A new value with every change: caches may compare it by identity. */
  #lists: StatusLists = StatusLists.empty;

  constructor(options: StatusFollowerOptions, deps: StatusFollowerDeps) {
    this.#options = options;
    this.#deps = deps;
  }

  get lists(): StatusLists {
    return this.#lists;
  }

  /** Code of what the last fetch from this issuer ran into; `undefined` when it went well. */
  failureOf(issuer: Hex): string | undefined {
    return this.#attempts.get(issuer)?.failure;
  }

  /** Takes over lists from a snapshot, as far as the ledger still vouches for them. */
  restore(state: LedgerState, lists: StatusLists): void {
    for (const set of lists.sets()) {
      const anchor = state.statusAnchors.get(set.issuer);
      if (anchor?.version !== set.version) continue;
      this.#lists = this.#lists.with(acceptLists(this.#deps.crypto, anchor, set.lists));
    }
  }

  /** Starts fetching what the ledger has and we have not. {@link settle} waits for it. */
  follow(state: LedgerState): void {
    for (const { did, url } of this.#options.issuers) {
      const issuer = state.trust.issuerByDid(did)?.id;
      const anchor = issuer === undefined ? undefined : state.statusAnchors.get(issuer);
      if (anchor === undefined || this.#lists.versionOf(anchor.issuer) >= anchor.version) continue;
      const attempts = this.#attemptsOf(anchor.issuer);
      // A newer version does not shorten the wait: whoever gives bad answers could anchor one with every block.
      if (attempts.underway || !attempts.backoff.isDue(this.#deps.nowSeconds())) continue;
      this.#start(anchor.issuer, url, state, attempts);
    }
  }

  /** Resolves when nothing is being fetched. */
  async settle(): Promise<void> {
    while (this.#underway.size > 0) await Promise.all(this.#underway);
  }

  #start(issuer: Hex, url: string, state: LedgerState, attempts: Attempts): void {
    attempts.underway = true;
    const fetching = this.#fetch(issuer, url, state, attempts).finally(() => {
      attempts.underway = false;
      this.#underway.delete(fetching);
    });
    this.#underway.add(fetching);
  }

  /** Never rejects. */
  async #fetch(issuer: Hex, url: string, state: LedgerState, attempts: Attempts): Promise<void> {
    const { crypto, fetchJson, log, nowSeconds } = this.#deps;
    try {
      const manifest = parseStatusManifest(await fetchJson(`${url}/status`, this.#options.limits));
      // The ledger may have moved on while we waited: its newest word counts.
      const anchor = state.statusAnchors.get(issuer);
      if (anchor === undefined) return;
      const set = await acceptManifest(manifest, anchor, { crypto, state, nowSeconds: nowSeconds() });
      this.#lists = this.#lists.with(set);
      attempts.backoff.succeeded();
      attempts.failure = undefined;
      log.info({ version: set.version, count: set.lists.length }, 'status lists accepted');
    } catch (err) {
      attempts.backoff.failed(nowSeconds());
      const code = err instanceof HclError ? err.code : 'UNKNOWN';
      if (attempts.failure !== code) log.warn({ err, code }, 'status lists refused; the old ones stay');
      attempts.failure = code;
    }
  }

  #attemptsOf(issuer: Hex): Attempts {
    const known = this.#attempts.get(issuer);
    if (known !== undefined) return known;
    const fresh: Attempts = { backoff: new Backoff(), underway: false, failure: undefined };
    this.#attempts.set(issuer, fresh);
    return fresh;
  }
}
