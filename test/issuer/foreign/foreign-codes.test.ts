/** A record in the words of others, from asking to the checkpoint: one more credential of it, wherever credentials go. */
import { describe, it } from 'mocha';
import { expect } from 'chai';
import { checkAccount } from '../../../auditor/privacy-account.ts';
import { concatBytes } from '../../../core/bytes/concat.ts';
import { fromBase64url } from '../../../core/bytes/base64url.ts';
import { fromHex, toHex } from '../../../core/bytes/hex.ts';
import { readQrImage, toPng } from '../../../core/qr/image.ts';
import type { HealthRecord } from '../../../core/record/record.ts';
import type { Verdict } from '../../../core/verify/verdict.ts';
import { Issuer } from '../../../issuer/issuer.ts';
import { FOREIGN_FORMATS, type ForeignFormat } from '../../../issuer/record-entry.ts';
import { issuerKeyOf } from '../../../issuer/signing.ts';
import { newSigningKey } from '../../../issuer/keys/signing-key-store.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { trustOf, verdictWith } from '../../core/foreign/support/foreign-verdict.ts';
import { EVERY_KIND } from '../../support/sample-records.ts';
import {
  collect,
  DID,
  issueAll,
  issued,
  IssuerHouse,
  rowsOf,
  START_MS,
  passportVaccination,
} from '../support/issuer-house.ts';
import { expectRejects } from '../support/rejects-code.ts';
import { act } from '../support/two-people.ts';

const NOW = START_MS / 1000;

