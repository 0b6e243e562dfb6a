/** What a holder is told of a decision, and the target's receipt for it: the same however often it is asked. */
import { fromBase64url } from '../../../core/bytes/base64url.ts';
import type { Decision } from '../../../core/conversion/acknowledgement.ts';
import { signConversionReceipt } from '../../../core/conversion/conversion-receipt.ts';
import type { RefusalCode } from '../../../core/conversion/refusals.ts';
import type { Colour } from '../../../core/record/derived.ts';
import type { TargetEntry } from './entry.ts';
import type { TargetHouse } from './house.ts';

export interface DecisionAnswer {
  readonly decision: Decision;
  readonly reason?: RefusalCode;
  readonly state?: Colour;
  /** The travel code that was issued; absent until it is released. */
  readonly code?: string;
  /** The target's word, for the holder and the source. */
  readonly receipt: string;
}

export async function answerTo(house: TargetHouse, number: number): Promise<DecisionAnswer> {
  const entry = await house.entries.get(number);
  const { decision, reason, state, recordId } = entry;
  const code = recordId === undefined ? undefined : await house.codeOf(recordId);
  return {
    decision,
    receipt: await receiptFor(house, entry),
    ...(reason === undefined ? {} : { reason }),
    ...(state === undefined ? {} : { state }),
    ...(code === undefined ? {} : { code }),
  };
}

/** Tells, whenever it is asked, whether nothing of the answer has yet to come. */
export async function watchAnswer(
  { entries, watchRelease }: TargetHouse,
  number: number,
): Promise<() => boolean> {
  const { decision, recordId } = await entries.get(number);
  return decision === 'accepted' && recordId !== undefined ? await watchRelease(recordId) : () => true;
}

async function receiptFor(
  { did, key }: TargetHouse,
  { commitment, decidedAtSeconds, decision, sourceDid }: TargetEntry,
): Promise<string> {
  const receipt = {
    role: 'target',
    issuer: did,
    peer: sourceDid,
    issuedAtSeconds: decidedAtSeconds,
    commitment: fromBase64url(commitment),
    decision,
  } as const;
  return await signConversionReceipt(receipt, key);
}
