/**
 * A process that issues, erases every third record and turns epochs until it is killed: `node endless-erasing.ts
 * FOLDER LIFE` prints `kept ID` or `erased ID` for what was answered.
 */
import { writeSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { Issuer } from '../../../issuer/issuer.ts';
import { readSecrets } from '../../../issuer/secrets.ts';
import { IssuerHouse, issueAll, vaccination } from '../../issuer/support/issuer-house.ts';

const [folder = '', life = '0'] = process.argv.slice(2);
// What is killed does not come to write its compile cache.
flushCompileCache();
const house = IssuerHouse.at(folder);
const issuer = await Issuer.open(house.config(), await readSecrets(`${folder}/secrets.json`), house.ports());
let next = Number(life) * 100_000;

async function eraseForEver(): Promise<never> {
  for (;;) {
    const rows = await issueAll(issuer, [vaccination(next++), vaccination(next++), vaccination(next++)]);
    for (const [i, { recordId }] of rows.entries()) {
      if (i > 0) writeSync(1, `kept ${recordId}\n`);
      else await issuer.privacy.erase(recordId, 'subject-request');
      if (i === 0) writeSync(1, `erased ${recordId}\n`);
    }
  }
}

async function turnForEver(): Promise<never> {
  for (;;) await issuer.privacy.pass({ force: true });
}

await Promise.all([eraseForEver(), turnForEver()]);
