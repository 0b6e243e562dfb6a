import { describe, it } from 'mocha';
import { expect } from 'chai';
import type { Target } from '../../../issuer/acts/propose.ts';
import type { Issuer } from '../../../issuer/issuer.ts';
import type { StatusValue } from '../../../core/status/token-status-list.ts';
import type { HealthRecord } from '../../../core/record/record.ts';
import { addressOfKey } from '../../../ledger/identifiers.ts';
import { issueAll, IssuerHouse, labTest, START_MS, vaccination } from '../support/issuer-house.ts';
import { APPROVER_KEYS } from '../support/memory-ledger.ts';
import { expectRejects } from '../support/rejects-code.ts';
import { act, approve, request, signatureOf, TWO_PEOPLE } from '../support/two-people.ts';

const START = START_MS / 1000;
const HOUR = 3600;

describe('acts: whom they concern', () => {
  const records: readonly HealthRecord[] = [
    { ...vaccination(1), lot: 'A', centre: 'CVC-1', practitioner: 'M1' } as HealthRecord,
    {
      ...vaccination(2),
      lot: 'A',
      centre: 'CVC-2',
      practitioner: 'M2',
      product: 'eu|CoronaVac',
    } as HealthRecord,
    { ...vaccination(3), lot: 'a', centre: 'CVC-1', practitioner: 'M2' } as HealthRecord,
    { ...labTest(4), collectedAt: '2022-12-21T07:59:59+08:00' } as HealthRecord,
    { ...labTest(5), collectedAt: '2022-12-21T08:00:00+08:00' } as HealthRecord,
    { ...labTest(6), collectedAt: '2022-12-21T01:00:00Z' } as HealthRecord,
    { ...labTest(7), laboratory: 'Another', collectedAt: '2022-12-21T00:30:00Z' } as HealthRecord,
  ];
  const midnight = Date.UTC(2022, 11, 21) / 1000;
  const targets: Readonly<Record<string, readonly [target: Target, records: readonly number[]]>> = {
    'a lot, letter by letter': [{ by: 'lot', lot: 'A' }, [0, 1]],
    'a lot of one product': [{ by: 'lot', lot: 'A', product: 'eu|CoronaVac' }, [1]],
    'a site': [{ by: 'site', site: 'CVC-1' }, [0, 2]],
    'a practitioner': [{ by: 'practitioner', practitioner: 'M2' }, [1, 2]],
    'a laboratory and a window, its end exclusive': [
      { by: 'laboratory', laboratory: 'Specimen Laboratory', from: midnight, until: midnight + HOUR },
      [4],
    ],
    'the whole issuer': [{ by: 'issuer' }, [0, 1, 2, 3, 4, 5, 6]],
  };
  it('is exactly what the selector says, in the dry run, in the act and in the lists', async () => {
    for (const [what, [target, expected]] of Object.entries(targets)) {
      await using house = await IssuerHouse.create();
      await using issuer = await house.open();
      const handles = await handlesOf(issuer, records);
      expect(await issuer.acts.dryRun(request(target)), what).to.equal(2 * expected.length);
      const view = await act(issuer, target);
      expect(view.act.affected.credentials, what).to.equal(2 * expected.length);
      await issuer.settle();
      for (const [i, pair] of handles.entries()) {
        const value = expected.includes(i) ? 'revoked' : 'valid';
        for (const handle of pair)
          expect(await listed(issuer, handle), `${what}: record ${i}`).to.equal(value);
      }
    }
  });

  it('is what one key signed', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const [pair = []] = await handlesOf(issuer, [vaccination(1)]);
    const other = 'A'.repeat(43);
    await expectRejects(() => act(issuer, { by: 'key', kid: other }), 'ACT_SELECTS_NOTHING');
    await act(issuer, { by: 'key', kid: issuer.key.kid });
    await issuer.settle();
    expect(await listed(issuer, pair[0])).to.equal('revoked');
  });

  it('is fixed when it is proposed: what is issued later needs another act', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const [before = []] = await handlesOf(issuer, [vaccination(1)]);
    const { id } = await issuer.acts.propose(request({ by: 'issuer' }));
    const [after = []] = await handlesOf(issuer, [vaccination(2)]);
    await approve(issuer, [id]);
    await issuer.settle();
    expect([await listed(issuer, before[0]), await listed(issuer, after[0])]).to.deep.equal([
      'revoked',
      'valid',
    ]);
  });

  it('is all that another act concerned, and then that act alone is undone', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const [first = [], second = []] = await handlesOf(issuer, [records[0]!, records[1]!]);
    const suspension = { kind: 'suspend', reason: 'lot-under-review' } as const;
    const lot = await act(issuer, { by: 'lot', lot: 'A' }, suspension);
    await expectRejects(() => issuer.acts.dryRun(request({ by: 'act', act: lot.id })), 'ACT_NOT_IN_FORCE');
    await issuer.settle();
    await act(issuer, { by: 'site', site: 'CVC-1' }, { ...suspension, reason: 'site-under-review' });
    await issuer.settle();
    await act(issuer, { by: 'act', act: lot.id }, { kind: 'reinstate', reason: 'investigation-closed' });
    await issuer.settle();
    expect([await listed(issuer, first[0]), await listed(issuer, second[0])]).to.deep.equal([
      'suspended',
      'valid',
    ]);
  });
});

