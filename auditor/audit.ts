/**
 * An audit: the ledger's history, read from its genesis block, and every root in it derived again from what
 * the issuers publish. Nothing is believed but the deployment file. Whatever cannot be derived again is a
 * finding, and one finding fails the audit; so does a history whose events do not fit each other.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Crypto } from '../core/crypto.ts';
import type { Hex, LedgerBlock } from '../core/trust/ledger-event.ts';
import type { Deployment } from '../ledger/deployment.ts';
import { issuerIdOf } from '../ledger/identifiers.ts';
import { auditConversions, type ConversionsAudit } from './audit-conversions.ts';
import { ColourAudit } from './audit-colours.ts';
import { checkAccounts } from './check-accounts.ts';
import { auditCheckpoint, isAtOdds } from './checkpoint-rules.ts';
import { checkSequences } from './check-sequences.ts';
import { readAccounts } from './conversion-accounts.ts';
import { explainStatus } from './explain-status.ts';
import { countHistory, filterHistory, historyOf, type HistoryFilter } from './history.ts';
import { policiesOnLedger } from './policies-on-ledger.ts';
import { readLedger, type LedgerReading } from './read-ledger.ts';
import { rederiveActs, type ActsAudit } from './rederive-acts.ts';
import { rederiveBatches } from './rederive-batches.ts';
import { rederiveStatus, type StatusAudit, type StatusAuditDeps } from './rederive-status.ts';
import type { ActsTally, AuditReport, Finding, HistoryEntry } from './report.ts';
import { httpSource, PAUSE_MS, type FetchDocument } from './source.ts';
import { stateOf, stateRootOf } from './state-root-of.ts';

export interface AuditOptions {
  readonly rpcUrls: readonly string[];
  readonly deployment: Deployment;
  /** Where each issuer publishes, pinned by its DID. */
  readonly issuers: readonly { readonly did: string; readonly url: string }[];
  /** Address of a checkpoint whose rules are compared, without a trailing slash. */
  readonly checkpointUrl?: string;
  /** What of the history is listed and counted; everything is audited whatever it says. */
  readonly filter?: HistoryFilter;
}

export interface AuditDeps {
  readonly crypto: Crypto;
  /** Bounded in size and time, follows no redirect. */
  readonly fetch: FetchDocument;
  readonly onProgress?: (done: number, total: number) => void;
  readonly readLedger?: (options: AuditOptions) => Promise<LedgerReading>;
  /** Waits: until issuers have published what they have just anchored, or until a busy one will answer. */
  readonly pause?: (milliseconds: number) => Promise<unknown>;
}

interface Rereading extends StatusAuditDeps, Pick<Required<AuditDeps>, 'pause'> {
  readonly read: () => Promise<LedgerReading>;
}

interface ActsConclusion extends Pick<ActsAudit, 'approved'> {
  readonly tally: ActsTally;
  readonly findings: readonly Finding[];
}

