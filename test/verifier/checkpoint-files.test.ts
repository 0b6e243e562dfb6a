/** Files of an operator that change while a checkpoint runs: taken, or refused by name while the last good ones stay. */
import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { JsonObject } from '../../core/bytes/strict-json.ts';
import { StatusLists } from '../../core/status/accepted-lists.ts';
import { LedgerState } from '../../core/trust/ledger-state.ts';
import { PolicyError } from '../../core/policy/errors.ts';
import { parsePolicy } from '../../core/policy/policy-form.ts';
import { MAX_POLICY_TEXT } from '../../core/policy/policy-set.ts';
import type { Verdict } from '../../core/verify/verdict.ts';
import { createLogger } from '../../service/logging.ts';
import { FileError } from '../../service/files.ts';
import { MAX_READ_BYTES } from '../../service/file-reads.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import {
  CheckpointFiles,
  type CheckpointFilesConfig,
  type CheckpointFilesDeps,
} from '../../verifier/checkpoint-files.ts';
import { Gate } from '../../verifier/gate.ts';
import { JUDGED_AT, makeHcertSigner } from '../core/foreign/support/hcert-signer.ts';
import { nationalRuleJson } from '../core/policy/support/national.ts';
import { makeConsortium, vaccinationRecord, type Consortium } from '../support/consortium.ts';
import { policyJson, ruleJson } from '../support/policies.ts';

const signer = makeHcertSigner();
const stranger = makeHcertSigner();
const code = signer.issue();

