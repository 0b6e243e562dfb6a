/** The certificate of the document signer: made when first needed and kept, or the operator's own. */
import { Buffer } from 'node:buffer';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { expect } from 'chai';
import type { Verdict } from '../../../core/verify/verdict.ts';
import type { Issuer } from '../../../issuer/issuer.ts';
import type { IssuerSecrets } from '../../../issuer/secrets.ts';
import {
  makeAuthority,
  makeCertificate,
  type CertificateOptions,
  type TestAuthority,
} from '../../core/foreign/support/certificates.ts';
import { trustOf, verdictWith } from '../../core/foreign/support/foreign-verdict.ts';
import { issueAll, IssuerHouse, passportVaccination, START_MS } from '../support/issuer-house.ts';
import { expectRejects } from '../support/rejects-code.ts';

const AUTHORITY = makeAuthority('HK', 'CSCA of a test');

describe('the certificate of a document signer', () => {
  it('signed by the key itself is made once: another would have another kid', async () => {
    await using house = await IssuerHouse.create();
    const issuer = await house.open();
    await issuer.issueForeign(await issueOne(issuer), 'hcert');
    const { hcert } = await issuer.foreign.trust();
    await issuer.close();
    await using again = await house.open();
    const [row] = await issueAll(again, [passportVaccination(2)]);
    await again.issueForeign(row?.recordId ?? '', 'hcert');
    expect((await again.foreign.trust()).hcert).to.deep.equal(hcert);
  });

  it('of the operator is used, and a checkpoint that pins the country’s authority takes the code', async () => {
    await using house = await IssuerHouse.create();
    const documentSigners = await pemOf(house, certificateFor(house.secrets));
    await using issuer = await house.open({ config: { documentSigners } });
    const { handle } = await issuer.issueForeign(await issueOne(issuer), 'hcert');
    await issuer.settle();
    const { hcert } = await issuer.foreign.trust();
    const self = { subject: AUTHORITY, issuer: AUTHORITY, isAuthority: true };
    const authority = Buffer.from(makeCertificate(self)).toString('base64');
    const trust = await trustOf({ hcert, hcertAuthorities: [{ certificate: authority }] });
    const verdict = await verdictWith(await issuer.code(handle), trust, START_MS / 1000);
    expect(verdict).to.deep.include({ outcome: 'pass', reasons: [] });
  });

  it('that comes after another makes the code anew; each is listed, and revoked as the code out there names it', async () => {
    await using house = await IssuerHouse.create();
    const ofOperator = [1, 2].map((serial) => certificateFor(house.secrets, { serial }));
    const codes: string[] = [];
    for (const der of [undefined, ...ofOperator]) {
      await using issuer = await openUnder(house, der);
      const { handle } = await issuer.issueForeign(await issueOne(issuer), 'hcert');
      await issuer.settle();
      codes.push(await issuer.code(handle));
    }
    expect(new Set(codes).size).to.equal(3);
    await using issuer = await openUnder(house, ofOperator[1]);
    const before = await trustOf(await issuer.foreign.trust());
    for (const code of codes) expect(await verdictOf(code, before)).to.deep.include({ outcome: 'pass' });
    await issuer.privacy.erase(await issueOne(issuer), 'subject-request');
    await issuer.settle();
    const published = await issuer.foreign.trust();
    expect(published.hcert).to.have.length(3);
    const kids = published.hcertRevocations?.map(({ kid }) => kid);
    expect(kids).to.have.members(published.hcert.map(({ kid }) => kid));
    const after = await trustOf(published);
    for (const code of codes)
      expect(await verdictOf(code, after)).to.deep.include({ outcome: 'stop', reasons: ['STATUS_REVOKED'] });
  });

  it('ends the codes that it signs', async () => {
    await using house = await IssuerHouse.create();
    const der = certificateFor(house.secrets, { notAfter: '20230101000000Z' });
    await using issuer = await house.open({ config: { documentSigners: await pemOf(house, der) } });
    const recordId = await issueOne(issuer);
    await issuer.issueForeign(recordId, 'hcert');
    const report = await issuer.privacy.report({ recordId }, 'audit');
    expect(report.records[0]?.credentials[2]).to.include({ profile: 'hcert' });
    house.nowMs = Date.UTC(2023, 0, 2);
    await expectRejects(() => issuer.issueForeign(recordId, 'hcert'), 'FOREIGN_NOT_SET_UP');
  });

  const unusable: Readonly<Record<string, (house: IssuerHouse) => Uint8Array>> = {
    'of another key': () => makeCertificate({ subject: makeAuthority('HK', 'x'), issuer: AUTHORITY }),
    'that has ended': ({ secrets }) => certificateFor(secrets, { notAfter: '20220101000000Z' }),
    'that has not begun': ({ secrets }) => certificateFor(secrets, { notBefore: '20230101000000Z' }),
  };
  for (const [which, make] of Object.entries(unusable)) {
    it(`${which} signs nothing; health cards need none`, async () => {
      await using house = await IssuerHouse.create();
      const documentSigners = await pemOf(house, make(house));
      await using issuer = await house.open({ config: { documentSigners } });
      const recordId = await issueOne(issuer);
      await expectRejects(() => issuer.issueForeign(recordId, 'hcert'), 'FOREIGN_NOT_SET_UP');
      expect(await issuer.issueForeign(recordId, 'shc')).to.include({ profile: 'shc' });
    });
  }

  it('file that is not there, or holds none, stops the issuer at its start', async () => {
    await using house = await IssuerHouse.create();
    const empty = join(house.folder, 'empty.pem');
    await writeFile(empty, 'nothing');
    for (const documentSigners of [empty, join(house.folder, 'none.pem')])
      await expectRejects(() => house.open({ config: { documentSigners } }), 'CONFIG_INVALID');
  });

  it('is not asked for when cards name their issuer by no https URL', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open({ config: { publicBaseUrl: 'http://hk-dh.example' } });
    const recordId = await issueOne(issuer);
    await expectRejects(() => issuer.issueForeign(recordId, 'shc'), 'FOREIGN_NOT_SET_UP');
  });
});

function certificateFor(
  { signingKey }: IssuerSecrets,
  changes: Partial<CertificateOptions> = {},
): Uint8Array {
  const privateKey = createPrivateKey({ key: { ...signingKey }, format: 'jwk' });
  const publicKey = createPublicKey(privateKey);
  const subject: TestAuthority = { ...makeAuthority('HK', 'DSC of a test'), privateKey, publicKey };
  return makeCertificate({ subject, issuer: AUTHORITY, ...changes });
}

async function pemOf({ folder }: IssuerHouse, der: Uint8Array): Promise<string> {
  const path = join(folder, 'signers.pem');
  const body = Buffer.from(der).toString('base64');
  await writeFile(path, `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`);
  return path;
}

async function openUnder(house: IssuerHouse, der: Uint8Array | undefined): Promise<Issuer> {
  return await house.open(der === undefined ? {} : { config: { documentSigners: await pemOf(house, der) } });
}

function verdictOf(code: string, trust: Awaited<ReturnType<typeof trustOf>>): Promise<Verdict> {
  return verdictWith(code, trust, START_MS / 1000 + 60);
}

async function issueOne(issuer: Issuer): Promise<string> {
  const [row] = await issueAll(issuer, [passportVaccination(1)]);
  return row?.recordId ?? '';
}
