/**
 * What this device knows of the ledger: kept in the browser as one bundle with those who signed it, brought up to date
 * from where bundles are published. Whose bundles count is said once, when the device is new, and never asked again: whoever has the server
 * later cannot say so anew.
 */
import type { KeyValueStore } from '../../shared/store/key-value.ts';
import type { EngineAnswer, EngineRequest, Kept, Known, LearnProblem } from '../engine/protocol.ts';
import type { FetchBeside } from '../file-beside.ts';

export interface KnowledgePorts {
  readonly ask: (request: EngineRequest) => Promise<EngineAnswer>;
  readonly store: KeyValueStore;
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
const BUNDLE = 'bundle';
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
    const kept = await this.#kept(BUNDLE);
    return isKept(kept) ? this.#learn({ kind: 'restore', kept }) : { known: this.#known };
  }

  /** Asks for what is new. */
  async update(): Promise<KnowledgeReport> {
    await this.#learnTrust();
    return this.#learn({ kind: 'update', nowSeconds: this.#ports.nowSeconds() });
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

  async #learn(request: EngineRequest): Promise<KnowledgeReport> {
    const answer = await this.#ports.ask(request);
    if (answer.kind === 'refused') return { known: this.#known, problem: answer.problem };
    if (answer.kind !== 'known') return { known: this.#known };
    this.#known = answer.known;
    if (answer.toKeep !== undefined) await this.#ports.store.put(BUNDLE, answer.toKeep);
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
