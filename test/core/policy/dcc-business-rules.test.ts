/** Real entry rules of the EU's countries, each with the outcome that its country expects. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { it } from 'mocha';
import { isJsonObject, type JsonObject } from '../../../core/bytes/strict-json.ts';
import { parseNationalRule, type NationalRule } from '../../../core/policy/national-rule.ts';
import { askNationalRule, askNationalRules } from '../../../core/policy/national-rules.ts';
import { parsePolicyJson } from '../../../core/policy/policy-set.ts';
import { describeCorpus } from '../../support/corpora.ts';

/** Not JSON: a value is missing after line 30. Refused, by name. */
const REFUSED = ['MT/RR-MT-0001/TR-MT-0001.json'];

interface Tally {
  rules: number;
  refused: string[];
  tests: number;
  agreed: number;
  disagreed: string[];
}

describeCorpus('dcc-business-rules', (folder) => {
  const countries = readdirSync(folder).filter((name) => name !== 'valuesets');
  const tallies = new Map(countries.map((country) => [country, tallyOf(folder, country)]));

  it('agrees with every country on every test', () => {
    process.stdout.write(tableOf(tallies));
    const all = [...tallies.values()];
    expect(all.flatMap(({ disagreed }) => disagreed)).to.deep.equal([]);
    expect(all.reduce((sum, { tests }) => sum + tests, 0)).to.be.at.least(700);
  });

  it('loads every rule file unchanged, but for one that is not JSON', () => {
    expect([...tallies.values()].flatMap(({ refused }) => refused)).to.deep.equal(REFUSED);
  });

  it("takes a country's rules together over one certificate, with the corpus' value sets", () => {
    const valueSets = objectIn(join(folder, 'valuesets', 'valueSets.json'));
    const rules = rulesOf(folder, 'CH').rules;
    const payload = {
      ver: '1.3.0',
      dob: '1990-01-01',
      // Switzerland counted this vaccine from the 22nd day on.
      v: [{ tg: '840539006', mp: 'EU/1/20/1525', dn: 1, sd: 1, dt: '2022-01-01' }],
    };
    const at = (date: string): unknown =>
      askNationalRules(rules, { payload, country: 'CH', valueSets, nowSeconds: Date.parse(date) / 1000 })
        .answer;
    expect(at('2022-03-01T12:00:00Z')).to.equal('yes');
    expect(at('2022-01-10T12:00:00Z')).to.equal('no');
  });
});

function tallyOf(folder: string, country: string): Tally {
  const { rules, refused, folders } = rulesOf(folder, country);
  const tally: Tally = { rules: rules.length, refused, tests: 0, agreed: 0, disagreed: [] };
  for (const { path, rule } of folders) {
    for (const file of readdirSync(join(folder, path, 'tests'))) {
      const test = objectIn(join(folder, path, 'tests', file));
      const external = test['external'];
      if (!isJsonObject(external)) throw new Error(`${path}/${file} has no external facts`);
      const answer = askNationalRule(rule, test['payload'], external);
      tally.tests++;
      if (answer === (test['expected'] === true ? 'yes' : 'no')) tally.agreed++;
      else tally.disagreed.push(`${path}/tests/${file}`);
    }
  }
  return tally;
}

function rulesOf(
  folder: string,
  country: string,
): { rules: NationalRule[]; refused: string[]; folders: { path: string; rule: NationalRule }[] } {
  const rules: NationalRule[] = [];
  const refused: string[] = [];
  const folders: { path: string; rule: NationalRule }[] = [];
  for (const name of readdirSync(join(folder, country)).toSorted()) {
    const path = join(country, name);
    const entries = readdirSync(join(folder, path));
    for (const file of entries.filter((entry) => entry.endsWith('.json'))) {
      try {
        const rule = parseNationalRule(objectIn(join(folder, path, file)));
        rules.push(rule);
        if (entries.includes('tests')) folders.push({ path, rule });
      } catch {
        refused.push(`${path}/${file}`);
      }
    }
  }
  return { rules, refused, folders };
}

function objectIn(path: string): JsonObject {
  const value = parsePolicyJson(readFileSync(path, 'utf8'));
  if (!isJsonObject(value)) throw new Error(`${path} holds no object`);
  return value;
}

function tableOf(tallies: ReadonlyMap<string, Tally>): string {
  const rows = Array.from(tallies, ([country, { rules, tests, agreed, refused, disagreed }]) => {
    const numbers = [rules, tests, agreed, disagreed.length].map((number) => String(number).padStart(7));
    return `      ${country}${numbers.join('')}  ${[...disagreed, ...refused.map((name) => `refused ${name}`)].join(', ')}`;
  });
  return ['      country rules tests agreed not', ...rows, ''].map((row) => `${row.trimEnd()}\n`).join('');
}
