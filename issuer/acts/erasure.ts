/**
 * The one act that needs no second person: a record is erased because the person it is about may demand it, and
 * before it is destroyed its credentials are revoked. The act holds at once; its bytes, which name nobody, are shown
 * to auditors whole, and they know it by its reason.
 */
import type { Store } from '../../service/store.ts';
import { WriteBatch } from '../../service/store.ts';
import { drawUpAct, type ActTerms, type DrawUpActDependencies } from './draw-up.ts';
import type { ActHistory } from './history.ts';
import { placeNumber, type StatusPlace } from './place.ts';
import type { Proposals } from './proposals.ts';

export interface ErasureDependencies extends DrawUpActDependencies {
  readonly store: Store;
  readonly proposals: Proposals;
  readonly history: ActHistory;
}

const ERASURE: ActTerms = {
  kind: 'revoke',
  reason: 'erased',
  legalBasis: 'Erasure of personal data',
  notice: {
    en: 'The record was withdrawn.',
    'zh-Hant': '此記錄已撤回。',
    'zh-Hans': '此记录已撤回。',
    pt: 'O registo foi retirado.',
  },
};

/** Revokes for good the places that are not erased yet; on the disk when it resolves. */
export async function eraseStatus(places: readonly StatusPlace[], deps: ErasureDependencies): Promise<void> {
  const { history, proposals, store } = deps;
  const numbers = Float64Array.from(new Set(places.map(placeNumber))).sort();
  const acts = await history.actsOn(numbers);
  const missing = numbers.filter((_, i) => acts[i]?.some((act) => act.isErasure === true) !== true);
  if (missing.length === 0) return;
  await history.whileAppending(async () => {
    const batch = new WriteBatch();
    const act = drawUpAct(ERASURE, { selector: { by: 'erasure' }, places: missing }, deps);
    const proposal = proposals.add(batch, act, missing);
    const holding = history.append(batch, [proposal]);
    for (const { order } of holding) proposals.setState(batch, proposal.number, { state: 'anchored', order });
    // Commit point: from here on the next version revokes them.
    await store.commit(batch);
    history.appended(holding);
  });
  await history.index();
}
