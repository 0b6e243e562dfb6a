/** Which code is answered: one that counts, under the name of who stands there. */
import { describe, it } from 'mocha';
import { expect } from 'chai';
import { parseClaims } from '../../../core/credential/parse.ts';
import { decodeCode } from '../../../core/qr/code.ts';
import type { IssuedStatus } from '../../../issuer/health/recolour.ts';
import type { Issuer } from '../../../issuer/issuer.ts';
import { issueAll, IssuerHouse, labTest } from '../support/issuer-house.ts';
import { expectRejects } from '../support/rejects-code.ts';
import { act, approve } from '../support/two-people.ts';
import { LAST_SECOND, listed, NOW, orderOn, personOf, terms } from './support.ts';

const CODE = { person: { subject: personOf(1) }, scheme: 'HK-HC' } as const;
const { docType, docIssuer, docNumber } = personOf(1);
const document = { docType, docIssuer, docNumber };

const venueOf = ({ issued }: IssuedStatus): string => issued.credentials[0]?.handle ?? '';

async function expectValid(issuer: Issuer, status: IssuedStatus): Promise<void> {
  await issuer.settle();
  expect(await listed(issuer, venueOf(status))).to.equal('valid');
  expect(await issuer.code(venueOf(status))).to.match(/^HC/);
}

async function nameIn(issuer: Issuer, { issued }: IssuedStatus): Promise<string | undefined> {
  await issuer.settle();
  const code = await issuer.code(issued.credentials[1]?.handle ?? '');
  return parseClaims(decodeCode(code).payloadBytes).subject.nameZh;
}

describe('a code that has ended', () => {
  it('is not answered again when somebody has revoked it: the next one is valid, of the same change', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const first = await issuer.health.issue(CODE);
    let last = first;
    for (const sooner of [1, 2]) {
      await issuer.settle();
      await act(issuer, { by: 'credential', handle: venueOf(last) });
      await issuer.settle();
      const next = await issuer.health.issue(CODE);
      expect(next.change).to.equal(first.change);
      expect([venueOf(first), venueOf(last)]).to.not.include(venueOf(next));
      await expectValid(issuer, next);
      expect(venueOf(await issuer.health.issue(CODE)), 'and again the same').to.equal(venueOf(next));
      const { exp } = parseClaims(decodeCode(await issuer.code(venueOf(next))).payloadBytes);
      expect(exp).to.equal(LAST_SECOND + 1 - sooner);
      last = next;
    }
    // It ends with the colour, as any.
    await issuer.health.orders.place(orderOn(personOf(1)));
    await issuer.settle();
    expect(await listed(issuer, venueOf(last))).to.equal('superseded');
  });

  it('is not answered again when a ruling of the same colour has superseded it', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    await issuer.health.orders.place(orderOn(personOf(1)));
    const red = await issuer.health.issue(CODE);
    await issuer.settle();
    const ruled = await issuer.health.rule(CODE.person, terms({ state: 'amber' }));
    // What comes to light meanwhile is worse than the ruling, so the colour stays what it is.
    await issuer.health.orders.place(orderOn(personOf(1), { reference: 'QO-2' }));
    await approve(issuer, [ruled]);
    await issuer.settle();
    expect(await listed(issuer, venueOf(red))).to.equal('superseded');
    const next = await issuer.health.issue(CODE);
    expect(next).to.deep.include({ change: red.change });
    expect(next.colour).to.include({ state: 'red', basis: 'rules' });
    await expectValid(issuer, next);
  });

  it('is not answered between the moment in which nobody could say the colour and the pass that ends it', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const green = await issuer.health.issue(CODE);
    await issuer.settle();
    const surveyed = { kind: 'medical-surveillance', ground: 'hcl|inbound-surveillance' } as const;
    const brief = { ...surveyed, fromSeconds: NOW + 60, untilSeconds: NOW + 120 };
    for (let n = 0; n < 65; n++)
      await issuer.health.orders.place(orderOn(personOf(1), { ...brief, reference: `MS-${n}` }));
    house.nowMs += 60_000;
    // Whatever is stored now says that the code of the colour before is to be ended.
    await issuer.health.orders.place(orderOn(personOf(1), { ...brief, reference: 'MS-65' }));
    await expectRejects(() => issuer.health.issue(CODE), 'HEALTH_UNDECIDED');
    house.nowMs += 60_000;
    const next = await issuer.health.issue(CODE);
    expect(next.change, 'the colour has not changed').to.equal(green.change);
    expect(venueOf(next)).to.not.equal(venueOf(green));
    await expectValid(issuer, next);
    expect(await listed(issuer, venueOf(green))).to.equal('superseded');
  });
});

describe('the name in a code', () => {
  const typed = { ...personOf(1), nameZh: '樣本入' };

  it('is that of the newest record, whatever an order says', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    await issuer.health.orders.place(orderOn(typed));
    await issueAll(issuer, [labTest(1)]);
    const code = await issuer.health.issue({ ...CODE, person: { document } });
    expect(await nameIn(issuer, code)).to.equal('樣本人');
  });

  it('is that of who presents themselves where there is no record, and stays so', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    await issuer.health.orders.place(orderOn(typed));
    expect(await nameIn(issuer, await issuer.health.issue(CODE))).to.equal('樣本人');
    expect(await nameIn(issuer, await issuer.health.issue({ ...CODE, person: { document } }))).to.equal(
      '樣本人',
    );
  });

  it('is nobody’s where there is an order alone', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    await issuer.health.orders.place(orderOn(typed));
    const asked = { ...CODE, person: { document } };
    await expectRejects(() => issuer.health.issue(asked), 'HEALTH_PERSON_UNKNOWN');
    await issuer.health.rule({ subject: { ...typed, docNumber: 'K10000002' } }, terms());
    const other = { ...CODE, person: { document: { ...document, docNumber: 'K10000002' } } };
    await expectRejects(() => issuer.health.issue(other), 'HEALTH_PERSON_UNKNOWN');
  });
});
