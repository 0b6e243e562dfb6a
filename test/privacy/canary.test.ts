/**
 * Reliability goals P1 and K3. Canaries in every field, header, name and key; a run with issuing, errors, acts,
 * verifying, erasing and two kills; then one search over everything that was written or said.
 */
import { Buffer } from 'node:buffer';
import { createPrivateKey } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import type { PrivacyReport } from '../../auditor/privacy-audit.ts';
import { runCommand } from '../../cli/commands.ts';
import { writeConsortiumFile } from '../../cli/consortium-file.ts';
import { fromBase64url } from '../../core/bytes/base64url.ts';
import { toCanonicalJson } from '../../core/bytes/canonical-json.ts';
import { toHex } from '../../core/bytes/hex.ts';
import { toUtf8 } from '../../core/bytes/utf8.ts';
import type { Verdict } from '../../core/verify/verdict.ts';
import { createSecrets, writeSecrets, type IssuerSecrets } from '../../issuer/secrets.ts';
import { createRandomBytes } from '../../service/clock.ts';
import { CHAIN_ID, ISSUER_DID, keyOf } from '../ledger/support/test-ledger.ts';
import { ioDouble } from '../cli/io-double.ts';
import { isLongRun, runs } from '../support/scale.ts';
import { refusalsOf, rowsOf, startServices, type Answer, type Services } from './support/canary-client.ts';
import { bundle, CANARY_HEADERS, csv, DOSE, manyRows, SUBJECT, TEST, TEXTS } from './support/canary-facts.ts';
import { allBytesBelow, type FoundBytes } from './support/level-files.ts';
import { hitsOf, spellingsOf, unsaltedHashesOf, type Needle } from './support/spellings.ts';
import { epochKeysOf, unwrapAll } from './support/unwrapped.ts';

