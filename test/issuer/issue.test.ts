import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { describe, it } from 'mocha';
import { expect } from 'chai';
import { fromBase64url } from '../../core/bytes/base64url.ts';
import { parseClaims, parseHeader } from '../../core/credential/parse.ts';
import { decodeCode, type CodeParts } from '../../core/qr/code.ts';
import type { CredentialClaims } from '../../core/credential/claims.ts';
import type { IntakeRow } from '../../issuer/intake/row.ts';
import type { Issuer } from '../../issuer/issuer.ts';
import { writeSecrets } from '../../issuer/secrets.ts';
import { createRandomBytes } from '../../service/clock.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import {
  collect,
  DID,
  IssuerHouse,
  issueAll,
  issued,
  labTest,
  rowsOf,
  START_MS,
  vaccination,
} from './support/issuer-house.ts';

describe('issuing: what a row becomes', () => {
  it('signs both profiles with the issuer’s key, each with a handle and a status entry of its own', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const [row] = await issueAll(issuer, [vaccination(1)]);
    await issuer.settle();
    const [venue, travel] = await codesOf(issuer, row?.credentials.map(({ handle }) => handle) ?? []);
    for (const { parts } of [venue!, travel!])
      expect(parseHeader(parts.headerBytes).kid).to.equal(issuer.key.kid);
    expect([venue!.claims.iss, travel!.claims.iss]).to.deep.equal([DID, DID]);
    expect([venue!.claims.profile, travel!.claims.profile]).to.deep.equal(['venue', 'travel']);
    expect(venue!.claims.jti).to.not.equal(travel!.claims.jti);
    expect(venue!.claims.status.status_list.uri).to.not.equal(travel!.claims.status.status_list.uri);
    expect(venue!.claims.subject.nameEn).to.not.equal(travel!.claims.subject.nameEn);
  });

  it('draws handles of 128 bits from the generator it is given, and no two alike', async () => {
    await using house = await IssuerHouse.create();
    const asked: number[] = [];
    const fresh = createRandomBytes();
    const randomBytes = (length: number): Uint8Array => (asked.push(length), fresh(length));
    await using issuer = await house.open({ ports: { randomBytes } });
    const rows = await issueAll(
      issuer,
      Array.from({ length: 50 }, (_, i) => vaccination(i)),
    );
    const handles = rows.flatMap((row) => row.credentials.map(({ handle }) => handle));
    expect(new Set(handles).size).to.equal(100);
    expect(handles.every((handle) => fromBase64url(handle).length === 16)).to.equal(true);
    expect(asked.filter((length) => length === 16).length).to.be.at.least(100);
  });

  it('coarsens the time of issue down to the hour', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const [row] = await issueAll(issuer, [labTest(1)]);
    await issuer.settle();
    const [venue] = await codesOf(issuer, [row?.credentials[0]?.handle ?? '']);
    expect(venue?.claims.iat).to.equal(Math.floor(START_MS / 3_600_000) * 3600);
  });

  it('answers bad rows with their problems and issues the good ones', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const problems = [{ field: 'dob', code: 'RECORD_DATE_INVALID', reason: 'is no date' }] as const;
    const rows: IntakeRow[] = [
      { row: 2, record: vaccination(1) },
      { row: 3, problems },
      { row: 4, record: vaccination(2) },
    ];
    const results = await collect(issuer.issueRows(rows));
    expect(results.map(({ row }) => row)).to.deep.equal([2, 3, 4]);
    expect(results[1]).to.deep.equal({ row: 3, problems });
    expect(issued(results[2]).credentials).to.have.length(2);
  });
});

