/**
 * What an act does, and why it may be done. The codes are public and stable; each reason belongs to one kind.
 * `docs/acts.md` says in words what they mean, and a test keeps the two the same.
 */

export const ACT_KINDS = ['revoke', 'suspend', 'stay', 'reinstate', 'supersede', 'caution'] as const;
export type ActKind = (typeof ACT_KINDS)[number];

export const ACT_REASONS = {
  revoke: [
    'issued-in-error',
    'wrong-person',
    'fraud',
    'issued-without-authority',
    'lot-recalled',
    'laboratory-error',
    'key-stolen',
    'withdrawn-by-holder',
    'erased',
  ],
  suspend: [
    'under-investigation',
    'practitioner-under-review',
    'site-under-review',
    'laboratory-under-review',
    'lot-under-review',
    'key-suspected',
  ],
  stay: ['court-order', 'appeal-pending', 'authority-order'],
  reinstate: ['court-judgment', 'appeal-allowed', 'investigation-closed', 'acted-in-error'],
  supersede: ['record-corrected', 'result-amended', 'reissued'],
  caution: ['lot-under-observation', 'result-preliminary', 'advice-changed'],
} as const;

/** Every kind has its reasons. */
export type ActReason = (typeof ACT_REASONS)[ActKind][number];

/** The one reason that needs no second person: the right of the person whom the record is about. */
export const ERASED = 'erased';

export function isActKind(text: string): text is ActKind {
  return (ACT_KINDS as readonly string[]).includes(text);
}

/** Whether `reason` is one of the reasons for `kind`. */
export function isReasonFor(kind: ActKind, reason: string): reason is ActReason {
  return (ACT_REASONS[kind] as readonly string[]).includes(reason);
}

/** Only these may end by themselves. */
export function mayEnd(kind: ActKind): boolean {
  return kind === 'suspend' || kind === 'stay';
}
