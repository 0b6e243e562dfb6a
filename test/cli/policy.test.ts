import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { runCommand } from '../../cli/commands.ts';
import { displayWidth } from '../../cli/page.ts';
import { LANGUAGES } from '../../core/record/value-sets/value-set.ts';
import { describeCorpus } from '../support/corpora.ts';
import { policyJson, ruleJson } from '../support/policies.ts';
import { ioDouble } from './io-double.ts';

interface Ran {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

async function hcl(...args: readonly string[]): Promise<Ran> {
  const io = ioDouble();
  const exitCode = await runCommand('policy', args, io);
  return { exitCode, ...io.written };
}

async function lines(...args: readonly string[]): Promise<readonly Record<string, unknown>[]> {
  const { out } = await hcl(...args, '--json');
  return out
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

function expectPage(out: string): void {
  for (const line of out.split('\n')) expect(displayWidth(line), line).to.be.at.most(80);
  expect(out).not.to.match(/[\u001b\u0007]|undefined|NaN|Infinity/);
}

const CASE = { name: 'a case', at: '2022-12-21T12:00:00+08:00', person: {}, records: [], trip: {} };

describe('hcl policy', () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hcl-cli-policy-'));
  });
  after(() => rm(folder, { recursive: true }));

  async function file(name: string, value: unknown): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, typeof value === 'string' ? value : JSON.stringify(value));
    return path;
  }

  it('test runs every case of the policies that come with it, and closes with the sum', async () => {
    const results = await lines('test');
    const last = results.at(-1);
    expect(Object.keys(last ?? {})).to.deep.equal(['passed', 'failed']);
    expect(last?.['failed']).to.equal(0);
    expect(last?.['passed']).to.equal(results.length - 1);
    const { exitCode, out } = await hcl('test');
    expect(exitCode).to.equal(0);
    expect(out).to.match(/^ {2}hk\.vp@3 +1 +(\d+) +\1 +0 +0$/m);
    expectPage(out);
  });

  it('test of a file says what differs, and fails', async () => {
    const wrong = { ...CASE, expected: { kind: 'refused', outcome: 'stop', failed: ['rule'] } };
    const path = await file('wrong.json', { policy: policyJson(), cases: [wrong] });
    const { exitCode, out } = await hcl('test', path);
    expect(exitCode).to.equal(1);
    expect(out).to.match(
      /failed.*"a case": kind is accepted, not refused; outcome is pass, not stop; failed is none, not rule/,
    );
    expect(out).to.match(/0 passed, 1 failed/);
    const results = await lines('test', path);
    expect(results[0]).to.include({ case: 'a case', passed: false });
    expect(results.at(-1)).to.deep.equal({ passed: 0, failed: 1 });
  });

  it('test reports policies that overlap and times without any', async () => {
    const during = (version: number, from: string, until: string): unknown =>
      policyJson({
        version,
        effective: { from: `${from}T00:00:00+08:00`, until: `${until}T00:00:00+08:00` },
      });
    const paths = await Promise.all([
      file('1.json', during(1, '2022-01-01', '2022-03-01')),
      file('2.json', during(2, '2022-02-01', '2022-04-01')),
      file('3.json', during(3, '2022-05-01', '2022-06-01')),
    ]);
    const { out } = await hcl('test', ...paths);
    expect(out).to.match(
      /test\.rule@1 and test\.rule@2 overlap for port:\* · \* · \* from 2022-01-31 16:00:00/,
    );
    expect(out).to.match(
      /no policy for port:\* · \* · \* from 2022-03-31 16:00:00 .* between test\.rule@2 and test\.rule@3/,
    );
  });

  const broken: Readonly<Record<string, readonly [value: unknown, code: string]>> = {
    'half a file': ['{"form":', 'POLICY_NOT_JSON'],
    'a field that is not as it should be': [policyJson({ version: 'one' }), 'POLICY_FIELD'],
    'a rule that is no CertLogic': [
      policyJson({ rules: [ruleJson({ logic: { nope: [1] } })] }),
      'POLICY_EXPRESSION_INVALID',
    ],
  };
  for (const [what, [value, code]] of Object.entries(broken)) {
    it(`test refuses ${what} by its name`, async () => {
      const path = await file('broken.json', value);
      const { err, exitCode } = await hcl('test', path);
      expect(exitCode).to.equal(1);
      expect(err).to.contain('broken.json').and.to.contain(code);
    });
  }

  it('diff shows what a new version changes for a sample of cases', async () => {
    const { exitCode, out } = await hcl('diff', 'hk.vp@3', 'hk.vp@4');
    expect(exitCode).to.equal(0);
    expect(out).to.match(/Rules +added from-5-to-11; changed from-12/);
    expect(out).to.match(/^ {2}pass +stop +two doses, the second at the end of its grace/m);
    expectPage(out);
    const results = await lines('diff', 'hk.vp@3', 'hk.vp@4');
    expect(results.at(-1)).to.include({ changed: results.length - 1 });
    const same = await lines('diff', 'hk.vp@3', 'hk.vp@3');
    expect(same).to.have.lengthOf(1);
    expect(same[0]).to.deep.include({ rules: { added: [], removed: [], changed: [] }, changed: 0 });
  });

  it('diff takes cases from a file, and judges them at a moment of choice', async () => {
    const teenager = { ...CASE, name: 'fifteen', person: { dob: '2007-06-01' } };
    const sample = await file('sample.json', [teenager, { ...teenager, name: 'the same again' }]);
    const at = async (time: string): Promise<unknown> =>
      (await lines('diff', 'hk.vp@1', 'hk.vp@2', '--sample', sample, '--at', time)).at(-1);
    expect(await at('2022-05-01T00:00:00+08:00')).to.include({ changed: 0, unchanged: 1 });
  });

  it('explain says why, rule by rule, in each language, on pages of 80 columns', async () => {
    const name = 'only the year of birth, and it matters';
    for (const language of LANGUAGES) {
      const { exitCode, out } = await hcl('explain', 'hk.vp@1', '--case', name, '--lang', language);
      expect(exitCode).to.equal(0);
      expect(out).to.contain('? from-12');
      expectPage(out);
    }
    const { out } = await hcl('explain', 'hk.vp@1', '--case', name, '--lang', 'zh-Hant');
    expect(out).to.contain('交由職員處理').and.to.contain('疫苗通行證').and.to.contain('資料不夠精確');
  });

  it('explain takes facts from a file, and says from when until when each limit counts', async () => {
    const { expected, ...facts } = {
      ...CASE,
      person: { dob: '1980-05-05' },
      records: [
        { type: 'vaccination', facts: { disease: 'sct|840539006', doseNumber: 2, date: '2022-02-28' } },
      ],
      expected: {},
    };
    expect(expected).to.deep.equal({});
    const path = await file('facts.json', facts);
    const { out } = await hcl('explain', 'hk.vp@3', '--facts', path, '--at', '2022-08-28T23:59:59+08:00');
    expect(out).to.match(/^✓ PASS {2}Vaccine Pass {2}hk\.vp@3$/m);
    expect(out.replaceAll(/\s+/g, ' ')).to.contain(
      'vaccinations 1, date 2022-02-28: counts; 2022-02-28 00:00:00 +08:00 … 2022-08-29 00:00:00 +08:00',
    );
    expect(out).to.match(/Holds until +2022-08-29 00:00:00 \+08:00/);
    expectPage(out);
    const late = await hcl('explain', 'hk.vp@3', '--facts', path);
    expect(late.out).to.match(/^✗ STOP/);
    expect(late.out.replaceAll(/\s+/g, ' ')).to.contain('the policy is not in force then');
    const [json] = await lines('explain', 'hk.vp@3', '--facts', path);
    expect(json).to.include({ kind: 'refused', outcome: 'stop', isInForce: false });
  });

  it('list names the policies with the digest that the ledger registers', async () => {
    const policies = await lines('list');
    expect(policies.map(({ name }) => name)).to.include.members([
      'hk.vp@5',
      'mo.arrival@1',
      'icvp.yellow-fever@1',
    ]);
    for (const { digest } of policies) expect(digest).to.match(/^0x[0-9a-f]{64}$/);
    expectPage((await hcl('list')).out);
  });

  const wrong: Readonly<Record<string, readonly string[]>> = {
    'no job': [],
    'a job that is none': ['forget'],
    'a policy that is none': ['explain', 'no.such', '--case', 'x'],
    'a case that is none': ['explain', 'hk.vp', '--case', 'no such case'],
    'neither case nor facts': ['explain', 'hk.vp'],
    'one policy to compare': ['diff', 'hk.vp'],
    'another language': ['explain', 'hk.vp', '--case', 'nothing', '--lang', 'fr'],
    'a corpus and files': ['test', '--corpus', 'x', 'y.json'],
    'a time that is none': ['diff', 'hk.vp@1', 'hk.vp@2', '--at', 'soon'],
  };
  for (const [what, args] of Object.entries(wrong)) {
    it(`refuses ${what} as wrong usage`, async () => {
      const { err, exitCode, out } = await hcl(...args);
      expect(exitCode).to.equal(2);
      expect(out).to.equal('');
      expect(err).to.match(/^hcl policy: .+\n\nUsage: /);
    });
  }

  it('has a help page of 80 columns', async () => {
    const { exitCode, out } = await hcl('--help');
    expect(exitCode).to.equal(0);
    expectPage(out);
  });

  it('test names a folder that cannot be read', async () => {
    const { err, exitCode } = await hcl('test', '--corpus', join(folder, 'nowhere'));
    expect(exitCode).to.equal(1);
    expect(err).to.contain('CLI_FILE_UNREADABLE');
  });

  it('test of a folder counts a wrong expectation, a broken test and a test without a rule as failed, and goes on', async () => {
    const rule = {
      Identifier: 'GR-XA-0001',
      Type: 'Acceptance',
      Country: 'XA',
      Version: '1.0.0',
      SchemaVersion: '1.0.0',
      Engine: 'CERTLOGIC',
      EngineVersion: '0.7.5',
      CertificateType: 'General',
      Description: [{ lang: 'en', desc: 'anything' }],
      ValidFrom: '2021-06-01T00:00:00Z',
      ValidTo: '2030-06-01T00:00:00Z',
      AffectedFields: ['v'],
      Logic: { '!': [{ var: 'payload.bad' }] },
    };
    const root = join(folder, 'corpus');
    const write = async (path: string, text: unknown): Promise<void> => {
      await mkdir(join(root, path, '..'), { recursive: true });
      await writeFile(join(root, path), typeof text === 'string' ? text : JSON.stringify(text));
    };
    const test = { payload: {}, external: {}, expected: true };
    await write('XA/GR-XA-0001/rule.json', rule);
    await write('XA/GR-XA-0001/tests/a.json', test);
    await write('XA/GR-XA-0001/tests/b.json', { ...test, expected: false });
    await write('XA/GR-XA-0001/tests/c.json', '{"payload":');
    await write('XB/GR-XB-0001/rule.json', { ...rule, Logic: { nope: [1] } });
    await write('XB/GR-XB-0001/tests/a.json', test);
    const results = await lines('test', '--corpus', root);
    expect(results.at(-1)).to.deep.equal({ passed: 1, failed: 3 });
    expect(results.find(({ kind }) => kind === 'refused')?.['reason']).to.match(/POLICY_EXPRESSION_INVALID/);
    const { exitCode, out } = await hcl('test', '--corpus', root);
    expect(exitCode).to.equal(1);
    expect(out).to.contain('XA/GR-XA-0001/tests/b.json: expected false, the rule says yes');
    expect(out).to.match(/1 passed, 3 failed\n$/);
  });
});

describeCorpus('dcc-business-rules', (folder) => {
  it('hcl policy test --corpus agrees with all of it', async () => {
    const results = await lines('test', '--corpus', folder);
    expect(results.at(-1)).to.deep.equal({
      passed: results.filter(({ kind }) => kind === 'test').length,
      failed: 0,
    });
    expect(results.filter(({ kind }) => kind === 'refused').map(({ path }) => path)).to.deep.equal([
      'MT/RR-MT-0001/TR-MT-0001.json',
    ]);
  });
});
