/** A verifier with workers is one verifier: whatever is shared is shared, whoever answers. */
import cluster from 'node:cluster';
import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json, text } from 'node:stream/consumers';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { toBase64url } from '../../../core/bytes/base64url.ts';
import { toUtf8 } from '../../../core/bytes/utf8.ts';
import type { Verdict } from '../../../core/verify/verdict.ts';
import { parsePolicy } from '../../../core/policy/policy-form.ts';
import { silentLogger } from '../../../service/logging.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { SNAPSHOT_FILE } from '../../../service/snapshot-file.ts';
import { VERIFIER_DEFAULTS, type VerifierConfig } from '../../../verifier/config.ts';
import { deviceMessage, enrolMessage } from '../../../verifier/devices/device.ts';
import { startVerifier, type StartedVerifier } from '../../../verifier/server.ts';
import { makeHolder } from '../../support/holder.ts';
import { policyJson, ruleJson } from '../../support/policies.ts';
import { until } from '../../support/until.ts';
import { LEDGER_NOW, startPublishedIssuer, type PublishedIssuer } from '../support/published-issuer.ts';

const WORKERS = 2;
const TOKEN = 'operator-token-of-thirty-two-characters';
const PROGRAM = new URL('support/worker-program.ts', import.meta.url);
const PASSED = 'hcl_verdicts_total{outcome="pass",validity="valid"}';

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

