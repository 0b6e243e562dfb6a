/** Acts as two people carry them through: proposed, looked at, signed by both. */
import { readActBatch } from '../../../core/act/batch.ts';
import { fromHex, type Hex } from '../../../core/bytes/hex.ts';
import type { ActBatchView, ActView } from '../../../issuer/acts/acts.ts';
import type { ActRequest, Target } from '../../../issuer/acts/propose.ts';
import type { Issuer } from '../../../issuer/issuer.ts';
import { approveActs, type ApprovalPlace } from '../../../ledger/act-approval.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { APPROVER_KEYS, PLACE } from './memory-ledger.ts';

export interface TwoPeople {
  readonly keys: readonly [Hex, Hex];
  readonly place: ApprovalPlace;
}

export const TWO_PEOPLE: TwoPeople = { keys: APPROVER_KEYS, place: PLACE };

/** A revocation for fraud, unless `changes` say otherwise. */
export function request(target: Target, changes: Partial<ActRequest> = {}): ActRequest {
  return {
    kind: 'revoke',
    reason: 'fraud',
    legalBasis: 'Cap. 599 s. 7',
    notice: { en: 'This record was withdrawn.' },
    target,
    ...changes,
  };
}

/** Proposes and has both approve; it is carried out with the next pass. */
export async function act(
  issuer: Issuer,
  target: Target,
  changes: Partial<ActRequest> = {},
  people: TwoPeople = TWO_PEOPLE,
): Promise<ActView> {
  const { id } = await issuer.acts.propose(request(target, changes));
  await approve(issuer, [id], people);
  return await issuer.acts.show(id);
}

/** Both people look at the batch of these acts and sign it. */
export async function approve(
  issuer: Issuer,
  ids: readonly string[],
  people: TwoPeople = TWO_PEOPLE,
): Promise<ActBatchView> {
  const batch = await issuer.acts.openBatch(ids, { replace: true });
  readActBatch(nodeCrypto, batch.shown);
  for (const key of people.keys) await issuer.acts.approve(batch.root, signatureOf(batch, key, people.place));
  return batch;
}

export function signatureOf(batch: ActBatchView, key: Hex, place: ApprovalPlace = PLACE): Hex {
  return approveActs(key, place, { ...batch, root: fromHex(batch.root) }).signature;
}
