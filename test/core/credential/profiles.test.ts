/** What each kind of record shows at a door and at a border, and what never leaves the issuer. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { toCanonicalJson } from '../../../core/bytes/canonical-json.ts';
import type { CredentialClaims, Profile } from '../../../core/credential/claims.ts';
import { batchClassOf, fromVct } from '../../../core/credential/credential-type.ts';
import { toClaims } from '../../../core/credential/profiles.ts';
import type { IssuableRecord } from '../../../core/record/derived.ts';
import { DERIVED_SCHEMAS } from '../../../core/record/derived-schema.ts';
import { RECORD_SCHEMAS } from '../../../core/record/schema.ts';
import { START_SECONDS } from '../../support/consortium.ts';
import {
  declarationRecord,
  EVERY_DERIVED,
  EVERY_KIND,
  conversionRecord,
  exemptionRecord,
  recoveryRecord,
  statusRecord,
} from '../../support/sample-records.ts';

const EVERY_RECORD: Readonly<Record<IssuableRecord['type'], IssuableRecord>> = {
  ...EVERY_KIND,
  ...EVERY_DERIVED,
};
const SCHEMAS = { ...RECORD_SCHEMAS, ...DERIVED_SCHEMAS };

function claimsOf(record: IssuableRecord, profile: Profile): CredentialClaims {
  return toClaims(record, profile, {
    iss: 'did:web:dh.gov.hk.example',
    jti: 'AAAAAAAAAAAAAAAAAAAAAA',
    issuedAtSeconds: START_SECONDS,
    status: { idx: 5, uri: 'https://dh.gov.hk.example/status/v/1' },
  });
}

describe('the two credentials of a record', () => {
  it('have the type of the record', () => {
    for (const record of Object.values(EVERY_RECORD)) {
      expect(fromVct(claimsOf(record, 'venue').vct)).to.equal(record.type);
    }
    expect(Object.keys(EVERY_RECORD)).to.have.members(Object.keys(SCHEMAS));
  });

  it('go into long-lived batches for vaccination, recovery and exemption, short-lived for the others', () => {
    const classes = Object.keys(SCHEMAS).map((type) => [type, batchClassOf(type as IssuableRecord['type'])]);
    expect(Object.fromEntries(classes)).to.deep.equal({
      vaccination: 'long',
      test: 'short',
      recovery: 'long',
      exemption: 'long',
      declaration: 'short',
      status: 'short',
      conversion: 'short',
    });
  });

  it('of every kind: venue shows a masked name and document and no birth date, sex or other document', () => {
    for (const record of Object.values(EVERY_RECORD)) {
      const { subject } = claimsOf(record, 'venue');
      const names = Object.keys(subject).filter((name) => !['nameEn', 'nameZh'].includes(name));
      expect(names).to.deep.equal(['doc', 'docType']);
      expect(subject.doc).to.match(/^\*{4,}/);
      const text = toCanonicalJson(claimsOf(record, 'venue'));
      expect(text).to.not.include(record.subject.docNumber).and.not.include(record.subject.dob);
      expect(text).to.not.include('H12345678').and.not.include('5678');
    }
  });

  it('of a declaration: travel shows the linked documents whole', () => {
    const { subject } = claimsOf(declarationRecord(), 'travel');
    expect(subject.linked).to.deep.equal([{ doc: 'H12345678', docIssuer: 'CN', docType: 'HVP' }]);
    expect(subject).to.include({ doc: 'A123456(3)', dob: '1980-01-01' });
  });

  it('of a recovery: dates at the door, what shows it at the border, the evidence nowhere', () => {
    const record = recoveryRecord({
      basis: 'hcl|non-local',
      evidence: 'SPECIMEN-LETTER',
      validFrom: '2022-12-05',
    });
    const venue = {
      country: 'HK',
      disease: 'sct|840539006',
      firstPositiveOn: '2022-11-20',
      recoveredOn: '2022-12-04',
    };
    expect(claimsOf(record, 'venue').facts).to.deep.equal(venue);
    expect(claimsOf(record, 'travel').facts).to.deep.equal({ ...venue, basis: 'hcl|non-local' });
  });

  it('of an exemption: from which vaccines, and neither why nor by whom', () => {
    const venue = {
      country: 'HK',
      disease: 'sct|840539006',
      scope: ['eu|CoronaVac', 'sct|1119349007'],
    };
    expect(claimsOf(exemptionRecord(), 'venue').facts).to.deep.equal(venue);
    expect(claimsOf(exemptionRecord(), 'travel').facts).to.deep.equal({ ...venue, assessedOn: '2022-12-12' });
    for (const profile of ['venue', 'travel'] as const) {
      const text = toCanonicalJson(claimsOf(exemptionRecord(), profile));
      expect(text).to.not.include('contraindication').and.not.include('M01234').and.not.include('CLINIC');
    }
  });

  it('of a declaration: answers at the door, the trip and the stays at the border, no address or place', () => {
    const venue = {
      contact: 'hcl|yes',
      country: 'HK',
      declaredAt: '2022-12-20T20:00:00+08:00',
      symptoms: ['sct|49727002'],
    };
    expect(claimsOf(declarationRecord(), 'venue').facts).to.deep.equal(venue);
    expect(claimsOf(declarationRecord(), 'travel').facts).to.deep.equal({
      ...venue,
      contactOn: '2022-12-10',
      direction: 'hcl|inbound',
      plannedAt: '2022-12-21T15:00:00+08:00',
      port: 'HZMB',
      stays: [
        { country: 'CN', from: '2022-12-07', region: '440400', to: '2022-12-18' },
        { country: 'MO', from: '2022-12-18', to: '2022-12-20' },
      ],
    });
    const text = toCanonicalJson(claimsOf(declarationRecord(), 'travel'));
    for (const secret of ['Zhuhai', 'Specimen Building', 'TRIP-2022', 'zh-Hant-3']) {
      expect(text).to.not.include(secret);
    }
  });

  it('of a status: the colour and its rule at the door, why and since when at the border', () => {
    const venue = { country: 'HK', ruleId: 'hk.hc', ruleVersion: 1, scheme: 'HK-HC', state: 'red' };
    expect(claimsOf(statusRecord(), 'venue').facts).to.deep.equal(venue);
    const why = { ground: 'hcl|under-order', since: '2022-12-21T09:15:00+08:00' };
    expect(claimsOf(statusRecord(), 'travel').facts).to.deep.equal({ ...venue, ...why });
  });

  it('of a conversion: what can be spent, and what it rests on, in the travel credential alone', () => {
    const { nullifier, evidence } = conversionRecord();
    const text = toCanonicalJson(claimsOf(conversionRecord(), 'venue'));
    expect(text).to.not.include(nullifier).and.not.include('naat-negative').and.not.include('consent');
    expect(claimsOf(conversionRecord(), 'travel').facts).to.deep.include({ nullifier, evidence });
  });

  it('stand in canonical order as they are made', () => {
    for (const record of Object.values(EVERY_RECORD)) {
      for (const profile of ['venue', 'travel'] as const) {
        const claims = claimsOf(record, profile);
        expect(JSON.stringify(claims)).to.equal(toCanonicalJson(claims));
      }
    }
  });
});
