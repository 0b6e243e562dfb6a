/**
 * Every anchored root from the leaves that its issuer publishes: fetched, hashed again, compared. What
 * cannot be fetched was not re-derived and says so; it is never counted as good.
 */
import { toHex } from '../core/bytes/hex.ts';
import { merkleRoot } from '../core/commitment/merkle.ts';
import { BATCH_CLASSES } from '../core/credential/credential-type.ts';
import type { Crypto } from '../core/crypto.ts';
import { HclError } from '../core/errors.ts';
import type { Hex, LedgerEvent } from '../core/trust/ledger-event.ts';
import { mapBounded } from './map-bounded.ts';
import { parsePublishedBatch, type PublishedBatch } from './published-batch.ts';
import type { BatchTally, Finding, HistoryEntry } from './report.ts';
import type { Source } from './source.ts';

export interface BatchAudit {
  readonly tally: BatchTally;
  readonly findings: readonly Finding[];
}

export interface BatchAuditDeps {
  readonly crypto: Crypto;
  readonly source: Source;
  /** Called after each batch, for a progress line. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Called with the leaves of each batch that agrees. */
  readonly onLeaves?: (issuer: Hex, leafHashes: Uint8Array) => void;
}

type Anchored = Extract<LedgerEvent, { readonly event: 'BatchAnchored' }>;
type Problem = { readonly code: Finding['code']; readonly detail: string };
type Outcome = { readonly leaves: number } | Problem;

const LEAF_BYTES = 32;
/** Issuers are asked for this many batches at once: enough to hide the way there, too few to hurt. */
const CONCURRENCY = 4;

/** Re-derives every `BatchAnchored` of `history`; findings are in ledger order. */
export async function rederiveBatches(
  history: readonly HistoryEntry[],
  deps: BatchAuditDeps,
): Promise<BatchAudit> {
  const anchors = history.flatMap(({ event, block }) =>
    event.event === 'BatchAnchored' ? [{ event, block }] : [],
  );
  let done = 0;
  const outcomes = await mapBounded(anchors, CONCURRENCY, async (anchor) => {
    const outcome = await rederive(anchor.event, deps);
    deps.onProgress?.(++done, anchors.length);
    return { ...anchor, outcome };
  });
  return {
    tally: tallyOf(outcomes.map(({ outcome }) => outcome)),
    findings: outcomes.flatMap(({ event, block, outcome }) =>
      'code' in outcome
        ? [{ code: outcome.code, issuer: event.issuer, block, root: event.root, detail: outcome.detail }]
        : [],
    ),
  };
}

async function rederive(anchor: Anchored, { crypto, source, onLeaves }: BatchAuditDeps): Promise<Outcome> {
  const answer = await source.batch(anchor.issuer, anchor.root);
  if (answer.kind === 'missing') return { code: 'BATCH_MISSING', detail: 'the issuer does not publish it' };
  if (answer.kind === 'unreachable') return { code: 'BATCH_UNREACHABLE', detail: answer.detail };
  let published: PublishedBatch;
  try {
    published = parsePublishedBatch(answer.value);
  } catch (error) {
    if (error instanceof HclError) return { code: 'BATCH_MISMATCHED', detail: error.message };
    throw error;
  }
  const difference = differenceOf(anchor, published, crypto);
  if (difference !== undefined) return { code: 'BATCH_MISMATCHED', detail: difference };
  onLeaves?.(anchor.issuer, published.leafHashes);
  return { leaves: published.leafHashes.length / LEAF_BYTES };
}

/** The first thing in which the published batch differs from the anchored one. */
function differenceOf(anchor: Anchored, published: PublishedBatch, crypto: Crypto): string | undefined {
  const leaves = published.leafHashes.length / LEAF_BYTES;
  const anchoredClass = BATCH_CLASSES[anchor.class];
  if (leaves !== 2 ** anchor.log2Size) {
    return `it has ${leaves} leaves and the ledger says ${2 ** anchor.log2Size}`;
  }
  const root: Hex = toHex(merkleRoot(crypto, published.leafHashes));
  if (root !== anchor.root) return `its leaves give the root ${root}`;
  if (published.root !== anchor.root || published.issuer !== anchor.issuer) {
    return 'it names another root or issuer than the ledger';
  }
  if (published.log2Size !== anchor.log2Size) {
    return `it says 2^${published.log2Size} leaves and the ledger 2^${anchor.log2Size}`;
  }
  if (published.class !== anchoredClass) {
    return `it says class ${published.class} and the ledger ${anchoredClass ?? anchor.class}`;
  }
  if (published.sequence !== anchor.sequence) {
    return `it says sequence ${published.sequence} and the ledger ${anchor.sequence}`;
  }
  return undefined;
}

function tallyOf(outcomes: readonly Outcome[]): BatchTally {
  const count = (code: Finding['code']): number =>
    outcomes.filter((outcome) => 'code' in outcome && outcome.code === code).length;
  const good = outcomes.flatMap((outcome) => ('leaves' in outcome ? [outcome.leaves] : []));
  return {
    batches: outcomes.length,
    leaves: good.reduce((sum, leaves) => sum + leaves, 0),
    rederived: good.length,
    missing: count('BATCH_MISSING'),
    mismatched: count('BATCH_MISMATCHED'),
    unreachable: count('BATCH_UNREACHABLE'),
  };
}
