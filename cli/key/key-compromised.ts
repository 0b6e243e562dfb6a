/**
 * `hcl key compromised`: from a time on, what a signing key signed, or a ledger account wrote, does not count. It holds
 * with the block that records it; nobody votes and nothing waits. The time is the ledger's, never a credential's own claim.
 */
import { fromBase64url } from '../../core/bytes/base64url.ts';
import type { Hex } from '../../core/bytes/hex.ts';
import type { ExitCode } from '../command.ts';
import { usageError } from '../errors.ts';
import type { Io } from '../io.ts';
import { showTime, styled } from '../page.ts';
import type { KeyJob } from './key-job.ts';

export interface CompromisedOptions {
  /** Unix seconds. */
  readonly from: number;
  readonly kid?: string | undefined;
  readonly account?: string | undefined;
  readonly json: boolean;
}

const KID = /^[A-Za-z0-9_-]{43}$/;
const ADDRESS = /^0x[0-9a-f]{40}$/;

export async function markCompromised(job: KeyJob, options: CompromisedOptions, io: Io): Promise<ExitCode> {
  const { from, kid, account, json } = options;
  if ((kid === undefined) === (account === undefined)) {
    throw usageError('name what was stolen: --kid KID, or --account ADDRESS ("hcl key list" shows both)');
  }
  if (kid !== undefined && !KID.test(kid))
    throw usageError('--kid is not a key: 43 letters, digits, "-" or "_"');
  const address = account?.toLowerCase();
  if (address !== undefined && !ADDRESS.test(address)) throw usageError('--account is not an address');
  const admin = await job.admin();
  const grant =
    kid === undefined
      ? // One of the two is there.
        await admin.markAccountCompromised(address as Hex, from)
      : await admin.markKeyCompromised(fromBase64url(kid), from);
  const marked = grant.compromisedFrom ?? from;
  const name = kid ?? address;
  await io.out.write(
    json
      ? `${JSON.stringify({ ...(kid === undefined ? { account: address } : { kid }), compromisedFrom: marked })}\n`
      : `${styled(io.out, 'green', '✓')} ${name} does not count from ${showTime(marked)} on. ` +
          `Verifiers learn of it with their next sync. Next: ${nextStep(kid)}\n`,
  );
  return 0;
}

function nextStep(kid: string | undefined): string {
  return kid === undefined ? '"hcl key account"' : '"hcl key rotate --re-sign"';
}