describe("a checkpoint's files", () => {
  const gates = new WeakMap<CheckpointFiles, Gate>();
  let folder: string;
  let logged: string;
  let now: number;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hcl-checkpoint-'));
    logged = '';
    now = JUDGED_AT;
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function file(name: string, value: unknown): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, typeof value === 'string' ? value : JSON.stringify(value));
    return path;
  }

  function open(
    config: Partial<CheckpointFilesConfig>,
    known?: LedgerState,
    more: Pick<CheckpointFilesDeps, 'held'> = {},
  ): Promise<CheckpointFiles> {
    const log = createLogger({
      name: 'verifier',
      level: 'info',
      destination: { write: (line) => void (logged += line) },
    });
    return CheckpointFiles.open(
      { policies: ['base'], ...config },
      { crypto: nodeCrypto, log, nowSeconds: () => now, known: () => known, ...more },
    );
  }

  /** One gate over the same files, so that it remembers what it may. */
  function gateOver(files: CheckpointFiles): Gate {
    const known = gates.get(files);
    if (known !== undefined) return known;
    const state = new LedgerState();
    const statusLists = StatusLists.empty;
    const gate = new Gate(files, () => ({ crypto: nodeCrypto, state, statusLists, nowSeconds: now }));
    gates.set(files, gate);
    return gate;
  }

  const answer = async (files: CheckpointFiles, text = code): Promise<readonly string[]> => {
    const { outcome, reasons }: Verdict = await gateOver(files).verify(text);
    return [outcome, ...reasons];
  };

  describe('the list of foreign signers', () => {
    const list = (more: object = {}): object => ({ hcert: [{ certificate: signer.certificate }], ...more });

    it('is taken over when what it holds changes, and only then', async () => {
      const path = await file('trust.json', { hcert: [{ certificate: stranger.certificate }] });
      const files = await open({ trustFile: path });
      expect(await answer(files)).to.deep.equal(['refer', 'SIGNER_UNKNOWN']);
      const first = files.trustFile?.good;
      await files.look();
      expect(files.trustFile?.good, 'nothing has changed').to.equal(first);
      await file('trust.json', list());
      now += 60;
      await files.look();
      expect(await answer(files)).to.deep.equal(['pass']);
      expect(files.trustFile?.good?.loadedAtSeconds).to.equal(JUDGED_AT + 60);
      expect(files.trustFile?.good?.digest).not.to.equal(first?.digest);
    });

    const bad: Readonly<Record<string, readonly [content: unknown, code: string, problem: RegExp]>> = {
      'half a file': ['{"hcert": [', 'TRUST_LIST_INVALID', /not JSON/],
      'a wrong entry': [
        { hcert: [{ certificate: 'AAAA' }] },
        'TRUST_LIST_INVALID',
        /hcert\[0\]\.certificate/,
      ],
      'an expired list': [list({ validUntil: '2022-06-01T00:00:00Z' }), 'TRUST_LIST_EXPIRED', /2022-06-01/],
      'a file that it names and is not there': [
        list({
          shcDirectories: [{ snapshotFile: 'none', signatureFile: 'none', certificate: signer.certificate }],
        }),
        'TRUST_LIST_UNREADABLE',
        /none cannot be read/,
      ],
    };
    for (const [what, [content, refusedWith, problem]] of Object.entries(bad)) {
      it(`that is replaced with ${what} stays as it was, and the file is refused by name`, async () => {
        const files = await open({ trustFile: await file('trust.json', list()) });
        const { digest } = files.trustFile?.good ?? {};
        await file('trust.json', content);
        now += 60;
        await files.look();
        expect(await answer(files)).to.deep.equal(['pass']);
        expect(files.trustFile?.good?.digest).to.equal(digest);
        expect(files.trustFile?.name).to.equal('trust.json');
        expect(files.trustFile?.refusal).to.include({ code: refusedWith, sinceSeconds: JUDGED_AT + 60 });
        expect(files.trustFile?.refusal?.problem).to.match(problem);
        expect(logged).to.match(
          new RegExp(`"code":"${refusedWith}".*trust\\.json is refused; the last good one stays`),
        );
        logged = '';
        await files.look();
        expect(logged, 'told once').to.equal('');
        await file('trust.json', list());
        await files.look();
        expect(files.trustFile?.refusal).to.equal(undefined);
        expect(await answer(files)).to.deep.equal(['pass']);
      });
    }

    for (const [what, sizes] of [
      ['that has more than is read', { 'trust.json': MAX_READ_BYTES + 1 }],
      [
        'that has, with what it names, more than is read',
        { snapshot: MAX_READ_BYTES - 8192, signature: 8192 },
      ],
    ] as const) {
      it(`${what} is refused by name, told once, and the last good one stays`, async () => {
        const path = await file('trust.json', list());
        const files = await open({ trustFile: path });
        const directory = {
          snapshotFile: 'snapshot',
          signatureFile: 'signature',
          certificate: signer.certificate,
        };
        await file('trust.json', list({ shcDirectories: [directory] }));
        for (const [name, bytes] of Object.entries(sizes)) {
          await file(name, '');
          await truncate(join(folder, name), bytes);
        }
        await files.look();
        expect(files.trustFile?.refusal?.code).to.equal('FILE_TOO_LARGE');
        expect(files.trustFile?.refusal?.problem).to.match(/^(trust\.json|signature) has more than/);
        expect(await answer(files)).to.deep.equal(['pass']);
        expect(logged).to.match(/"code":"FILE_TOO_LARGE".*trust\.json is refused; the last good one stays/);
        logged = '';
        await files.look();
        expect(logged, 'told once').to.equal('');
      });
    }

    it('that is taken away stays, and that one is refused', async () => {
      const path = await file('trust.json', list());
      const files = await open({ trustFile: path });
      await rm(path);
      await files.look();
      expect(files.trustFile?.refusal?.code).to.equal('TRUST_LIST_UNREADABLE');
      expect(await answer(files)).to.deep.equal(['pass']);
    });

    it('that was not there and cannot be read for another reason now is refused for that one', async () => {
      const path = join(folder, 'trust.json');
      const files = await open({ trustFile: path });
      expect(files.trustFile?.refusal?.code).to.equal('TRUST_LIST_UNREADABLE');
      await file('trust.json', '');
      await truncate(path, MAX_READ_BYTES + 1);
      now += 60;
      await files.look();
      expect(files.trustFile?.refusal).to.include({ code: 'FILE_TOO_LARGE', sinceSeconds: JUDGED_AT + 60 });
    });

    it('that stays confirms nothing beyond its own end', async () => {
      const files = await open({
        trustFile: await file('trust.json', list({ validUntil: '2022-06-03T00:00:00Z' })),
      });
      await file('trust.json', 'bad');
      await files.look();
      expect(await answer(files)).to.deep.equal(['pass']);
      now = Date.UTC(2022, 5, 3) / 1000;
      expect(await answer(files)).to.deep.equal(['refer', 'TRUST_LIST_STALE']);
    });

    it('that is bad at the start is none: codes of others are confirmed by nobody', async () => {
      const files = await open({ trustFile: await file('trust.json', '{') });
      expect(await answer(files)).to.deep.equal(['refer', 'TRUST_LIST_MISSING']);
      expect(logged).to.match(/TRUST_LIST_INVALID.*there is none/);
    });

    it('is looked at anew when a file beside it changes', async () => {
      const path = await file('trust.json', {
        shcDirectories: [
          { snapshotFile: 'snapshot', signatureFile: 'signature', certificate: signer.certificate },
        ],
      });
      await file('snapshot', '{}');
      await file('signature', 'a');
      const files = await open({ trustFile: path });
      const refusal = files.trustFile?.refusal;
      await files.look();
      expect(files.trustFile?.refusal).to.equal(refusal);
      await file('signature', 'b');
      await files.look();
      expect(files.trustFile?.refusal).not.to.equal(refusal);
    });
  });

  describe('a policy', () => {
    const rules = (logic: boolean): JsonObject => policyJson({ rules: [ruleJson({ logic })] });

    it('is taken over when it changes, with what was remembered under the old one', async () => {
      const path = await file('rules.json', rules(true));
      const files = await open({
        policies: [path],
        trustFile: await file('trust.json', { hcert: [{ certificate: signer.certificate }] }),
      });
      expect(await answer(files)).to.deep.equal(['pass']);
      await file('rules.json', rules(false));
      await files.look();
      expect(await answer(files)).to.deep.equal(['stop', 'RULE_STOP']);
    });

    const bad: Readonly<Record<string, readonly [content: unknown, code: string, problem: RegExp]>> = {
      'half a file': ['{"form":', 'POLICY_SETTINGS', /not JSON/],
      'a rule that misspells a window': [
        policyJson({ rules: [ruleJson({ logic: { var: 'current.in.none' } })] }),
        'POLICY_FIELD',
        /rules\.json: policy\.rules\.0/,
      ],
      'a rule that costs too much': [
        policyJson({ rules: [ruleJson({ logic: 'x'.repeat(5000) })] }),
        'POLICY_EXPRESSION_TOO_LARGE',
        /rules\.json/,
      ],
    };
    for (const [what, [content, refusedWith, problem]] of Object.entries(bad)) {
      it(`that is replaced with ${what} stays as it was, and the file is refused by name`, async () => {
        const path = await file('rules.json', rules(false));
        const files = await open({
          policies: [path],
          trustFile: await file('trust.json', { hcert: [{ certificate: signer.certificate }] }),
        });
        await file('rules.json', content);
        await files.look();
        expect(await answer(files)).to.deep.equal(['stop', 'RULE_STOP']);
        const [kept] = files.policies;
        expect(kept?.refusal?.code).to.equal(refusedWith);
        expect(kept?.refusal?.problem).to.match(problem);
        expect(logged).to.match(new RegExp(`"code":"${refusedWith}".*rules\\.json is refused`));
      });
    }

    it('that overlaps another is told when it is loaded, in the log and for the state', async () => {
      await file('a.json', policyJson({ id: 'test.a' }));
      await file('b.json', policyJson({ id: 'test.b' }));
      const lane = await file('lane.json', { id: 'lane', version: 1, rules: ['a.json', 'b.json'] });
      const files = await open({ policies: [lane] });
      const [problem, ...others] = files.policies[0]?.good?.value.problems ?? [];
      expect(others).to.deep.equal([]);
      expect(problem).to.include({ kind: 'overlap' });
      expect(problem?.what).to.match(/^test\.a@1 and test\.b@1 are both in force for port:\*/);
      expect(logged).to.match(/"code":"POLICY_OVERLAP".*lane: test\.a@1 and test\.b@1/);
    });

    it('that is bad at the start ends the start: to ask another would be worse', async () => {
      const path = await file('rules.json', '{');
      const error: unknown = await open({ policies: ['base', path] }).catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(PolicyError).with.property('code', 'POLICY_SETTINGS');
    });

    it('that has more than is read is refused by name: it stays as it was, and ends a start', async () => {
      const path = await file('rules.json', rules(false));
      const trustFile = await file('trust.json', { hcert: [{ certificate: signer.certificate }] });
      const files = await open({ policies: [path], trustFile });
      await truncate(path, MAX_READ_BYTES + 1);
      await files.look();
      expect(await answer(files)).to.deep.equal(['stop', 'RULE_STOP']);
      expect(files.policies[0]?.refusal).to.include({ code: 'FILE_TOO_LARGE' });
      expect(files.policies[0]?.refusal?.problem).to.match(/^rules\.json has more than/);
      const lane = await file('lane.json', { id: 'lane', version: 1, rules: ['rules.json'] });
      for (const name of [path, lane]) {
        const error: unknown = await open({ policies: [name] }).catch((thrown: unknown) => thrown);
        expect(error).to.be.instanceOf(FileError).with.property('code', 'FILE_TOO_LARGE');
      }
    });

    it('of many files has no more than is read of one, all of them together', async () => {
      const names = Array.from(
        { length: Math.floor(MAX_READ_BYTES / MAX_POLICY_TEXT) + 1 },
        (_, i) => `r${i}.json`,
      );
      for (const [i, name] of names.entries()) {
        await file(name, JSON.stringify(policyJson({ id: `test.r${i}` })).padEnd(MAX_POLICY_TEXT));
      }
      const lane = await file('lane.json', { id: 'lane', version: 1, rules: names });
      const error: unknown = await open({ policies: [lane] }).catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(FileError).with.property('code', 'FILE_TOO_LARGE');
      expect(error)
        .to.have.property('message')
        .that.matches(/^r16\.json has more than/);
    });

    it('may not take the id of another, at the start or later', async () => {
      const one = await file('one.json', { id: 'lane', version: 1 });
      const two = await file('two.json', { id: 'gate', version: 1 });
      const files = await open({ policies: [one, two] });
      await file('two.json', { id: 'lane', version: 9 });
      await files.look();
      expect(files.policies[1]?.refusal?.code).to.equal('POLICY_NOT_UNIQUE');
      expect(files.policy('lane').policy.version).to.equal(1);
      expect(files.policy('gate').policy.version).to.equal(1);
      const error: unknown = await open({ policies: [one, two] }).catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(PolicyError).with.property('code', 'POLICY_NOT_UNIQUE');
    });

    describe('that the ledger has in force', () => {
      const law = rules(false);
      const bent = rules(true);
      let consortium: Consortium;

      beforeEach(() => {
        consortium = makeConsortium({ seed: 32 });
        now = consortium.nowSeconds;
        consortium.publishPolicy(consortium.issuer, parsePolicy(law));
      });

      it('cannot be replaced with bent rules: they are refused by name, told once, and the good ones stay', async () => {
        const path = await file('rules.json', law);
        const files = await open({ policies: [path] }, consortium.state);
        await file('rules.json', bent);
        await files.look();
        expect(files.policies[0]?.refusal?.code).to.equal('POLICY_OTHER_THAN_REGISTERED');
        expect(files.policies[0]?.refusal?.problem).to.match(
          /^test\.rule@1: the ledger has other rules in force/,
        );
        const { policy } = files.policy();
        expect(policy.rules?.apply([], now).reasons).to.deep.equal(['RULE_STOP']);
        logged = '';
        await files.look();
        expect(logged, 'told once').to.equal('');
        await file('rules.json', law);
        await files.look();
        expect(files.policies[0]?.refusal).to.equal(undefined);
      });

      it('lets a start under bent rules be: they are refused by name, told once, and nobody passes by them', async () => {
        const [issued] = await consortium.issueCodes([vaccinationRecord()]);
        const path = await file('rules.json', bent);
        const lane = await file('lane.json', {
          id: 'lane',
          version: 1,
          rules: ['hk.declaration', 'rules.json'],
        });
        for (const [name, decided] of [
          [path, ['refer', 'POLICY_NOT_IN_FORCE']],
          [lane, ['stop', 'RULE_STOP']], // by the declaration, which is good and missing
        ] as const) {
          logged = '';
          const files = await open({ policies: [name] }, consortium.state);
          expect(files.policies[0]?.refusal?.code).to.equal('POLICY_OTHER_THAN_REGISTERED');
          expect(logged).to.match(
            /"level":"?(40|warn).*POLICY_OTHER_THAN_REGISTERED.*is refused; there is none/,
          );
          const gate = new Gate(files, () => consortium.context());
          const { outcome, reasons } = await gate.verify(issued?.text ?? '');
          expect([outcome, ...reasons]).to.deep.equal(decided);
          const { good } = files.policies[0] ?? {};
          now += 60;
          logged = '';
          await files.look();
          expect(logged, 'told once').to.equal('');
          expect(files.policies[0]?.good, 'and what was remembered stays').to.equal(good);
        }
      });

      it('may be preceded at a start by the next version, which is taken once it begins', async () => {
        const files = await open({ policies: [await file('rules.json', bent)] }, consortium.state);
        consortium.publishPolicy(consortium.issuer, parsePolicy(bent), now + 60);
        const gate = new Gate(files, () => consortium.context());
        const [issued] = await consortium.issueCodes([vaccinationRecord()]);
        expect((await gate.verify(issued?.text ?? '')).outcome).to.equal('refer');
        now += 60;
        consortium.nowSeconds = now;
        await files.look();
        expect(files.policies[0]?.refusal).to.equal(undefined);
        expect(files.policies[0]?.good?.loadedAtSeconds).to.equal(now);
        expect((await gate.verify(issued?.text ?? '')).outcome).to.equal('pass');
        await file('rules.json', law);
        await files.look();
        expect(files.policy().policy.rules?.apply([], now).reasons, 'a good one stays').to.deep.equal([]);
      });

      it('is taken by a checkpoint that started under bent rules, and so are other bent ones, refused', async () => {
        const files = await open({ policies: [await file('rules.json', bent)] }, consortium.state);
        const first = files.policies[0]?.good;
        await file(
          'rules.json',
          policyJson({ title: { en: 'Bent', 'zh-Hans': '弯', 'zh-Hant': '彎', pt: 'Torto' } }),
        );
        await files.look();
        expect(files.policies[0]?.good?.digest).not.to.equal(first?.digest);
        expect(files.policies[0]?.refusal?.code).to.equal('POLICY_OTHER_THAN_REGISTERED');
        await file('rules.json', law);
        await files.look();
        expect(files.policies[0]?.refusal).to.equal(undefined);
        expect(files.policy().policy.rules?.apply([], now).reasons).to.deep.equal(['RULE_STOP']);
      });

      for (const [what, replace] of [
        ['bent rules', () => file('rules.json', bent)],
        ['half a file', () => file('rules.json', '{')],
        ['no file', () => rm(join(folder, 'rules.json'))],
      ] as const) {
        it(`is what a second process begins with where the first has it in use, though now there is ${what}`, async () => {
          const config = {
            policies: [await file('rules.json', law)],
            trustFile: await file('trust.json', { hcert: [{ certificate: signer.certificate }] }),
          };
          const first = await open(config, consortium.state);
          await replace();
          await file('trust.json', '{');
          const second = await open(config, consortium.state, { held: first.contents });
          expect(second.policies[0]?.good?.digest).to.equal(first.policies[0]?.good?.digest);
          for (const files of [first, second]) await files.look();
          for (const { policies, trust } of [first, second]) {
            expect(policies[0]?.good?.value.policy.rules?.apply([], now).reasons).to.deep.equal([
              'RULE_STOP',
            ]);
            expect(trust.hcert).not.to.equal(undefined);
          }
          const [refused, same] = [first, second].map(({ policies }) => policies[0]?.refusal);
          expect(refused?.code).to.match(/^POLICY_/);
          expect(same).to.deep.equal(refused);
          await file('rules.json', law);
          await second.look();
          expect(second.policies[0]?.refusal).to.equal(undefined);
        });
      }

      it('is all that is asked where that is demanded', async () => {
        const [issued] = await consortium.issueCodes([vaccinationRecord()]);
        const other = await file('other.json', policyJson({ id: 'test.other' }));
        const config = { policies: [await file('rules.json', law), other], unregistered: 'refer' } as const;
        const gate = new Gate(await open(config, consortium.state), () => consortium.context());
        const reasons = async (policy: string): Promise<readonly string[]> =>
          (await gate.verify(issued?.text ?? '', { policy })).reasons;
        expect(await reasons('test.rule')).to.deep.equal(['RULE_STOP']);
        expect(await reasons('test.other')).to.deep.equal(['POLICY_NOT_IN_FORCE']);
      });

      it('gives way to the next version, which may lie here before, when the ledger says so', async () => {
        const path = await file('rules.json', law);
        const files = await open({ policies: [path] }, consortium.state);
        await file('rules.json', bent);
        consortium.publishPolicy(consortium.issuer, parsePolicy(bent), now + 60);
        await files.look();
        expect(files.policy().policy.rules?.apply([], now).reasons).to.deep.equal(['RULE_STOP']);
        now += 60;
        await files.look();
        expect(files.policies[0]?.refusal).to.equal(undefined);
        expect(files.policy().policy.rules?.apply([], now).reasons).to.deep.equal([]);
      });
    });

    it('of a folder is what a second process begins with, whatever comes into it or goes', async () => {
      await mkdir(join(folder, 'DE'));
      await file('DE/rule.json', nationalRuleJson({ Logic: false }));
      const trustFile = await file('trust.json', { hcert: [{ certificate: signer.certificate }] });
      const config = { policies: [join(folder, 'DE')], trustFile };
      const first = await open(config);
      await rm(join(folder, 'DE'), { recursive: true });
      const second = await open(config, undefined, { held: first.contents });
      for (const files of [first, second]) expect(await answer(files)).to.deep.equal(['stop', 'RULE_STOP']);
    });

    it('of a folder is looked at anew when a file comes into it', async () => {
      await mkdir(join(folder, 'DE'));
      await mkdir(join(folder, 'valuesets'));
      await file('valuesets/sets.json', { 'vaccines-covid-19-names': ['EU/1/20/1528'] });
      await file('DE/rule.json', nationalRuleJson());
      const trustFile = await file('trust.json', { hcert: [{ certificate: signer.certificate }] });
      const files = await open({ policies: [join(folder, 'DE')], trustFile });
      expect(await answer(files)).to.deep.equal(['pass']);
      await file('DE/rule-2.json', nationalRuleJson({ Identifier: 'VR-DE-0002', Logic: false }));
      await files.look();
      expect(await answer(files)).to.deep.equal(['stop', 'RULE_STOP']);
    });
  });
});