describe('acts: when they hold', () => {
  it('at their time, and a suspension lifts itself with a version of its own', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const [pair = []] = await handlesOf(issuer, [vaccination(1)]);
    await act(
      issuer,
      { by: 'lot', lot: 'LOT1' },
      { kind: 'suspend', reason: 'lot-under-review', effectiveFrom: START + HOUR, until: START + 2 * HOUR },
    );
    await issuer.settle();
    const seen: (readonly [number, StatusValue | undefined])[] = [];
    for (const at of [0, HOUR - 1, HOUR, 2 * HOUR - 1, 2 * HOUR]) {
      house.nowMs = (START + at) * 1000;
      await issuer.pass();
      seen.push([house.ledger.statuses.length, await listed(issuer, pair[0])]);
    }
    expect(seen).to.deep.equal([
      [1, 'valid'],
      [1, 'valid'],
      [2, 'suspended'],
      [2, 'suspended'],
      [3, 'valid'],
    ]);
  });

  it('also when their time passes while the issuer is stopped, or when it lies in the past', async () => {
    await using house = await IssuerHouse.create();
    const first = await house.open();
    const [one = [], two = []] = await handlesOf(first, [vaccination(1), vaccination(2)]);
    await act(first, { by: 'lot', lot: 'LOT1' }, { effectiveFrom: START + HOUR });
    await act(first, { by: 'lot', lot: 'LOT2' }, { effectiveFrom: START - HOUR });
    await first.settle();
    expect([await listed(first, one[0]), await listed(first, two[0])]).to.deep.equal(['valid', 'revoked']);
    await first.close();
    house.nowMs += HOUR * 1000;
    await using second = await house.open();
    await second.pass();
    expect(await listed(second, one[0])).to.equal('revoked');
  });

  it('the seven doctors: announced, stayed the day before, found unlawful, revoked by a new act', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const [pair = []] = await handlesOf(issuer, [vaccination(1)]);
    const doctor: Target = { by: 'practitioner', practitioner: 'M00001' };
    const day = 86_400;
    const revoked = await act(issuer, doctor, {
      reason: 'issued-without-authority',
      effectiveFrom: START + 12 * day,
    });
    await issuer.settle();
    house.nowMs += 11 * day * 1000;
    await act(issuer, { by: 'act', act: revoked.id }, { kind: 'stay', reason: 'court-order' });
    await issuer.pass();
    house.nowMs += 2 * day * 1000;
    await issuer.pass();
    expect(await listed(issuer, pair[0])).to.equal('valid');
    await act(issuer, { by: 'act', act: revoked.id }, { kind: 'reinstate', reason: 'court-judgment' });
    await act(issuer, doctor, { reason: 'issued-without-authority', effectiveFrom: START + 40 * day });
    await issuer.pass();
    expect(await listed(issuer, pair[0])).to.equal('valid');
    house.nowMs = (START + 40 * day) * 1000;
    await issuer.pass();
    expect(await listed(issuer, pair[0])).to.equal('revoked');
    const { acts } = await issuer.statusOf(pair[0] ?? '');
    expect(acts.map(({ act: { kind } }) => kind)).to.deep.equal(['revoke', 'stay', 'reinstate', 'revoke']);
  });

  it('of cautions: nothing changes, and whoever looks the credential up is told', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const [pair = []] = await handlesOf(issuer, [vaccination(1)]);
    await issuer.settle();
    const notice = { en: 'The lot is watched.', pt: 'O lote está em observação.' };
    const caution = await act(
      issuer,
      { by: 'lot', lot: 'LOT1' },
      { kind: 'caution', reason: 'lot-under-observation', notice },
    );
    await issuer.settle();
    expect(house.ledger.statuses).to.have.length(1);
    const status = await issuer.statusOf(pair[1] ?? '');
    expect(status).to.deep.include({ value: 'valid', cautions: [caution.id] });
    expect(status.acts[0]?.act.notice).to.deep.equal(notice);
  });
});

