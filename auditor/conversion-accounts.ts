/** What services show of their conversions, asked of each of them once; of one that shows nothing, why. */
import type { Hex } from '../core/bytes/hex.ts';
import { HclError } from '../core/errors.ts';
import { writtenPairs } from './conversions-on-ledger.ts';
import { parseConversions, type PairAccount } from './published-conversions.ts';
import type { LedgerReading } from './read-ledger.ts';
import type { FindingCode } from './report.ts';
import type { Source } from './source.ts';

export type Accounts = ReadonlyMap<Hex, readonly PairAccount[] | Unshown>;

interface Unshown {
  readonly code: FindingCode;
  readonly detail: string;
}

/** Asks the `issuers`, and whoever else has written on the ledger. */
export async function readAccounts(
  { issuers, blocks }: Pick<LedgerReading, 'blocks'> & { readonly issuers: readonly Hex[] },
  source: Pick<Source, 'conversions'>,
): Promise<Accounts> {
  const writers = writtenPairs(blocks).flatMap((pair) => [pair.source, pair.target]);
  const accounts = new Map<Hex, readonly PairAccount[] | Unshown>();
  for (const issuer of new Set([...issuers, ...writers])) accounts.set(issuer, await ask(issuer, source));
  return accounts;
}

async function ask(
  issuer: Hex,
  source: Pick<Source, 'conversions'>,
): Promise<readonly PairAccount[] | Unshown> {
  const answer = await source.conversions(issuer);
  switch (answer.kind) {
    case 'missing':
      return { code: 'CONVERSIONS_UNREACHABLE', detail: 'the service shows no conversions' };
    case 'unreachable':
      return { code: 'CONVERSIONS_UNREACHABLE', detail: answer.detail };
    case 'found':
      try {
        return parseConversions(answer.value);
      } catch (error) {
        if (!(error instanceof HclError)) throw error;
        return { code: 'CONVERSIONS_MISMATCHED', detail: error.message };
      }
  }
}

export function isUnshown(shown: readonly PairAccount[] | Unshown): shown is Unshown {
  return !Array.isArray(shown);
}
