import { describe, it } from 'mocha';
import { expect } from 'chai';
import { actLeaf, actIdOf } from '../../../core/act/act.ts';
import { readActBatch } from '../../../core/act/batch.ts';
import { fromBase64url } from '../../../core/bytes/base64url.ts';
import { fromHex, toHex } from '../../../core/bytes/hex.ts';
import { concatBytes } from '../../../core/bytes/concat.ts';
import { merkleRoot } from '../../../core/commitment/merkle.ts';
import { buildIssuerApp } from '../../../issuer/app.ts';
import type { Issuer } from '../../../issuer/issuer.ts';
import type { Service, ServiceLimits } from '../../../service/app.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { approveActs } from '../../../ledger/act-approval.ts';
import { addressOfKey } from '../../../ledger/identifiers.ts';
import { vaccinationRecord } from '../../support/consortium.ts';
import { issueAll, IssuerHouse, vaccination } from '../support/issuer-house.ts';
import { APPROVER_KEYS, PLACE } from '../support/memory-ledger.ts';
import { SpoiltWrite } from '../support/spoilt-write.ts';
import { request } from '../support/two-people.ts';

/** A slow machine is no reason to turn anybody away. */
const UNHURRIED: Partial<ServiceLimits> = { maxEventLoopDelayMs: 0 };

