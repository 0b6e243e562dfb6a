/** What no table decides, and officers' words on it. */
import { ConversionError } from '../../../core/conversion/errors.ts';
import type { RefusalCode } from '../../../core/conversion/refusals.ts';
import type { Colour } from '../../../core/record/derived.ts';
import type { WriteBatch } from '../../../service/store.ts';
import { ledgerSeconds } from '../house-time.ts';
import { Todo } from '../todo.ts';
import type { Arrived } from './arrivals.ts';
import type { Decisions } from './decisions.ts';
import type { Referred, TargetEntry } from './entry.ts';
import { evaluateForOfficer } from './evaluation.ts';
import type { TargetHouse } from './house.ts';
import { mappingOfReferred } from './mapping-now.ts';

/** What an officer is shown of a conversion that no table decides. */
export interface Referral extends Referred {
  readonly number: number;
  readonly source: string;
  readonly sourceState: Colour;
  readonly reason: RefusalCode;
  readonly referredAtSeconds: number;
}

export interface OfficerDecision {
  readonly decision: 'accepted' | 'refused';
  /** Who it was, by number. */
  readonly officer: string;
}

/** When a referred code was shown last, and by which lists of the source it held then. */
interface Showing {
  readonly atSeconds: number;
  readonly listsVersion: number;
}

/** An officer accepts whom they have before them. */
const SHOWN_SECONDS = 900;

export class Referrals {
  readonly #house: TargetHouse;
  readonly #decisions: Decisions;
  readonly #todo: Todo;
  /** What waits for an officer; none: not shown since the start. */
  readonly #waiting = new Map<number, Showing | undefined>();

  constructor(house: TargetHouse, decisions: Decisions) {
    this.#house = house;
    this.#decisions = decisions;
    this.#todo = new Todo(house.tables, 'ruling');
  }

  /** How many wait for an officer. */
  get size(): number {
    return this.#waiting.size;
  }

  has(number: number): boolean {
    return this.#waiting.has(number);
  }

  /** What waited when the service ended; nobody has shown it since. */
  async resume(): Promise<void> {
    for await (const number of this.#todo.numbers()) this.#waiting.set(number, undefined);
  }

  /** Its holder shows it now. */
  shown(number: number, { listsVersion }: Pick<Arrived, 'listsVersion'>): void {
    this.#waiting.set(number, { atSeconds: ledgerSeconds(this.#house), listsVersion });
  }

  /** Adds to what `batch` stores that it waits no more. */
  drop(batch: WriteBatch, number: number): void {
    this.#todo.done(batch, number);
    this.#waiting.delete(number);
  }

  /** Oldest first. */
  async all(): Promise<readonly Referral[]> {
    const found: Referral[] = [];
    for (const number of [...this.#waiting.keys()].sort((a, b) => a - b)) {
      const referral = toReferral(number, await this.#house.entries.get(number));
      if (referral !== undefined) found.push(referral);
    }
    return found;
  }

  /** See `ConversionTarget.rule`; one at a time for each number. */
  async rule(number: number, ruling: OfficerDecision): Promise<void> {
    const entry = this.has(number) ? await this.#house.entries.get(number) : undefined;
    if (entry?.referred === undefined) throw new ConversionError('CONVERSION_NOT_FOUND');
    const { referred, reason: _, ...rest } = entry;
    const next = { ...rest, decidedAtSeconds: ledgerSeconds(this.#house), officer: ruling.officer };
    if (ruling.decision === 'refused') {
      await this.#decisions.keep(number, { ...next, decision: 'refused', reason: 'CONVERSION_REFUSED' });
    } else {
      const { state, validUntilSeconds } = await this.#judge(number, entry, referred);
      const accepted = { ...next, decision: 'accepted', state } as const;
      await this.#decisions.grant(number, accepted, { ...referred, validUntilSeconds });
    }
    this.#waiting.delete(number);
  }

  /** Whether it may be accepted now, as what and until when. */
  async #judge(
    number: number,
    entry: TargetEntry,
    referred: Referred,
  ): ReturnType<typeof evaluateForOfficer> {
    this.#checkShown(number, entry);
    const mapping = mappingOfReferred(this.#house, entry, referred);
    if (!(await this.#house.status.isAllOf(referred.subject))) {
      throw new ConversionError('CONVERSION_OTHER_PERSON');
    }
    return await evaluateForOfficer(this.#house, entry, { referred, mapping });
  }

  /** By lists that are still the source's last: who was withdrawn, or is red since, stands in later ones. */
  #checkShown(number: number, { source }: TargetEntry): void {
    const shown = this.#waiting.get(number);
    const last = this.#house.ledger.state.statusAnchors.get(source)?.version;
    const isFresh = shown !== undefined && ledgerSeconds(this.#house) - shown.atSeconds <= SHOWN_SECONDS;
    if (!isFresh || shown.listsVersion !== last) throw new ConversionError('CONVERSION_LIST_OUTDATED');
  }
}

function toReferral(
  number: number,
  { referred, sourceDid, sourceState, reason, decidedAtSeconds }: TargetEntry,
): Referral | undefined {
  if (referred === undefined || reason === undefined) return undefined;
  const common = { number, source: sourceDid, sourceState, reason };
  return { ...referred, ...common, referredAtSeconds: decidedAtSeconds };
}
