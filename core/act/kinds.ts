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
  supersede: ['record-corrected', 'result-amended', 'reissued', 'colour-derived', 'colour-ruled'],
  caution: ['lot-under-observation', 'result-preliminary', 'advice-changed'],
} as const;

/** Every kind has its reasons. */
export type ActReason = (typeof ACT_REASONS)[ActKind][number];

/** Needs no second person: the right of the person whom the record is about. */
export const ERASED = 'erased';

/** Needs no second person either: a dated rule gave another colour, and the code of the former one ends. */
export const COLOUR_DERIVED = 'colour-derived';

/** A colour by hand. It needs two people as any act does, and `issuer/health` alone draws it up. */
export const COLOUR_RULED = 'colour-ruled';

/** Whether an act with this reason is proposed by whoever asks for it; the others follow from something else. */
export function mayBeProposed(reason: string): boolean {
  return reason !== ERASED && reason !== COLOUR_DERIVED && reason !== COLOUR_RULED;
}

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
