/**
 * What acts do to one credential, told as a story: time passes from instant to instant, and at each one things end,
 * begin and are undone, in that order. Written apart from `core/act/status-at.ts`, to be held against it.
 */
import type { OrderedAct } from '../../core/act/status-at.ts';
import type { StatusValue } from '../../core/status/token-status-list.ts';

interface Restriction {
  readonly act: OrderedAct;
  state: 'to come' | 'holds' | 'over' | 'undone';
  readonly holds: Set<number>;
}

export function modelStatus(acts: readonly OrderedAct[], atSeconds: number): StatusValue {
  const restrictions: Restriction[] = acts
    .filter(({ kind }) => ['revoke', 'suspend', 'supersede'].includes(kind))
    .map((act) => ({ act, state: 'to come', holds: new Set() }));
  const instants = new Set(
    acts.flatMap(({ effectiveFrom, until }) => [effectiveFrom, until ?? effectiveFrom]),
  );
  for (const now of [...instants].sort((a, b) => a - b)) {
    if (now > atSeconds) break;
    for (const act of acts) if (act.until === now) end(act, restrictions);
    for (const act of acts) if (act.effectiveFrom === now) begin(act, restrictions);
    for (const act of acts)
      if (act.effectiveFrom === now && act.kind === 'reinstate') undo(act, restrictions);
  }
  const kinds = restrictions
    .filter(({ state, holds }) => state === 'holds' && holds.size === 0)
    .map(({ act }) => act.kind);
  if (kinds.includes('revoke')) return 'revoked';
  if (kinds.includes('supersede')) return 'superseded';
  return kinds.includes('suspend') ? 'suspended' : 'valid';
}

function end(act: OrderedAct, restrictions: readonly Restriction[]): void {
  for (const restriction of restrictions) {
    restriction.holds.delete(act.order);
    if (restriction.act === act && restriction.state !== 'undone') restriction.state = 'over';
  }
}

function begin(act: OrderedAct, restrictions: readonly Restriction[]): void {
  for (const restriction of restrictions) {
    if (restriction.act === act && restriction.state === 'to come') restriction.state = 'holds';
    if (act.kind === 'stay' && reaches(act, restriction)) restriction.holds.add(act.order);
  }
}

function undo(act: OrderedAct, restrictions: readonly Restriction[]): void {
  for (const restriction of restrictions) {
    const canBe = restriction.act.kind === 'suspend' || restriction.holds.size > 0;
    if (reaches(act, restriction) && canBe) restriction.state = 'undone';
  }
}

function reaches(act: OrderedAct, { act: other }: Restriction): boolean {
  if (other.kind === 'supersede' || other.isErasure === true) return false;
  return act.order > other.order && (act.addresses ?? other.order) === other.order;
}
