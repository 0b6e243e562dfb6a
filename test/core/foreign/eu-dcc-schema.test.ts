/** The examples and test cases of the EU's JSON schema 1.3.3: read, or refused, as they should be. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'mocha';
import { expect } from 'chai';
import { parseStrictJson } from '../../../core/bytes/strict-json.ts';
import { HclError } from '../../../core/errors.ts';
import { dccRecords } from '../../../core/foreign/hcert/dcc-record.ts';
import { parseDcc } from '../../../core/foreign/hcert/dcc-schema.ts';
import { describeCorpus } from '../../support/corpora.ts';
import { Agreement } from './support/agreement.ts';

const CORPUS = 'eu-dcc-schema';

describeCorpus(CORPUS, (folder) => {
  it('examples and valid cases are read, invalid ones refused', () => {
    const agreement = new Agreement(CORPUS);
    for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted()) {
      if (!/^(?:examples|test)\/.*\.json$/.test(file)) continue;
      const found = isRead(new Uint8Array(readFileSync(join(folder, file))));
      agreement.count(file, 'schema', found === !file.startsWith('test/invalid/'), `found ${found}`);
    }
    agreement.conclude('examples and cases', 23, ['schema']);
  });

  it('the codes of the value sets are codes of our records', () => {
    const agreement = new Agreement(CORPUS);
    for (const [set, system] of [
      ['vaccine-medicinal-product', 'eu'],
      ['vaccine-mah-manf', 'eu'],
      ['vaccine-prophylaxis', 'sct'],
      ['disease-agent-targeted', 'sct'],
    ] as const) {
      const text = readFileSync(join(folder, 'valuesets', `${set}.json`), 'utf8');
      const { valueSetValues } = JSON.parse(text) as { valueSetValues: Readonly<Record<string, unknown>> };
      for (const code of Object.keys(valueSetValues)) {
        const [record] = dccRecords(parseDcc(certificateWith(set, code)));
        const facts = JSON.stringify(record);
        const isThere = facts.includes(`"${system}|${code}"`) || facts.includes(`"atc|${code}"`);
        agreement.count(`valuesets/${set}.json ${code}`, 'value set', isThere, facts);
      }
    }
    agreement.conclude('codes of value sets', 60, ['value set']);
    expect(certificateWith('vaccine-mah-manf', 'X')).to.have.nested.property('v[0].ma', 'X');
  });
});

function isRead(bytes: Uint8Array): boolean {
  try {
    return dccRecords(parseDcc(parseStrictJson(bytes))).length > 0;
  } catch (error) {
    if (error instanceof HclError) return false;
    throw error;
  }
}

function certificateWith(set: string, code: string): Parameters<typeof parseDcc>[0] {
  const pick = (name: string, otherwise: string): string => (set === name ? code : otherwise);
  const entry = {
    tg: pick('disease-agent-targeted', '840539006'),
    vp: pick('vaccine-prophylaxis', '1119349007'),
    mp: pick('vaccine-medicinal-product', 'EU/1/20/1528'),
    ma: pick('vaccine-mah-manf', 'ORG-100030215'),
    dn: 1,
    sd: 2,
    dt: '2021-02-18',
    co: 'PT',
    is: 'Ministry',
    ci: 'URN:UVCI:01:PT:1',
  };
  return { ver: '1.3.3', nam: { fnt: 'CHAN' }, dob: '1980', v: [entry] };
}