describe('a record in the words of others', () => {
  for (const format of FOREIGN_FORMATS) {
    describe(`as ${format}`, () => {
      it('is released when it is anchored, and a checkpoint that pins the issuer takes it', async () => {
        await using house = await IssuerHouse.create();
        await using issuer = await house.open();
        const recordId = await issueOne(issuer);
        const asked = await issuer.issueForeign(recordId, format);
        expect(asked).to.deep.include({ recordId, profile: format, state: 'anchoring' });
        await expectRejects(() => issuer.code(asked.handle), 'CREDENTIAL_NOT_RELEASED');
        await issuer.settle();
        const verdict = await verdictOf(issuer, await issuer.code(asked.handle));
        expect(verdict).to.deep.include({ outcome: 'pass', reasons: [] });
        const [fact] = verdict.evidence.foreign?.facts?.records ?? [];
        expect(fact).to.deep.include({ type: 'vaccination', date: '2021-06-01', product: 'eu|EU/1/20/1528' });
      });

      it('fits a QR code, which gives the same text back', async () => {
        await using house = await IssuerHouse.create();
        await using issuer = await house.open();
        const code = await releasedCode(issuer, await issueOne(issuer), format);
        expect(readQrImage(toPng(code))).to.equal(code);
      });

      it('asked for twice, also at once, is one code with one leaf, also after a restart', async () => {
        await using house = await IssuerHouse.create();
        const issuer = await house.open();
        const recordId = await issueOne(issuer);
        const both = await Promise.all([
          issuer.issueForeign(recordId, format),
          issuer.issueForeign(recordId, format),
        ]);
        await issuer.close();
        await using again = await house.open();
        const { handle } = await again.issueForeign(recordId, format);
        expect(both.map((one) => one.handle)).to.deep.equal([handle, handle]);
        await again.settle();
        expect(await leavesOf(house, again)).to.equal(3);
      });

      it('waits in the store when the process ends before it is anchored, and is anchored by the next', async () => {
        await using house = await IssuerHouse.create();
        const issuer = await house.open();
        const { handle } = await issuer.issueForeign(await issueOne(issuer), format);
        await issuer.close();
        await using again = await house.open();
        await again.settle();
        expect(await verdictOf(again, await again.code(handle))).to.deep.include({ outcome: 'pass' });
      });

      it('is accounted for to auditors, and after the record was erased by its receipt', async () => {
        await using house = await IssuerHouse.create();
        await using issuer = await house.open();
        const recordId = await issueOne(issuer);
        const { handle } = await issuer.issueForeign(recordId, format);
        await issuer.settle();
        expect(await tallyOf(house, issuer)).to.deep.equal({ records: 3, erased: 0, unaccounted: 0 });
        await issuer.privacy.erase(recordId, 'subject-request');
        await issuer.settle();
        expect(await tallyOf(house, issuer)).to.deep.equal({ records: 0, erased: 3, unaccounted: 0 });
        await expectRejects(() => issuer.credential(handle), 'CREDENTIAL_NOT_FOUND');
        await expectRejects(() => issuer.issueForeign(recordId, format), 'RECORD_NOT_FOUND');
        const [erasure] = await issuer.acts.list({ limit: 1 });
        // It has the status entry of the travel credential.
        expect(erasure?.act.affected.credentials).to.equal(2);
      });

      it('is revoked with its record: verifiers of its system are told, and none is given out any more', async () => {
        await using house = await IssuerHouse.create();
        await using issuer = await house.open();
        const recordId = await issueOne(issuer);
        const { handle } = await issuer.issueForeign(recordId, format);
        await issuer.settle();
        expect(await revokedNames(issuer, format)).to.deep.equal([]);
        await act(issuer, { by: 'record', recordId });
        await issuer.acts.carryOut();
        await issuer.settle();
        expect((await issuer.statusOf(handle)).value).to.equal('revoked');
        expect(await revokedNames(issuer, format)).to.have.length(1);
        await expectRejects(() => issuer.issueForeign(recordId, format), 'CREDENTIAL_NOT_VALID');
      });

      it('stays on the list when its record is erased, under a name that shows nothing of its handle', async () => {
        await using house = await IssuerHouse.create();
        await using issuer = await house.open();
        const recordId = await issueOne(issuer);
        const { handle } = await issuer.issueForeign(recordId, format);
        await issuer.settle();
        await issuer.privacy.erase(recordId, 'subject-request');
        await issuer.settle();
        const [name = ''] = await revokedNames(issuer, format);
        expect(fromBase64url(name)).to.have.length(16);
        expect(name).to.not.equal(handle);
      });

      it('is made anew when the key was changed: whoever dropped the former one takes it again', async () => {
        await using house = await IssuerHouse.create();
        const next = newSigningKey(NOW);
        const keyStore = { load: () => Promise.resolve(next.jwk), makeCurrent: () => Promise.resolve() };
        await using issuer = await house.open({ ports: { keyStore } });
        const recordId = await issueOne(issuer);
        const before = await releasedCode(issuer, recordId, format);
        await issuer.rotation.use(next.kid);
        const after = await releasedCode(issuer, recordId, format);
        expect(after).to.not.equal(before);
        for (const code of [before, after])
          expect(await verdictOf(issuer, code)).to.deep.include({ outcome: 'pass' });
        expect((await issuer.foreign.cardKeys()).map(({ kid }) => kid)).to.include(next.kid);
      });

      it('may be signed by somebody else: the key need not be here', async () => {
        await using house = await IssuerHouse.create();
        const { signingKey, ...secrets } = house.secrets;
        const here = issuerKeyOf(nodeCrypto, signingKey);
        const elsewhere = {
          publicKey: here.publicKey,
          maxConcurrent: 1,
          sign: (message: Uint8Array) => Promise.resolve(here.sign(message)),
        };
        const working = { ...secrets, signingKey: elsewhere };
        await using issuer = await Issuer.open(house.config(), working, house.ports());
        const code = await releasedCode(issuer, await issueOne(issuer), format);
        expect(await verdictOf(issuer, code)).to.deep.include({ outcome: 'pass' });
      });

      it('changes nothing of what the record itself was answered with', async () => {
        await using house = await IssuerHouse.create();
        await using issuer = await house.open();
        const first = await issueAll(issuer, [passportVaccination(1)]);
        await issuer.issueForeign(first[0]?.recordId ?? '', format);
        const [again] = await issueAll(issuer, [passportVaccination(1)]);
        expect(again?.credentials).to.deep.equal(first[0]?.credentials);
        expect(again?.duplicate).to.equal(true);
      });
    });
  }

  it('of a kind that the other system has no words for is refused, and nothing is stored', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const none: readonly (readonly [HealthRecord, ForeignFormat])[] = [
      [EVERY_KIND.exemption, 'hcert'],
      [EVERY_KIND.declaration, 'hcert'],
      [EVERY_KIND.recovery, 'shc'],
      [EVERY_KIND.exemption, 'shc'],
      [EVERY_KIND.declaration, 'shc'],
    ];
    for (const [record, format] of none) {
      const [row] = await issueAll(issuer, [record]);
      await expectRejects(() => issuer.issueForeign(row?.recordId ?? '', format), 'FOREIGN_RECORD_UNFIT');
      expect((await issuer.record(row?.recordId ?? '')).credentials).to.have.length(2);
    }
  });

  it('has a leaf that nobody guesses who knows all of the record: handles differ, so leaves do', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const rows = await issueAll(issuer, [passportVaccination(1), passportVaccination(2)]);
    const codes = [];
    for (const { recordId } of rows) codes.push(await issuer.issueForeign(recordId, 'hcert'));
    expect(new Set(codes.map(({ handle }) => handle)).size).to.equal(2);
    const report = await issuer.privacy.report({ recordId: rows[0]?.recordId ?? '' }, 'subject-access');
    const told = report.records[0]?.credentials[2];
    expect(told).to.include({ profile: 'hcert', status: 'valid' });
    const uvci = toHex(fromBase64url(codes[0]?.handle ?? ''))
      .slice(2)
      .toUpperCase();
    expect(told).to.have.nested.property('claims.v[0].ci', `URN:UVCI:01:HK:${uvci}`);
  });
});