/** Throws `LedgerError` when the ledger itself cannot be read; everything else is a finding. */
export async function runAudit(options: AuditOptions, deps: AuditDeps): Promise<AuditReport> {
  const read = (): Promise<LedgerReading> => (deps.readLedger ?? readLedger)(options);
  const { blocks, head } = await read();
  const history = historyOf(blocks);
  const pause = deps.pause ?? ((milliseconds: number) => delay(milliseconds));
  const source = httpSource(urlsByIssuer(options), { fetch: deps.fetch, pause });
  const colourAudit = new ColourAudit(deps.crypto);
  for (const { did } of options.issuers) await colourAudit.read({ issuer: issuerIdOf(did), did }, source);
  const batches = await rederiveBatches(history, {
    ...deps,
    source,
    onLeaves: (issuer, leafHashes) => colourAudit.see(issuer, leafHashes),
  });
  const rereading = { crypto: deps.crypto, source, pause, read };
  const status = await auditStatus(blocks, rereading);
  const acts = await auditActs(blocks, rereading);
  const colours = colourAudit.conclude({ blocks, head, approved: acts.approved });
  const issuers = options.issuers.map(({ did }) => issuerIdOf(did));
  const conversions = await auditBothSides({ blocks, head, issuers }, rereading);
  const findings = [
    ...checkSequences(history),
    ...checkAccounts(blocks),
    ...batches.findings,
    ...status.findings,
    ...acts.findings,
    ...colours.findings,
    ...conversions.findings,
  ].sort((a, b) => a.block - b.block);
  const listed = filterHistory(history, options.filter ?? {});
  const state = stateOf(blocks);
  const { checkpointUrl } = options;
  const checkpoint =
    checkpointUrl === undefined
      ? undefined
      : await auditCheckpoint(checkpointUrl, { fetch: deps.fetch, state }, head.timeSeconds);
  return {
    passed: findings.length === 0 && state !== undefined && !isAtOdds(checkpoint),
    chainId: options.deployment.chainId,
    genesisHash: options.deployment.genesisHash,
    head,
    stateRoot: state === undefined ? null : stateRootOf(deps.crypto, state),
    issuers: didsOf(history),
    history: listed,
    counts: countHistory(listed),
    batches: batches.tally,
    status: status.tally,
    acts: acts.tally,
    colours: colours.tally,
    colourCounts: colours.counts,
    conversions: conversions.tally,
    conversionCounts: conversions.counts,
    policies: state === undefined ? [] : policiesOnLedger(state, head.timeSeconds),
    ...(checkpoint === undefined ? {} : { checkpoint }),
    findings,
  };
}

/**
 * An issuer may publish a version while we read, and then its lists are not those of the version we know.
 * So a difference is looked at once more, with the ledger read again.
 */
async function auditStatus(
  blocks: readonly LedgerBlock[],
  { pause, read, ...deps }: Rereading,
): Promise<StatusAudit> {
  const first = await rederiveStatus(blocks, deps);
  if (first.tally.mismatched === 0) return first;
  await pause(PAUSE_MS);
  return rederiveStatus((await read()).blocks, deps);
}

/** As {@link auditStatus}: what is on the ledger may be shown a moment later. */
async function auditActs(
  blocks: readonly LedgerBlock[],
  { pause, read, ...deps }: Rereading,
): Promise<ActsConclusion> {
  const first = await actsAndVersions(blocks, deps);
  if (first.findings.length === 0) return first;
  await pause(PAUSE_MS);
  return actsAndVersions((await read()).blocks, deps);
}

/** As {@link auditStatus}: the ledger is then read after the accounts, so it has all that they tell of. */
async function auditBothSides(
  { blocks, head, issuers }: LedgerReading & { readonly issuers: readonly Hex[] },
  { crypto, source, pause, read }: Rereading,
): Promise<ConversionsAudit> {
  const accounts = await readAccounts({ blocks, issuers }, source);
  const first = auditConversions(crypto, accounts, { blocks, head });
  if (first.findings.length === 0) return first;
  await pause(PAUSE_MS);
  const again = await readAccounts({ blocks, issuers }, source);
  return auditConversions(crypto, again, await read());
}

async function actsAndVersions(
  blocks: readonly LedgerBlock[],
  deps: StatusAuditDeps,
): Promise<ActsConclusion> {
  const acts = await rederiveActs(blocks, deps);
  const { findings, ...explained } = await explainStatus(blocks, { ...deps, approved: acts.approved });
  const { approved, batches, rederived } = acts;
  return { tally: { batches, rederived, ...explained }, findings: [...acts.findings, ...findings], approved };
}

function urlsByIssuer({ issuers }: AuditOptions): ReadonlyMap<Hex, string> {
  return new Map(issuers.map(({ did, url }) => [issuerIdOf(did), url]));
}

function didsOf(history: readonly HistoryEntry[]): ReadonlyMap<Hex, string> {
  return new Map(
    history.flatMap(({ event }) =>
      event.event === 'IssuerAccredited' ? [[event.issuer, event.did] as const] : [],
    ),
  );
}
