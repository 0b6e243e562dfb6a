/**
 * An issuer without HTTP in a process of its own, whose system calls fail: `node faulted-issuer.ts OPTIONS`. Issues
 * a few records, one after the other, prints each answer as a line of JSON, and brings them to the ledger in between.
 * A write that fails makes it wait until its store is open again and send the same record again. Ends with 0 when all
 * is answered and anchored, with 6 when its store did not open.
 */
import { writeSync } from 'node:fs';
import { HclError } from '../../../core/errors.ts';
import { Issuer } from '../../../issuer/issuer.ts';
import { readSecrets } from '../../../issuer/secrets.ts';
import { createRandomBytes } from '../../../service/clock.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { issueAll, passportVaccination } from './issuer-house.ts';
import type { IssuerProcessOptions } from './killed-issuer.ts';
import { portsAt } from './ledger-server.ts';

const RECORDS = 6;
const RECORDS_A_SETTLE = 2;

// Only the tests start this program.
const { config, secretsFile, ledger } = JSON.parse(process.argv[2] ?? '') as IssuerProcessOptions;
if (!('url' in ledger)) throw new Error('this program has a ledger in memory');
const ports = portsAt(ledger.url, ledger.account);
const issuer = await open();
for (let n = 0; n < RECORDS; n++) {
  const [row] = await insist(() => issueAll(issuer, [passportVaccination(n)]));
  writeSync(1, `${JSON.stringify(row)}\n`);
  if (n % RECORDS_A_SETTLE === 1) await insist(() => issuer.settle());
}
await issuer.close();

async function open(): Promise<Issuer> {
  try {
    const common = { crypto: nodeCrypto, now: Date.now, randomBytes: createRandomBytes() };
    return await Issuer.open(config, await readSecrets(secretsFile), { ...common, ...ports });
  } catch (error) {
    if (error instanceof HclError && error.code === 'INVARIANT') throw error;
    process.exit(6);
  }
}

async function insist<Result>(action: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof HclError && error.code === 'STORE_FAILED')) throw error;
      await issuer.untilReopened();
    }
  }
}
