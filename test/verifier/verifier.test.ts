import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Level } from 'level';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import { toHex } from '../../core/bytes/hex.ts';
import type { LedgerState } from '../../core/trust/ledger-state.ts';
import { decodeSnapshot, encodeSnapshot } from '../../core/trust/snapshot.ts';
import { StateRoot } from '../../core/trust/state-root.ts';
import type { Verdict } from '../../core/verify/verdict.ts';
import { verifyCode } from '../../core/verify/verify.ts';
import { defaultPolicy } from '../../core/verify/policy.ts';
import { silentLogger } from '../../service/logging.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { VERIFIER_DEFAULTS, type VerifierConfig } from '../../verifier/config.ts';
import { fetchJsonWith } from '../../verifier/fetch-json.ts';
import { Verifier } from '../../verifier/verifier.ts';
import { until } from '../support/until.ts';
import { policyJson, ruleJson } from '../support/policies.ts';
import { PolicyError } from '../../core/policy/errors.ts';
import { parsePolicy } from '../../core/policy/policy-form.ts';
import { failure } from '../ledger/support/failure.ts';
import { makeConsortium } from '../support/consortium.ts';
import { LEDGER_NOW, startPublishedIssuer, type PublishedIssuer } from './support/published-issuer.ts';

const NOBODY = 'http://127.0.0.1:1';

