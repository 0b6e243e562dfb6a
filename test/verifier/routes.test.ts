import { expect } from 'chai';
import fc from 'fast-check';
import { after, before, describe, it } from 'mocha';
import { toHex } from '../../core/bytes/hex.ts';
import { defaultPolicies } from '../../core/policy/default-policies.ts';
import { policyDigest } from '../../core/policy/digest.ts';
import type { Policy } from '../../core/policy/policy.ts';
import { StateRoot } from '../../core/trust/state-root.ts';
import { REASON_CODES } from '../../core/verify/reasons.ts';
import { STEPS, type Verdict } from '../../core/verify/verdict.ts';
import { verifyCode } from '../../core/verify/verify.ts';
import type { Service } from '../../service/app.ts';
import { createLogger } from '../../service/logging.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { silentLogger } from '../../service/logging.ts';
import { buildVerifierApp } from '../../verifier/app.ts';
import { CheckpointFiles, type RulesInUse } from '../../verifier/checkpoint-files.ts';
import { Gate } from '../../verifier/gate.ts';
import { StatusFollower } from '../../verifier/status-follower.ts';
import type { Checkpoint } from '../../verifier/verifier.ts';
import { buildTestVerifier } from './support/test-verifier.ts';
import { makeConsortium, vaccinationRecord, type Consortium } from '../support/consortium.ts';
import { testPolicy } from '../support/policies.ts';

