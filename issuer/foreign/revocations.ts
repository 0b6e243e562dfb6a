/**
 * What verifiers of other systems are told of codes that do not hold any more: as SMART Health Cards Framework
 * §"Revocation" has it for cards, and for EU certificates as the batches of Regulation (EU) 2021/953's revocation lists
 * have it (hash type `UCI`), each by the name of the key that is in the code. Both follow from the status that the ledger has, so a list
 * says what our own verifiers are told, from the same moment on: revoked, suspended and superseded alike.
 *
 * Store: place of the status ‖ HMAC(handle) → JSON { "format": "shc", "kid": "…", "name": "…" }. It stays when its record
 * is erased: a print that is left is answered by it, and neither it nor a list leads back to a handle.
 */
import { toCanonicalJson } from '../../core/bytes/canonical-json.ts';
import { fromUtf8, toUtf8 } from '../../core/bytes/utf8.ts';
import { placeOf, readPlace } from '../acts/place.ts';
import type { ForeignFormat } from '../record-entry.ts';
import type { Status } from '../status.ts';
import type { IssuerTables } from '../store.ts';

export interface ForeignCodeEntry {
  readonly format: ForeignFormat;
  /** As the code names its key: by thumbprint a card, by its certificate in base64 an EU certificate. */
  readonly kid: string;
  /** See `revocationName`. */
  readonly name: string;
}

/** Of one format and one name of a key. */
export interface RevokedCodes {
  /** As in {@link ForeignCodeEntry}. */
  readonly kid: string;
  readonly format: ForeignFormat;
  /** Only grows: the version of the issuer's status in which a list that these codes are on changed last. */
  readonly counter: number;
  /** Sorted, so that their order tells nothing. */
  readonly names: readonly string[];
}

/** While it is collected. */
interface Collected extends Omit<RevokedCodes, 'names'> {
  counter: number;
  readonly names: string[];
}

export function encodeForeignCode(entry: ForeignCodeEntry): Uint8Array {
  return toUtf8(toCanonicalJson({ ...entry }));
}

export class Revocations {
  readonly #tables: IssuerTables;
  readonly #status: Pick<Status, 'published'>;
  /** What was collected for a version: it does not change. */
  #held: { readonly version: number; readonly codes: Promise<readonly RevokedCodes[]> } | undefined;

  constructor(tables: IssuerTables, status: Pick<Status, 'published'>) {
    this.#tables = tables;
    this.#status = status;
  }

  /** One for each key that has signed codes whose status is on the ledger. */
  async all(): Promise<readonly RevokedCodes[]> {
    const version = this.#status.published?.version.version ?? 0;
    if (this.#held?.version !== version) {
      const held = { version, codes: this.#collect() };
      this.#held = held;
      // Whoever asks next tries again.
      held.codes.catch(() => (this.#held = undefined));
    }
    return await this.#held.codes;
  }

  async #collect(): Promise<readonly RevokedCodes[]> {
    const image = this.#status.published?.image;
    const found = new Map<string, Collected>();
    for await (const { key, value } of this.#tables.foreignCodes.entries()) {
      const { list, index } = placeOf(readPlace(key));
      const shown = image?.get(list);
      if (shown === undefined) continue;
      // The store holds what encodeForeignCode wrote.
      const { format, kid, name } = JSON.parse(fromUtf8(value) ?? '') as ForeignCodeEntry;
      const id = `${format} ${kid}`;
      const codes = found.get(id) ?? { kid, format, counter: 0, names: [] };
      codes.counter = Math.max(codes.counter, shown.version);
      if (shown.list.get(index) !== 'valid') codes.names.push(name);
      found.set(id, codes);
    }
    return [...found.values()].map((one) => ({ ...one, names: one.names.toSorted() }));
  }
}
