/** The mappings that we ship: read strictly, one digest each, never kinder than the code they start from. */
import { readdirSync } from 'node:fs';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { toHex } from '../../../core/bytes/hex.ts';
import type { JsonValue } from '../../../core/bytes/canonical-json.ts';
import type { JsonObject } from '../../../core/bytes/strict-json.ts';
import { DEFAULT_MAPPING_FILES, defaultMappings } from '../../../core/conversion/default-mappings.ts';
import { mappingDigest } from '../../../core/conversion/mapping.ts';
import { parseMapping } from '../../../core/conversion/mapping-form.ts';
import { isBetter, rankOf } from '../../../core/conversion/strictness.ts';
import { COLOURS } from '../../../core/record/derived.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { expectThrows } from '../../support/throws-code.ts';

const folder = new URL('../../../core/conversion/mappings/', import.meta.url);
const mappings = defaultMappings();
const [file = {}] = DEFAULT_MAPPING_FILES;

describe('default mappings', () => {
  it('are all the files of the folder', () => {
    const names = mappings.all.map(({ id, version }) => `${id}.${version}.json`);
    expect(names.toSorted()).to.deep.equal(readdirSync(folder).toSorted());
  });

  it('lead each of the three places to the two others', () => {
    const places = ['HK-DH', 'CN-GD', 'MO-SSM'];
    for (const source of places) {
      for (const target of places.filter((place) => place !== source)) {
        expect(mappings.between(source, target), `${source} > ${target}`).to.not.have.length(0);
      }
    }
  });

  it('count their versions from 1 and never go back in time', () => {
    for (const { source, target } of mappings.all) {
      const versions = mappings.between(source.authority, target.authority);
      expect(versions.map(({ version }) => version)).to.deep.equal(versions.map((_, i) => i + 1));
      const times = versions.map(({ fromSeconds }) => fromSeconds);
      expect(times).to.deep.equal(times.toSorted((a, b) => a - b));
    }
  });

  it('are found by what the ledger names them by, and by nothing else', () => {
    for (const mapping of mappings.all) {
      expect(mappings.byDigest(nodeCrypto, toHex(mappingDigest(nodeCrypto, mapping)))).to.equal(mapping);
    }
    expect(mappings.byDigest(nodeCrypto, `0x${'00'.repeat(32)}`)).to.equal(undefined);
  });

  it('convert only the best state by themselves, and to none that is better', () => {
    for (const { states } of mappings.all) {
      for (const colour of COLOURS) {
        const rule = states[colour];
        if (rule?.do !== 'convert') continue;
        expect(rankOf(colour)).to.equal(0);
        expect(isBetter(rule.to, colour)).to.equal(false);
      }
    }
  });
});

describe('the form of a mapping', () => {
  const demanding = (booking: JsonObject): JsonObject => ({ form: 'hcl-mapping/2', booking });
  const ofIssuers = (issuers: JsonValue, form = 'hcl-mapping/3'): JsonObject => {
    return { form, evidence: [{ type: 'test', class: 'naat-negative-recognised', within: span, issuers }] };
  };
  const span = { amount: 1, unit: 'hours' };
  const changed =
    (changes: JsonObject): (() => unknown) =>
    () =>
      parseMapping({ ...file, ...changes });
  const bad: Readonly<Record<string, JsonObject>> = {
    'a member that is not known': { note: 'x' },
    'another form': { form: 'hcl-mapping/4' },
    'a demand for a booking in the form of before': { booking: {} },
    'a demand for a booking at a port of another way': demanding({ ports: ['ATLANTIS'] }),
    'a demand for a booking at no port': demanding({ ports: [] }),
    'a demand for more than a booking': demanding({ days: 2 }),
    'a state that there is not': { states: { pink: { do: 'refer' } } },
    'a state made better': { states: { red: { do: 'convert', to: 'green' } } },
    'a restricted state that converts by itself': { states: { yellow: { do: 'convert', to: 'yellow' } } },
    'a colour where none belongs': { states: { green: { do: 'refer', to: 'green' } } },
    'evidence of an unknown class': { evidence: [{ type: 'test', class: 'good', within: span }] },
    'evidence of issuers in the form of before': ofIssuers(['did:web:hk-dh.example'], 'hcl-mapping/2'),
    'evidence of no issuer': ofIssuers([]),
    'evidence of an issuer without a DID': ofIssuers(['HK-DH']),
    'a span of weeks': { longest: { amount: 1, unit: 'weeks' } },
    'no port': { ports: [] },
    'a way to itself': { target: file['source'] ?? '' },
    'a time without offset': { from: '2022-12-21' },
    'an offset that is none': { offset: '8' },
  };
  for (const [what, changes] of Object.entries(bad)) {
    it(`refuses ${what}`, () => expectThrows(changed(changes), 'POLICY_FIELD'));
  }

  it('takes a demand for a booking, at some of its ports or at all', () => {
    const [port = ''] = defaultMappings().all[0]?.ports ?? [];
    for (const booking of [{}, { ports: [port] }]) {
      expect(parseMapping({ ...file, ...demanding(booking) }).booking).to.deep.equal(booking);
    }
    expect(parseMapping({ ...file, form: 'hcl-mapping/2' })).to.not.have.property('booking');
  });

  it('takes evidence of some issuers alone, beside a demand for a booking', () => {
    const issuers = ['did:web:hk-dh.example', 'did:web:cn-gd.example'];
    const { booking, evidence } = parseMapping({ ...file, booking: {}, ...ofIssuers(issuers) });
    expect(evidence.map((rule) => rule.issuers)).to.deep.equal([issuers]);
    expect(booking).to.deep.equal({});
  });

  it('takes what it was made from', () => {
    expect(changed({})).to.not.throw();
  });
});