describe('a verifier with two workers', function () {
  this.timeout(120_000);
  let issuer: PublishedIssuer;
  let folder: string;
  let service: StartedVerifier;
  let code: string;
  let nextIndex = 10;

  const config = (): VerifierConfig => ({
    ...VERIFIER_DEFAULTS,
    dataFolder: join(folder, 'verifier'),
    deployment: issuer.deployment,
    rpcUrls: [issuer.rpcUrl],
    issuers: [{ did: issuer.did, url: issuer.url }],
    port: 0,
    pollMs: 50,
    operatorTokenFile: join(folder, 'token'),
    workers: WORKERS,
    policies: ['base', join(folder, 'rules.json')],
  });

  before(async () => {
    process.env['HCL_TEST_NOW_SECONDS'] = String(LEDGER_NOW);
    issuer = await startPublishedIssuer();
    code = await issuer.issue(1);
    await issuer.publish([2]);
    folder = await mkdtemp(join(tmpdir(), 'hcl-pool-'));
    const law = policyJson({ rules: [ruleJson({ logic: false })] });
    await writeFile(join(folder, 'rules.json'), JSON.stringify(law));
    await issuer.publishPolicy(parsePolicy(law));
    process.env['HCL_TEST_BLOCKED'] = join(folder, 'blocked');
    await writeFile(join(folder, 'token'), TOKEN, { mode: 0o600 });
    const deps = {
      logger: silentLogger,
      nowSeconds: () => LEDGER_NOW,
      workerProgram: PROGRAM,
      workerPatience: { pingMs: 1000 },
    };
    service = await startVerifier(config(), deps);
    await ready();
  });
  after(async () => {
    await service.close();
    await issuer[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
    delete process.env['HCL_TEST_NOW_SECONDS'];
    delete process.env['HCL_TEST_BLOCKED'];
  });

  /** On a connection of its own: they are dealt out to one worker after the other. */
  function ask(method: string, path: string, body?: object, headers: object = {}): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    const options = { method, agent: new Agent(), headers: { ...type, ...headers } };
    httpRequest(`${service.url}${path}`, options, (response) => {
      const read = async (): Promise<unknown> => (response.statusCode === 204 ? null : await json(response));
      read().then((value) => resolve({ status: response.statusCode ?? 0, body: value }), reject);
    })
      .on('error', reject)
      .end(body === undefined ? undefined : JSON.stringify(body));
    return promise;
  }

  const eachWorker = <T>(attempt: () => Promise<T>): Promise<readonly T[]> =>
    Promise.all(Array.from({ length: WORKERS }, attempt));

  async function ready(): Promise<void> {
    await until(async () =>
      (await eachWorker(() => ask('GET', '/health/ready'))).every(({ status }) => status === 200),
    );
  }

  async function verdictOn(shown: string, more: object = {}): Promise<Verdict> {
    const { body } = await ask('POST', '/verify', { code: shown, ...more });
    const { verdicts } = body as { readonly verdicts: readonly Verdict[] };
    const [verdict] = verdicts;
    if (verdict === undefined) throw new Error('one code has one verdict');
    return verdict;
  }

  /** Of whichever worker answers first: a connection that is dealt to one that is blocked waits. */
  async function anyWorker(path: string): Promise<{ readonly status: number; readonly text: string }> {
    const answered = new AbortController();
    const read = async (): Promise<{ readonly status: number; readonly text: string }> => {
      const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
      const options = { agent: new Agent(), signal: answered.signal };
      httpRequest(`${service.url}${path}`, options, resolve).on('error', reject).end();
      const response = await promise;
      return { status: response.statusCode ?? 0, text: await text(response) };
    };
    try {
      return await Promise.any(Array.from({ length: WORKERS }, read));
    } finally {
      answered.abort();
    }
  }

  /** Value of a metric over all processes, its labels as they are. */
  async function metric(line: string): Promise<number> {
    const page = await anyWorker('/metrics');
    return Number(
      page.text
        .split('\n')
        .find((each) => each.startsWith(`${line} `))
        ?.split(' ')
        .at(-1) ?? 0,
    );
  }

  it('gives the verdicts of a single one, and counts them together', async () => {
    const before = await metric(PASSED);
    for (const { outcome } of await eachWorker(() => verdictOn(code))) expect(outcome).to.equal('pass');
    expect(await metric(PASSED)).to.equal(before + WORKERS);
    const own = await service.verifier.verify(code);
    expect(await verdictOn(code)).to.deep.equal(JSON.parse(JSON.stringify(own)));
  });

  it('hears of a new batch and of a revocation, in every worker', async () => {
    const index = nextIndex++;
    const fresh = await issuer.issue(index);
    const allSay = (outcome: string): Promise<true> =>
      until(async () => {
        const verdicts = await eachWorker(() => verdictOn(fresh));
        return verdicts.every((verdict) => verdict.outcome === outcome);
      });
    await allSay('pass');
    await issuer.publish([2, index]);
    await allSay('stop');
  });

  it('notices a code at two gates, whichever worker was asked at each', async () => {
    const shown = await issuer.issue(nextIndex++);
    await until(async () => (await verdictOn(shown)).outcome === 'pass');
    const places = [1, 1, 1, 2, 2, 2];
    const seen: string[] = [];
    for (const gate of places) {
      const { reasons } = await verdictOn(shown, { gate });
      seen.push(reasons.includes('SHOWN_ELSEWHERE') ? 'elsewhere' : 'first');
    }
    expect(seen).to.deep.equal(['first', 'first', 'first', 'elsewhere', 'elsewhere', 'elsewhere']);
  });

  it('has one list of devices: enrolled once, served by all, and by none once revoked', async () => {
    const operator = { authorization: `Bearer ${TOKEN}` };
    const invited = await ask('POST', '/devices/enrolments', { gate: 7 }, operator);
    const { secret } = invited.body as { readonly secret: string };
    const holder = makeHolder();
    const claim = {
      secret,
      publicKey: toBase64url(holder.publicKey),
      signature: toBase64url(holder.sign(enrolMessage(nodeCrypto.sha256(toUtf8(secret))))),
    };
    const claims = await eachWorker(() => ask('POST', '/devices', claim));
    expect(claims.map(({ status }) => status)).to.have.members([200, 403]);
    const [enrolled] = claims.filter(({ status }) => status === 200);
    const { id } = (enrolled?.body ?? { id: '' }) as { readonly id: string };
    const signature = toBase64url(holder.sign(deviceMessage(id, LEDGER_NOW)));
    const proof = { 'hcl-device': `${id}.${LEDGER_NOW}.${signature}` };
    const verifyAsDevice = (): Promise<Answer> => ask('POST', '/verify', { code }, proof);
    for (const { status } of await eachWorker(verifyAsDevice)) expect(status).to.equal(200);
    for (const { body } of await eachWorker(() => ask('GET', '/devices', undefined, operator))) {
      const { devices } = body as {
        readonly devices: readonly { readonly told: { readonly pass: number } }[];
      };
      expect(devices.map(({ told }) => told.pass)).to.deep.equal([WORKERS]);
    }
    expect((await ask('DELETE', `/devices/${id}`, undefined, operator)).status).to.equal(204);
    for (const { status, body } of await eachWorker(verifyAsDevice)) {
      expect(status).to.equal(403);
      expect(body).to.include({ code: 'DEVICE_UNKNOWN' });
    }
  });

  it('refuses a device that nobody knows as a single one does', async () => {
    const proof = { 'hcl-device': `${toBase64url(randomBytes(12))}.${LEDGER_NOW}.AAAA` };
    const { status, body } = await ask('POST', '/verify', { code }, proof);
    expect(status).to.equal(403);
    expect(body).to.include({ code: 'DEVICE_UNKNOWN' });
  });

  it('tells its metrics and that it is ready beside a worker that is blocked, and has it back', async () => {
    const blocked = join(folder, 'blocked');
    const workers = (what: string): Promise<number> => metric(`hcl_verifier_workers{what="${what}"}`);
    const counted = await metric(PASSED);
    expect([await workers('answering'), await workers('silent')]).to.deep.equal([WORKERS, 0]);
    await writeFile(blocked, '');
    let pid = 0;
    await until(async () => {
      // One that is ended before we have looked is followed by another.
      if (!service.workerPids().includes(pid)) process.kill((pid = service.workerPids()[0] ?? 0), 'SIGUSR2');
      return (await workers('silent')) === 1;
    });
    expect(await metric(PASSED), 'what it counted stays counted').to.equal(counted);
    expect((await anyWorker('/health/ready')).status).to.equal(200);
    await rm(blocked);
    await until(async () => (await workers('answering')) === WORKERS && (await workers('silent')) === 0);
    await ready();
  });

  async function othersInPlaceOf(killed: readonly number[]): Promise<void> {
    await until(() => {
      const pids = service.workerPids();
      return pids.length === WORKERS && killed.every((pid) => !pids.includes(pid));
    });
    await ready();
    expect((await verdictOn(code)).outcome).to.equal('pass');
  }

  it('finds its port again when all workers have died at once, and counts on from what they counted', async () => {
    const counted = await metric(PASSED);
    const killed = service.workerPids();
    for (const pid of killed) process.kill(pid, 'SIGKILL');
    await othersInPlaceOf(killed);
    expect(await metric(PASSED)).to.equal(counted + 1);
  });

  it('starts others also where something could not be sent to those that died', async () => {
    const killed = service.workerPids();
    for (const worker of Object.values(cluster.workers ?? {})) {
      // As the system says it of a pipe whose reader is gone before anybody has heard of its end.
      worker?.process.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
      worker?.process.kill('SIGKILL');
    }
    await othersInPlaceOf(killed);
  });

  it('decides by the same rules in a worker that starts when others lie there', async () => {
    const decided = async (): Promise<readonly string[]> =>
      (await eachWorker(() => verdictOn(code, { policy: 'test.rule' }))).map(({ outcome }) => outcome);
    expect(await decided()).to.deep.equal(['stop', 'stop']);
    await writeFile(join(folder, 'rules.json'), JSON.stringify(policyJson()));
    const [killed = 0] = service.workerPids();
    process.kill(killed, 'SIGKILL');
    await othersInPlaceOf([killed]);
    expect(await decided()).to.deep.equal(['stop', 'stop']);
  });

  it('passes no revoked code while workers hang, are killed, and start from an old snapshot', async () => {
    const index = nextIndex++;
    const shown = await issuer.issue(index);
    const allSay = async (outcome: string): Promise<boolean> =>
      (await eachWorker(() => verdictOn(shown))).every((verdict) => verdict.outcome === outcome);
    await until(() => allSay('pass'));
    await service.verifier.writeSnapshot();
    const snapshot = join(folder, 'verifier', SNAPSHOT_FILE);
    await cp(snapshot, join(folder, 'old'));
    await issuer.publish([2, index]);
    await until(() => allSay('stop'));
    await service.verifier.writeSnapshot();
    await cp(join(folder, 'old'), snapshot);

    const [hung = 0, killed = 0] = service.workerPids();
    process.kill(hung, 'SIGSTOP');
    process.kill(killed, 'SIGKILL');
    const told = new Set<string>();
    const askOne = async (): Promise<void> => {
      const { outcome } = await verdictOn(shown);
      told.add(outcome);
    };
    await until(async () => {
      // Some are refused, some have their connection cut: what matters is what is said.
      await Promise.allSettled([askOne(), askOne()]);
      return service.workerPids().length === WORKERS && !service.workerPids().includes(hung);
    });
    await until(() => allSay('stop').catch(() => false));
    expect([...told].filter((outcome) => outcome !== 'stop')).to.deep.equal([]);
  });
});
