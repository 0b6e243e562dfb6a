/** What a holder is told of a conversion, and what they carry to the target once it is ready. */
import type { Decision } from '../../../core/conversion/acknowledgement.ts';
import type { CarriedList } from '../../../core/conversion/carried-list.ts';
import { signConversionReceipt } from '../../../core/conversion/conversion-receipt.ts';
import { commitmentOf } from '../../../core/commitment/leaf.ts';
import { decodeCode } from '../../../core/qr/code.ts';
import { ownSeconds } from '../house-time.ts';
import { toRfc3339 } from '../times.ts';
import type { SourceEntry, SourceHouse } from './entry.ts';

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
  readonly decision?: Decision;
  readonly package?: ConversionPackage;
}

export async function answerOf(house: SourceHouse, number: number): Promise<ConversionAnswer> {
  const entry = await house.entries.get(number);
  const { consent, decision, validUntilSeconds } = entry;
  const common = {
    id: consent.id,
    target: consent.target,
    validUntil: toRfc3339(validUntilSeconds),
    ...(decision === undefined ? {} : { decision }),
  };
  if (entry.withdrawnAtSeconds !== undefined) return { ...common, state: 'withdrawn' };
  if (!(await house.isStanding(entry.from))) return { ...common, state: 'ended' };
  const carried = await packageOf(house, number, entry);
  return carried === undefined
    ? { ...common, state: 'under-way' }
    : { ...common, state: 'ready', package: carried };
}

/** Once it is spent and anchored, and its list is on the ledger. */
async function packageOf(
  house: SourceHouse,
  number: number,
  entry: SourceEntry,
): Promise<ConversionPackage | undefined> {
  const sequence = await house.queue.sentIn('spent', number);
  const code = sequence === undefined ? undefined : await house.codeOf(entry.recordId);
  if (sequence === undefined || code === undefined) return undefined;
  const { headerBytes, payloadBytes } = decodeCode(code);
  const commitment = commitmentOf(house.crypto, headerBytes, payloadBytes);
  const receipt = await signConversionReceipt(
    {
      role: 'source',
      issuer: house.did,
      peer: entry.consent.target,
      issuedAtSeconds: ownSeconds(house),
      commitment,
      sequence,
    },
    house.key,
  );
  return { code, list: await house.carriedList(payloadBytes), receipt };
}