describe('issuing: the same record again', () => {
  it('creates nothing new, neither in the same file, nor later, nor after a restart', async () => {
    await using house = await IssuerHouse.create();
    const first = await house.open();
    const rows = await issueAll(first, [vaccination(1), vaccination(2), vaccination(1)]);
    const again = await issueAll(first, [vaccination(2)]);
    await first.settle();
    await first.close();
    await using second = await house.open();
    const later = await issueAll(second, [vaccination(1)]);
    await second.settle();
    expect(rows.map(({ duplicate }) => duplicate)).to.deep.equal([false, false, true]);
    expect([...again, ...later].map(({ duplicate }) => duplicate)).to.deep.equal([true, true]);
    expect(rows[2]?.credentials).to.deep.equal(rows[0]?.credentials);
    expect(again[0]?.recordId).to.equal(rows[1]?.recordId);
    expect(later[0]?.recordId).to.equal(rows[0]?.recordId);
    expect(later[0]?.credentials.map(({ state }) => state)).to.deep.equal(['released', 'released']);
    expect(house.ledger.batches).to.have.length(2);
  });

  it('creates one when it is sent fifty times at once', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const results = await Promise.all(Array.from({ length: 50 }, () => issueAll(issuer, [vaccination(1)])));
    const rows = results.flat();
    expect(rows.filter(({ duplicate }) => !duplicate)).to.have.length(1);
    expect(new Set(rows.map(({ recordId }) => recordId)).size).to.equal(1);
  });

  it('takes a record with one other fact for another record', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const record = vaccination(1);
    const rows = await issueAll(issuer, [record, { ...record, date: '2021-06-02' } as typeof record]);
    expect(rows.map(({ duplicate }) => duplicate)).to.deep.equal([false, false]);
  });
});

describe('issuing: a killed process', () => {
  it('has on the disk what it had answered', async function () {
    this.timeout(30_000);
    await using house = await IssuerHouse.create();
    await writeSecrets(`${house.folder}/secrets.json`, house.secrets);
    const script = new URL('support/endless-issuing.ts', import.meta.url).pathname;
    const child = spawn(process.execPath, [script, house.folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    const answered: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      answered.push(line);
      if (answered.length === 300) child.kill('SIGKILL');
    }
    expect(child.signalCode ?? 'SIGKILL').to.equal('SIGKILL');
    await using issuer = await house.open();
    for (const recordId of answered) expect((await issuer.record(recordId)).credentials).to.have.length(2);
    const again = await collect(issuer.issueRows(rowsOf([vaccination(0)])));
    expect(issued(again[0])).to.include({ duplicate: true, recordId: answered[0] });
    await issuer.settle();
    expect((await issuer.record(answered.at(-1) ?? '')).credentials[0]?.state).to.equal('released');
  });
});

interface Decoded {
  readonly parts: CodeParts;
  readonly claims: CredentialClaims;
}

async function codesOf(issuer: Issuer, handles: readonly string[]): Promise<readonly Decoded[]> {
  const codes = await Promise.all(handles.map((handle) => issuer.code(handle)));
  return codes.map((code) => {
    const parts = decodeCode(code);
    return { parts, claims: parseClaims(parts.payloadBytes) };
  });
}

describe('issuing: a chunk that cannot be finished', () => {
  it('leaves nothing behind: the same rows are new when they come again', async () => {
    await using house = await IssuerHouse.create();
    let isBroken = false;
    const sha256 = (data: Uint8Array): Uint8Array => {
      if (isBroken) throw new Error('broken');
      return nodeCrypto.sha256(data);
    };
    await using issuer = await house.open({ ports: { crypto: { ...nodeCrypto, sha256 } } });
    const records = [vaccination(1), vaccination(2)];
    isBroken = true;
    // The second falls with the first: its record is the same.
    const attempts = [issueAll(issuer, records), issueAll(issuer, records)];
    for (const { status } of await Promise.allSettled(attempts)) expect(status).to.equal('rejected');
    isBroken = false;
    const rows = await issueAll(issuer, records);
    expect(rows.map(({ duplicate }) => duplicate)).to.deep.equal([false, false]);
    await issuer.settle();
    expect(
      await codesOf(
        issuer,
        rows.flatMap(({ credentials }) => credentials.map(({ handle }) => handle)),
      ),
    ).to.have.lengthOf(4);
  });
});