describe('canaries', function () {
  this.timeout(isLongRun ? 600_000 : 120_000);
  let folder: string;
  let secrets: IssuerSecrets;
  /** Everything that was said: logs, problems, metrics, headers of answers. */
  const said: string[] = [];
  /** What an operator may see and a log may not. */
  const handles: string[] = [];
  const recordIds: string[] = [];
  let hay: readonly FoundBytes[];
  /** What the verifier says to a print of an erased record. */
  let erasedAnswer: Verdict | undefined;
  /** What `hcl record account` says of all leaves. */
  let leavesAccount: PrivacyReport | undefined;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hcl-canary-'));
    secrets = { ...createSecrets(createRandomBytes()), ledgerAccountKey: toHex(keyOf('account')) };
    await writeSecrets(join(folder, 'secrets.json'), secrets);
    await Promise.all(['tmp', 'cwd'].map((name) => mkdir(join(folder, name))));
    await liveThroughADay();
    const files = (await allBytesBelow(folder)).filter(({ name }) => !name.endsWith('/secrets.json'));
    hay = [...files, ...said.map((text, i) => ({ name: `said ${i}`, bytes: Buffer.from(text) }))];
  });

  after(() => rm(folder, { recursive: true, force: true }));

  it('were really there: the run issued, verified, refused, acted, erased, and was killed', () => {
    expect(handles.length).to.be.at.least(8);
    expect(said.filter((text) => text.includes('urn:hcl:problem')).length).to.be.at.least(10);
    expect(said.some((text) => text.includes('batch is final'))).to.equal(true);
    expect(said.some((text) => text.includes('epochs before this one are destroyed'))).to.equal(true);
    expect(said.some((text) => text.includes('hcl_issuer_records_erased_total 1'))).to.equal(true);
    expect(said.some((text) => text.includes('"/credentials/:handle"'))).to.equal(true);
  });

  it('were erased: a checkpoint that is shown the print says "withdrawn" (F30)', () => {
    expect(erasedAnswer?.reasons).to.deep.equal(['STATUS_REVOKED']);
    expect(erasedAnswer?.outcome).to.equal('stop');
  });

  it('were on the ledger as leaves: each a record, erased and revoked, or padding', () => {
    expect(leavesAccount).to.include({ passed: true, erased: 2 });
    expect(leavesAccount?.records).to.be.at.least(2);
  });

  it('of a person are nowhere: logs, metrics, problems, URLs, ledger, stores, temporary files', () => {
    const values = TEXTS.map((text): Needle => ({ label: text, bytes: toUtf8(text) }));
    const guesses = [DOSE, TEST].flatMap((record) => [record, record.subject].map(toCanonicalJson));
    const hashed = [
      ...values,
      ...guesses.map((text): Needle => ({ label: 'a record', bytes: toUtf8(text) })),
    ];
    const needles = [...values, ...hashed.flatMap(unsaltedHashesOf)].flatMap(spellingsOf);
    expect(hitsOf(needles, hay)).to.deep.equal([]);
  });

  it('of names that lead to a person are nowhere: handles, record ids, tokens', () => {
    const names = [...handles, ...recordIds, secrets.operatorToken];
    const needles = names.flatMap((name) => [
      { label: 'a name', bytes: toUtf8(name) },
      { label: 'a name', bytes: fromBase64url(name) },
    ]);
    expect(hitsOf(needles.flatMap(spellingsOf), hay)).to.deep.equal([]);
  });

  it('of keys are nowhere but in the file of secrets: also not an epoch’s key, nor a line of PEM', async () => {
    const stopped = { dataFolder: join(folder, 'issuer'), did: ISSUER_DID, secrets };
    const epochs = await epochKeysOf(stopped);
    expect(epochs).to.have.length(1);
    const dataKeys = await unwrapAll(stopped);
    expect(dataKeys.length).to.be.at.least(500);
    const keys: readonly Needle[] = [
      { label: 'signing key', bytes: Buffer.from(secrets.signingKey.d, 'base64url') },
      { label: 'index key', bytes: secrets.indexKey },
      { label: 'batch seed key', bytes: secrets.batchSeed },
      { label: 'account key', bytes: Buffer.from(secrets.ledgerAccountKey.slice(2), 'hex') },
      ...dataKeys.map(({ dataKey }): Needle => ({ label: 'a data key', bytes: dataKey })),
      ...[...secrets.keyEncryption, ...epochs].map(({ epoch, key }) => ({
        label: `key of epoch ${epoch}`,
        bytes: key,
      })),
    ];
    expect(hitsOf([...keys.flatMap(spellingsOf), ...pemLines(secrets)], hay)).to.deep.equal([]);
  });

  it('would be found in whatever form they were written', () => {
    const needles = [{ label: 'a name', bytes: toUtf8(SUBJECT.nameEn) }].flatMap(spellingsOf);
    for (const form of ['utf8', 'hex', 'base64', 'base64url', 'utf16le'] as const) {
      for (const before of ['', '.', '..']) {
        const text = Buffer.from(`${before}${SUBJECT.nameEn}, and more`, form === 'utf16le' ? form : 'utf8');
        const written = form === 'utf8' || form === 'utf16le' ? text : Buffer.from(text.toString(form));
        expect(hitsOf(needles, [{ name: form, bytes: written }]), form).to.not.deep.equal([]);
      }
    }
  });

  async function liveThroughADay(): Promise<void> {
    const first = await startServices(folder, said);
    await issueAndVerify(first);
    await misbehave(first);
    await actAndErase(first);
    await gather(first);
    leavesAccount = await accountOf(first);
    const dying = call(first, 'POST', '/records', { body: manyRows(runs(1_500, 50_000)), type: 'text/csv' });
    await first.untilLogged('"count":');
    first.kill();
    await dying.catch(() => undefined);
    const second = await startServices(folder, said);
    await call(second, 'POST', '/records', { body: manyRows(500), type: 'text/csv' });
    await gather(second);
    second.kill();
    await second.ended;
  }

  async function issueAndVerify(services: Services): Promise<void> {
    const answer = await call(services, 'POST', '/records', { body: JSON.stringify([DOSE, TEST]) });
    await call(services, 'POST', '/records', { body: csv('CANARYDOC78'), type: 'text/csv' });
    const fhir = await call(services, 'POST', '/records', {
      body: bundle('CANARYDOC79'),
      type: 'application/fhir+json',
    });
    const rows = [...rowsOf(answer), ...rowsOf(fhir)];
    expect(rows).to.have.length(3);
    for (const { recordId, credentials } of rows) {
      recordIds.push(recordId);
      handles.push(...credentials.map(({ handle }) => handle));
    }
    handles.push(
      ...rowsOf(
        await call(services, 'POST', '/records', { body: JSON.stringify([{ ...DOSE, doseNumber: 2 }]) }),
      ).flatMap(({ credentials }) => credentials.map(({ handle }) => handle)),
    );
    const code = await releasedCode(services, handles[0] ?? '');
    await verdictOf(services, code, ({ outcome }) => outcome === 'pass');
  }

  /** Every way to be refused that has a text of its own. */
  async function misbehave(services: Services): Promise<void> {
    const { issuer, verifier } = services.urls;
    const handle = handles[0] ?? '';
    const broken = [
      call(services, 'POST', '/records', { body: JSON.stringify({ ...DOSE, CANARYMEMBER: 'CANARYMEMBER' }) }),
      call(services, 'POST', '/records', {
        body: JSON.stringify({ ...DOSE, date: SUBJECT.docNumber, lot: 7 }),
      }),
      call(services, 'POST', '/records', { body: `{"type":"${SUBJECT.nameEn}"}` }),
      call(services, 'POST', '/records', { body: `{"CANARYBROKEN` }),
      call(services, 'POST', '/records', {
        body: csv('CANARYDOC80').replace('2021-06-01', SUBJECT.nameEn),
        type: 'text/csv',
      }),
      call(services, 'POST', '/records', { body: SUBJECT.nameEn, type: 'text/csv' }),
      call(services, 'POST', '/records', { body: 'CANARYBROKEN', type: 'application/CANARYHEADER' }),
      call(services, 'POST', '/revocations', { body: JSON.stringify({ handle, reason: SUBJECT.nameEn }) }),
      call(services, 'POST', '/revocations', {
        body: JSON.stringify({ handle: SUBJECT.docNumber, reason: 'fraud' }),
      }),
      call(services, 'POST', '/reports', { body: JSON.stringify({ document: SUBJECT, purpose: 'audit' }) }),
      call(services, 'POST', '/erasures', {
        body: JSON.stringify({ recordId: SUBJECT.docNumber, ground: 'retention-over' }),
      }),
      call(services, 'GET', `/records/CANARYPATH`, {}),
      call(services, 'GET', `/credentials/CANARYPATH.png?name=CANARYPATH`, {}),
      call(services, 'GET', `/CANARYPATH/${encodeURIComponent(SUBJECT.nameEn)}`, {}),
      call(services, 'GET', `/status/CANARYPATH`, {}),
      call(services, 'GET', `/records/x`, { token: 'CANARYTOKEN' }),
    ];
    for (const answer of await Promise.all(broken))
      expect([200, 400, 401, 404, 415]).to.include(answer.status);
    for (const [url, body] of [
      [`${issuer}/reports`, '{"CANARYBROKEN'],
      [`${verifier}/verify`, '{"codes":["CANARYBROKEN'],
      [`${verifier}/CANARYPATH`, '{}'],
    ] as const) {
      const answer = await fetch(url, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json', ...CANARY_HEADERS },
      });
      said.push(await answer.text());
    }
  }

  async function actAndErase(services: Services): Promise<void> {
    const [first = '', second = ''] = recordIds;
    const print = await releasedCode(services, handles[2] ?? '');
    const post = (path: string, body: object): Promise<Answer> =>
      call(services, 'POST', path, { body: JSON.stringify(body) });
    await post('/revocations', { recordId: first, reason: 'wrong-person' });
    const { docType, docIssuer, docNumber } = SUBJECT;
    const document = { docType, docIssuer, docNumber };
    const report = await post('/reports', { document, purpose: 'subject-access' });
    expect(report.text).to.contain(SUBJECT.nameEn);
    const turned = services.untilLogged('epochs before this one are destroyed');
    expect((await post('/erasures', { recordId: second, ground: 'subject-request' })).status).to.equal(200);
    await turned;
    erasedAnswer = await verdictOf(services, print, ({ outcome }) => outcome === 'stop');
  }

  async function accountOf({ urls }: Services): Promise<PrivacyReport> {
    const data = await mkdtemp(join(tmpdir(), 'hcl-canary-operator-'));
    await writeFile(join(data, 'operator.token'), secrets.operatorToken, { mode: 0o600 });
    const issuer = { name: 'CLINIC', did: ISSUER_DID, url: urls.issuer, jurisdiction: 'HK' };
    await writeConsortiumFile(data, {
      version: 1,
      rpcUrl: urls.node,
      chainId: CHAIN_ID,
      deployment: join(folder, 'deployment.json'),
      verifierUrl: urls.verifier,
      issuers: [{ ...issuer, operatorTokenFile: 'operator.token' }],
    });
    const io = ioDouble({ env: { HCL_DATA: data }, fetch });
    expect(await runCommand('record', ['account', '--issuer', 'CLINIC', '--json'], io)).to.equal(0);
    await rm(data, { recursive: true });
    return JSON.parse(io.written.out) as PrivacyReport; // what the command prints
  }

  async function gather({ urls }: Services): Promise<void> {
    for (const url of [urls.issuer, urls.verifier]) {
      for (const path of ['/metrics', '/health/ready', '/docs/json'])
        said.push(await (await fetch(url + path)).text());
    }
  }

  /** What is refused is kept to be searched; what an operator may read is not. A busy service is asked again. */
  async function call(
    services: Services,
    method: 'GET' | 'POST',
    path: string,
    { body, type = 'application/json', token = secrets.operatorToken }: CallOptions,
  ): Promise<Answer> {
    const authorization = `Bearer ${token}`;
    const headers = {
      ...CANARY_HEADERS,
      authorization,
      ...(body === undefined ? {} : { 'content-type': type }),
    };
    for (let attempt = 1; ; attempt++) {
      const response = await fetch(services.urls.issuer + path, {
        method,
        headers,
        ...(body === undefined ? {} : { body }),
      });
      const text = await response.text();
      said.push(JSON.stringify([...response.headers]));
      if (response.status >= 400) said.push(text);
      else said.push(...refusalsOf(text));
      if (response.status !== 503 || attempt === 100) return { status: response.status, text };
      await delay(100);
    }
  }

  /** The verifier's verdict, once it is as awaited. */
  async function verdictOf(
    { urls }: Services,
    code: string,
    isAwaited: (verdict: Verdict) => boolean,
  ): Promise<Verdict> {
    for (let attempt = 0; attempt < 300; attempt++) {
      const response = await fetch(`${urls.verifier}/verify`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...CANARY_HEADERS },
        body: JSON.stringify({ codes: [code, `${code.slice(0, -2)}XX`, 'CANARYBROKEN'] }),
      });
      const answer = (await response.json()) as { verdicts?: readonly [Verdict] }; // its response schema, or busy
      const verdict = answer.verdicts?.[0];
      if (verdict !== undefined && isAwaited(verdict)) return verdict;
      await delay(100);
    }
    throw new Error('the verifier did not come to that');
  }

  async function releasedCode(services: Services, handle: string): Promise<string> {
    for (let attempt = 0; attempt < 300; attempt++) {
      const { text } = await call(services, 'GET', `/credentials/${handle}`, {});
      const { code } = JSON.parse(text) as { code?: string }; // the route's response schema
      if (code !== undefined) return code;
      await delay(100);
    }
    throw new Error('it was not released');
  }
});

interface CallOptions {
  readonly body?: string;
  readonly type?: string;
  readonly token?: string;
}

/** Whole lines of the signing key's two usual PEM forms. */
function pemLines({ signingKey }: IssuerSecrets): readonly Needle[] {
  const key = createPrivateKey({ key: { ...signingKey }, format: 'jwk' });
  return (['pkcs8', 'sec1'] as const).flatMap((type) => {
    const lines = key.export({ type, format: 'pem' }).toString().split('\n').slice(1, -2);
    return lines.map((line): Needle => ({ label: `a line of ${type}`, bytes: toUtf8(line) }));
  });
}
