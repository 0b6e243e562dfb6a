/** `hcl policy publish`, `withdraw` and `status` on the embedded ledger, and what `hcl verify` then makes of the rules. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, before, beforeEach, describe, it } from 'mocha';
import { runCommand } from '../../cli/commands.ts';
import { toHex } from '../../core/bytes/hex.ts';
import type { JsonObject } from '../../core/bytes/strict-json.ts';
import { policyDigest } from '../../core/policy/digest.ts';
import { formatDeployment } from '../../ledger/deployment.ts';
import { writeFileAtomically } from '../../service/files.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { displayWidth } from '../../cli/page.ts';
import {
  admitIssuer,
  deployTo,
  GENESIS_SECONDS,
  keyOf,
  startTestNode,
  type TestNode,
} from '../ledger/support/test-ledger.ts';
import { policyJson, ruleJson, testPolicy } from '../support/policies.ts';
import { ioDouble } from './io-double.ts';
import { writeSpecimenConsortium } from './specimen-consortium.ts';

const HOUR = 3600;
const LATE = '2035-01-01T00:00:00Z';

describe('hcl policy on the ledger', () => {
  let data: string;
  let node: TestNode;
  let now: number;

  before(async () => {
    data = await mkdtemp(join(tmpdir(), 'hcl-cli-registration-'));
    node = await startTestNode();
    const deployment = await deployTo(node.url);
    await admitIssuer(node.url, deployment);
    await writeSpecimenConsortium(data);
    await writeFile(join(data, 'deployment.json'), formatDeployment(deployment));
    await mkdir(join(data, 'keys', 'hk-dh'), { recursive: true, mode: 0o700 });
    await writeFileAtomically(
      join(data, 'keys', 'hk-dh', 'authority-admin.key'),
      `${toHex(keyOf('authority'))}\n`,
    );
  });
  beforeEach(() => (now = GENESIS_SECONDS));
  after(async () => {
    await node[Symbol.asyncDispose]();
    await rm(data, { recursive: true });
  });

  async function file(name: string, changes: JsonObject): Promise<string> {
    const path = join(data, `${name}.json`);
    await writeFile(path, JSON.stringify(policyJson(changes)));
    return path;
  }
  /** Two contents under one id, which each test has to itself. */
  async function contentsOf(id: string): Promise<{ readonly rules: string; readonly others: string }> {
    const others = await file(`${id}-others`, { id, rules: [ruleJson({ logic: false })] });
    return { rules: await file(id, { id }), others };
  }

  async function hcl(
    command: string,
    ...args: readonly string[]
  ): Promise<ReturnType<typeof ioDouble>['written']> {
    const io = { ...ioDouble({ env: { HCL_DATA: data }, stdin: 'HCL1:' }), nowSeconds: () => now };
    const exitCode = await runCommand(command, [...args, '--rpc', node.url], io);
    expect(exitCode, io.written.err).to.equal(0);
    for (const line of io.written.out.split('\n')) {
      if (!line.startsWith('{')) expect(displayWidth(line), line).to.be.at.most(80);
    }
    return io.written;
  }
  async function line(...args: readonly string[]): Promise<Record<string, unknown>> {
    const { out } = await hcl('policy', ...args, '--json');
    return JSON.parse(out) as Record<string, unknown>;
  }
  /** Published, and it has begun. */
  async function register(rules: string): Promise<Record<string, unknown>> {
    const published = await line('publish', rules);
    now = Number(published['effectiveFrom']);
    return published;
  }
  async function refusal(command: string, ...args: readonly string[]): Promise<string> {
    const io = { ...ioDouble({ env: { HCL_DATA: data } }), nowSeconds: () => now };
    const exitCode = await runCommand(command, [...args, '--rpc', node.url], io);
    return `${exitCode} ${io.written.err}`;
  }

  it('registers a policy once, by the authority of its jurisdiction, and shows it', async () => {
    const { others, rules } = await contentsOf('test.first');
    const digest = toHex(policyDigest(nodeCrypto, testPolicy({ id: 'test.first' })));
    expect((await line('status', rules))['registration']).to.equal('unregistered');
    const published = await line('publish', rules);
    expect(published).to.include({ authority: 'HK-DH', version: 1, digest, isNew: true });
    const again = await line('publish', rules);
    expect(again).to.deep.equal({ ...published, isNew: false });
    expect((await line('status', rules))['registration'], 'it is yet to begin').to.equal('unregistered');
    now = Number(published['effectiveFrom']);
    const status = await line('status', rules);
    expect(status).to.include({ id: 'test.first', jurisdiction: 'HK', registration: 'registered' });
    expect(status['versions']).to.have.lengthOf(1);
    expect((await line('status', others))['registration']).to.equal('other');
    expect((await hcl('policy', 'status', others)).out).to.match(/another content is in force/);
  });

  it('is what hcl verify goes by: other rules under the id are refused by name', async () => {
    const { others, rules } = await contentsOf('test.gate');
    await register(rules);
    await hcl('verify', '--policy', rules, '--json');
    expect(await refusal('verify', '--policy', others)).to.match(
      /^1 .*test\.gate@1: the ledger has other rules in force under this id.*\(POLICY_OTHER_THAN_REGISTERED\)/s,
    );
  });

  it('registers the next version for a time that is said, and no sooner than it begins itself', async () => {
    const { others, rules } = await contentsOf('test.next');
    await register(rules);
    const from = new Date((now + HOUR) * 1000).toISOString();
    const published = await line('publish', others, '--from', from);
    expect(published).to.include({ version: 2, effectiveFrom: now + HOUR });
    const late = await file('late', { id: 'test.late', effective: { from: LATE } });
    expect(await refusal('policy', 'publish', late, '--from', from)).to.match(
      /^2 .*before the policy itself/s,
    );
    expect((await line('status', rules))['registration']).to.equal('registered');
    now += HOUR;
    expect((await line('status', rules))['registration']).to.equal('other');
    expect((await line('status', others))['registration']).to.equal('registered');
  });

  it('registers for the day on which the policy itself begins, where no time is said', async () => {
    const later = await file('later', { id: 'test.later', effective: { from: LATE } });
    expect(await line('publish', later)).to.include({ version: 1, effectiveFrom: Date.parse(LATE) / 1000 });
  });

  it('withdraws what is registered', async () => {
    const { rules } = await contentsOf('test.ended');
    await register(rules);
    expect((await line('withdraw', rules))['authority']).to.equal('HK-DH');
    expect((await line('status', rules))['registration']).to.equal('withdrawn');
    expect((await hcl('policy', 'status', rules)).out).to.match(/HK-DH +2 +withdrawn/);
  });

  const refused: Readonly<
    Record<
      string,
      readonly [
        args: (policies: { readonly rules: string; readonly others: string }) => readonly string[],
        message: RegExp,
      ]
    >
  > = {
    'a policy of nobody on the ledger': [
      () => ['publish', 'icvp.yellow-fever'],
      /^2 .*no authority of ZZ is on the ledger/s,
    ],
    'an authority that has no say': [
      ({ rules }) => ['publish', rules, '--authority', 'MO-SSM'],
      /^2 .*--authority is one of HK: HK-DH/s,
    ],
    'a key that is not there': [
      ({ rules }) => ['publish', rules, '--admin-key', join(data, 'none.key')],
      /^1 .*none\.key/s,
    ],
    'two policies': [({ others, rules }) => ['status', rules, others], /^2 .*status takes one policy/s],
    'a withdrawal of nothing': [() => ['withdraw', 'hk.declaration'], /^2 .*has published nothing under/s],
  };
  for (const [what, [args, message]] of Object.entries(refused)) {
    it(`refuses ${what}`, async () => {
      expect(await refusal('policy', ...args(await contentsOf('test.refused')))).to.match(message);
    });
  }
});
