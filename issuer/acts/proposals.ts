/** The acts that were ever proposed: written once, found by number and by id, each with how far it has come. */
import { fromHex } from '../../core/bytes/hex.ts';
import { ACT_ID_PATTERN } from '../../core/act/selector.ts';
import { actIdOf, actLeaf, encodeAct, parseAct, type Act } from '../../core/act/act.ts';
import type { Crypto } from '../../core/crypto.ts';
import { invariant } from '../../core/errors.ts';
import { readUint64, toUint64 } from '../../service/big-endian.ts';
import type { WriteBatch } from '../../service/store.ts';
import { IssuerError } from '../errors.ts';
import { chunkKey, TABLES, type IssuerTables } from '../store.ts';
import { ActTally } from './act-tally.ts';
import { decodeActState, encodeActState, type ActState } from './act-state.ts';
import { PLACE_BYTES, readPlace, writePlace } from './place.ts';
import type { ProposalEntry, ProposalSealer } from './proposal-entry.ts';

export interface ProposalsDependencies {
  readonly crypto: Crypto;
  readonly tables: IssuerTables;
  readonly sealer: ProposalSealer;
}

export interface Proposal extends ProposalEntry {
  readonly number: number;
  readonly id: string;
  readonly act: Act;
}

const CHUNK_PLACES = 4096;
const ID = new RegExp(ACT_ID_PATTERN);

export class Proposals {
  readonly tally: ActTally = new ActTally();
  readonly #deps: ProposalsDependencies;
  #last: number;

  private constructor(deps: ProposalsDependencies, last: number) {
    this.#deps = deps;
    this.#last = last;
  }

  static async open(deps: ProposalsDependencies): Promise<Proposals> {
    const last = await deps.tables.proposals.first({ reverse: true });
    const proposals = new Proposals(deps, last === undefined ? 0 : readUint64(last.key));
    for await (const { key, value } of deps.tables.actStates.entries()) {
      await proposals.#count(readUint64(key), decodeActState(value));
    }
    return proposals;
  }

  /** Number of the newest act, 0 before the first. */
  get last(): number {
    return this.#last;
  }

  /**
   * Adds the writes of a new act. The number is taken even when the commit fails: then a gap stays.
   * @param places ascending numbers, each once
   */
  add(batch: WriteBatch, act: Act, places: Float64Array): Proposal {
    const { crypto, sealer } = this.#deps;
    const number = ++this.#last;
    const actBytes = encodeAct(act);
    const leaf = actLeaf(crypto, actBytes);
    const id = actIdOf(leaf);
    const chunks = Math.ceil(places.length / CHUNK_PLACES);
    const entry: ProposalEntry = { leaf, credentials: places.length, chunks, actBytes };
    batch.put(TABLES.proposals, toUint64(number), sealer.seal(number, entry));
    batch.put(TABLES.actIds, fromHex(`0x${id}`), toUint64(number));
    for (let chunk = 0; chunk < chunks; chunk++) {
      const part = places.subarray(chunk * CHUNK_PLACES, (chunk + 1) * CHUNK_PLACES);
      batch.put(TABLES.actPlaces, chunkKey(number, chunk), packPlaces(part));
    }
    this.tally.add(number, act.proposedAt);
    return { ...entry, number, id, act };
  }

  setState(batch: WriteBatch, number: number, state: ActState): void {
    batch.put(TABLES.actStates, toUint64(number), encodeActState(state));
    this.tally.move(number, state.state);
  }

  /** Throws `ACT_NOT_FOUND`. */
  async numberOf(id: string): Promise<number> {
    const value = ID.test(id) ? await this.#deps.tables.actIds.get(fromHex(`0x${id}`)) : undefined;
    if (value === undefined) throw new IssuerError('ACT_NOT_FOUND', 'no act has this id');
    return readUint64(value);
  }

  async load(number: number): Promise<Proposal> {
    const value = await this.#deps.tables.proposals.get(toUint64(number));
    invariant(value !== undefined, 'an act that has a number is there');
    return this.#read(number, value);
  }

  async stateOf(number: number): Promise<ActState> {
    const value = await this.#deps.tables.actStates.get(toUint64(number));
    invariant(value !== undefined, 'every act has a state');
    return decodeActState(value);
  }

  /** The newest acts before `number`, newest first. */
  async newest(before: number, limit: number): Promise<readonly Proposal[]> {
    const found: Proposal[] = [];
    const range = { before: toUint64(before), reverse: true, limit };
    for await (const { key, value } of this.#deps.tables.proposals.entries(range)) {
      found.push(this.#read(readUint64(key), value));
    }
    return found;
  }

  /** The places of an act, ascending, by some thousand. */
  async *places(number: number): AsyncGenerator<Float64Array> {
    const range = { from: chunkKey(number, 0), before: chunkKey(number + 1, 0) };
    for await (const { value } of this.#deps.tables.actPlaces.entries(range)) yield unpackPlaces(value);
  }

  async #count(number: number, { state }: ActState): Promise<void> {
    const isOver = state === 'anchored' || state === 'withdrawn';
    if (!isOver) this.tally.add(number, (await this.load(number)).act.proposedAt);
    this.tally.move(number, state);
  }

  #read(number: number, value: Uint8Array): Proposal {
    const entry = this.#deps.sealer.open(number, value);
    return { ...entry, number, id: actIdOf(entry.leaf), act: parseAct(entry.actBytes) };
  }
}

function packPlaces(places: Float64Array): Uint8Array {
  const bytes = new Uint8Array(places.length * PLACE_BYTES);
  places.forEach((place, i) => writePlace(bytes, i * PLACE_BYTES, place));
  return bytes;
}

function unpackPlaces(bytes: Uint8Array): Float64Array {
  return Float64Array.from({ length: bytes.length / PLACE_BYTES }, (_, i) =>
    readPlace(bytes, i * PLACE_BYTES),
  );
}
