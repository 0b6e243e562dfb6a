/** Whatever concerns a record reaches its codes of other systems: acts, faults of the ledger, re-signing, erasure. */
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { expect } from 'chai';
import { fromBase64url } from '../../../core/bytes/base64url.ts';
import { toUtf8 } from '../../../core/bytes/utf8.ts';
import type { ActRequest } from '../../../issuer/acts/propose.ts';
import { uvciOf } from '../../../issuer/foreign/make.ts';
import type { Issuer } from '../../../issuer/issuer.ts';
import { newSigningKey } from '../../../issuer/keys/signing-key-store.ts';
import { FOREIGN_FORMATS } from '../../../issuer/record-entry.ts';
import { allBytesBelow } from '../../privacy/support/level-files.ts';
import { hitsOf, spellingsOf, type Needle } from '../../privacy/support/spellings.ts';
import { issueAll, IssuerHouse, passportVaccination, START_MS } from '../support/issuer-house.ts';
import type { Fault } from '../support/memory-ledger.ts';
import { act, approve, request } from '../support/two-people.ts';

describe('what concerns a record reaches its codes of other systems', () => {
  it('an act that was proposed before the code was made', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const recordId = await issueOne(issuer);
    const { id } = await issuer.acts.propose(request({ by: 'lot', lot: 'LOT1' }));
    const { handle } = await issuer.issueForeign(recordId, 'shc');
    await issuer.settle();
    await approve(issuer, [id]);
    await issuer.settle();
    expect((await issuer.statusOf(handle)).value).to.equal('revoked');
    expect((await issuer.foreign.cardRevocations()).flatMap(({ rids }) => rids)).to.have.length(1);
  });

  it('a suspension, and its end: the card is off the list again, whose number grew', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const recordId = await issueOne(issuer);
    await issuer.issueForeign(recordId, 'shc');
    await issuer.settle();
    const suspended = await act(issuer, { by: 'record', recordId }, SUSPENSION);
    await issuer.settle();
    const [during] = await issuer.foreign.cardRevocations();
    await act(issuer, { by: 'act', act: suspended.id }, REINSTATEMENT);
    await issuer.settle();
    const [after] = await issuer.foreign.cardRevocations();
    expect(during?.rids).to.have.length(1);
    expect(after?.rids).to.have.length(0);
    expect(after?.ctr).to.be.greaterThan(during?.ctr ?? 0);
  });

  it('an act on a code is one on its travel credential, and counts once where both are meant', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const recordId = await issueOne(issuer);
    const { handle } = await issuer.issueForeign(recordId, 'hcert');
    await issuer.settle();
    expect(await issuer.acts.dryRun(request({ by: 'record', recordId }))).to.equal(2);
    expect(await issuer.acts.dryRun(request({ by: 'lot', lot: 'LOT1' }))).to.equal(2);
    await act(issuer, { by: 'credential', handle });
    await issuer.settle();
    const { credentials } = await issuer.record(recordId);
    const values = await Promise.all(credentials.map((one) => issuer.statusOf(one.handle)));
    expect(values.map(({ value }) => value)).to.deep.equal(['valid', 'revoked', 'revoked']);
  });

  it('an act on a key, although the record’s own credentials have another', async () => {
    await using house = await IssuerHouse.create();
    const next = newSigningKey(START_MS / 1000);
    const keyStore = { load: () => Promise.resolve(next.jwk), makeCurrent: () => Promise.resolve() };
    await using issuer = await house.open({ ports: { keyStore } });
    const recordId = await issueOne(issuer);
    await issuer.settle();
    await issuer.rotation.use(next.kid);
    const { handle } = await issuer.issueForeign(recordId, 'shc');
    await issuer.settle();
    await act(issuer, { by: 'key', kid: next.kid });
    await issuer.settle();
    expect((await issuer.statusOf(handle)).value).to.equal('revoked');
  });

  for (const fault of ['lost', 'landed'] satisfies Fault[]) {
    it(`an answer of the ledger that is ${fault}: the code is anchored once, and released`, async () => {
      await using house = await IssuerHouse.create();
      await using issuer = await house.open();
      const recordId = await issueOne(issuer);
      await issuer.settle();
      const { handle } = await issuer.issueForeign(recordId, 'hcert');
      const before = house.ledger.batches.length;
      house.ledger.faults.push(fault);
      await issuer.settle().catch(() => undefined);
      await issuer.settle();
      expect(house.ledger.batches).to.have.length(before + 1);
      expect((await issuer.credential(handle)).state).to.equal('released');
    });
  }

  it('signing again leaves the code as it is, and signs the record’s own', async () => {
    await using house = await IssuerHouse.create();
    const next = newSigningKey(START_MS / 1000);
    const keyStore = { load: () => Promise.resolve(next.jwk), makeCurrent: () => Promise.resolve() };
    await using issuer = await house.open({ ports: { keyStore } });
    const recordId = await issueOne(issuer);
    const { handle } = await issuer.issueForeign(recordId, 'shc');
    await issuer.rotation.use(next.kid);
    expect(await issuer.rotation.reSign()).to.equal(2);
    await issuer.settle();
    expect(await issuer.code(handle)).to.match(/^shc:/);
    expect((await issuer.record(recordId)).credentials).to.have.length(3);
  });

  it('erasing leaves no handle, UVCI or text of it in the store’s files', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const recordId = await issueOne(issuer);
    const needles: Needle[] = [];
    for (const format of FOREIGN_FORMATS) {
      const { handle } = await issuer.issueForeign(recordId, format);
      needles.push(
        { label: `${format} salt`, bytes: fromBase64url(handle) },
        { label: `${format} salt in base64url`, bytes: toUtf8(handle) },
        { label: `${format} UVCI`, bytes: toUtf8(uvciOf('HK', handle)) },
      );
    }
    await issuer.settle();
    await issuer.privacy.erase(recordId, 'subject-request');
    await issuer.privacy.pass({ force: true });
    await issuer.settle();
    const files = await allBytesBelow(join(house.folder, 'issuer', 'store'));
    expect(hitsOf(needles.flatMap(spellingsOf), files)).to.deep.equal([]);
    // The search finds what is there: the names on the revocation lists.
    const [list] = await issuer.foreign.cardRevocations();
    const name = { label: 'rid', bytes: toUtf8(list?.rids[0] ?? 'none') };
    expect(hitsOf([name], files)).to.have.length.at.least(1);
  });
});

const SUSPENSION: Partial<ActRequest> = { kind: 'suspend', reason: 'lot-under-review' };
const REINSTATEMENT: Partial<ActRequest> = { kind: 'reinstate', reason: 'investigation-closed' };

async function issueOne(issuer: Issuer): Promise<string> {
  const [row] = await issueAll(issuer, [passportVaccination(1)]);
  return row?.recordId ?? '';
}
