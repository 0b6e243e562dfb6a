/** Codes of elsewhere, issued again here: confirmed or refused, once, and marked with where they come from. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { expect } from 'chai';
import type { JsonObject } from '../../../core/bytes/strict-json.ts';
import { parseClaims } from '../../../core/credential/parse.ts';
import { decodeCode } from '../../../core/qr/code.ts';
import type { Subject } from '../../../core/record/record.ts';
import type { ImportAnswer, ImportRequest } from '../../../issuer/foreign/imports.ts';
import type { Issuer } from '../../../issuer/issuer.ts';
import { DCC, ISSUED_AT, makeHcertSigner } from '../../core/foreign/support/hcert-signer.ts';
import { BUNDLE, makeShcSigner, SHC_ISSUER } from '../../core/foreign/support/shc-signer.ts';
import { TABLES } from '../../../issuer/store.ts';
import { Store } from '../../../service/store.ts';
import { collect, issued, issueAll, IssuerHouse, passportVaccination } from '../support/issuer-house.ts';
import { HeldCommit } from '../support/held-commit.ts';
import { expectRejects } from '../support/rejects-code.ts';

const SUBJECT: Subject = {
  nameEn: 'CHAN, TAI MAN',
  dob: '1980-01-01',
  docType: 'PASSPORT',
  docNumber: 'K12345678',
  docIssuer: 'PT',
};
const hcert = makeHcertSigner();
const shc = makeShcSigner();
const TRUST = {
  hcert: [{ certificate: hcert.certificate, country: 'PT' }],
  shc: [{ iss: SHC_ISSUER, name: 'Hospital of elsewhere', keys: shc.keys }],
};

describe('a code of elsewhere', () => {
  it('is issued again as a record that names its origin, and anchored like any other', async () => {
    await using house = await houseWith(TRUST);
    await using issuer = await house.open({ config: configOf(house) });
    const answer = await issuer.takeOver(request(hcert.issue()));
    expect(answer).to.deep.include({ signer: { name: 'DSC Test', country: 'PT' }, overruled: [] });
    const { recordId, duplicate, credentials } = issued(answer.rows[0]);
    expect(duplicate).to.equal(false);
    expect(answer.receipts).to.have.length(1);
    const { originalId, ...record } = JSON.parse(JSON.stringify(await issuer.recordContent(recordId)));
    expect(originalId).to.match(/^[A-Za-z0-9_-]{22}$/);
    expect(record).to.deep.equal({
      type: 'vaccination',
      subject: SUBJECT,
      disease: 'sct|840539006',
      prophylaxis: 'sct|1119349007',
      product: 'eu|EU/1/20/1528',
      manufacturer: 'eu|ORG-100030215',
      doseNumber: 2,
      seriesDoses: 2,
      date: '2022-02-10',
      country: 'PT',
      origin: 'hcl|foreign-code',
      authority: 'Ministry of Health',
      checkedBy: 'officer-7',
    });
    await issuer.settle();
    const travel = await issuer.code(credentials[1]?.handle ?? '');
    const { facts } = parseClaims(decodeCode(travel).payloadBytes);
    expect(facts).to.include({ origin: 'hcl|foreign-code', country: 'PT' });
    expect(facts).to.not.have.any.keys('authority', 'checkedBy', 'originalId');
  });

  it('twice, written anew, by two officers at once and after a restart, makes nothing new', async () => {
    await using house = await houseWith(TRUST);
    const issuer = await house.open({ config: configOf(house) });
    const first = request(hcert.issue());
    // Signed again, so another text with the same content; it ends at another time too.
    const again = {
      ...request(hcert.issue({ expiresAtSeconds: ISSUED_AT + 300 * 86_400 })),
      checkedBy: 'other',
    };
    const answers = await Promise.all([issuer.takeOver(first), issuer.takeOver(again)]);
    await issuer.close();
    await using later = await house.open({ config: configOf(house) });
    answers.push(await later.takeOver(first));
    const rows = answers.map(({ rows: [row] }) => issued(row));
    expect(new Set(rows.map(({ recordId }) => recordId)).size).to.equal(1);
    expect(rows.filter(({ duplicate }) => !duplicate)).to.have.length(1);
  });

  it('with several doses gives a record for each; what it leaves out is asked for by field', async () => {
    await using house = await houseWith(TRUST);
    await using issuer = await house.open({ config: configOf(house) });
    const code = shc.issue({ bundle: twoDoses() });
    const asked = await issuer.takeOver(request(code));
    expect(problemsOf(asked)).to.deep.equal([
      ['doseNumber', 'country'],
      ['doseNumber', 'country'],
    ]);
    const complete = [1, 2].map((doseNumber) => ({ doseNumber, country: 'CA' }));
    const { rows } = await issuer.takeOver({ ...request(code), complete });
    const records = await Promise.all(rows.map((row) => issuer.recordContent(issued(row).recordId)));
    expect(records.map((record) => ('doseNumber' in record ? record.doseNumber : 0))).to.deep.equal([1, 2]);
    expect(records[0]).to.include({ authority: 'Hospital of elsewhere', country: 'CA' });
    const again = await issuer.takeOver({ ...request(code), complete });
    expect(again.rows.map((row) => issued(row).duplicate)).to.deep.equal([true, true]);
  });

  it('cannot be told to say something else than it does, nor be told where it comes from', async () => {
    await using house = await houseWith(TRUST);
    await using issuer = await house.open({ config: configOf(house) });
    const complete = [{ date: '2022-03-10', doseNumber: 3, origin: 'hcl|foreign-code', lot: 'A1' }];
    const answer = await issuer.takeOver({ ...request(hcert.issue()), complete });
    expect(problemsOf(answer)).to.deep.equal([['date', 'doseNumber', 'origin']]);
  });

  it('of a recovery says that a document showed it, not how it was found', async () => {
    await using house = await houseWith(TRUST);
    await using issuer = await house.open({ config: configOf(house) });
    const { v: _, ...person } = DCC;
    const entry = { tg: '840539006', fr: '2022-11-20', df: '2022-12-01', du: '2023-05-19' };
    const recovery = { ...entry, co: 'PT', is: 'Ministry of Health', ci: 'URN:UVCI:01:PT:1' };
    const { rows } = await issuer.takeOver(request(hcert.issue({ claim: { ...person, r: [recovery] } })));
    expect(await issuer.recordContent(issued(rows[0]).recordId)).to.include({
      basis: 'hcl|non-local',
      evidence: 'EU Digital COVID Certificate or WHO HCERT',
      firstPositiveOn: '2022-11-20',
      validUntil: '2023-05-19',
    });
  });

  const stranger = makeHcertSigner();
  const refusals: Readonly<Record<string, readonly [string, () => Partial<ImportRequest>]>> = {
    'of a signer who is not pinned': ['SIGNER_UNKNOWN', () => ({ code: stranger.issue() })],
    'that has ended': ['EXPIRED', () => ({ code: hcert.issue({ expiresAtSeconds: ISSUED_AT + 60 }) })],
    'that another signed in the name of a pinned one': [
      'SIGNATURE_INVALID',
      () => ({ code: stranger.issue({ kid: hcert.kid }) }),
    ],
    'of somebody else': ['IDENTITY_MISMATCH', () => ({ subject: { ...SUBJECT, dob: '1981-01-01' } })],
    'that is none': ['CODE_UNKNOWN', () => ({ code: 'no code at all' })],
  };
  for (const [which, [reason, change]] of Object.entries(refusals)) {
    it(`${which} is refused as ${reason}, and nothing is stored`, async () => {
      await using house = await houseWith(TRUST);
      await using issuer = await house.open({ config: configOf(house) });
      const asked = { ...request(hcert.issue()), ...change() };
      expect(await refusalOf(issuer, asked)).to.include(reason);
      await issuer.settle();
      expect(house.ledger.batches).to.have.length(0);
    });
  }

  for (const which of ['of a signer who is not pinned', 'that has ended']) {
    it(`${which} is taken when the officer has seen the document, which the record then rests on`, async () => {
      await using house = await houseWith(TRUST);
      await using issuer = await house.open({ config: configOf(house) });
      const [reason, change] = refusals[which] ?? ['', () => ({})];
      const asked = { ...request(hcert.issue()), ...change(), isDocumentSeen: true };
      const { rows, overruled } = await issuer.takeOver(asked);
      expect(overruled).to.deep.equal([reason]);
      const record = await issuer.recordContent(issued(rows[0]).recordId);
      expect(record).to.include({ origin: 'hcl|foreign-document', checkedBy: 'officer-7' });
    });
  }

  for (const which of [
    'that another signed in the name of a pinned one',
    'of somebody else',
    'that is none',
  ]) {
    it(`${which} stays refused, whatever the officer has seen`, async () => {
      await using house = await houseWith(TRUST);
      await using issuer = await house.open({ config: configOf(house) });
      const [reason, change] = refusals[which] ?? ['', () => ({})];
      const asked = { ...request(hcert.issue()), ...change(), isDocumentSeen: true };
      expect(await refusalOf(issuer, asked)).to.include(reason);
    });
  }

  it('of our own system is not one of another', async () => {
    await using house = await houseWith(TRUST);
    await using issuer = await house.open({ config: configOf(house) });
    const [row] = await issueAll(issuer, [passportVaccination(1)]);
    await issuer.settle();
    const code = await issuer.code(row?.credentials[0]?.handle ?? '');
    await expectRejects(() => issuer.takeOver({ ...request(code), isDocumentSeen: true }), 'IMPORT_REFUSED');
  });

  it('is forgotten with its record: afterwards the same code is new, before and after an epoch ended', async () => {
    await using house = await houseWith(TRUST);
    const issuer = await house.open({ config: configOf(house) });
    const asked = request(hcert.issue());
    const kept = request(hcert.issue({ claim: { ...DCC, v: secondDose() } }));
    const first = issued((await issuer.takeOver(asked)).rows[0]);
    await issuer.takeOver(kept);
    await issuer.privacy.erase(first.recordId, 'subject-request');
    await issuer.privacy.pass({ force: true });
    const second = issued((await issuer.takeOver(asked)).rows[0]);
    expect(second).to.include({ duplicate: false }).and.not.include({ recordId: first.recordId });
    expect(issued((await issuer.takeOver(kept)).rows[0]).duplicate).to.equal(true);
    await issuer.privacy.erase(second.recordId, 'subject-request');
    await issuer.close();
    expect(await namesOfOriginals(house)).to.equal(1);
  });

  it('that was taken over for one document is refused for another, and gives nobody the record of the first', async () => {
    await using house = await houseWith(TRUST);
    await using issuer = await house.open({ config: configOf(house) });
    const asked = request(hcert.issue());
    const { recordId } = issued((await issuer.takeOver(asked)).rows[0]);
    for (const other of [{ docNumber: 'K87654321' }, { docIssuer: 'HK' }, { docType: 'OTHER' }] as const) {
      const changed = { ...asked, subject: { ...SUBJECT, ...other }, isDocumentSeen: true };
      expect(await refusalOf(issuer, changed)).to.equal('IDENTITY_MISMATCH');
    }
    const rewritten = { ...asked, subject: { ...SUBJECT, docNumber: ' k12345678' } };
    expect(issued((await issuer.takeOver(rewritten)).rows[0])).to.include({ recordId, duplicate: true });
  });

  it('whose record is just being erased is refused until that is gone, and then issued anew', async () => {
    await using house = await houseWith(TRUST);
    await using issuer = await house.open({ config: configOf(house) });
    const asked = request(hcert.issue());
    const { recordId } = issued((await issuer.takeOver(asked)).rows[0]);
    using revoking = HeldCommit.of(TABLES.orderedActs);
    const erasing = issuer.privacy.erase(recordId, 'subject-request');
    await revoking.reached;
    const { rows } = await issuer.takeOver(asked);
    expect(rows).to.have.nested.property('[0].problems[0].code', 'INTAKE_RECORD_BEING_ERASED');
    revoking.release();
    await erasing;
    expect(issued((await issuer.takeOver(asked)).rows[0])).to.include({ duplicate: false });
  });

  it('is judged by the list as it stands now; a list that is none leaves the last good one', async () => {
    await using house = await houseWith({ hcert: [] });
    await using issuer = await house.open({ config: configOf(house) });
    const asked = request(hcert.issue());
    expect(await refusalOf(issuer, asked)).to.include('SIGNER_UNKNOWN');
    await writeFile(listOf(house), JSON.stringify(TRUST));
    expect((await issuer.takeOver(asked)).overruled).to.deep.equal([]);
    await writeFile(listOf(house), '{"hcert": 7}');
    expect(issued((await issuer.takeOver(asked)).rows[0]).duplicate).to.equal(true);
  });

  it('is nobody’s business where no list is set up, and an issuer does not start on a list that is none', async () => {
    await using house = await houseWith('nothing');
    await using issuer = await house.open();
    expect(await refusalOf(issuer, request(hcert.issue()))).to.include('TRUST_LIST_MISSING');
    await issuer.close();
    await expectRejects(() => house.open({ config: configOf(house) }), 'TRUST_LIST_INVALID');
  });
});

function request(code: string): ImportRequest {
  return { code, subject: SUBJECT, checkedBy: 'officer-7', isDocumentSeen: false, complete: [] };
}

async function houseWith(trust: unknown): Promise<IssuerHouse> {
  const house = await IssuerHouse.create();
  await writeFile(listOf(house), JSON.stringify(trust));
  return house;
}

function configOf(house: IssuerHouse): { readonly foreignTrust: string } {
  return { foreignTrust: listOf(house) };
}

function listOf({ folder }: IssuerHouse): string {
  return join(folder, 'trust.json');
}

/** How many originals the store knows. */
async function namesOfOriginals(house: IssuerHouse): Promise<number> {
  await using store = await Store.open(join(house.config().dataFolder, 'store'));
  return (await collect(store.table(TABLES.imports).entries())).length;
}

async function refusalOf(issuer: Issuer, asked: ImportRequest): Promise<string> {
  let answer = '';
  await expectRejects(async () => {
    try {
      return await issuer.takeOver(asked);
    } catch (error) {
      answer = error instanceof Error ? error.message : '';
      throw error;
    }
  }, 'IMPORT_REFUSED');
  return answer;
}

function problemsOf({ rows }: ImportAnswer): readonly (readonly string[])[] {
  return rows.map((row) => ('problems' in row ? row.problems.map(({ field }) => field) : []));
}

function secondDose(): readonly JsonObject[] {
  const entries = DCC['v'] as readonly JsonObject[];
  return entries.map((entry) => ({ ...entry, dn: 1, ci: 'URN:UVCI:01:PT:2' }));
}

function twoDoses(): JsonObject {
  const [patient, dose] = BUNDLE['entry'] as readonly JsonObject[];
  const { resource } = dose as { readonly resource: JsonObject };
  const later = { fullUrl: 'resource:2', resource: { ...resource, occurrenceDateTime: '2022-05-10' } };
  return { ...BUNDLE, entry: [patient ?? null, dose ?? null, later] };
}
