/** A document that is one person's at the source and another's here: nobody gets a code in another's name. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { parseClaims } from '../../../core/credential/parse.ts';
import { decodeCode } from '../../../core/qr/code.ts';
import type { Subject } from '../../../core/record/record.ts';
import { vaccinationRecord } from '../../support/consortium.ts';
import { expectRejects } from '../../support/throws-code.ts';
import { orderOn } from '../health/support.ts';
import { ConvertingIssuers, NOON } from './converting-issuers.ts';

const person: Subject = { ...vaccinationRecord().subject, docType: 'PASSPORT', docNumber: 'K55555555' };
const other: Subject = { ...person, nameEn: 'WONG, SIU MING', nameZh: '黃小明', dob: '1955-05-05' };
const further = { docType: 'PASSPORT', docIssuer: person.docIssuer, docNumber: 'K66666666' } as const;

const ROWS: readonly { readonly what: string; readonly comes: Subject; readonly held: Subject }[] = [
  { what: 'the same document under another name and birth date', comes: person, held: other },
  {
    what: 'the same document and name, another birth date',
    comes: person,
    held: { ...person, dob: other.dob },
  },
  {
    what: 'a name that is but alike',
    comes: person,
    held: { ...person, nameEn: 'CHAN, TAI MING', nameZh: '陳大明' },
  },
  {
    what: 'a further document, by the word of the source, that is another’s',
    comes: { ...person, linked: [further] },
    held: { ...other, ...further },
  },
];

describe('a conversion of somebody whose document is another’s here', () => {
  for (const { what, comes, held } of ROWS) {
    it(`waits for an officer, who cannot accept it: ${what}`, async () => {
      await using issuers = await ConvertingIssuers.create();
      await issuers.traveller('MO', { subject: held });
      const traveller = await issuers.traveller('HK', { subject: comes });
      const decided = await issuers.convert(traveller, 'HK', 'MO');
      expect(decided).to.include({ decision: 'referred', reason: 'CONVERSION_OTHER_PERSON' });
      const { target } = (await issuers.at('MO')).conversion;
      const [waiting] = await target.referrals();
      const ruling = { decision: 'accepted', officer: 'O-17' } as const;
      await expectRejects(target.rule(waiting?.number ?? 0, ruling), 'CONVERSION_OTHER_PERSON');
      expect(await target.referrals()).to.have.length(1);
    });
  }

  it('waits for an officer, of somebody under an order whose birth date the source has mistyped', async () => {
    await using issuers = await ConvertingIssuers.create();
    const own = { docType: 'HVP', docIssuer: 'CN', docNumber: 'H12345678' } as const;
    const { docType, docIssuer, docNumber } = person;
    const held: Subject = { ...person, ...own, linked: [{ docType, docIssuer, docNumber }] };
    const { health } = await issuers.at('MO');
    await health.issue({ person: { subject: held }, scheme: 'MO' });
    const period = { fromSeconds: NOON - 3_600, untilSeconds: NOON + 86_400 };
    await health.orders.place(orderOn({ ...person, ...own }, period));
    const traveller = await issuers.traveller('HK', { subject: { ...person, dob: other.dob } });
    const decided = await issuers.convert(traveller, 'HK', 'MO');
    expect(decided).to.include({ decision: 'referred', reason: 'CONVERSION_OTHER_PERSON' });
  });

  it('names whom the source names, under their own document alone', async () => {
    await using issuers = await ConvertingIssuers.create();
    await issuers.traveller('MO', { subject: person });
    const traveller = await issuers.traveller('HK', { subject: { ...person, linked: [further] } });
    const carried = await issuers.carry(traveller, 'HK', 'MO');
    const { target } = (await issuers.at('MO')).conversion;
    const arrival = issuers.arrival(traveller, carried);
    expect(await target.admit(arrival)).to.include({ decision: 'accepted' });
    await issuers.settle('MO');
    const { code = '' } = await target.admit(arrival);
    const { subject } = parseClaims(decodeCode(code).payloadBytes);
    expect(subject).to.include({ doc: person.docNumber, nameEn: person.nameEn, dob: person.dob });
    expect(subject).to.not.have.property('linked');
  });

  it('is refused, and nothing stored, when the document becomes another’s between the decision and the disk', async () => {
    await using issuers = await ConvertingIssuers.create();
    await issuers.traveller('MO', { subject: other });
    const { health } = await issuers.at('MO');
    const asked = { person: { subject: person }, bearer: person, scheme: 'MO' } as const;
    await expectRejects(health.issue(asked), 'HEALTH_OTHER_PERSON');
  });
});
