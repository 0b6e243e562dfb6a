/** A process that issues until it is killed: `node endless-issuing.ts FOLDER` prints each record id it answers. */
import { writeSync } from 'node:fs';
import { Issuer } from '../../../issuer/issuer.ts';
import { readSecrets } from '../../../issuer/secrets.ts';
import type { IntakeRow } from '../../../issuer/intake/row.ts';
import { IssuerHouse, vaccination } from './issuer-house.ts';

const folder = process.argv[2] ?? '';
const house = IssuerHouse.at(folder);
const issuer = await Issuer.open(house.config(), await readSecrets(`${folder}/secrets.json`), house.ports());

async function* oneByOne(): AsyncGenerator<IntakeRow> {
  for (let n = 0; n < 20; n++) yield { row: n + 1, record: vaccination(next++) };
}

let next = 0;
for (;;) {
  for await (const result of issuer.issueRows(oneByOne())) {
    if ('recordId' in result) writeSync(1, `${result.recordId}\n`);
  }
}
