/**
 * What this device knows of the ledger: kept in the browser with those who signed it, brought up to date
 * from where bundles are published. Whose bundles count is said once, when the device is new, and never asked again:
 * whoever has the server later cannot say so anew. All tabs share what is kept, and it never goes back: a tab that is
 * behind another takes what that one has kept.
 */
import type { DeltaLine } from '../../../core/bundle/follow-deltas.ts';
import type { KeyValueStore } from '../../shared/store/key-value.ts';
import type { Lock } from '../../shared/store/lock.ts';
import type {
  AsOf,
  EngineAnswer,
  EngineRequest,
  Kept,
  Known,
  LearnProblem,
  Step,
} from '../engine/protocol.ts';
import type { FetchBeside } from '../file-beside.ts';
import { KeptBundle } from './kept-bundle.ts';

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
const FAILED = { kind: 'failed' } as const;
const TRUST = 'bundle-trust';
const TRUST_FILE = 'bundle-trust.json';

export class Knowledge {
  readonly #ports: KnowledgePorts;
  readonly #bundle: KeptBundle;
  #known: Known = NOTHING_KNOWN;
  #isTrustKnown = false;

  constructor(ports: KnowledgePorts) {
    this.#ports = ports;
    this.#bundle = new KeptBundle(ports.store);
  }

  /** From what is kept: works without a network. */
  async restore(): Promise<KnowledgeReport> {
    await this.#learnTrust();
    const { lock } = this.#ports;
    return this.#take(await lock(() => this.#bundle.read()).catch(() => undefined));
  }

  /** Asks for what is new. */
  async update(line: DeltaLine = 'deltas'): Promise<KnowledgeReport> {
    const { ask, lock, nowSeconds } = this.#ports;
    await this.#learnTrust();
    const answer = await ask({ kind: 'update', nowSeconds: nowSeconds(), line }).catch(() => FAILED);
    const report = this.#reportOf(answer);
    const steps = answer.kind === 'known' ? answer.steps : undefined;
    // What cannot be kept now is known all the same.
    await lock(() => this.#settle(steps)).catch(() => undefined);
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

  async #take(kept: Kept | undefined): Promise<KnowledgeReport> {
    return kept === undefined
      ? { known: this.#known }
      : this.#reportOf(await this.#ports.ask({ kind: 'restore', kept }));
  }

  /** With the other tabs waiting: keeps what is newer than what is kept, or takes that. */
  async #settle(steps: readonly Step[] = []): Promise<void> {
    const known = this.#known;
    const kept = await this.#bundle.asOf();
    if (isAfter(kept, known)) await this.#take(await this.#bundle.read());
    if (!isAfter(known, kept)) return;
    const [first] = steps;
    const isNext = first !== undefined && isSame(first.from, kept);
    if (isNext && (await this.#append(steps))) return;
    const answer = await this.#ports.ask({ kind: 'write-down' });
    if (answer.kind === 'written') await this.#bundle.replace(answer.kept, answer.asOf);
  }

  /** Whether there was room for all. */
  async #append(steps: readonly Step[]): Promise<boolean> {
    for (const { delta, to } of steps) if (!(await this.#bundle.append(delta, to))) return false;
    return true;
  }

  #reportOf(answer: EngineAnswer): KnowledgeReport {
    if (answer.kind !== 'known' && answer.kind !== 'refused')
      return { known: this.#known, problem: 'ENGINE_FAILED' };
    this.#known = answer.known;
    const { known } = answer;
    return answer.kind === 'refused' ? { known, problem: answer.problem } : { known };
  }

  async #kept(key: string): Promise<unknown> {
    return this.#ports.store.get(key).catch(() => undefined);
  }
}

function isAfter(a: AsOf, b: AsOf): boolean {
  return a.blockNumber > b.blockNumber || (a.blockNumber === b.blockNumber && a.timeSeconds > b.timeSeconds);
}

function isSame(a: AsOf, b: AsOf): boolean {
  return a.blockNumber === b.blockNumber && a.timeSeconds === b.timeSeconds;
}
