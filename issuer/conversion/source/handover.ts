/** What a holder is told of a conversion, and what they carry to the target once it is ready. */
import { commitmentOf } from '../../../core/commitment/leaf.ts';
import type { Decision } from '../../../core/conversion/acknowledgement.ts';
import type { CarriedList } from '../../../core/conversion/carried-list.ts';
import type { RefusalCode } from '../../../core/conversion/refusals.ts';
import { decodeCode } from '../../../core/qr/code.ts';
import { toRfc3339 } from '../times.ts';
import type { SourceEntry, SourceHouse } from './entry.ts';
import { KeptReceipts } from './kept-receipts.ts';

/** What a holder carries to the target. */
export interface ConversionPackage {
  /** Static: the holder's device adds the presentation. */
  readonly code: string;
  readonly list: CarriedList;
  /** The source's word that it handed this over. */
  readonly receipt: string;
}

export interface ConversionAnswer {
  readonly id: string;
  /** `ended`: the code it was made of holds no more, so nothing is handed over. */
  readonly state: 'under-way' | 'ready' | 'withdrawn' | 'ended';
  readonly target: string;
  readonly validUntil: string;
  /** Why nothing is handed over any more. */
  readonly reason?: RefusalCode;
  readonly decision?: Decision;
  readonly package?: ConversionPackage;
}

interface Ready {
  readonly code: string;
  /** Of the batch in which it is spent. */
  readonly sequence: number;
}

export class Handover {
  readonly #house: SourceHouse;
  readonly #receipts: KeptReceipts;

  constructor(house: SourceHouse) {
    this.#house = house;
    this.#receipts = new KeptReceipts(house);
  }

  /** Of one that has begun this moment. */
  begun(entry: SourceEntry): ConversionAnswer {
    return { ...commonOf(entry), state: 'under-way' };
  }

  async answer(number: number): Promise<ConversionAnswer> {
    const entry = await this.#house.entries.get(number);
    const common = commonOf(entry);
    const withdrawn = { ...common, state: 'withdrawn', reason: 'CONVERSION_WITHDRAWN' } as const;
    if (entry.withdrawnAtSeconds !== undefined) return withdrawn;
    if ((await this.#house.standing(entry.from)) === undefined)
      return { ...common, state: 'ended', reason: 'CONVERSION_CODE_NOT_VALID' };
    const ready = await this.#ready(number, entry);
    if (ready === undefined) return { ...common, state: 'under-way' };
    const carried = await this.#package(number, entry, ready);
    return carried === undefined ? withdrawn : { ...common, state: 'ready', package: carried };
  }

  /** Tells, whenever it is asked, whether it is no more under way: costs little, where all who wait ask at every step. */
  async watch(number: number): Promise<() => Promise<boolean>> {
    const { entries, queue, watchRelease } = this.#house;
    const isReleased = await watchRelease((await entries.get(number)).recordId);
    let isWithdrawn: boolean | undefined;
    return async () => {
      if (queue.isOnItsWay('spent', number)) return false;
      if (isReleased()) return true;
      // Once: what is withdrawn after it was spent is released all the same, with the block that it was spent in.
      isWithdrawn ??= (await entries.get(number)).withdrawnAtSeconds !== undefined;
      return isWithdrawn;
    };
  }

  /** Once it is spent and anchored, and its list is on the ledger. */
  async #ready(number: number, { recordId }: SourceEntry): Promise<Ready | undefined> {
    const { codeOf, queue } = this.#house;
    const sequence = await queue.sentIn('spent', number);
    const code = sequence === undefined ? undefined : await codeOf(recordId);
    return sequence === undefined || code === undefined ? undefined : { sequence, code };
  }

  async #package(
    number: number,
    { consent }: SourceEntry,
    { code, sequence }: Ready,
  ): Promise<ConversionPackage | undefined> {
    const { headerBytes, payloadBytes } = decodeCode(code);
    const list = await this.#house.carriedList(payloadBytes);
    const commitment = commitmentOf(this.#house.crypto, headerBytes, payloadBytes);
    const receipt = await this.#receipts.of(number, { commitment, peer: consent.target, sequence });
    return receipt === undefined ? undefined : { code, list, receipt };
  }
}

function commonOf({ consent, decision, validUntilSeconds }: SourceEntry): Omit<ConversionAnswer, 'state'> {
  return {
    id: consent.id,
    target: consent.target,
    validUntil: toRfc3339(validUntilSeconds),
    ...(decision === undefined ? {} : { decision }),
  };
}
