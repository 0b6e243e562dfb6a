/**
 * Every change of a colour, in the order in which it was made. Written in one batch with what it changes; a status
 * credential that no change gives is not made (`check`).
 */
import { fromBase64url } from '../../core/bytes/base64url.ts';
import { concatBytes } from '../../core/bytes/concat.ts';
import { fromHex } from '../../core/bytes/hex.ts';
import type { Crypto } from '../../core/crypto.ts';
import {
  colourIdOf,
  colourLeaf,
  encodeColourAct,
  parseColourAct,
  type ColourAct,
} from '../../core/health/colour-act.ts';
import { SCHEMES, type StatusRecord } from '../../core/record/derived.ts';
import { toUnixSeconds } from '../../core/record/calendar.ts';
import { readUint64, toUint64 } from '../../service/big-endian.ts';
import type { WriteBatch } from '../../service/store.ts';
import { IssuerError } from '../errors.ts';
import { TABLES, type IssuerTables } from '../store.ts';

/** A change on its way to the disk. */
export interface ColourChange {
  readonly number: number;
  readonly id: string;
  /** 32 bytes. */
  readonly leafHash: Uint8Array;
  readonly bytes: Uint8Array;
  readonly act: ColourAct;
}

export interface ColourActsDependencies {
  readonly crypto: Crypto;
  readonly did: string;
  readonly tables: IssuerTables;
}

export class ColourActs {
  readonly #deps: ColourActsDependencies;
  #last: number;

  private constructor(deps: ColourActsDependencies, last: number) {
    this.#deps = deps;
    this.#last = last;
  }

  static async open(deps: ColourActsDependencies): Promise<ColourActs> {
    const last = await deps.tables.colourActs.first({ reverse: true });
    return new ColourActs(deps, last === undefined ? 0 : readUint64(last.key));
  }

  /** Some colour was given: before that no fact turns one. */
  get isInUse(): boolean {
    return this.#last > 0;
  }

  /** The number is taken even when the commit fails: then a gap stays. Throws `COLOUR_ACT_INVALID`. */
  drawUp(act: ColourAct): ColourChange {
    const bytes = encodeColourAct(act);
    const leafHash = colourLeaf(this.#deps.crypto, bytes);
    return { number: ++this.#last, id: colourIdOf(leafHash), leafHash, bytes, act };
  }

  addTo(batch: WriteBatch, { number, id, bytes, act }: ColourChange): void {
    batch.put(TABLES.colourActs, toUint64(number), bytes);
    batch.put(TABLES.colourIds, fromHex(`0x${id}`), toUint64(number));
    batch.put(TABLES.colourHeads, headKey(act), toUint64(number));
  }

  /**
   * Throws `HEALTH_FILE_TOUCHED` unless the change that a file shows is the newest of its person in the scheme: an older
   * file that was put back would bring the colour back that it shows.
   */
  async checkHead(line: Pick<ColourAct, 'subject' | 'scheme'>, change: string | undefined): Promise<void> {
    if (!(await this.#isNewest(line, change)))
      throw new IssuerError('HEALTH_FILE_TOUCHED', 'the file shows another change than the newest');
  }

  /** Throws `COLOUR_CHANGE_MISSING` unless a change, stored or on its way, gives exactly this colour. */
  async check(record: StatusRecord, onTheirWay: readonly ColourChange[]): Promise<void> {
    const onItsWay = onTheirWay.find(({ id }) => id === record.change)?.act;
    const act = onItsWay ?? (await this.#find(record.change));
    const isNewest =
      act !== undefined && (onItsWay !== undefined || (await this.#isNewest(act, record.change)));
    if (!isNewest || !gives(act, record) || act.issuer !== this.#deps.did) {
      throw new IssuerError('COLOUR_CHANGE_MISSING', 'no colour act gives this colour');
    }
  }

  async load(number: number): Promise<Uint8Array | undefined> {
    return await this.#deps.tables.colourActs.get(toUint64(number));
  }

  /** Changes after the one with this number, oldest first. */
  async after(number: number, limit: number): Promise<readonly { number: number; bytes: Uint8Array }[]> {
    const found: { number: number; bytes: Uint8Array }[] = [];
    const range = { from: toUint64(number + 1), limit };
    for await (const { key, value } of this.#deps.tables.colourActs.entries(range)) {
      found.push({ number: readUint64(key), bytes: value });
    }
    return found;
  }

  async #isNewest(line: Pick<ColourAct, 'subject' | 'scheme'>, change: string | undefined): Promise<boolean> {
    const head = await this.#deps.tables.colourHeads.get(headKey(line));
    if (head === undefined) return change === undefined;
    const bytes = await this.load(readUint64(head));
    return bytes !== undefined && colourIdOf(colourLeaf(this.#deps.crypto, bytes)) === change;
  }

  /** What stands under the id, when the bytes are those that the id names. */
  async #find(id: string): Promise<ColourAct | undefined> {
    const number = await this.#deps.tables.colourIds.get(fromHex(`0x${id}`));
    const bytes = number === undefined ? undefined : await this.load(readUint64(number));
    if (bytes === undefined || colourIdOf(colourLeaf(this.#deps.crypto, bytes)) !== id) return undefined;
    return parseColourAct(bytes);
  }
}

function headKey({ subject, scheme }: Pick<ColourAct, 'subject' | 'scheme'>): Uint8Array {
  return concatBytes(fromBase64url(subject), Uint8Array.of(SCHEMES.indexOf(scheme)));
}

function gives(act: ColourAct, record: StatusRecord): boolean {
  return (
    act.scheme === record.scheme &&
    act.to === record.state &&
    act.ruleId === record.ruleId &&
    act.ruleVersion === record.ruleVersion &&
    act.ground === record.ground &&
    act.at === toUnixSeconds(record.since)
  );
}
