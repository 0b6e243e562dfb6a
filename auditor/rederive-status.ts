/**
 * The newest status version of every issuer, from the lists it publishes: each list's digest from its bits,
 * and the root over them, against the ledger.
 */
import { acceptLists, type PublishedList } from '../core/status/accepted-lists.ts';
import { kidOfStatusToken, readStatusToken } from '../core/status/status-token.ts';
import type { Crypto } from '../core/crypto.ts';
import { HclError } from '../core/errors.ts';
import type { Hex, LedgerBlock } from '../core/trust/ledger-event.ts';
import type { StatusAnchor } from '../core/trust/ledger-state.ts';
import { TrustList } from '../core/trust/trust-list.ts';
import { AuditError } from './errors.ts';
import type { Finding, FindingCode, StatusTally } from './report.ts';
import type { Source } from './source.ts';

/** All lists of one issuer, decoded; the same as verifiers take. A few kilobytes of token inflate to a megabyte. */
const MAX_DECODED_BYTES = 64 * 1024 * 1024;

export interface StatusAudit {
  readonly tally: StatusTally;
  readonly findings: readonly Finding[];
}

export interface StatusAuditDeps {
  readonly crypto: Crypto;
  readonly source: Source;
}

interface Published {
  readonly anchor: StatusAnchor;
  readonly block: number;
}

type Outcome = 'rederived' | { readonly code: FindingCode; readonly detail: string };

export async function rederiveStatus(
  blocks: readonly LedgerBlock[],
  deps: StatusAuditDeps,
): Promise<StatusAudit> {
  const newest = newestVersions(blocks);
  const trust = trustOf(blocks);
  const outcomes = await Promise.all(
    newest.map(async (published) => ({
      ...published,
      outcome: await rederive(published.anchor, trust, deps),
    })),
  );
  const count = (code: FindingCode): number =>
    outcomes.filter(({ outcome }) => outcome !== 'rederived' && outcome.code === code).length;
  return {
    tally: {
      issuers: outcomes.length,
      rederived: outcomes.filter(({ outcome }) => outcome === 'rederived').length,
      missing: count('STATUS_MISSING'),
      mismatched: count('STATUS_MISMATCHED'),
      unreachable: count('STATUS_UNREACHABLE'),
    },
    findings: outcomes.flatMap(({ anchor, block, outcome }) =>
      outcome === 'rederived' ? [] : [{ ...outcome, issuer: anchor.issuer, block, root: anchor.listsRoot }],
    ),
  };
}

function newestVersions(blocks: readonly LedgerBlock[]): readonly Published[] {
  const newest = new Map<Hex, Published>();
  for (const { number, timeSeconds, events } of blocks) {
    for (const event of events) {
      if (event.event === 'StatusPublished') {
        newest.set(event.issuer, { anchor: { ...event, timeSeconds }, block: number });
      }
    }
  }
  return [...newest.values()];
}

function trustOf(blocks: readonly LedgerBlock[]): TrustList {
  const trust = new TrustList();
  for (const { timeSeconds, events } of blocks) for (const event of events) trust.apply(event, timeSeconds);
  return trust;
}

async function rederive(
  anchor: StatusAnchor,
  trust: TrustList,
  { crypto, source }: StatusAuditDeps,
): Promise<Outcome> {
  const answer = await source.status(anchor.issuer);
  if (answer.kind === 'missing')
    return { code: 'STATUS_MISSING', detail: 'the issuer does not publish its lists' };
  if (answer.kind === 'unreachable') return { code: 'STATUS_UNREACHABLE', detail: answer.detail };
  try {
    acceptLists(crypto, anchor, readLists(answer.value, anchor, trust));
    return 'rederived';
  } catch (error) {
    if (!(error instanceof HclError)) throw error;
    return { code: 'STATUS_MISMATCHED', detail: error.message };
  }
}

/** The lists out of `{"lists": [{"token": …}, …]}`; everything else is in the signed tokens. */
function readLists(manifest: unknown, anchor: StatusAnchor, trust: TrustList): readonly PublishedList[] {
  const lists = fieldOf(manifest, 'lists');
  if (!Array.isArray(lists)) throw malformed();
  let decodedBytes = 0;
  return lists.map((list: unknown) => {
    const token = fieldOf(list, 'token');
    if (typeof token !== 'string') throw malformed();
    const key = trust
      .keysByThumbprint(kidOfStatusToken(token))
      .find(({ issuer }) => issuer === anchor.issuer);
    if (key === undefined) {
      throw new AuditError('AUDIT_STATUS_MALFORMED', 'a status token is not signed by a key of its issuer');
    }
    const published = readStatusToken(token, key.publicKey);
    decodedBytes += published.list.bytes.length;
    if (decodedBytes > MAX_DECODED_BYTES) {
      throw new AuditError('AUDIT_STATUS_MALFORMED', 'the published lists are larger than any set may be');
    }
    return published;
  });
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? new Map(Object.entries(value)).get(name) : undefined;
}

function malformed(): AuditError {
  return new AuditError('AUDIT_STATUS_MALFORMED', 'the published status manifest is not of its form');
}
