/** `hcl key list`: the keys in the store, as the ledger and the issuer know them. */
import { fromBase64url } from '../../core/bytes/base64url.ts';
import { readAccountKeys } from '../../issuer/keys/ledger-account-file.ts';
import { addressOfKey } from '../../ledger/identifiers.ts';
import type { LedgerGrant } from '../../ledger/trust-reader.ts';
import type { ExitCode } from '../command.ts';
import type { Io } from '../io.ts';
import { issuerClient } from '../issuer-client.ts';
import { showTime, tableLines } from '../page.ts';
import type { KeyJob } from './key-job.ts';
import { readKeyUses } from './key-service.ts';

interface Listed {
  readonly kind: 'key' | 'account';
  readonly name: string;
  /** It signs, or anchors, from now or the next start on. */
  readonly current: boolean;
  /** Absent: the issuer does not say, or never used it. */
  readonly waiting: number | undefined;
  readonly grant: LedgerGrant | undefined;
}

export async function listKeys(job: KeyJob, json: boolean, io: Io): Promise<ExitCode> {
  const listed = [...(await signingKeys(job, io)), ...(await accounts(job))];
  if (json) {
    for (const { grant, ...one } of listed) await io.out.write(`${JSON.stringify({ ...one, ...grant })}\n`);
    return 0;
  }
  const rows = listed.map(({ kind, name, current, waiting, grant }) => [
    current ? '▸' : '',
    kind,
    name,
    waiting === undefined ? '' : String(waiting),
    grant === undefined ? 'not registered' : windowOf(grant),
  ]);
  await io.out.write(tableLines(io.out, ['', '', 'name', 'waiting', 'good on the ledger'], rows, [3]));
  return 0;
}

async function signingKeys(job: KeyJob, io: Io): Promise<readonly Listed[]> {
  const store = await job.store();
  // The list is as useful without the issuer: then nobody knows what waits.
  const uses = await issuerClient(job.issuer, io)
    .then(readKeyUses)
    .catch(() => []);
  return await Promise.all(
    store.keys.map(async ({ kid }) => ({
      kind: 'key' as const,
      name: kid,
      current: kid === store.current.kid,
      waiting: uses.find((use) => use.kid === kid)?.waiting,
      grant: await job.reader.keyGrant(job.id, fromBase64url(kid)),
    })),
  );
}

async function accounts(job: KeyJob): Promise<readonly Listed[]> {
  const { current, next } = await readAccountKeys((await job.files()).account);
  const keys = next === undefined ? [current] : [current, next];
  return await Promise.all(
    keys.map(async (key) => {
      const name = addressOfKey(key);
      const grant = await job.reader.accountGrant(job.id, name);
      return { kind: 'account' as const, name, current: key === current, waiting: undefined, grant };
    }),
  );
}

function windowOf({ from, until, compromisedFrom }: LedgerGrant): string {
  const mark = compromisedFrom === undefined ? '' : `, not from ${showTime(compromisedFrom)} on: compromised`;
  return `${showTime(from)} to ${showTime(until)}${mark}`;
}
