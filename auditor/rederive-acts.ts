/**
 * Every batch of acts on the ledger: its root from the leaves that the issuer shows, and who approved it, by the
 * trust list as it stood in that block. The contract demands the same, and this does not believe it.
 */
import { concatBytes } from '../core/bytes/concat.ts';
import { fromHex, toHex } from '../core/bytes/hex.ts';
import { merkleRoot } from '../core/commitment/merkle.ts';
import type { Crypto } from '../core/crypto.ts';
import { HclError } from '../core/errors.ts';
import type { Hex, LedgerBlock, LedgerEvent } from '../core/trust/ledger-event.ts';
import { TrustList } from '../core/trust/trust-list.ts';
import { contains } from '../core/trust/window.ts';
import { mapBounded } from './map-bounded.ts';
import { parseActBatch, type PublishedActBatch } from './published-acts.ts';
import type { Finding } from './report.ts';
import type { Source } from './source.ts';

export type ActsAnchored = Extract<LedgerEvent, { readonly event: 'ActsAnchored' }>;

export interface ActsAudit {
  readonly batches: number;
  readonly rederived: number;
  readonly findings: readonly Finding[];
  /** Place on the ledger (see `placeOf`) of every leaf of an approved batch, by issuer and leaf. */
  readonly approved: ReadonlyMap<string, number>;
}

export interface ActsAuditDeps {
  readonly crypto: Crypto;
  readonly source: Source;
}

interface Anchored {
  readonly event: ActsAnchored;
  readonly block: number;
  readonly place: number;
  /** Why the approvals do not count, if so. */
  readonly unapproved: string | undefined;
}

type Problem = { readonly code: Finding['code']; readonly detail: string };

/** Events of one block come one after another. */
const EVENTS_PER_BLOCK = 2 ** 20;
const CONCURRENCY = 4;

export async function rederiveActs(blocks: readonly LedgerBlock[], deps: ActsAuditDeps): Promise<ActsAudit> {
  const anchored = anchoredIn(blocks);
  const outcomes = await mapBounded(anchored, CONCURRENCY, async (one) => ({
    ...one,
    outcome: await rederive(one.event, deps),
  }));
  const approved = new Map<string, number>();
  const findings: Finding[] = [];
  for (const { event, block, place, unapproved, outcome } of outcomes) {
    const at = { issuer: event.issuer, block, root: event.root };
    if (unapproved !== undefined) findings.push({ ...at, code: 'ACTS_NOT_APPROVED', detail: unapproved });
    if ('code' in outcome) findings.push({ ...at, ...outcome });
    else if (unapproved === undefined) {
      for (const leaf of outcome.leaves) approved.set(`${event.issuer} ${leaf}`, place);
    }
  }
  const rederived = outcomes.filter(({ outcome }) => !('code' in outcome)).length;
  return { batches: outcomes.length, rederived, findings, approved };
}

/** Grows with the order of events on the ledger. */
export function placeOf(block: number, index: number): number {
  return block * EVENTS_PER_BLOCK + index;
}

function anchoredIn(blocks: readonly LedgerBlock[]): readonly Anchored[] {
  const trust = new TrustList();
  return blocks.flatMap(({ number, timeSeconds, events }) =>
    events.flatMap((event, index): readonly Anchored[] => {
      trust.apply(event, timeSeconds);
      if (event.event !== 'ActsAnchored') return [];
      const unapproved = approvalProblem(event, trust, timeSeconds);
      return [{ event, block: number, place: placeOf(number, index), unapproved }];
    }),
  );
}

function approvalProblem(event: ActsAnchored, trust: TrustList, atSeconds: number): string | undefined {
  const approvers = [event.firstApprover, event.secondApprover];
  if (approvers[0] === approvers[1]) return `${event.firstApprover} approved twice`;
  const stranger = approvers.find((approver) => {
    const grant = trust.approverOf(event.issuer, approver);
    return grant === undefined || !contains(grant, atSeconds);
  });
  if (stranger !== undefined) return `${stranger} was no approver of the issuer`;
  const account = approvers.find((approver) => trust.accountOf(approver)?.issuer === event.issuer);
  return account === undefined ? undefined : `${account} anchors for the issuer and may not approve`;
}

async function rederive(
  event: ActsAnchored,
  { crypto, source }: ActsAuditDeps,
): Promise<{ readonly leaves: readonly Hex[] } | Problem> {
  const answer = await source.acts(event.issuer, event.root);
  if (answer.kind === 'missing')
    return { code: 'ACTS_MISSING', detail: 'the issuer does not show its leaves' };
  if (answer.kind === 'unreachable') return { code: 'ACTS_UNREACHABLE', detail: answer.detail };
  try {
    const batch = parseActBatch(answer.value);
    const difference = differenceOf(event, batch, crypto);
    return difference === undefined
      ? { leaves: batch.leaves }
      : { code: 'ACTS_MISMATCHED', detail: difference };
  } catch (error) {
    if (error instanceof HclError) return { code: 'ACTS_MISMATCHED', detail: error.message };
    throw error;
  }
}

function differenceOf(event: ActsAnchored, batch: PublishedActBatch, crypto: Crypto): string | undefined {
  if (batch.leaves.length !== 2 ** event.log2Size || batch.log2Size !== event.log2Size) {
    return `it has ${batch.leaves.length} leaves and the ledger says ${2 ** event.log2Size}`;
  }
  const root = toHex(merkleRoot(crypto, concatBytes(...batch.leaves.map((leaf) => fromHex(leaf)))));
  if (root !== event.root) return `its leaves give the root ${root}`;
  if (batch.root !== event.root || batch.issuer !== event.issuer) {
    return 'it names another root or issuer than the ledger';
  }
  return batch.sequence === event.sequence
    ? undefined
    : `it says sequence ${batch.sequence} and the ledger ${event.sequence}`;
}
