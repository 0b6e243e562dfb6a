/**
 * Conversions between every pair of issuers: what each of the two services accounts for, what the ledger holds, and
 * whether all three say the same. Counts, ages and blinded values, of nobody by name.
 */
import type { Hex } from '../core/bytes/hex.ts';
import type { Side } from '../core/conversion/padding.ts';
import type { Crypto } from '../core/crypto.ts';
import type { LedgerReading } from './read-ledger.ts';
import { writtenPairs, type WrittenPair } from './conversions-on-ledger.ts';
import { isUnshown, type Accounts } from './conversion-accounts.ts';
import { matchConversions, type Sides } from './match-conversions.ts';
import type { PairAccount } from './published-conversions.ts';
import { NONE, rederiveSide, type Problem } from './rederive-conversions.ts';
import type { ConversionCount, ConversionsTally, Finding } from './report.ts';

export interface ConversionsAudit {
  readonly tally: ConversionsTally;
  readonly counts: readonly ConversionCount[];
  readonly findings: readonly Finding[];
}

export interface ConversionsReading extends Pick<LedgerReading, 'blocks'> {
  readonly head: Pick<LedgerReading['head'], 'number' | 'timeSeconds'>;
}

/** A service notes what it has written, and reads what it was answered, within a moment. */
const ACCOUNTED_WITHIN_SECONDS = 60;

export function auditConversions(
  crypto: Crypto,
  accounts: Accounts,
  reading: ConversionsReading,
): ConversionsAudit {
  const pairs = allPairs(accounts, writtenPairs(reading.blocks));
  const audited = pairs.map((pair) => auditPair(crypto, pair, accounts, reading));
  const counts = audited.map(({ count }) => count);
  const sum = (part: 'spent' | 'acknowledged' | 'open'): number =>
    counts.reduce((total, count) => total + (count[part] ?? 0), 0);
  return {
    counts,
    tally: {
      pairs: pairs.length,
      spent: sum('spent'),
      acknowledged: sum('acknowledged'),
      open: sum('open'),
    },
    findings: [...unshown(accounts, pairs, reading), ...audited.flatMap(({ findings }) => findings)],
  };
}

/** Who shows nothing although the ledger has conversions of theirs, and who shows what cannot be read. */
function unshown(
  accounts: Accounts,
  pairs: readonly WrittenPair[],
  { head }: ConversionsReading,
): readonly Finding[] {
  const writers = new Set(
    pairs.flatMap(({ source, target, acknowledged }) =>
      acknowledged.length === 0 ? [source] : [source, target],
    ),
  );
  return [...accounts].flatMap(([issuer, shown]) => {
    if (!isUnshown(shown)) return [];
    const isOwed = shown.code !== 'CONVERSIONS_UNREACHABLE' || writers.has(issuer);
    return isOwed ? [{ ...shown, issuer, root: NONE, block: head.number }] : [];
  });
}

/** Those of the ledger, and those that a service alone says there are. */
function allPairs(accounts: Accounts, written: readonly WrittenPair[]): readonly WrittenPair[] {
  const pairs = new Map(written.map((pair) => [`${pair.source} ${pair.target}`, pair]));
  for (const [issuer, shown] of accounts) {
    for (const { side, peer } of isUnshown(shown) ? [] : shown) {
      const [source, target] = side === 'spent' ? [issuer, peer] : [peer, issuer];
      const key = `${source} ${target}`;
      if (!pairs.has(key)) pairs.set(key, { source, target, spent: [], acknowledged: [] });
    }
  }
  return [...pairs.values()];
}

function auditPair(
  crypto: Crypto,
  pair: WrittenPair,
  accounts: Accounts,
  { head }: ConversionsReading,
): { readonly count: ConversionCount; readonly findings: readonly Finding[] } {
  const { source, target } = pair;
  const dueBefore = head.timeSeconds - ACCOUNTED_WITHIN_SECONDS;
  const asFindings = (issuer: Hex, problems: readonly Problem[]): readonly Finding[] =>
    problems.map((problem) => ({ block: head.number, ...problem, issuer }));
  const sideOf = <Name extends Side>(side: Name, issuer: Hex, peer: Hex) => {
    const shown = accounts.get(issuer);
    if (shown === undefined || isUnshown(shown)) return undefined;
    const account = shown.find(
      (one): one is Extract<PairAccount, { side: Name }> => one.side === side && one.peer === peer,
    );
    return { account, side: rederiveSide(crypto, pair[side], { account, dueBefore }) };
  };
  const spent = sideOf('spent', source, target);
  const acknowledged = sideOf('acknowledged', target, source);
  const ofSides = [
    ...asFindings(source, spent?.side.problems ?? []),
    ...asFindings(target, acknowledged?.side.problems ?? []),
  ];
  const common = { source, target, ...(spent === undefined ? {} : { spent: spent.side.real.size }) };
  if (spent === undefined || acknowledged === undefined) return { count: common, findings: ofSides };
  const sides: Sides = { spent, acknowledged, dueBefore };
  const { ofSource, ofTarget, open } = matchConversions(sides);
  const ages = open.map(({ timeSeconds }) => head.timeSeconds - timeSeconds);
  return {
    count: {
      ...common,
      acknowledged: spent.side.real.size - open.length,
      open: open.length,
      ...(ages.length === 0 ? {} : { oldestOpenSeconds: ages.reduce((a, b) => Math.max(a, b)) }),
    },
    findings: [...ofSides, ...asFindings(source, ofSource), ...asFindings(target, ofTarget)],
  };
}