describe('a verifier over a ledger', function () {
  this.timeout(30_000);
  let issuer: PublishedIssuer;
  let code: string;
  let revokedCode: string;
  let folder: string;

  before(async () => {
    issuer = await startPublishedIssuer();
    code = await issuer.issue(1);
    revokedCode = await issuer.issue(2);
    await issuer.publish([2]);
  });

  after(() => issuer[Symbol.asyncDispose]());

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hcl-verifier-'));
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('passes nothing before its first sync', async () => {
    await using verifier = await open();
    expect(verifier.isSynced).to.equal(false);
    expect((await verifier.verify(code)).outcome).to.equal('refer');
  });

  it('passes a good code and stops a revoked one', async () => {
    await using verifier = await open();
    await verifier.sync();
    expect(verifier.isSynced).to.equal(true);
    expect(reasonsOf(await verifier.verify(code))).to.deep.equal(['pass']);
    expect(reasonsOf(await verifier.verify(revokedCode))).to.deep.equal(['stop', 'STATUS_REVOKED']);
  });

  it('asks nobody while it checks', async () => {
    await using verifier = await open();
    await verifier.sync();
    const before = issuer.requests.length;
    for (const text of [code, revokedCode, 'HCL1:', '', code]) await verifier.verify(text);
    expect(issuer.requests.length).to.equal(before);
  });

  it('hears of a revocation with its next sync', async () => {
    const soonRevoked = await issuer.issue(3);
    await using verifier = await open();
    await verifier.sync();
    expect(reasonsOf(await verifier.verify(soonRevoked))).to.deep.equal(['pass']);
    await issuer.publish([2, 3]);
    await verifier.sync();
    expect(reasonsOf(await verifier.verify(soonRevoked))).to.deep.equal(['stop', 'STATUS_REVOKED']);
  });

  it('calls a credential unconfirmed when the lists do not come, never valid', async () => {
    await using verifier = await open({ issuers: [{ did: issuer.did, url: NOBODY }] });
    await verifier.sync();
    expect(reasonsOf(await verifier.verify(code))).to.deep.equal(['refer', 'STATUS_UNKNOWN']);
  });

  it('goes on after a restart without a ledger and without an issuer', async () => {
    {
      await using verifier = await open();
      await verifier.sync();
    }
    await using verifier = await open({ rpcUrls: [NOBODY], issuers: [{ did: issuer.did, url: NOBODY }] });
    await failure(verifier.sync(), 'LEDGER_UNREACHABLE');
    expect(verifier.isSynced).to.equal(false);
    expect(reasonsOf(await verifier.verify(code))).to.deep.equal(['pass']);
    expect(reasonsOf(await verifier.verify(revokedCode))).to.deep.equal(['stop', 'STATUS_REVOKED']);
  });

  it('grades what it knows by its age, up to "cannot confirm"', async () => {
    let now = LEDGER_NOW;
    await using verifier = await open({}, () => now);
    await verifier.sync();
    now += 3600;
    expect((await verifier.verify(code)).freshness.grade).to.equal('ageing');
    now += 2 * 86_400;
    expect(reasonsOf(await verifier.verify(code))[0]).to.equal('refer');
  });

  it('writes a private snapshot from which the same verdicts follow', async () => {
    {
      await using verifier = await open();
      await verifier.sync();
    }
    const path = join(folder, 'verifier', 'snapshot.hcls');
    expect((await stat(path)).mode & 0o777).to.equal(0o600);
    const knowledge = decodeSnapshot(nodeCrypto, await readFile(path));
    const verdict = await verifyCode(code, {
      crypto: nodeCrypto,
      ...knowledge,
      nowSeconds: LEDGER_NOW,
      policy: defaultPolicy,
    });
    expect(reasonsOf(verdict)).to.deep.equal(['pass']);
  });

  it('goes on from its snapshot, without the blocks that are in it', async () => {
    let stateRoot: string;
    {
      await using verifier = await open();
      await verifier.sync();
      stateRoot = stateRootOf(verifier.state);
    }
    const level = new Level(join(folder, 'verifier', 'replica'));
    const keys = await level.keys({ gt: 'block/', lt: 'block0' }).all();
    await level.batch(keys.slice(0, -1).map((key) => ({ type: 'del', key })));
    await level.close();
    await using verifier = await open({ rpcUrls: [NOBODY] });
    expect(stateRootOf(verifier.state)).to.equal(stateRoot);
    expect(reasonsOf(await verifier.verify(code))).to.deep.equal(['pass']);
  });

  it('does not go on from a snapshot of another ledger than its store', async () => {
    {
      await using verifier = await open();
      await verifier.sync();
    }
    const { state, statusLists } = makeConsortium({ seed: 3 });
    const other = encodeSnapshot(nodeCrypto, { state, statusLists });
    await writeFile(join(folder, 'verifier', 'snapshot.hcls'), other);
    await using verifier = await open();
    expect(stateRootOf(verifier.state)).to.not.equal(stateRootOf(state));
    await verifier.sync();
    expect(reasonsOf(await verifier.verify(code))).to.deep.equal(['pass']);
  });

  it('starts with a damaged snapshot, and only fetches again', async () => {
    {
      await using verifier = await open();
      await verifier.sync();
    }
    await writeFile(join(folder, 'verifier', 'snapshot.hcls'), 'nonsense');
    await using verifier = await open();
    await verifier.sync();
    expect(reasonsOf(await verifier.verify(code))).to.deep.equal(['pass']);
  });

  it('refuses a ledger that is not the one of its deployment file', async () => {
    const genesisHash = `0x${'ab'.repeat(32)}` as const;
    await using verifier = await open({ deployment: { ...issuer.deployment, genesisHash } });
    await failure(verifier.sync(), 'LEDGER_WRONG_GENESIS');
    expect((await verifier.verify(code)).outcome).to.equal('refer');
  });

  it('follows by itself until it is closed', async () => {
    await using verifier = await open();
    const synced = new Promise<void>((resolve) => {
      verifier.onSync(({ statusAnchors }) => {
        if (statusAnchors.size > 0) resolve();
      });
    });
    verifier.follow();
    await synced;
    await verifier.follower.settle();
    expect(reasonsOf(await verifier.verify(code))).to.deep.equal(['pass']);
  });

  it('takes over a policy that is replaced while it runs, and keeps the last good one', async () => {
    const path = join(folder, 'rules.json');
    const write = (logic: boolean): Promise<void> =>
      writeFile(path, JSON.stringify(policyJson({ rules: [ruleJson({ logic })] })));
    await write(true);
    await using verifier = await open({ policies: [path], filesMs: 20 });
    await verifier.sync();
    verifier.follow();
    expect(reasonsOf(await verifier.verify(code))).to.deep.equal(['pass']);
    await write(false);
    await until(async () => (await verifier.verify(code)).outcome === 'stop');
    await writeFile(path, '{"form":');
    await until(() => verifier.files.policies[0]?.refusal !== undefined);
    expect(reasonsOf(await verifier.verify(code))).to.deep.equal(['stop', 'RULE_STOP']);
  });

  it('does not start under a policy that cannot be taken', async () => {
    await writeFile(join(folder, 'rules.json'), '{');
    const error: unknown = await open({ policies: [join(folder, 'rules.json')] }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).to.be.instanceOf(PolicyError);
    // Nothing is held: the next start, under another policy, is not shut out.
    await using verifier = await open();
    expect(verifier.isSynced).to.equal(false);
  });

  it('starts again under the next version that came into force while it was down, and asks it once it knows', async () => {
    const law = policyJson({ id: 'test.law', rules: [ruleJson({ logic: false })] });
    const next = policyJson({ id: 'test.law', version: 2 });
    const path = join(folder, 'rules.json');
    await writeFile(path, JSON.stringify(law));
    const begins = await issuer.publishPolicy(parsePolicy(law));
    {
      await using verifier = await open({ policies: [path] }, () => begins);
      await verifier.sync();
      const { evidence } = await verifier.verify(code);
      expect(evidence.policies?.map(({ registered }) => registered)).to.deep.equal([true]);
    }
    await writeFile(path, JSON.stringify(next));
    const nextBegins = await issuer.publishPolicy(parsePolicy(next), begins + 60);
    await using verifier = await open({ policies: [path] }, () => nextBegins);
    expect(verifier.files.policies[0]?.refusal?.code).to.equal('POLICY_OTHER_THAN_REGISTERED');
    expect(reasonsOf(await verifier.verify(code))).to.deep.equal(['refer', 'POLICY_NOT_IN_FORCE']);
    await verifier.sync();
    expect(reasonsOf(await verifier.verify(code))).to.deep.equal(['pass']);
    await verifier.files.look();
    expect(verifier.files.policies[0]?.refusal).to.equal(undefined);
  });

  it('passes nobody by bent rules that it learns of with its first sync', async () => {
    const path = join(folder, 'rules.json');
    await writeFile(path, JSON.stringify(policyJson({ id: 'test.late' })));
    const law = policyJson({ id: 'test.late', rules: [ruleJson({ logic: false })] });
    const begins = await issuer.publishPolicy(parsePolicy(law));
    await using verifier = await open({ policies: [path] }, () => begins);
    await verifier.sync();
    expect(reasonsOf(await verifier.verify(code))).to.deep.equal(['refer', 'POLICY_NOT_IN_FORCE']);
  });

  function open(
    changes: Partial<VerifierConfig> = {},
    nowSeconds: () => number = () => LEDGER_NOW,
  ): Promise<Verifier> {
    const config: VerifierConfig = {
      ...VERIFIER_DEFAULTS,
      dataFolder: join(folder, 'verifier'),
      deployment: issuer.deployment,
      rpcUrls: [issuer.rpcUrl],
      issuers: [{ did: issuer.did, url: issuer.url }],
      pollMs: 50,
      ...changes,
    };
    return Verifier.open(config, {
      crypto: nodeCrypto,
      fetchJson: fetchJsonWith(fetch),
      log: silentLogger,
      nowSeconds,
    });
  }
});

function reasonsOf({ outcome, reasons }: Verdict): readonly string[] {
  return [outcome, ...reasons];
}

function stateRootOf(state: LedgerState): string {
  return toHex(new StateRoot(nodeCrypto, state).root());
}