async function issueOne(issuer: Issuer): Promise<string> {
  const [row] = await collect(issuer.issueRows(rowsOf([passportVaccination(1)])));
  return issued(row).recordId;
}

async function releasedCode(issuer: Issuer, recordId: string, format: ForeignFormat): Promise<string> {
  const { handle } = await issuer.issueForeign(recordId, format);
  await issuer.settle();
  return await issuer.code(handle);
}

/** At a checkpoint whose operator has pinned what the issuer publishes. */
async function verdictOf(issuer: Issuer, code: string): Promise<Verdict> {
  return await verdictWith(code, await trustOf(await issuer.foreign.trust()), NOW + 60);
}

async function revokedNames(issuer: Issuer, format: ForeignFormat): Promise<readonly string[]> {
  const { foreign } = issuer;
  if (format === 'shc') return (await foreign.cardRevocations()).flatMap(({ rids }) => rids);
  const batches = await foreign.certificateRevocations();
  return batches.flatMap(({ entries }) =>
    entries.map(({ hash }) => Buffer.from(hash, 'base64').toString('base64url')),
  );
}

/** Leaves on the ledger that are no padding. */
async function leavesOf(house: IssuerHouse, issuer: Issuer): Promise<number> {
  const { records, erased } = await tallyOf(house, issuer);
  return records + erased;
}

/** What an auditor counts over all batches. */
async function tallyOf(
  { ledger }: IssuerHouse,
  issuer: Issuer,
): Promise<{ records: number; erased: number; unaccounted: number }> {
  const { kid, publicKey } = issuer.key;
  const sum = { records: 0, erased: 0, unaccounted: 0 };
  for (const { root } of ledger.batches) {
    const account = await issuer.privacy.account(toHex(root));
    const { leaves } = await issuer.batch(toHex(root));
    const tally = checkAccount(account, concatBytes(...leaves.map(fromHex)), {
      crypto: nodeCrypto,
      did: DID,
      keyOf: (asked) => (asked === kid ? publicKey : undefined),
      isRevoked: ({ idx, uri }) =>
        issuer.status.publishedValue({ list: Number(uri.split('/').at(-1)), index: idx }) === 'revoked',
    });
    sum.records += tally.records;
    sum.erased += tally.erased;
    sum.unaccounted += tally.unaccounted.length;
  }
  return sum;
}