describe('the verifier on HTTP', () => {
  let consortium: Consortium;
  let app: Service;
  let good: string;
  let isSynced: boolean;
  let logged: string;

  before(async () => {
    consortium = makeConsortium({ seed: 7 });
    good = (await consortium.issueCodes([vaccinationRecord()]))[0]?.text ?? '';
    isSynced = true;
    logged = '';
    const deps = { crypto: nodeCrypto, log: silentLogger, nowSeconds: () => consortium.nowSeconds };
    const files = await CheckpointFiles.open({ policies: ['base'] }, deps);
    const gate = new Gate(files, () => consortium.context());
    const checkpoint: Checkpoint = {
      verify: (text, request) => gate.verify(text, request),
      verifyTogether: (texts, request) => gate.verifyTogether(texts, request),
      files,
      state: consortium.state,
      follower: new StatusFollower(
        { issuers: [], limits: { maxBytes: 1, timeoutMs: 1 } },
        {
          crypto: nodeCrypto,
          fetchJson: () => Promise.reject(new TypeError('asks nobody')),
          log: silentLogger,
          nowSeconds: () => consortium.nowSeconds,
        },
      ),
      confirmedAtSeconds: consortium.nowSeconds,
      get isSynced() {
        return isSynced;
      },
      onSync: (listener) => listener(consortium.state),
    };
    const logger = createLogger({
      name: 'verifier',
      level: 'debug',
      destination: { write: (line: string) => void (logged += line) },
    });
    const limits = { maxEventLoopDelayMs: 0 };
    const deployment = {
      version: 1,
      chainId: 5,
      genesisHash: '0x00',
      contracts: undefined as never,
    } as const;
    app = await buildVerifierApp({ verifier: checkpoint, config: { deployment }, logger, limits });
  });

  after(() => app.close());

  it('answers one code', async () => {
    const [verdict, ...rest] = await verdictsOf({ code: good });
    expect(rest).to.deep.equal([]);
    expect(verdict).to.include({ outcome: 'pass', validity: 'valid' });
    expect(verdict?.steps.map(({ step }) => step)).to.deep.equal([...STEPS]);
    expect(verdict?.evidence.claims?.subject.doc).to.be.a('string');
  });

  it('loses nothing of a verdict on the way', async () => {
    const direct = await verifyCode(good, consortium.context());
    expect((await verdictsOf({ code: good }))[0]).to.deep.equal(JSON.parse(JSON.stringify(direct)));
  });

  it('answers many codes, each in its place', async () => {
    const tampered = `${good.slice(0, -1)}${good.endsWith('0') ? '1' : '0'}`;
    const verdicts = await verdictsOf({ codes: ['', good, tampered, 'NL2:NCF', good] });
    expect(verdicts.map(({ outcome }) => outcome)).to.deep.equal([
      'stop',
      'pass',
      verdicts[2]?.outcome,
      'refer',
      'pass',
    ]);
    expect(verdicts[2]?.outcome).not.to.equal('pass');
    expect(verdicts[0]?.reasons).to.deep.equal(['CODE_EMPTY']);
    expect(verdicts[3]?.reasons).to.deep.equal(['FORMAT_NOT_SUPPORTED']);
  });

  it('reads plain text, one code a line, whatever ends the lines', async () => {
    const payload = `${good}\r\n\n${good}\n`;
    const response = await app.inject({
      method: 'POST',
      url: '/verify',
      headers: { 'content-type': 'text/plain' },
      payload,
    });
    const { verdicts } = response.json<{ verdicts: Verdict[] }>();
    expect(verdicts.map(({ outcome }) => outcome)).to.deep.equal(['pass', 'stop', 'pass']);
  });

  it('says that answers are not to be kept', async () => {
    const response = await app.inject({ method: 'POST', url: '/verify', payload: { code: good } });
    expect(response.headers['cache-control']).to.equal('no-store');
  });

  it('gives every text a verdict, never an error', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string().map((rest) => `HCL1:${rest}`),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 64, maxLength: 64 }), async (codes) => {
        const verdicts = await verdictsOf({ codes });
        expect(verdicts).to.have.length(codes.length);
        for (const { outcome, reasons } of verdicts) {
          expect(outcome).to.be.oneOf(['stop', 'refer']);
          for (const reason of reasons) expect(REASON_CODES).to.include(reason);
        }
      }),
      { numRuns: 10 },
    );
  }).timeout(20_000);

  it('gives a text that is too long a verdict', async () => {
    const [verdict] = await verdictsOf({ code: `HCL1:${'A'.repeat(1_000_000)}` });
    expect(verdict?.reasons).to.deep.equal(['CODE_TOO_LONG']);
  });

  const refused: Readonly<
    Record<string, { readonly payload: string; readonly type?: string; readonly status: number }>
  > = {
    'a body that is not JSON': { payload: '{"code":', status: 400 },
    'a code that is no text': { payload: '{"code":5}', status: 400 },
    'a field that nobody named': { payload: '{"code":"A","extra":1}', status: 400 },
    'neither code nor codes': { payload: '{}', status: 400 },
    'more than 256 codes': {
      payload: JSON.stringify({ codes: Array.from({ length: 257 }, () => 'A') }),
      status: 400,
    },
    'more than 256 lines': { payload: 'A\n'.repeat(257), type: 'text/plain', status: 413 },
    'another media type': { payload: '<code/>', type: 'application/xml', status: 415 },
    'a body that is too large': { payload: 'A'.repeat(9_000_000), type: 'text/plain', status: 413 },
  };
  for (const [what, { payload, type = 'application/json', status }] of Object.entries(refused)) {
    it(`refuses ${what} with a problem`, async () => {
      const response = await app.inject({
        method: 'POST',
        url: '/verify',
        headers: { 'content-type': type },
        payload,
      });
      expect(response.statusCode).to.equal(status);
      expect(response.headers['content-type']).to.match(/^application\/problem\+json/);
    });
  }

  it('says what it knows', async () => {
    const response = await app.inject({ url: '/state' });
    const state = response.json<{
      ledger: { chainId: number; head: object; roots: number };
      issuers: object[];
    }>();
    expect(state.ledger).to.include({ chainId: 5, roots: consortium.state.roots.size });
    expect(state.ledger.head).to.deep.equal({ ...consortium.state.head });
    expect(state.issuers).to.have.length(3);
    expect(state.issuers[0]).to.deep.include({ name: 'HK-DH', jurisdiction: 'HK' });
  });

  it('says it of another ledger, where its worker found that it followed a wrong one', async () => {
    const other = makeConsortium({ seed: 91 });
    const served = await buildTestVerifier(consortium);
    const rootNow = async (): Promise<string> =>
      (await served.app.inject('/state')).json<{ ledger: { stateRoot: string } }>().ledger.stateRoot;
    const rootOf = (state: Checkpoint['state']): string => toHex(new StateRoot(nodeCrypto, state).root());
    expect(await rootNow()).to.equal(rootOf(consortium.state));
    Object.assign(served.checkpoint, { state: other.state });
    expect(await rootNow()).to.equal(rootOf(other.state));
    expect(rootOf(other.state)).not.to.equal(rootOf(consortium.state));
    await served.app.close();
  });

  it('says what the ledger has of the rules that it asks, in the state and in the metrics', async () => {
    const own = makeConsortium({ seed: 92 });
    const served = await buildTestVerifier(own, { policies: ['base', 'hk.vp', 'hk.colour', 'mo-zh'] });
    const policy = (name: string): Policy => defaultPolicies().find(name) ?? testPolicy();
    const [hongKong, , macao] = own.issuers;
    if (hongKong === undefined || macao === undefined) throw new Error('three issuers');
    own.publishPolicy(hongKong, policy('hk.vp@5'));
    own.publishPolicy(macao, { ...policy('mo-zh@2'), json: policy('mo-zh@1').json });
    await served.files.look();
    const state = (await served.app.inject('/state')).json<{
      policies: readonly { id: string; rules: readonly RulesInUse[] }[];
    }>();
    expect(state.policies.map(({ id, rules }) => [id, ...rules.map(toText)])).to.deep.equal([
      ['base'],
      ['hk.vp', 'hk.vp@5 HK registered'],
      ['hk.colour'],
      ['mo-zh', 'mo-zh@2 MO other'],
    ]);
    const [rules] = state.policies[1]?.rules ?? [];
    expect(rules?.digest).to.equal(toHex(policyDigest(nodeCrypto, policy('hk.vp@5'))));
    const { body } = await served.app.inject('/metrics');
    const counted = (what: string): string | undefined =>
      new RegExp(`hcl_checkpoint_rules\\{what="${what}"\\} (\\d)`).exec(body)?.[1];
    expect(['registered', 'unregistered', 'other', 'withdrawn', 'unknown'].map(counted)).to.deep.equal([
      '1',
      '0',
      '1',
      '0',
      '0',
    ]);
    await served.app.close();
  });

  it('describes its routes', async () => {
    const { paths } = (await app.inject({ url: '/docs/json' })).json<{ paths: object }>();
    expect(paths).to.include.keys('/verify', '/state', '/health/live', '/health/ready', '/metrics');
  });

  it('is ready while it follows the ledger', async () => {
    expect((await app.inject({ url: '/health/ready' })).statusCode).to.equal(200);
    isSynced = false;
    const response = await app.inject({ url: '/health/ready' });
    isSynced = true;
    expect(response.statusCode).to.equal(503);
    expect(response.json()).to.deep.include({ failing: ['replica'] });
  });

  it('counts outcomes, and says nothing about codes in metrics and logs', async () => {
    await verdictsOf({ codes: [good, 'CHAN, TAI MAN'] });
    const metrics = (await app.inject({ url: '/metrics' })).body;
    expect(metrics).to.match(/hcl_verdicts_total\{outcome="pass",validity="valid"\} [1-9]/);
    expect(metrics).to.match(/hcl_verdict_reasons_total\{reason="CODE_UNKNOWN"\} [1-9]/);
    expect(metrics).to.contain(`hcl_replica_roots ${consortium.state.roots.size}`);
    const handle = (await verdictsOf({ code: good }))[0]?.evidence.claims?.jti ?? 'none';
    for (const text of [metrics, logged]) {
      expect(text).not.to.contain(good.slice(5, 60));
      expect(text).not.to.contain('CHAN');
      expect(text).not.to.contain(handle);
    }
    expect(logged).not.to.equal('');
  });

  async function verdictsOf(payload: object): Promise<readonly Verdict[]> {
    const response = await app.inject({ method: 'POST', url: '/verify', payload });
    expect(response.statusCode, response.body).to.equal(200);
    return response.json<{ verdicts: Verdict[] }>().verdicts;
  }
});

function toText({ id, jurisdiction, registration, version }: RulesInUse): string {
  return `${id}@${version} ${jurisdiction} ${registration}`;
}
