/**
 * What a credential's status is at an instant: a pure fold over all acts on it, ever, in their order.
 *
 * An act holds from `effectiveFrom` on; a suspension and a stay may end by themselves at `until`. A stay puts
 * revocations and suspensions on hold, while it lasts. A reinstatement undoes, for good, suspensions and whatever
 * is stayed at that instant; a revocation that nobody stayed is not undone. Both concern acts *before* them in order
 * only, all of them or the one they address. Superseding and erasing are never undone, a caution changes nothing.
 *
 * Of what is in force the strongest counts: revoked, then superseded, then suspended. So the order in which two
 * people revoke and suspend does not matter.
 */
import type { StatusChange, StatusValue } from '../status/token-status-list.ts';
import type { ActKind } from './kinds.ts';

export interface OrderedAct {
  /** Place in the issuer's history of acts: the first is 1. */
  readonly order: number;
  readonly kind: ActKind;
  /** Unix seconds, inclusive. */
  readonly effectiveFrom: number;
  /** Exclusive. */
  readonly until?: number;
  /** Order of the one act that a stay or reinstatement is about; absent: all before it. */
  readonly addresses?: number;
  /** The record is gone: nothing brings this back. */
  readonly isErasure?: boolean;
}

export interface StatusAt {
  readonly value: StatusValue;
  /** Order of the act that decides: the newest of the strongest in force, else the newest that lifted something. */
  readonly decidedBy?: number;
  /** Orders of the cautions in force. */
  readonly cautions: readonly number[];
}

/** @param acts on one credential, in any sequence */
export function statusAt(acts: readonly OrderedAct[], atSeconds: number): StatusAt {
  const begun = acts.filter((act) => act.effectiveFrom <= atSeconds);
  const cautions = ordersOf(begun.filter(({ kind }) => kind === 'caution'));
  const inForce = begun.filter((act) => isInForce(act, acts, atSeconds));
  for (const [kind, value] of STRENGTH) {
    const decidedBy = ordersOf(inForce.filter((act) => act.kind === kind)).at(-1);
    if (decidedBy !== undefined) return { value, decidedBy, cautions };
  }
  const decidedBy = newestLifting(acts, begun, atSeconds);
  return decidedBy === undefined ? { value: 'valid', cautions } : { value: 'valid', decidedBy, cautions };
}

/** The entries of a list that are not valid at an instant. @param histories acts by index of the list */
export function listAt(
  histories: Iterable<readonly [index: number, acts: readonly OrderedAct[]]>,
  atSeconds: number,
): readonly StatusChange[] {
  return Array.from(histories, ([index, acts]) => ({ index, value: statusAt(acts, atSeconds).value }))
    .filter(({ value }) => value !== 'valid')
    .sort((a, b) => a.index - b.index);
}

/** The instants at which this act may change something. */
export function edgesOf({ effectiveFrom, until }: OrderedAct): readonly number[] {
  return until === undefined ? [effectiveFrom] : [effectiveFrom, until];
}

const STRENGTH: readonly (readonly [ActKind, StatusValue])[] = [
  ['revoke', 'revoked'],
  ['supersede', 'superseded'],
  ['suspend', 'suspended'],
];

function isInForce(act: OrderedAct, all: readonly OrderedAct[], atSeconds: number): boolean {
  if (act.kind === 'supersede') return true;
  if (act.kind !== 'revoke' && act.kind !== 'suspend') return false;
  return !hasEnded(act, atSeconds) && !isStayed(act, all, atSeconds) && !isUndone(act, all, atSeconds);
}

function hasEnded({ until }: OrderedAct, atSeconds: number): boolean {
  return until !== undefined && until <= atSeconds;
}

function isStayed(act: OrderedAct, all: readonly OrderedAct[], atSeconds: number): boolean {
  return all.some(
    (other) =>
      other.kind === 'stay' &&
      concerns(other, act) &&
      other.effectiveFrom <= atSeconds &&
      !hasEnded(other, atSeconds),
  );
}

function isUndone(act: OrderedAct, all: readonly OrderedAct[], atSeconds: number): boolean {
  return all.some(
    (other) =>
      other.kind === 'reinstate' &&
      concerns(other, act) &&
      other.effectiveFrom <= atSeconds &&
      (act.kind === 'suspend' || isStayed(act, all, other.effectiveFrom)),
  );
}

function concerns(later: OrderedAct, act: OrderedAct): boolean {
  if (act.isErasure === true || later.order <= act.order) return false;
  return later.addresses === undefined || later.addresses === act.order;
}

/** Something was in force once, and is not: by a stay, a reinstatement or its own end. */
function newestLifting(
  all: readonly OrderedAct[],
  begun: readonly OrderedAct[],
  atSeconds: number,
): number | undefined {
  const lifted = all.filter(({ kind }) => kind === 'revoke' || kind === 'suspend');
  const lifting = begun.filter(
    (act) =>
      (act.kind === 'suspend' && hasEnded(act, atSeconds)) ||
      ((act.kind === 'stay' || act.kind === 'reinstate') && lifted.some((other) => concerns(act, other))),
  );
  return ordersOf(lifting).at(-1);
}

/** Ascending. */
function ordersOf(acts: readonly OrderedAct[]): readonly number[] {
  return acts.map(({ order }) => order).sort((a, b) => a - b);
}
