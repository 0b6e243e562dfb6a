/**
 * `hcl key account`: another ledger account for the issuer. The new key is made and kept first, then consents, is
 * registered, and takes over with the issuer's next start; the former account stays good until its window is ended with
 * `--end`. Cut short anywhere, the same command goes on.
 */
import { consentToServe } from '../../ledger/consent.ts';
import { addressOfKey } from '../../ledger/identifiers.ts';
import { prepareNextAccount, takeNextAccount } from '../../issuer/keys/ledger-account-file.ts';
import type { Hex } from '../../core/bytes/hex.ts';
import type { ExitCode } from '../command.ts';
import { usageError } from '../errors.ts';
import type { Io } from '../io.ts';
import { showTime } from '../page.ts';
import type { KeyJob } from './key-job.ts';

export interface AccountOptions {
  readonly days: number;
  /** Ends this account's window instead. */
  readonly end?: string | undefined;
  readonly json: boolean;
}

const DAY_SECONDS = 86_400;
const CONSENT_SECONDS = DAY_SECONDS;
const ADDRESS = /^0x[0-9a-f]{40}$/;

export async function changeAccount(job: KeyJob, options: AccountOptions, io: Io): Promise<ExitCode> {
  return options.end === undefined
    ? await replaceAccount(job, options, io)
    : await endAccount(job, options.end.toLowerCase(), options, io);
}

async function replaceAccount(job: KeyJob, { days, json }: AccountOptions, io: Io): Promise<ExitCode> {
  const { account: file } = await job.files();
  const admin = await job.admin();
  const key = await prepareNextAccount(file);
  const deadline = io.nowSeconds() + CONSENT_SECONDS;
  const consent = consentToServe(key, { deployment: job.deployment, issuer: job.id, deadline });
  const grant = await admin.registerAccount(consent, io.nowSeconds() + days * DAY_SECONDS);
  // Only now: an account that is not registered would stop the issuer at its next start.
  await takeNextAccount(file);
  const account = addressOfKey(key);
  await io.out.write(
    json
      ? `${JSON.stringify({ account, ...grant })}\n`
      : `  ${account} is registered, good from ${showTime(grant.from)} to ${showTime(grant.until)}.\n` +
          '  Let the ledger node take its transactions (accounts-allowlist), and restart the issuer;\n' +
          '  then end the former one with "hcl key account --end ADDRESS".\n',
  );
  return 0;
}

async function endAccount(job: KeyJob, address: string, { json }: AccountOptions, io: Io): Promise<ExitCode> {
  if (!ADDRESS.test(address)) throw usageError('--end is not an address');
  const admin = await job.admin();
  // Later than the newest block, so that what the account wrote in it stays good.
  const until = Math.max(await admin.reader.headTimeSeconds(), io.nowSeconds()) + 1;
  // The pattern has just been checked.
  const grant = await admin.endAccount(address as Hex, until);
  await io.out.write(
    json
      ? `${JSON.stringify({ account: address, ...grant })}\n`
      : `  ${address} ends at ${showTime(grant.until)}. What it anchored stays good.\n`,
  );
  return 0;
}
