/**
 * The service and `hcl verify` give the same answer to every code: whole verdicts, member by member, under several
 * policies, with a document in hand, and for several codes of one person. The corpora are the codes, and our own.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { runCommand } from '../../cli/commands.ts';
import { parsePolicy } from '../../core/policy/policy-form.ts';
import { encodeSnapshot } from '../../core/trust/snapshot.ts';
import type { CombinedVerdict } from '../../core/verify/together.ts';
import type { Verdict } from '../../core/verify/verdict.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { ioDouble } from '../cli/io-double.ts';
import { bend, goodCodes, layersOf, type GoodCode } from '../core/foreign/support/hostile-codes.ts';
import { corpusCodes, isOneLine, wholeTrust } from '../core/foreign/support/whole-corpora.ts';
import { makeConsortium, testRecord, vaccinationRecord } from '../support/consortium.ts';
import { corporaFolder, describeCorpus } from '../support/corpora.ts';
import { policyJson, ruleJson } from '../support/policies.ts';
import { Random } from '../support/random.ts';
import { runs, testSeed } from '../support/scale.ts';
import { buildTestVerifier, type TestVerifier } from './support/test-verifier.ts';

const BENT = runs(600, 100_000);
const AT_ONCE = 200;

interface Asked {
  readonly policy: string;
  readonly document?: { readonly name: string; readonly birth: string };
}

describeCorpus('eu-dcc-testdata', () =>
  describe(`the service and hcl verify, over every code of the corpora and ${BENT} bent ones (seed ${testSeed})`, function () {
    this.timeout(runs(120_000, 3_600_000));
    const consortium = makeConsortium({ seed: testSeed });
    let folder: string;
    let verifier: TestVerifier;
    let own: readonly string[];
    /** Id → as both are told it. */
    const policies = new Map<string, string>([
      ['base', 'base'],
      ['hk.vp', 'hk.vp'],
    ]);

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'hcl-same-'));
      const { subject } = vaccinationRecord();
      consortium.publishStatus(consortium.issuer, [], consortium.nowSeconds + 86_400);
      const issued = await consortium.issueCodes([vaccinationRecord(), testRecord({ subject })], {
        profile: 'travel',
      });
      own = issued.map(({ text }) => text);
      const negative = { '>': [{ var: 'payload.tests.length' }, 0] };
      const tested = policyJson({ id: 'tested', rules: [ruleJson({ logic: negative })] });
      await write('tested.json', tested);
      // One that the ledger has, beside others that it has not.
      consortium.publishPolicy(consortium.issuer, parsePolicy(tested));
      await write('strict.json', {
        id: 'strict',
        version: 4,
        acceptUndatedLists: false,
        profiles: ['travel'],
      });
      policies.set('tested', join(folder, 'tested.json')).set('strict', join(folder, 'strict.json'));
      const rules = join(corporaFolder, 'dcc-business-rules', 'DE');
      if (existsSync(rules)) policies.set('eu-dcc.DE', rules);
      const trust = await write('trust.json', wholeTrust());
      await write('document.json', DOCUMENT);
      await write('snapshot.hcls', encodeSnapshot(nodeCrypto, consortium));
      verifier = await buildTestVerifier(consortium, {
        policies: [...policies.values()],
        trustFile: trust,
      });
      expect(verifier.files.trustFile?.refusal).to.equal(undefined);
    });
    after(async () => {
      await verifier.app.close();
      await rm(folder, { recursive: true });
    });

    async function write(name: string, content: unknown): Promise<string> {
      const path = join(folder, name);
      await writeFile(path, content instanceof Uint8Array ? content : JSON.stringify(content));
      return path;
    }

    async function byCommand<T>(
      { policy, document }: Asked,
      codes: readonly string[],
      ...more: readonly string[]
    ): Promise<readonly T[]> {
      const nowSeconds = (): number => consortium.nowSeconds;
      const double = ioDouble({
        env: { HCL_DATA: folder },
        stdin: codes.map((code) => `${code}\n`).join(''),
      });
      const io = { ...double, nowSeconds };
      const given = document === undefined ? [] : ['--document', join(folder, 'document.json')];
      const known = ['--snapshot', join(folder, 'snapshot.hcls'), '--trust', join(folder, 'trust.json')];
      // The policies were put into the map above.
      const exitCode = await runCommand(
        'verify',
        ['--json', ...known, '--policy', policies.get(policy)!, ...given, ...more],
        io,
      );
      expect(exitCode, io.written.err).to.equal(0);
      const lines = io.written.out.trimEnd().split('\n');
      return lines.map((line) => JSON.parse(line) as T);
    }

    async function byService<T>(url: string, asked: Asked, codes: readonly string[]): Promise<T> {
      const response = await verifier.app.inject({ method: 'POST', url, payload: { codes, ...asked } });
      expect(response.statusCode, response.body).to.equal(200);
      return response.json<T>();
    }

    /** Compares them, and counts the outcomes, so that a test of nothing but refusals is seen. */
    async function compare(asked: Asked, codes: readonly string[]): Promise<ReadonlyMap<string, number>> {
      const outcomes = new Map<string, number>();
      for (let at = 0; at < codes.length; at += AT_ONCE) {
        const some = codes.slice(at, at + AT_ONCE);
        const commanded = await byCommand<{ verdict: Verdict }>(asked, some);
        const { verdicts } = await byService<{ verdicts: readonly Verdict[] }>('/verify', asked, some);
        for (const [place, { verdict }] of commanded.entries()) {
          expect(verdict, some[place]?.slice(0, 60)).to.deep.equal(verdicts[place]);
        }
        expect(commanded).to.have.length(verdicts.length);
        for (const { outcome } of verdicts) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      }
      return outcomes;
    }

    for (const policy of ['base', 'hk.vp', 'tested', 'strict', 'eu-dcc.DE']) {
      it(`agree under ${policy}`, async function () {
        if (!policies.has(policy)) this.skip();
        const step = policy === 'base' ? 1 : runs(4, 1);
        const corpus = corpusCodes().filter((_, place) => place % step === 0);
        const codes = [...own, ...goodCodes(), ...corpus];
        const outcomes = await compare({ policy }, codes);
        process.stdout.write(
          `      ${codes.length} codes: ${[...outcomes].map(([name, count]) => `${count} ${name}`).join(', ')}\n`,
        );
        expect(outcomes.size).to.be.at.least(2);
      });
    }

    it('agree on a document in hand', async () => {
      const outcomes = await compare({ policy: 'base', document: DOCUMENT }, [
        ...own,
        ...goodCodes(),
        ...corpusCodes(),
      ]);
      expect([...outcomes.keys()]).to.include.members(['refer', 'stop']);
    });

    it('agree on codes that were bent', async () => {
      const random = new Random(testSeed);
      const good = [...own, ...goodCodes()].map((text): GoodCode => ({ text, layers: layersOf(text) }));
      // One line of standard input is one code.
      const codes = Array.from({ length: BENT }, () =>
        bend(random.pick(good), random.pick(good).text, random),
      ).filter(isOneLine);
      expect(codes.length).to.be.above(BENT / 3);
      const outcomes = await compare({ policy: 'base' }, codes);
      expect(outcomes.get('stop') ?? 0).to.be.above(codes.length / 4);
    });

    it('agree on all codes of one person, whose ever they are', async () => {
      const random = new Random(testSeed);
      // Most codes of the corpora are bad, and one bad code is enough.
      const pools = [[...own, ...goodCodes()], corpusCodes()];
      const outcomes = new Set<string>();
      for (let i = 0; i < runs(40, 2000); i++) {
        const codes = Array.from({ length: 1 + random.below(4) }, () => random.pick(random.pick(pools)));
        const policy = random.pick([...policies.keys()]);
        const [commanded] = await byCommand<{ codes: number; verdict: CombinedVerdict }>(
          { policy },
          codes,
          '--together',
        );
        const served = await byService<{ codes: number; verdict: CombinedVerdict }>(
          '/verify/together',
          { policy },
          codes,
        );
        expect(commanded).to.deep.equal(served);
        outcomes.add(served.verdict.outcome);
      }
      expect([...outcomes]).to.include.members(['refer', 'stop']);
    });
  }),
);

const DOCUMENT = { name: 'CHAN, TAI MAN', birth: '1980-01-01' };
