/**
 * How a decision comes to the disk: it, its acknowledgement, the code that is issued for it and the place that is used,
 * all in one synced batch.
 */
import { acknowledgementOf, DECISIONS, type Decision } from '../../../core/conversion/acknowledgement.ts';
import type { Colour } from '../../../core/record/derived.ts';
import { toUint64 } from '../../../service/big-endian.ts';
import { WriteBatch } from '../../../service/store.ts';
import { TABLES } from '../../store.ts';
import type { PlaceInUse, StatusGrant } from '../decision-ports.ts';
import type { Move, StateCounts } from '../state-counts.ts';
import { Todo } from '../todo.ts';
import { decisionKey, type Referred, type TargetEntry } from './entry.ts';
import type { TargetHouse } from './house.ts';

export class Decisions {
  /** Of all that are kept. */
  readonly counts: StateCounts<Decision>;
  readonly #house: TargetHouse;
  readonly #rulings: Todo;

  constructor(house: TargetHouse, counts: StateCounts<Decision>) {
    this.counts = counts;
    this.#house = house;
    this.#rulings = new Todo(house.tables, 'ruling');
  }

  /** Issues our own code: throws what `StatusPort.issue` throws, and `BookingError`s. */
  async grant(
    number: number,
    entry: TargetEntry & { readonly state: Colour },
    granted: Referred,
  ): Promise<void> {
    const { subject, holderKey, scheme, validUntilSeconds } = granted;
    const { ruleId, mappingVersion, state, commitment } = entry;
    const basis = [commitment, `${ruleId} ${mappingVersion}`];
    const grant: StatusGrant = { subject, holderKey, scheme, state, validUntilSeconds, basis };
    await using place = await this.#placeOf(entry, granted);
    await this.#house.status.issue(grant, (batch, recordId) => {
      place?.writeTo(batch);
      this.#write(batch, number, { ...entry, recordId });
    });
    this.#kept(entry);
  }

  /** A decision that issues nothing. */
  async keep(number: number, entry: TargetEntry): Promise<void> {
    const batch = new WriteBatch();
    this.#write(batch, number, entry);
    await this.#house.store.commit(batch);
    this.#kept(entry);
  }

  /** Who waits for an officer hears at once of a booking that is of no use; the place stays free until then. */
  async checkPlace(entry: Pick<TargetEntry, 'commitment'>, referred: Referred): Promise<void> {
    await using _place = await this.#placeOf(entry, referred);
  }

  /** The booked place, for who comes with one: nobody else gets at it until it is disposed. */
  async #placeOf(
    { commitment }: Pick<TargetEntry, 'commitment'>,
    { booking, subject, port, plannedOn }: Referred,
  ): Promise<PlaceInUse | undefined> {
    if (booking === undefined) return undefined;
    const use = { subject, port, date: plannedOn, conversion: commitment };
    return await this.#house.quota.consume(booking, use);
  }

  #write(batch: WriteBatch, number: number, entry: TargetEntry): void {
    const { crypto, entries, queue } = this.#house;
    entries.put(batch, number, entry);
    // An officer's word is on what has its name already.
    if (entry.officer === undefined) batch.put(TABLES.decisionIds, decisionKey(entry), toUint64(number));
    else this.#rulings.done(batch, number);
    if (entry.referred !== undefined) this.#rulings.add(batch, number);
    this.counts.write(batch, number, moveOf(entry));
    queue.add(batch, {
      side: 'acknowledged',
      peer: entry.source,
      number: acknowledgementNumber(number, entry.decision),
      value: acknowledgementOf(crypto, entry.jti, entry.decision),
    });
  }

  #kept(entry: TargetEntry): void {
    this.counts.moved(moveOf(entry));
    this.#house.queue.added({ side: 'acknowledged', peer: entry.source });
    this.#house.onDue();
  }
}

/** What no officer has decided is new. */
function moveOf({ decision, officer }: TargetEntry): Move<Decision> {
  return officer === undefined ? { to: decision } : { from: 'referred', to: decision };
}

/** A decision may be acknowledged twice: referred, and then by an officer's word. */
function acknowledgementNumber(number: number, decision: Decision): number {
  return number * DECISIONS.length + DECISIONS.indexOf(decision);
}

/** Which decision an acknowledgement is of. */
export function decisionNumber(acknowledgement: number): number {
  return Math.floor(acknowledgement / DECISIONS.length);
}
