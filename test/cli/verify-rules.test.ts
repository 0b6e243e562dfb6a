/** `hcl verify` under rules that are data, with a document in hand, and with several codes of one person. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { runCommand } from '../../cli/commands.ts';
import { encodeSnapshot } from '../../core/trust/snapshot.ts';
import type { CombinedVerdict } from '../../core/verify/together.ts';
import type { Verdict } from '../../core/verify/verdict.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { makeConsortium, START_SECONDS, testRecord, vaccinationRecord } from '../support/consortium.ts';
import { policyJson, ruleJson } from '../support/policies.ts';
import { ioDouble, type RecordedIo } from './io-double.ts';

const ZONE = `${'P<UTOCHAN<<TAI<MAN'.padEnd(44, '<')}\nL898902C36UTO7408122F1204159ZE184226B<<<<<10\n`;

describe('hcl verify, under rules', () => {
  let folder: string;
  let dose: string;
  let venueDose: string;
  let test: string;
  const at = new Date((START_SECONDS + 60) * 1000).toISOString();

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hcl-cli-rules-'));
    const consortium = makeConsortium({ seed: 5 });
    const { subject } = vaccinationRecord();
    const records = [vaccinationRecord({ doseNumber: 2 }), testRecord({ subject })];
    const codes = await consortium.issueCodes(records, { profile: 'travel' });
    [dose = '', test = ''] = codes.map(({ text }) => text);
    const venue = await consortium.issueCodes([vaccinationRecord()], { profile: 'venue' });
    venueDose = venue[0]?.text ?? '';
    await mkdir(join(folder, 'verifier'));
    await writeFile(join(folder, 'verifier', 'snapshot.hcls'), encodeSnapshot(nodeCrypto, consortium));
  });
  after(() => rm(folder, { recursive: true }));

  async function run(args: readonly string[], ...codes: readonly string[]): Promise<RecordedIo> {
    const io = ioDouble({ env: { HCL_DATA: folder }, stdin: codes.join('\n') });
    await runCommand('verify', ['--at', at, ...args], io);
    return io;
  }

  async function verdictOf(args: readonly string[], code: string): Promise<Verdict> {
    const { written } = await run(['--json', ...args], code);
    return (JSON.parse(written.out) as { verdict: Verdict }).verdict;
  }

  async function file(name: string, value: unknown): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, typeof value === 'string' ? value : JSON.stringify(value));
    return path;
  }

  it('takes rules by name: the version in force at the time of the check', async () => {
    const verdict = await verdictOf(['--policy', 'hk.vp'], dose);
    expect(verdict).to.deep.include({ outcome: 'stop', validity: 'valid', reasons: ['RULE_STOP'] });
    expect(verdict.policy).to.deep.equal({ id: 'hk.vp', version: 5 });
    expect((await verdictOf(['--policy', 'hk.vp'], venueDose)).outcome).to.equal('pass');
  });

  it('takes one version of them, and says when that is not in force', async () => {
    const verdict = await verdictOf(['--policy', 'hk.vp@3'], venueDose);
    expect(verdict).to.deep.include({
      outcome: 'refer',
      validity: 'unconfirmed',
      reasons: ['POLICY_NOT_IN_FORCE'],
    });
  });

  it('takes rules from a file of their own', async () => {
    const stop = policyJson({ rules: [ruleJson({ logic: false })] });
    const path = await file('rules.json', stop);
    expect((await verdictOf(['--policy', path], dose)).reasons).to.deep.equal(['RULE_STOP']);
  });

  it("takes a checkpoint's settings: several rules, and what the officer knows", async () => {
    const rules = ['hk.vp', 'hk.colour'];
    const lane = (trip: unknown): unknown => ({ id: 'lane-3', version: 2, rules, trip });
    const blue = await file('blue.json', lane({ place: 'venue:active', colour: 'blue' }));
    const verdict = await verdictOf(['--policy', blue], venueDose);
    // The colours ended on 14 December.
    expect(verdict.reasons).to.deep.equal(['POLICY_NOT_IN_FORCE']);
    expect(verdict.policy).to.deep.equal({ id: 'lane-3', version: 2 });
    const passage = { jurisdiction: 'MO', place: 'port:HZMB', route: 'CN-ZH>MO', traveller: 'resident' };
    const port = await file('port.json', { id: 'gate', version: 1, passage });
    const crossing = await verdictOf(['--policy', port], test);
    expect(crossing).to.deep.include({ outcome: 'condition', reasons: ['RULE_CONDITION'] });
    expect(crossing.evidence.policies?.map(({ id, version }) => `${id}@${version}`)).to.deep.equal([
      'mo-zh@2',
    ]);
  });

  it('decides once over all codes of one person', async () => {
    const both = {
      and: [
        { '>': [{ var: 'payload.vaccinations.length' }, 0] },
        { '>': [{ var: 'payload.tests.length' }, 0] },
      ],
    };
    const path = await file('both.json', policyJson({ rules: [ruleJson({ logic: both })] }));
    const { written } = await run(['--json', '--together', '--policy', path], dose, test);
    const { codes, verdict } = JSON.parse(written.out) as { codes: number; verdict: CombinedVerdict };
    expect(codes).to.equal(2);
    expect(verdict).to.include({ outcome: 'pass', validity: 'valid' });
    const page = await run(['--together', '--policy', path], dose);
    expect(page.written.out)
      .to.match(/^✗ STOP {2}valid {2}all together$/m)
      .and.to.match(/Not met +one \(rule\)/);
  });

  it('decides over a card in parts as over one code, and over no more than anybody has', async () => {
    const parts = ['shc:/1/2/5676', 'shc:/2/2/2945'];
    const whole = await run(['--json', '--together'], dose, ...parts);
    const { codes, verdict } = JSON.parse(whole.written.out) as { codes: number; verdict: CombinedVerdict };
    expect(codes).to.equal(3);
    expect(verdict.parts).to.have.lengthOf(2);
    expect(verdict.reasons).to.deep.equal(['CODE_MALFORMED']);
    const half = await run(['--json', '--together'], dose, 'shc:/1/2/5676');
    expect((JSON.parse(half.written.out) as { verdict: CombinedVerdict }).verdict.reasons).to.deep.equal([
      'CODE_INCOMPLETE',
    ]);
    const many = Array.from({ length: 50 }, (_, place) => `NL2:${place}`);
    const page = JSON.parse((await run(['--json', '--together'], dose, ...many)).written.out) as {
      codes: number;
      verdict: CombinedVerdict;
    };
    expect(page.codes).to.equal(51);
    expect(page.verdict.reasons).to.include('COULD_NOT_DECIDE');
  });

  it('compares with a document that was typed', async () => {
    const typed = { number: 'A123456(3)', type: 'HKID', name: 'CHAN TAI-MAN', birth: '1980-01-01' };
    expect((await verdictOf(['--document', await file('typed.json', typed)], dose)).outcome).to.equal('pass');
    const near = await file('near.json', { ...typed, name: 'TAI MAN CHAN' });
    const verdict = await verdictOf(['--document', near], dose);
    expect(verdict.reasons).to.deep.equal(['IDENTITY_NEAR']);
    expect(verdict.evidence.identity?.name?.reasons).to.deep.equal(['NAME_ORDER']);
    expect((await verdictOf(['--document', 'A1234563'], dose)).outcome).to.equal('pass');
    expect((await verdictOf(['--document', 'Z6833653'], dose)).outcome).to.equal('stop');
  });

  it('compares with a machine-readable zone', async () => {
    const path = await file('passport.mrz', ZONE);
    const verdict = await verdictOf(['--document', path], dose);
    expect(verdict.reasons).to.deep.equal(['IDENTITY_MISMATCH']);
    expect(verdict.evidence.identity).to.include({ document: 'other-document', birth: 'different' });
  });

  it('shows people which rule is not met, how the document compares, and why, on pages of 80 columns', async () => {
    const near = await file('page.json', { number: 'A123456(3)', name: 'TAI MAN CHAN', birth: '1980-01-01' });
    const { out } = (await run(['--policy', 'hk.vp', '--document', near], dose)).written;
    expect(out).to.match(/Policy +Vaccine Pass \(hk\.vp@5, not on the ledger\)/);
    expect(out).to.match(/Not met +From 12 years on: three doses/);
    expect(out).to.match(/Identity +near, \d+ of 100: number equal, birth date equal, name near/);
    for (const line of out.split('\n')) expect(line.length, line).to.be.at.most(80);
  });

  const wrong: Readonly<Record<string, unknown>> = {
    'no zone': 'P<UTO\n',
    'not JSON': '{"number":',
    'members that nobody knows': { number: 'A1234563', surname: 'CHAN' },
    'a birth date in words': { birth: '1 January 1980' },
  };
  for (const [what, content] of Object.entries(wrong)) {
    it(`names a document file of ${what}, and repeats nothing of it`, async () => {
      const path = await file('document.txt', content);
      const io = await run(['--document', path], dose);
      expect(io.written.err)
        .to.match(/CLI_FILE_INVALID/)
        .and.not.to.match(/CHAN|UTO|January/);
      expect(io.written.out).to.equal('');
    });
  }

  const settings: Readonly<Record<string, unknown>> = {
    'rules that are none': { id: 'x', version: 1, rules: [] },
    'both rules and a passage': { id: 'x', version: 1, rules: ['hk.vp'], passage: {} },
    'half a passage': { id: 'x', version: 1, passage: { jurisdiction: 'HK' } },
    'a passage that no rules are for': {
      id: 'x',
      version: 1,
      passage: { jurisdiction: 'FR', place: 'port:A', route: '-', traveller: 'a' },
    },
    'a trip that is a list': { id: 'x', version: 1, rules: ['hk.vp'], trip: [] },
  };
  for (const [what, content] of Object.entries(settings)) {
    it(`refuses settings with ${what}`, async () => {
      const path = await file('settings.json', content);
      expect((await run(['--policy', path], dose)).written.err).to.match(/^hcl verify: policy file: /);
    });
  }
});
