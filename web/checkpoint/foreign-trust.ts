/**
 * Whose codes of other systems are trusted, where the operator says so in `trust.json` beside the page. What was said
 * last is kept for when there is no network; what the operator takes back is trusted no longer.
 */
import { equalBytes } from '../../core/bytes/equal.ts';
import { toUtf8 } from '../../core/bytes/utf8.ts';
import type { KeyValueStore } from '../shared/store/key-value.ts';
import type { EngineAnswer, EngineRequest } from './engine/protocol.ts';
import type { TrustListErrorCode } from '../../core/foreign/trust-error.ts';
import type { FetchBeside, FileProblem } from './file-beside.ts';

/** Why there is no newer list; the last good one stays. */
export type SignersProblem = FileProblem | TrustListErrorCode;

export interface SignersReport {
  readonly isListInUse: boolean;
  readonly problem?: SignersProblem;
}

export interface ForeignTrustPorts {
  readonly ask: (request: EngineRequest) => Promise<EngineAnswer>;
  readonly store: KeyValueStore;
  readonly fetchBeside: FetchBeside;
  readonly nowSeconds: () => number;
}

const FILE = 'trust.json';
const KEY = 'trust';
const NOBODY = toUtf8('{}');

export class ForeignTrustFile {
  readonly #ports: ForeignTrustPorts;
  #taught: Uint8Array = NOBODY;

  constructor(ports: ForeignTrustPorts) {
    this.#ports = ports;
  }

  /** What cannot be taken changes nothing, after a restart either. */
  async update(): Promise<SignersReport> {
    const { fetchBeside, store } = this.#ports;
    const said = await fetchBeside(FILE);
    if (said === 'none') await Promise.all([store.delete(KEY), this.#teach(NOBODY)]);
    const problem = said === 'none' ? undefined : await this.#take(said);
    return { isListInUse: this.#taught !== NOBODY, ...(problem === undefined ? {} : { problem }) };
  }

  async #take(said: Uint8Array | FileProblem): Promise<SignersProblem | undefined> {
    const problem = said instanceof Uint8Array ? await this.#takeList(said) : said;
    if (problem === undefined || this.#taught !== NOBODY) return problem;
    const kept = await this.#ports.store.get(KEY).catch(() => undefined);
    if (kept instanceof Uint8Array) return (await this.#teach(kept)) ?? problem;
    // Who never had a list misses none where nobody answers.
    return problem === 'OFFLINE' || problem === 'NO_ANSWER' ? undefined : problem;
  }

  /** The same list, too, is asked about anew: it may have run out since. */
  async #takeList(bytes: Uint8Array): Promise<SignersProblem | undefined> {
    const isKept = equalBytes(bytes, this.#taught);
    const problem = await this.#teach(bytes);
    if (!isKept && this.#taught === bytes) await this.#ports.store.put(KEY, bytes);
    return problem;
  }

  /** Why the engine does not take it; `undefined`: it has it. */
  async #teach(bytes: Uint8Array): Promise<SignersProblem | undefined> {
    const { ask, nowSeconds } = this.#ports;
    const answer = await ask({ kind: 'trust-foreign', bytes, nowSeconds: nowSeconds() });
    if (answer.kind === 'trusted') this.#taught = bytes;
    return answer.kind === 'trust-refused' ? answer.code : undefined;
  }
}
