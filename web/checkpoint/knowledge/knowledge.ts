/**
 * What this device knows of the ledger: kept in the browser as one bundle with those who signed it, brought up to date
 * from where bundles are published. Whose bundles count is said once, when the device is new, and never asked again:
 * whoever has the server later cannot say so anew. All tabs share what is kept, and it never goes back: a tab that is
 * behind another takes what that one has kept.
 */
import type { KeyValueStore } from '../../shared/store/key-value.ts';
import type { Lock } from '../../shared/store/lock.ts';
import type { EngineAnswer, EngineRequest, Kept, Known, LearnProblem } from '../engine/protocol.ts';
import type { FetchBeside } from '../file-beside.ts';

export interface KnowledgePorts {
  readonly ask: (request: EngineRequest) => Promise<EngineAnswer>;
  readonly store: KeyValueStore;
  /** Of all who share `store`. */
  readonly lock: Lock;
  readonly fetchBeside: FetchBeside;
  readonly nowSeconds: () => number;
}

export interface KnowledgeReport {
  readonly known: Known;
  /** Why there is nothing new. What was known before stays. */
  readonly problem?: LearnProblem;
}

export const NOTHING_KNOWN: Known = {
  blockNumber: -1,
  blockHash: '0x',
  timeSeconds: 0,
  issuers: 0,
  roots: 0,
  statusLists: 0,
};
/** As of when a state holds: of two with the same last block the one signed later knows more. */
type AsOf = Pick<Known, 'blockNumber' | 'timeSeconds'>;

const BUNDLE = 'bundle';
/** As of when it is: written first, so that a crash in between leaves something too old, never something too new. */
const BUNDLE_AS_OF = 'bundle-as-of';
const TRUST = 'bundle-trust';
const TRUST_FILE = 'bundle-trust.json';

export class Knowledge {
  readonly #ports: KnowledgePorts;
  #known: Known = NOTHING_KNOWN;
  #isTrustKnown = false;

  constructor(ports: KnowledgePorts) {
    this.#ports = ports;
  }

  /** From what is kept: works without a network. */
  async restore(): Promise<KnowledgeReport> {
    await this.#learnTrust();
    return this.#takeKept();
  }

  /** Asks for what is new. */
  async update(): Promise<KnowledgeReport> {
    const { ask, lock, nowSeconds } = this.#ports;
    await this.#learnTrust();
    const answer = await ask({ kind: 'update', nowSeconds: nowSeconds() });
    const report = this.#reportOf(answer);
    const toKeep = answer.kind === 'known' ? answer.toKeep : undefined;
    // What cannot be kept now is known all the same.
    await lock(() => this.#settle(toKeep)).catch(() => undefined);
    return { ...report, known: this.#known };
  }

  async #learnTrust(): Promise<void> {
    if (this.#isTrustKnown) return;
    const { ask, fetchBeside, store } = this.#ports;
    const value = await this.#kept(TRUST);
    const kept = value instanceof Uint8Array ? value : undefined;
    const bytes = kept ?? (await fetchBeside(TRUST_FILE));
    if (!(bytes instanceof Uint8Array)) return;
    const answer = await ask({ kind: 'trust-bundles-of', bytes });
    this.#isTrustKnown = answer.kind === 'known';
    if (this.#isTrustKnown && kept === undefined) await store.put(TRUST, bytes);
  }

  async #takeKept(): Promise<KnowledgeReport> {
    const kept = await this.#kept(BUNDLE);
    if (!isKept(kept)) return { known: this.#known };
    return this.#reportOf(await this.#ports.ask({ kind: 'restore', kept }));
  }

  /** With the other tabs waiting: keeps what is newer than what is kept, or takes that. */
  async #settle(toKeep: Kept | undefined): Promise<void> {
    const { store } = this.#ports;
    const { blockNumber, timeSeconds } = this.#known;
    const kept = readAsOf(await this.#kept(BUNDLE_AS_OF));
    if (isAfter(kept, this.#known)) {
      await this.#takeKept();
    } else if (toKeep !== undefined && isAfter(this.#known, kept)) {
      await store.put(BUNDLE_AS_OF, { blockNumber, timeSeconds });
      await store.put(BUNDLE, toKeep);
    }
  }

  #reportOf(answer: EngineAnswer): KnowledgeReport {
    if (answer.kind === 'refused') return { known: this.#known, problem: answer.problem };
    if (answer.kind === 'known') this.#known = answer.known;
    return { known: this.#known };
  }

  async #kept(key: string): Promise<unknown> {
    return this.#ports.store.get(key).catch(() => undefined);
  }
}

function isKept(value: unknown): value is Kept {
  if (typeof value !== 'object' || value === null) return false;
  return (
    'bundle' in value &&
    value.bundle instanceof Uint8Array &&
    'trust' in value &&
    value.trust instanceof Uint8Array
  );
}

function readAsOf(value: unknown): AsOf {
  if (typeof value !== 'object' || value === null) return NOTHING_KNOWN;
  const isAsOf =
    'blockNumber' in value &&
    typeof value.blockNumber === 'number' &&
    'timeSeconds' in value &&
    typeof value.timeSeconds === 'number';
  // Just looked at.
  return isAsOf ? (value as AsOf) : NOTHING_KNOWN;
}

function isAfter(a: AsOf, b: AsOf): boolean {
  return a.blockNumber > b.blockNumber || (a.blockNumber === b.blockNumber && a.timeSeconds > b.timeSeconds);
}