describe('acts: two people', () => {
  it('nothing is done before the second approval', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const [pair = []] = await handlesOf(issuer, [vaccination(1)]);
    const { id } = await issuer.acts.propose(request({ by: 'issuer' }));
    const batch = await issuer.acts.openBatch([id], { replace: false });
    const [first, second] = APPROVER_KEYS;
    for (let again = 0; again < 2; again++) await issuer.acts.approve(batch.root, signatureOf(batch, first));
    await issuer.settle();
    expect(house.ledger.acts).to.deep.equal([]);
    expect(await listed(issuer, pair[0])).to.equal('valid');
    await issuer.acts.approve(batch.root, signatureOf(batch, second));
    await issuer.acts.approve(batch.root, signatureOf(batch, second));
    await issuer.settle();
    expect(house.ledger.acts.map(({ approvers }) => approvers)).to.deep.equal([
      APPROVER_KEYS.map((key) => addressOfKey(key)),
    ]);
    expect(await listed(issuer, pair[0])).to.equal('revoked');
  });

  it('refuses whoever is no approver, the issuer’s own account, and signatures over anything else', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    await handlesOf(issuer, [vaccination(1)]);
    const { id } = await issuer.acts.propose(request({ by: 'issuer' }));
    const batch = await issuer.acts.openBatch([id], { replace: false });
    const stranger = `0x${'77'.repeat(32)}` as const;
    const account = `0x${'88'.repeat(32)}` as const;
    house.ledger.account = addressOfKey(account);
    const later = { ...batch, deadline: batch.deadline + 1 };
    const place = { ...TWO_PEOPLE.place, issuer: `0x${'99'.repeat(32)}` as const };
    const good = signatureOf(batch, APPROVER_KEYS[0]);
    const wrong = {
      ACT_NOT_APPROVER: [
        signatureOf(batch, stranger),
        // Recovered, these are signatures of nobody.
        signatureOf(later, APPROVER_KEYS[0]),
        signatureOf({ ...batch, sequence: 2 }, APPROVER_KEYS[0]),
        signatureOf(batch, APPROVER_KEYS[0], place),
      ],
      ACT_APPROVAL_INVALID: [`0x${'00'.repeat(65)}`, `${good.slice(0, -2)}1d`, highS(good)],
    } as const;
    for (const [code, signatures] of Object.entries(wrong)) {
      for (const signature of signatures) {
        await expectRejects(() => issuer.acts.approve(batch.root, signature as `0x${string}`), code);
      }
    }
    const unknown = `0x${'00'.repeat(32)}` as const;
    await expectRejects(() => issuer.acts.approve(unknown, good), 'ACT_BATCH_NOT_FOUND');
    expect((await issuer.acts.show(id)).approvedBy).to.deep.equal([]);
    await using second = await reopened(house, issuer);
    await expectRejects(
      () => second.acts.approve(batch.root, signatureOf(batch, account)),
      'ACT_APPROVERS_NOT_DISTINCT',
    );
  });

  it('lets one batch collect approvals at a time, and replaces it only when told', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    await handlesOf(issuer, [vaccination(1), vaccination(2)]);
    const one = await issuer.acts.propose(request({ by: 'lot', lot: 'LOT1' }));
    const two = await issuer.acts.propose(request({ by: 'lot', lot: 'LOT2' }));
    const first = await issuer.acts.openBatch([one.id], { replace: false });
    expect((await issuer.acts.openBatch([one.id], { replace: false })).root).to.equal(first.root);
    await issuer.acts.approve(first.root, signatureOf(first, APPROVER_KEYS[0]));
    await expectRejects(() => issuer.acts.openBatch([two.id], { replace: false }), 'ACT_BATCH_OPEN');
    const both = await issuer.acts.openBatch([two.id, one.id], { replace: true });
    await expectRejects(
      () => issuer.acts.approve(first.root, signatureOf(first, APPROVER_KEYS[1])),
      'ACT_BATCH_NOT_FOUND',
    );
    expect(both.shown.acts).to.have.length(2);
    await approve(issuer, [two.id, one.id]);
    await expectRejects(() => issuer.acts.openBatch([one.id], { replace: true }), 'ACT_NOT_PROPOSED');
    await expectRejects(() => issuer.acts.withdraw(one.id), 'ACT_NOT_PROPOSED');
    await issuer.settle();
    const states = [await issuer.acts.show(one.id), await issuer.acts.show(two.id)].map(({ state }) => state);
    expect(states).to.deep.equal(['anchored', 'anchored']);
    expect(house.ledger.acts).to.have.length(1);
  });

  it('withdraws an act together with the approvals that its batch had', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    await handlesOf(issuer, [vaccination(1), vaccination(2)]);
    const one = await issuer.acts.propose(request({ by: 'lot', lot: 'LOT1' }));
    const two = await issuer.acts.propose(request({ by: 'lot', lot: 'LOT2' }));
    const batch = await issuer.acts.openBatch([one.id, two.id], { replace: false });
    await issuer.acts.approve(batch.root, signatureOf(batch, APPROVER_KEYS[0]));
    expect((await issuer.acts.withdraw(one.id)).state).to.equal('withdrawn');
    expect(await issuer.acts.show(two.id)).to.deep.include({ state: 'proposed', approvedBy: [] });
    await approve(issuer, [two.id]);
    await issuer.settle();
    expect(house.ledger.acts).to.have.length(1);
  });

  const refusals: Readonly<Record<string, (house: IssuerHouse) => void>> = {
    'an approver is none any more': ({ ledger }) => ledger.approvers.clear(),
    'their deadline passed while the ledger was away': ({ ledger }) => {
      ledger.timeSeconds += 8 * 86_400;
    },
  };
  for (const [what, change] of Object.entries(refusals)) {
    it(`waits to be approved anew when ${what}`, async () => {
      await using house = await IssuerHouse.create();
      await using issuer = await house.open();
      const [pair = []] = await handlesOf(issuer, [vaccination(1)]);
      await issuer.settle();
      const first = await act(issuer, { by: 'issuer' });
      const second = await act(issuer, { by: 'lot', lot: 'LOT1' });
      const approvers = [...house.ledger.approvers];
      change(house);
      house.nowMs = house.ledger.timeSeconds * 1000;
      await issuer.pass();
      expect(house.ledger.acts).to.deep.equal([]);
      for (const { id } of [first, second]) expect((await issuer.acts.show(id)).state).to.equal('proposed');
      for (const approver of approvers) house.ledger.approvers.add(approver);
      await approve(issuer, [second.id]);
      await issuer.pass();
      expect(house.ledger.acts).to.have.length(1);
      expect(await listed(issuer, pair[0])).to.equal('revoked');
    });
  }

  it('keeps approvals while the ledger does not answer, and the contract decides whose count', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const [pair = []] = await handlesOf(issuer, [vaccination(1)]);
    await issuer.settle();
    house.ledger.isDown = true;
    const { id } = await act(issuer, { by: 'issuer' });
    await issuer.pass().catch(() => undefined);
    expect((await issuer.acts.show(id)).state).to.equal('approved');
    house.ledger.isDown = false;
    await issuer.pass();
    expect(await listed(issuer, pair[0])).to.equal('revoked');
  });

  for (const fault of ['lost', 'landed'] as const) {
    it(`brings a batch to the ledger once when its answer is ${fault}, also after a restart`, async () => {
      await using house = await IssuerHouse.create();
      const first = await house.open();
      const [pair = []] = await handlesOf(first, [vaccination(1)]);
      await first.settle();
      const { id } = await act(first, { by: 'issuer' });
      house.ledger.faults.push(fault);
      await first.pass().catch(() => undefined);
      await first.close();
      await using second = await house.open();
      expect((await second.acts.show(id)).state).to.equal('approved');
      await second.pass();
      expect(house.ledger.acts).to.have.length(1);
      expect(house.ledger.actCalls).to.equal(2);
      expect(await listed(second, pair[0])).to.equal('revoked');
    });
  }
});

async function reopened(house: IssuerHouse, issuer: Issuer): Promise<Issuer> {
  await issuer.close();
  return await house.open();
}

/** The same signature with n - s: as good to a curve, refused by the contract. */
function highS(signature: string): string {
  const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
  const s = (order - BigInt(`0x${signature.slice(66, 130)}`)).toString(16).padStart(64, '0');
  return `${signature.slice(0, 66)}${s}${signature.endsWith('1b') ? '1c' : '1b'}`;
}

async function handlesOf(
  issuer: Issuer,
  records: readonly HealthRecord[],
): Promise<readonly (readonly string[])[]> {
  const rows = await issueAll(issuer, records);
  return rows.map(({ credentials }) => credentials.map(({ handle }) => handle));
}

/** What the published lists say. */
async function listed(issuer: Issuer, handle: string | undefined): Promise<StatusValue | undefined> {
  return issuer.status.publishedValue(await issuer.placeOf(handle ?? ''));
}
