/**
 * The privacy checks as a tool (domain.md A5) for one issuer that has given the auditor its token: the shape of every
 * batch and list, no leaf twice, and every leaf accounted for (`privacy-account.ts`).
 */
import { equalBytes } from '../core/bytes/equal.ts';
import { fromHex, type Hex } from '../core/bytes/hex.ts';
import { merkleRoot } from '../core/commitment/merkle.ts';
import type { Crypto } from '../core/crypto.ts';
import { HclError } from '../core/errors.ts';
import { kidOfStatusToken, readStatusToken } from '../core/status/status-token.ts';
import type { StatusList } from '../core/status/token-status-list.ts';
import type { LedgerBlock } from '../core/trust/ledger-event.ts';
import { TrustList } from '../core/trust/trust-list.ts';
import { AuditError } from './errors.ts';
import { checkAccount, type AccountKnowledge } from './privacy-account.ts';
import {
  checkBatchShape,
  checkListSize,
  LeafCensus,
  type Anchored,
  type PrivacyFinding,
} from './privacy-ledger.ts';
import { parsePublishedBatch } from './published-batch.ts';

/** The issuer, asked with its token. A rejection ends the audit: nothing is counted that was not read. */
export interface PrivacySource {
  batch(root: Hex): Promise<unknown>;
  account(root: Hex): Promise<unknown>;
  status(): Promise<unknown>;
}

export interface PrivacyAuditOptions {
  readonly blocks: readonly LedgerBlock[];
  readonly issuer: Hex;
  readonly did: string;
}

export interface PrivacyReport {
  readonly passed: boolean;
  readonly batches: number;
  readonly records: number;
  readonly erased: number;
  readonly colours: number;
  readonly padding: number;
  readonly findings: readonly PrivacyFinding[];
}

export async function runPrivacyAudit(
  { blocks, issuer, did }: PrivacyAuditOptions,
  { crypto, source }: { readonly crypto: Crypto; readonly source: PrivacySource },
): Promise<PrivacyReport> {
  const trust = new TrustList();
  for (const { timeSeconds, events } of blocks) for (const event of events) trust.apply(event, timeSeconds);
  const keyOf = (kid: string): Uint8Array | undefined =>
    trust.keysByThumbprint(kid).find((key) => key.issuer === issuer)?.publicKey;
  const lists = readLists(await source.status(), keyOf);
  const isRevoked: AccountKnowledge['isRevoked'] = ({ uri, idx }) => {
    const list = lists.get(uri);
    return list !== undefined && idx < list.size && list.get(idx) === 'revoked';
  };
  const checks = { crypto, source, census: new LeafCensus(), knowledge: { crypto, did, keyOf, isRevoked } };
  const findings: PrivacyFinding[] = [...lists].flatMap(([uri, list]) => checkListSize(uri, list));
  const sum = { batches: 0, records: 0, erased: 0, colours: 0, padding: 0 };
  for (const anchored of anchoredBy(issuer, blocks)) {
    const { tally, findings: found } = await checkBatch(anchored, checks);
    sum.batches++;
    sum.records += tally.records;
    sum.erased += tally.erased;
    sum.colours += tally.colours;
    sum.padding += tally.padding;
    findings.push(...found);
  }
  return { passed: findings.length === 0, ...sum, findings };
}

interface Checks {
  readonly crypto: Crypto;
  readonly source: PrivacySource;
  readonly census: LeafCensus;
  readonly knowledge: AccountKnowledge;
}

interface BatchResult {
  readonly tally: Pick<PrivacyReport, 'records' | 'erased' | 'colours' | 'padding'>;
  readonly findings: readonly PrivacyFinding[];
}

async function checkBatch(
  anchored: Anchored,
  { crypto, source, census, knowledge }: Checks,
): Promise<BatchResult> {
  const { root } = anchored;
  const shape = checkBatchShape(anchored);
  const leafHashes = leavesOf(await source.batch(root), root, crypto);
  if (leafHashes === undefined) {
    const unread: PrivacyFinding = {
      code: 'PRIVACY_BATCH_UNREAD',
      where: root,
      detail: 'its leaves give another root',
    };
    return { tally: { records: 0, erased: 0, colours: 0, padding: 0 }, findings: [...shape, unread] };
  }
  const tally = checkAccount(await source.account(root), leafHashes, knowledge);
  const unaccounted = tally.unaccounted.map(({ place, why }): PrivacyFinding => {
    return { code: 'PRIVACY_LEAF_UNACCOUNTED', where: root, detail: `the leaf at ${place}: ${why}` };
  });
  return { tally, findings: [...shape, ...census.check(root, leafHashes), ...unaccounted] };
}

/** The leaf hashes that give the anchored root. */
function leavesOf(published: unknown, root: Hex, crypto: Crypto): Uint8Array | undefined {
  try {
    const { leafHashes } = parsePublishedBatch(published);
    return equalBytes(merkleRoot(crypto, leafHashes), fromHex(root)) ? leafHashes : undefined;
  } catch (error) {
    if (error instanceof HclError) return undefined;
    throw error;
  }
}

function anchoredBy(issuer: Hex, blocks: readonly LedgerBlock[]): readonly Anchored[] {
  const events = blocks.flatMap((block) => block.events);
  return events.flatMap((event) =>
    event.event === 'BatchAnchored' && event.issuer === issuer ? [event] : [],
  );
}

/** The issuer's lists by URI, from signed tokens; throws `AUDIT_STATUS_MALFORMED`. */
function readLists(manifest: unknown, keyOf: AccountKnowledge['keyOf']): ReadonlyMap<string, StatusList> {
  const lists = fieldOf(manifest, 'lists');
  if (!Array.isArray(lists)) throw malformed();
  return new Map(
    lists.map((list: unknown) => {
      const token = fieldOf(list, 'token');
      const key = typeof token === 'string' ? keyOf(kidOfStatusToken(token)) : undefined;
      if (typeof token !== 'string' || key === undefined) throw malformed();
      const read = readStatusToken(token, key);
      return [read.uri, read.list];
    }),
  );
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? new Map(Object.entries(value)).get(name) : undefined;
}

function malformed(): AuditError {
  return new AuditError('AUDIT_STATUS_MALFORMED', 'the published status lists are not of their form');
}