describe('acts over HTTP', function () {
  // The first service of a process loads fastify's plugins and the pages of /docs.
  this.timeout(60_000);

  it('go from a dry run to two approvals to the lists', async () => {
    await using desk = await Desk.create();
    const body = request({ by: 'lot', lot: 'LOT1' });
    expect((await desk.post('/acts/dry-run', body)).json()).to.deep.equal({ credentials: 4 });
    const proposed = (await desk.post('/acts', body)).json();
    expect(proposed).to.deep.include({ state: 'proposed', approvedBy: [] });
    expect(proposed.act).to.deep.include({ kind: 'revoke', reason: 'fraud', selector: body.target });
    const batch = (await desk.post('/acts/batches', { acts: [proposed.id] })).json();
    expect(readActBatch(nodeCrypto, { ...batch, root: fromHex(batch.root) })).to.deep.equal([proposed.act]);
    for (const [i, key] of APPROVER_KEYS.entries()) {
      const { signature } = approveActs(key, PLACE, { ...batch, root: fromHex(batch.root) });
      const answer = await desk.post(`/acts/batches/${batch.root}/approvals`, { signature });
      expect(answer.json().state).to.equal(['open', 'approved'][i]);
      expect(answer.json().approvedBy).to.have.length(i + 1);
    }
    await desk.issuer.settle();
    const approvedBy = APPROVER_KEYS.map((key) => addressOfKey(key));
    const shown = (await desk.get(`/acts/${proposed.id}`)).json();
    expect(shown).to.deep.equal({ ...proposed, state: 'anchored', approvedBy });
    expect((await desk.get('/acts')).json()).to.deep.equal({ acts: [shown] });
    const status = (await desk.get(`/credentials/${desk.handles[0]}/acts`)).json();
    expect(status).to.deep.equal({ value: 'revoked', acts: [shown], cautions: [] });
    const untouched = (await desk.get(`/credentials/${desk.handles[1]}/acts`)).json();
    expect(untouched).to.deep.equal({ value: 'valid', acts: [], cautions: [] });
  });

  it('show auditors leaves and changes, and nothing of why', async () => {
    await using desk = await Desk.create();
    const { id } = (await desk.post('/acts', request({ by: 'lot', lot: 'LOT1' }))).json();
    const batch = (await desk.post('/acts/batches', { acts: [id] })).json();
    for (const key of APPROVER_KEYS) {
      const { signature } = approveActs(key, PLACE, { ...batch, root: fromHex(batch.root) });
      await desk.post(`/acts/batches/${batch.root}/approvals`, { signature });
    }
    await desk.issuer.settle();
    const auditor = desk.house.secrets.auditorToken;
    const leaves = (await desk.get(`/acts/batches/${batch.root}`, auditor)).json();
    expect(toHex(merkleRoot(nodeCrypto, concatBytes(...leaves.leaves.map(fromHex))))).to.equal(batch.root);
    const leaf = actLeaf(nodeCrypto, fromBase64url(batch.acts[0].bytes));
    expect(leaves.leaves[batch.acts[0].position]).to.equal(toHex(leaf));
    expect(actIdOf(leaf)).to.equal(id);
    const history = (await desk.get('/acts/history?after=0', auditor)).json();
    expect(history).to.include({ more: false, size: 131_072 });
    expect(history.versions.at(-1).changes.map(({ act }: { act: string }) => act)).to.deep.equal([
      toHex(leaf),
    ]);
    expect(JSON.stringify(history)).not.to.contain('fraud').and.not.to.contain('LOT1');
    for (const url of ['/acts', `/acts/${id}`, `/credentials/${desk.handles[0]}/acts`]) {
      expect((await desk.get(url, auditor)).json(), url).to.include({ code: 'UNAUTHENTICATED' });
    }
    const none = await desk.get(`/acts/batches/0x${'0'.repeat(64)}`, auditor);
    expect(none.json()).to.include({ code: 'ACT_BATCH_NOT_FOUND', status: 404 });
  });

  it('go on with the store that was opened after a write failed', async () => {
    await using desk = await Desk.create();
    const body = request({ by: 'lot', lot: 'LOT1' });
    {
      using _spoilt = new SpoiltWrite();
      expect((await desk.post('/acts', body)).json()).to.include({ code: 'STORE_FAILED', status: 503 });
    }
    await desk.issuer.untilReopened();
    const { id } = (await desk.post('/acts', body)).json();
    await desk.approve(id);
    await desk.issuer.settle();
    expect((await desk.get(`/acts/${id}`)).json()).to.include({ state: 'anchored' });
    expect((await desk.get(`/credentials/${desk.handles[0]}/acts`)).json().value).to.equal('revoked');
  });

  it('are proposed once for one idempotency key, and not twice for two bodies', async () => {
    await using desk = await Desk.create();
    const body = request({ by: 'lot', lot: 'LOT1' });
    const first = (await desk.post('/acts', body, 'key-1')).json();
    expect((await desk.post('/acts', body, 'key-1')).json()).to.deep.equal(first);
    expect((await desk.post('/acts', body, 'key-2')).json().id).not.to.equal(first.id);
    const other = await desk.post('/acts', { ...body, reason: 'lot-recalled' }, 'key-1');
    expect(other.json()).to.include({ code: 'ACT_REQUEST_REUSED', status: 409 });
    expect((await desk.get('/acts')).json().acts).to.have.length(2);
  });

  it('are withdrawn while they wait for approvals', async () => {
    await using desk = await Desk.create();
    const { id } = (await desk.post('/acts', request({ by: 'issuer' }))).json();
    expect((await desk.post(`/acts/${id}/withdrawal`, undefined)).json().state).to.equal('withdrawn');
    expect((await desk.post('/acts/batches', { acts: [id] })).json()).to.include({
      code: 'ACT_NOT_PROPOSED',
    });
  });

  const wrong: Readonly<Record<string, readonly [body: object, code: string]>> = {
    'without a legal basis': [{ legalBasis: undefined }, 'REQUEST_INVALID'],
    'with an unknown kind': [{ kind: 'forgive' }, 'REQUEST_INVALID'],
    'with a field nobody named': [{ extra: 1 }, 'REQUEST_INVALID'],
    'for a reason of another kind': [{ reason: 'court-order' }, 'ACT_INVALID'],
    'as an erasure': [{ reason: 'erased' }, 'REQUEST_INVALID'],
    'on a target nobody knows': [{ target: { by: 'name', name: 'X' } }, 'REQUEST_INVALID'],
    'on two targets': [{ target: { by: 'lot', lot: 'A', site: 'B' } }, 'REQUEST_INVALID'],
    'on a lot that nobody got': [{ target: { by: 'lot', lot: 'NONE' } }, 'ACT_SELECTS_NOTHING'],
    'on a handle that is not there': [{ target: { by: 'credential', handle: 'x' } }, 'CREDENTIAL_NOT_FOUND'],
    'on an act that is not there': [{ target: { by: 'act', act: 'a'.repeat(32) } }, 'ACT_NOT_FOUND'],
    'ending before it begins': [
      { kind: 'suspend', reason: 'under-investigation', effectiveFrom: 20, until: 20 },
      'ACT_INVALID',
    ],
    'superseding a lot': [{ kind: 'supersede', reason: 'reissued' }, 'ACT_INVALID'],
  };
  it('are refused with a code, each for what is wrong with it', async () => {
    await using desk = await Desk.create();
    for (const [what, [change, code]] of Object.entries(wrong)) {
      const answer = await desk.post('/acts', { ...request({ by: 'lot', lot: 'LOT1' }), ...change });
      expect(answer.json(), what).to.include({ code });
    }
    expect((await desk.get('/acts')).json()).to.deep.equal({ acts: [] });
  });

  it('correct a record: new credentials, and the old code says that it was replaced', async () => {
    await using desk = await Desk.create();
    const terms = { reason: 'record-corrected', legalBasis: 'Internal', notice: { en: 'Corrected.' } };
    const body = { ...terms, recordId: desk.recordIds[3], record: vaccinationRecord({ doseNumber: 1 }) };
    const answer = (await desk.post('/corrections', body)).json();
    expect(answer).to.include({ duplicate: false });
    expect(answer.recordId).not.to.equal(desk.recordIds[3]);
    expect((await desk.post('/corrections', body)).json()).to.deep.equal({ ...answer, duplicate: true });
    await desk.approve(answer.act.id);
    await desk.issuer.settle();
    expect((await desk.get(`/credentials/${desk.handles[3]}/acts`)).json().value).to.equal('superseded');
    const fresh = (await desk.get(`/credentials/${answer.credentials[0].handle}/acts`)).json();
    expect(fresh.value).to.equal('valid');

    const same = await desk.post('/corrections', { ...body, record: vaccinationRecord() });
    expect(same.json()).to.include({ code: 'CORRECTION_CHANGES_NOTHING' });
    const bad = (
      await desk.post('/corrections', { ...body, record: vaccinationRecord({ doseNumber: 0 }) })
    ).json();
    expect(bad.problems[0]).to.include({ field: 'doseNumber' });
    const unknown = await desk.post('/corrections', { ...body, recordId: 'x'.repeat(22) });
    expect(unknown.json()).to.include({ code: 'RECORD_NOT_FOUND' });
  });
});

