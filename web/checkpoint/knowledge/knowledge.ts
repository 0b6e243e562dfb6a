/**
 * What this device knows of the ledger: kept in the browser, brought up to date over HTTP from where the page came. The
 * engine decides whether what came is newer and good; only then does it replace what is kept.
 */
import type { KeyValueStore } from '../../shared/store/key-value.ts';
import type { EngineAnswer, EngineRequest, Known, LearnProblem } from '../engine/protocol.ts';

/** Why there is nothing new. What was known before stays. */
export type KnowledgeProblem = 'OFFLINE' | 'NO_ANSWER' | LearnProblem;

export interface KnowledgePorts {
  readonly ask: (request: EngineRequest) => Promise<EngineAnswer>;
  readonly store: KeyValueStore;
  readonly fetch: (url: string) => Promise<Response>;
}

export interface KnowledgeReport {
  readonly known: Known;
  readonly problem?: KnowledgeProblem;
}

export const NOTHING_KNOWN: Known = {
  blockNumber: -1,
  blockHash: '0x',
  timeSeconds: 0,
  issuers: 0,
  roots: 0,
  statusLists: 0,
};
const KEY = 'knowledge';
const URL_OF_KNOWLEDGE = 'knowledge/snapshot.hcls';

export class Knowledge {
  readonly #ports: KnowledgePorts;
  #known: Known = NOTHING_KNOWN;

  constructor(ports: KnowledgePorts) {
    this.#ports = ports;
  }

  /** From what is kept: works without a network. */
  async restore(): Promise<KnowledgeReport> {
    const bytes = await this.#ports.store.get(KEY);
    return bytes instanceof Uint8Array ? this.#learn(bytes, { isKept: true }) : { known: this.#known };
  }

  /** Asks for what is new. Does not reject. */
  async update(): Promise<KnowledgeReport> {
    let bytes: Uint8Array;
    try {
      const response = await this.#ports.fetch(URL_OF_KNOWLEDGE);
      if (!response.ok) return { known: this.#known, problem: 'NO_ANSWER' };
      bytes = new Uint8Array(await response.arrayBuffer());
    } catch {
      return { known: this.#known, problem: 'OFFLINE' };
    }
    return this.#learn(bytes, { isKept: false });
  }

  async #learn(bytes: Uint8Array, { isKept }: { readonly isKept: boolean }): Promise<KnowledgeReport> {
    const answer = await this.#ports.ask({ kind: 'learn', bytes });
    if (answer.kind === 'refused') return { known: this.#known, problem: answer.problem };
    if (answer.kind !== 'known') return { known: this.#known };
    this.#known = answer.known;
    if (answer.isNew && !isKept) await this.#ports.store.put(KEY, bytes);
    return { known: this.#known };
  }
}
