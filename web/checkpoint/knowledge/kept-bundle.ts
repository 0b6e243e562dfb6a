/**
 * What is kept of the ledger: a full bundle, and the deltas to it as they came, for writing all of it down takes
 * seconds and something is new every minute. An index says what counts; it is written last, so a crash at any point
 * leaves what was kept before.
 */
import type { KeyValueStore } from '../../shared/store/key-value.ts';
import type { AsOf, Kept } from '../engine/protocol.ts';

interface Index extends AsOf {
  /** Key of the full bundle. */
  readonly base: string;
  /** Keys of the deltas, in their order. */
  readonly deltas: readonly string[];
}

const INDEX = 'bundle-index';
const PREFIX = 'bundle/';
/** Each costs a start some time. */
const MAX_DELTAS = 64;
const NOTHING: Index = { blockNumber: -1, timeSeconds: 0, base: 'bundle', deltas: [] };

export class KeptBundle {
  readonly #store: KeyValueStore;

  constructor(store: KeyValueStore) {
    this.#store = store;
  }

  /** As of when it is: before everything where nothing is kept. */
  async asOf(): Promise<AsOf> {
    return this.#index();
  }

  /** `undefined`: nothing is kept, or it is gone. */
  async read(): Promise<Kept | undefined> {
    const { base, deltas } = await this.#index();
    const kept = await this.#get(base);
    if (!isWhole(kept)) return undefined;
    const values = await Promise.all(deltas.map((key) => this.#get(key)));
    const { bundle, trust } = kept;
    return { bundle, trust, deltas: values.filter((value) => value instanceof Uint8Array) };
  }

  /** Whether it took `delta`, which leads from what is kept to what holds as of `asOf`. */
  async append(delta: Uint8Array, asOf: AsOf): Promise<boolean> {
    const { base, deltas } = await this.#index();
    const key = `${PREFIX}${nameOf(asOf)}`;
    if (deltas.length >= MAX_DELTAS || !(await this.#put(key, delta))) return false;
    await this.#count({ ...asOf, base, deltas: [...deltas, key] });
    return true;
  }

  /** In place of all that is kept. */
  async replace({ bundle, trust }: Kept, asOf: AsOf): Promise<void> {
    const base = `${PREFIX}${nameOf(asOf)}-full`;
    if (!(await this.#put(base, { bundle, trust }))) return;
    await this.#count({ ...asOf, base, deltas: [] });
    if ((await this.#index()).base !== base) return;
    const old = (await this.#store.keys(PREFIX)).filter((key) => key !== base);
    await Promise.all(old.map((key) => this.#store.delete(key)));
  }

  /** Commits: from here on this is what is kept. */
  async #count({ base, blockNumber, deltas, timeSeconds }: Index): Promise<void> {
    await this.#store.put(INDEX, { base, blockNumber, deltas, timeSeconds });
  }

  /** Whether there was room. */
  async #put(key: string, value: unknown): Promise<boolean> {
    await this.#store.put(key, value);
    return (await this.#store.keys(key)).includes(key);
  }

  async #index(): Promise<Index> {
    const value = await this.#get(INDEX);
    // Nobody else writes it.
    return typeof value === 'object' && value !== null ? (value as Index) : NOTHING;
  }

  async #get(key: string): Promise<unknown> {
    return this.#store.get(key).catch(() => undefined);
  }
}

function nameOf({ blockNumber, timeSeconds }: AsOf): string {
  return `${blockNumber}-${timeSeconds}`;
}

function isWhole(value: unknown): value is Pick<Kept, 'bundle' | 'trust'> {
  if (typeof value !== 'object' || value === null) return false;
  return (
    'bundle' in value &&
    value.bundle instanceof Uint8Array &&
    'trust' in value &&
    value.trust instanceof Uint8Array
  );
}