/** An issuer behind its routes with three people's records, two of them of lot LOT1. */
class Desk implements AsyncDisposable {
  readonly house: IssuerHouse;
  readonly issuer: Issuer;
  readonly #app: Service;
  readonly handles: readonly string[];
  readonly recordIds: readonly string[];

  private constructor(parts: Pick<Desk, 'house' | 'issuer' | 'handles' | 'recordIds'>, app: Service) {
    this.house = parts.house;
    this.issuer = parts.issuer;
    this.handles = parts.handles;
    this.recordIds = parts.recordIds;
    this.#app = app;
  }

  static async create(): Promise<Desk> {
    const house = await IssuerHouse.create();
    const issuer = await house.open();
    const rows = await issueAll(issuer, [
      vaccination(1),
      vaccination(2),
      vaccination(8),
      vaccinationRecord(),
    ]);
    const { operatorToken, auditorToken } = house.secrets;
    const app = await buildIssuerApp({
      issuer,
      operatorToken,
      auditorToken,
      now: () => house.nowMs,
      limits: UNHURRIED,
    });
    const handles = rows.map(({ credentials }) => credentials[0]?.handle ?? '');
    return new Desk({ house, issuer, handles, recordIds: rows.map(({ recordId }) => recordId) }, app);
  }

  get(url: string, token = this.house.secrets.operatorToken) {
    return this.#app.inject({ method: 'GET', url, headers: { authorization: `Bearer ${token}` } });
  }

  post(url: string, body: unknown, key?: string) {
    const headers = {
      authorization: `Bearer ${this.house.secrets.operatorToken}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    };
    return this.#app.inject({
      method: 'POST',
      url,
      headers,
      ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
    });
  }

  async approve(id: string): Promise<void> {
    const batch = (await this.post('/acts/batches', { acts: [id] })).json();
    for (const key of APPROVER_KEYS) {
      const { signature } = approveActs(key, PLACE, { ...batch, root: fromHex(batch.root) });
      await this.post(`/acts/batches/${batch.root}/approvals`, { signature });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#app.close();
    await this.issuer.close();
    await this.house[Symbol.asyncDispose]();
  }
}
