/**
 * Whose codes of other systems are trusted, where the operator says so in `trust.json` beside the page. What was said
 * last is kept for when there is no network; what the operator takes back is trusted no longer.
 */
import { equalBytes } from '../../core/bytes/equal.ts';
import { toUtf8 } from '../../core/bytes/utf8.ts';
import type { KeyValueStore } from '../shared/store/key-value.ts';
import type { EngineAnswer, EngineRequest } from './engine/protocol.ts';
import type { FetchBeside } from './file-beside.ts';

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

  /** A list that the engine refuses changes nothing. */
  async update(): Promise<void> {
    const { fetchBeside, store } = this.#ports;
    const fresh = await fetchBeside(FILE);
    const said = fresh ?? (await store.get(KEY).catch(() => undefined));
    if (said === 'none') await store.delete(KEY);
    const bytes = said === 'none' ? NOBODY : said;
    if (!(bytes instanceof Uint8Array) || !(await this.#teach(bytes))) return;
    if (bytes === fresh) await store.put(KEY, bytes);
  }

  /** Whether it is new to the engine and taken. */
  async #teach(bytes: Uint8Array): Promise<boolean> {
    if (equalBytes(bytes, this.#taught)) return false;
    const { ask, nowSeconds } = this.#ports;
    const answer = await ask({ kind: 'trust-foreign', bytes, nowSeconds: nowSeconds() });
    if (answer.kind !== 'trusted') return false;
    this.#taught = bytes;
    return true;
  }
}
