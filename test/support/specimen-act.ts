/** A specimen of an act: a lot suspended while it is looked at. */
import type { Act } from '../../core/act/act.ts';

export function specimenAct(changes: Partial<Act> = {}): Act {
  return {
    version: 1,
    issuer: 'did:web:hk-dh.example',
    kind: 'suspend',
    reason: 'lot-under-review',
    legalBasis: 'Cap. 599L s. 14',
    notice: { en: 'This lot is under review.', 'zh-Hant': '此批次正在覆核。' },
    selector: { by: 'lot', lot: '210102' },
    effectiveFrom: 1_671_580_800,
    proposedAt: 1_671_580_000,
    affected: { credentials: 2, places: `0x${'11'.repeat(32)}` },
    salt: 'AAECAwQFBgcICQoLDA0ODw',
    ...changes,
  };
}
