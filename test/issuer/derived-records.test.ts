/** Records that the house derives: issued like any other, refused in every channel through which facts come. */
import { describe, it } from 'mocha';
import { expect } from 'chai';
import { toCanonicalJson } from '../../core/bytes/canonical-json.ts';
import { toUtf8 } from '../../core/bytes/utf8.ts';
import type { StatusRecord } from '../../core/record/derived.ts';
import { isDerivedRecord } from '../../core/record/derived-schema.ts';
import { validateRecord } from '../../core/record/validate.ts';
import { readRecords, type IntakeMediaType } from '../../issuer/intake/intake.ts';
import type { IntakeRow } from '../../issuer/intake/row.ts';
import { TABLES } from '../../issuer/store.ts';
import { decodeCode } from '../../core/qr/code.ts';
import { parseClaims } from '../../core/credential/parse.ts';
import { makeHolder } from '../support/holder.ts';
import { conversionRecord, EVERY_DERIVED, statusRecord } from '../support/sample-records.ts';
import { collect, issued, IssuerHouse, labTest, issueAll, START_MS } from './support/issuer-house.ts';
import { orderOn } from './health/support.ts';
import { expectRejects } from './support/rejects-code.ts';

const CSV_HEADER = 'type,nameEn,dob,docType,docNumber,country';
const NOW = { nowSeconds: START_MS / 1000 };

async function firstCode(rows: AsyncIterable<IntakeRow>): Promise<string | undefined> {
  const [row] = await collect(rows);
  return row !== undefined && 'problems' in row ? row.problems[0]?.code : 'TAKEN_IN';
}

describe('a derived record', () => {
  for (const record of Object.values(EVERY_DERIVED)) {
    it(`comes in through no channel: ${record.type}`, async () => {
      const read = (mediaType: IntakeMediaType, text: string): Promise<string | undefined> =>
        firstCode(readRecords({ mediaType, body: toUtf8(text) }, { ...NOW, country: 'HK' }));
      expect(validateRecord(record, NOW)).to.have.nested.property('problems.0.code', 'RECORD_TYPE_DERIVED');
      expect(await read('application/json', toCanonicalJson(record))).to.equal('RECORD_TYPE_DERIVED');
      expect(
        await read('text/csv', `${CSV_HEADER}\n${record.type},"CHAN, TAI MAN",1980,HKID,A123456(3),HK\n`),
      ).to.equal('RECORD_TYPE_DERIVED');
      await using house = await IssuerHouse.create();
      await using issuer = await house.open();
      // What no caller that is typed can do.
      const forged = { row: 1, record } as unknown as IntakeRow;
      const [answer] = await collect(issuer.issueRows([forged]));
      expect(answer).to.have.nested.property('problems.0.code', 'RECORD_TYPE_DERIVED');
    });
  }

  it('is issued, anchored and released like any other, and the same again is the same', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const holder = makeHolder();
    const record = conversionRecord({ holderKey: holder.jwk });
    const first = issued((await issuer.issueDerived([record]))[0]);
    await issuer.settle();
    const [venue, travel] = await Promise.all(
      first.credentials.map(async ({ handle }) =>
        parseClaims(decodeCode(await issuer.code(handle)).payloadBytes),
      ),
    );
    expect(travel).to.deep.include({
      vct: 'urn:hcl:conversion:1',
      cnf: { jwk: holder.jwk },
      exp: 1_671_638_400,
    });
    expect(venue).to.not.have.property('cnf');
    const again = issued((await issuer.issueDerived([record]))[0]);
    expect(again).to.deep.include({ recordId: first.recordId, duplicate: true });
  });

  it('is on the disk together with what belongs to it', async () => {
    await using house = await IssuerHouse.create();
    {
      await using issuer = await house.open();
      const ids: (string | undefined)[] = [];
      const ended = conversionRecord({ validUntil: '2022-12-20T23:59:59+08:00' });
      const results = await issuer.issueDerived([conversionRecord(), ended], {
        addTo: (batch, recordIds) => {
          ids.push(...recordIds);
          batch.put(TABLES.meta, toUtf8('beside it'), toUtf8('written'));
        },
      });
      expect(ids).to.deep.equal([issued(results[0]).recordId, undefined]);
      expect(results[1]).to.have.nested.property('problems.0.code', 'INTAKE_RECORD_ENDED');
    }
    await using issuer = await house.open();
    const again = issued((await issuer.issueDerived([conversionRecord()]))[0]);
    expect(again).to.include({ duplicate: true });
  });

  it('is erased after its day, and only then', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    await issuer.issueDerived([conversionRecord()]);
    await issueAll(issuer, [labTest(1)]);
    const countOf = async (): Promise<number | undefined> =>
      (await issuer.privacy.retention()).find(({ type }) => type === 'conversion')?.expired;
    expect(await countOf()).to.equal(0);
    house.nowMs += 2 * 86_400_000;
    expect(await countOf()).to.equal(1);
  });

  it('is no status without a recorded change that gives exactly that colour', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    await expectRejects(() => issuer.issueDerived([statusRecord()]), 'COLOUR_CHANGE_MISSING');
    const { change } = await issuer.health.issue({
      person: { subject: labTest(1).subject },
      scheme: 'HK-HC',
    });
    const { ground: _, ...green } = statusRecord({
      state: 'green',
      since: '2022-12-21T16:30:00+08:00',
      change,
    });
    expect(await issuer.issueDerived([green])).to.not.have.nested.property('[0].problems');
    const later = { ...green, validUntil: '2022-12-21T23:00:00+08:00' };
    for (const changes of [
      { state: 'amber', ground: 'hcl|case' },
      { scheme: 'MO' },
      { ruleVersion: 2 },
      { ruleId: 'hk.hc2' },
      { since: '2022-12-21T16:31:00+08:00' },
      { ground: 'hcl|case' },
    ] as const) {
      await expectRejects(() => issuer.issueDerived([{ ...green, ...changes }]), 'COLOUR_CHANGE_MISSING');
    }
    await issuer.health.orders.place(orderOn(labTest(1).subject));
    await expectRejects(() => issuer.issueDerived([later]), 'COLOUR_CHANGE_MISSING');
  });

  it('has its form, or it is no derived record', () => {
    for (const record of Object.values(EVERY_DERIVED)) expect(isDerivedRecord(record)).to.equal(true);
    const bad: readonly Partial<Record<Exclude<keyof StatusRecord, 'type'>, unknown>>[] = [
      { state: 'pink' },
      { scheme: 'XX' },
      { ruleVersion: 0 },
      { change: 'none' },
      { holderKey: { kty: 'EC', crv: 'P-256', x: 'short', y: 'short' } },
    ];
    for (const changes of bad) expect(isDerivedRecord({ ...statusRecord(), ...changes })).to.equal(false);
  });
});
