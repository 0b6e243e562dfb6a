/** What a scan may ask of the verifier beside its codes: a policy, a passage, a document, one decision on several codes. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import type { CombinedVerdict } from '../../core/verify/together.ts';
import type { Verdict } from '../../core/verify/verdict.ts';
import type { Service } from '../../service/app.ts';
import { makeConsortium, testRecord, vaccinationRecord } from '../support/consortium.ts';
import { policyJson, ruleJson } from '../support/policies.ts';
import { buildTestVerifier, type TestVerifier } from './support/test-verifier.ts';

describe('a scan', () => {
  const consortium = makeConsortium({ seed: 5 });
  let folder: string;
  let verifier: TestVerifier;
  let app: Service;
  let dose: string;
  let test: string;
  let otherTest: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hcl-scan-'));
    const { subject } = vaccinationRecord();
    const stranger = { ...subject, docNumber: 'Z683365(5)', nameEn: 'LEE, SIU MING', nameZh: '李小明' };
    const records = [
      vaccinationRecord({ doseNumber: 2 }),
      testRecord({ subject }),
      testRecord({ subject: stranger }),
    ];
    const codes = await consortium.issueCodes(records, { profile: 'travel' });
    [dose = '', test = '', otherTest = ''] = codes.map(({ text }) => text);
    const both = {
      and: [
        { '>': [{ var: 'payload.vaccinations.length' }, 0] },
        { '>': [{ var: 'payload.tests.length' }, 0] },
      ],
    };
    const booked = { '===': [{ var: 'external.trip.booked' }, true] };
    await writeFile(
      join(folder, 'both.json'),
      JSON.stringify(policyJson({ id: 'both', rules: [ruleJson({ logic: both })] })),
    );
    await writeFile(
      join(folder, 'booked.json'),
      JSON.stringify(policyJson({ id: 'booked', rules: [ruleJson({ logic: booked })] })),
    );
    const policies = ['base', 'ledger', join(folder, 'both.json'), join(folder, 'booked.json')];
    verifier = await buildTestVerifier(consortium, { policies, trustFile: join(folder, 'trust.json') });
    ({ app } = verifier);
  });
  after(async () => {
    await app.close();
    await rm(folder, { recursive: true });
  });

  async function post<T>(url: string, payload: object): Promise<T> {
    const response = await app.inject({ method: 'POST', url, payload });
    expect(response.statusCode, response.body).to.equal(200);
    return response.json<T>();
  }

  const verdictOn = async (payload: object): Promise<Verdict> =>
    // One code, one verdict.
    (await post<{ verdicts: Verdict[] }>('/verify', payload)).verdicts[0]!;
  const told = ({ outcome, reasons }: Pick<Verdict, 'outcome' | 'reasons'>): readonly string[] => [
    outcome,
    ...reasons,
  ];
  const together = (
    codes: readonly string[],
    more: object = {},
  ): Promise<{ codes: number; verdict: CombinedVerdict }> => post('/verify/together', { codes, ...more });

  it('is under the first policy unless it names another', async () => {
    expect((await verdictOn({ code: dose })).policy).to.deep.equal({ id: 'base', version: 1 });
    const ledger = await verdictOn({ code: dose, policy: 'ledger' });
    expect(ledger.evidence.signature).to.equal('not-checked');
    expect(told(await verdictOn({ code: dose, policy: 'both' }))).to.deep.equal(['stop', 'RULE_STOP']);
  });

  it('is answered under its own policy, whatever was asked about the same code before', async () => {
    const policies = ['base', 'both', 'ledger', 'booked'] as const;
    const fresh: Record<string, unknown> = {};
    for (const policy of policies) {
      const alone = await buildTestVerifier(consortium, { policies: verifier.policies });
      fresh[policy] = await alone.gate.verify(dose, { policy });
      await alone.app.close();
    }
    for (const policy of [...policies, ...policies.toReversed(), ...policies]) {
      expect(await verifier.gate.verify(dose, { policy }), policy).to.deep.equal(fresh[policy]);
    }
  });

  it('takes what the officer knows for itself alone', async () => {
    const asked = { code: dose, policy: 'booked' };
    expect(told(await verdictOn(asked))).to.deep.equal(['stop', 'RULE_STOP']);
    expect(told(await verdictOn({ ...asked, trip: { booked: true } }))).to.deep.equal(['pass']);
    expect(told(await verdictOn(asked))).to.deep.equal(['stop', 'RULE_STOP']);
    expect(told(await verdictOn({ ...asked, trip: { booked: false } }))).to.deep.equal(['stop', 'RULE_STOP']);
  });

  it('chooses the rules by its passage', async () => {
    const passage = { jurisdiction: 'MO', place: 'port:HZMB', route: 'CN-ZH>MO', traveller: 'resident' };
    const crossing = await verdictOn({ code: test, passage });
    expect(told(crossing)).to.deep.equal(['condition', 'RULE_CONDITION']);
    expect(crossing.evidence.policies?.map(({ id, version }) => `${id}@${version}`)).to.deep.equal([
      'mo-zh@2',
    ]);
    expect((await verdictOn({ code: test })).evidence.policies).to.equal(undefined);
  });

  it('compares with the document in hand, for itself alone', async () => {
    const mine = { number: 'A123456(3)', type: 'HKID', name: 'CHAN TAI-MAN', birth: '1980-01-01' };
    expect(told(await verdictOn({ code: dose, document: mine }))).to.deep.equal(['pass']);
    const other = await verdictOn({ code: dose, document: { number: 'Z6833655' } });
    expect(other.outcome).to.equal('stop');
    expect(other.evidence.identity?.document).to.equal('different');
    const again = await verdictOn({ code: dose });
    expect(told(again)).to.deep.equal(['pass']);
    expect(again.evidence.identity).to.equal(undefined);
    const zone = `${'P<UTOCHAN<<TAI<MAN'.padEnd(44, '<')}\nL898902C36UTO7408122F1204159ZE184226B<<<<<10`;
    expect(told(await verdictOn({ code: dose, document: { zone } }))).to.deep.equal([
      'stop',
      'IDENTITY_MISMATCH',
    ]);
  });

  it('of several codes of one person gets one decision', async () => {
    expect(told((await together([dose, test], { policy: 'both' })).verdict)).to.deep.equal(['pass']);
    const alone = await together([dose], { policy: 'both' });
    expect(alone.codes).to.equal(1);
    expect(told(alone.verdict)).to.deep.equal(['stop', 'RULE_STOP']);
    expect(alone.verdict.policies[0]?.rules[0]).to.include({ id: 'rule', result: 'fail' });
  });

  it('of codes of two people is never one decision that passes', async () => {
    const { verdict } = await together([dose, otherTest], { policy: 'both' });
    expect(told(verdict)).to.deep.equal(['stop', 'IDENTITY_MISMATCH']);
  });

  it('with a bad code among good ones is bad as a whole', async () => {
    const { verdict } = await together([dose, test, test.slice(0, -1)], { policy: 'both' });
    expect(verdict.outcome).to.equal('stop');
    expect(verdict.validity).to.equal('invalid');
  });

  it('of no code at all is not decided', async () => {
    expect(told((await together([])).verdict)).to.deep.equal(['refer', 'COULD_NOT_DECIDE']);
  });

  const refused: Readonly<Record<string, readonly [payload: object, code: string]>> = {
    'a policy that the checkpoint does not have': [{ policy: 'none' }, 'POLICY_UNKNOWN'],
    'a passage under rules that do not go by it': [
      { policy: 'both', passage: { jurisdiction: 'MO', place: 'a', route: 'b', traveller: 'c' } },
      'POLICY_SETTINGS',
    ],
    'a passage that no rules are for': [
      { passage: { jurisdiction: 'FR', place: 'a', route: 'b', traveller: 'c' } },
      'POLICY_SETTINGS',
    ],
    'half a passage': [{ passage: { jurisdiction: 'MO' } }, 'REQUEST_INVALID'],
    'a trip with a list in it': [{ trip: { booked: [true] } }, 'REQUEST_INVALID'],
    'a document of a kind that nobody has': [
      { document: { type: 'LIBRARY', number: 'X' } },
      'DOCUMENT_INVALID',
    ],
    'a zone that is none': [{ document: { zone: 'CHAN TAI MAN' } }, 'DOCUMENT_INVALID'],
    'a document with more': [{ document: { number: 'X', surname: 'CHAN' } }, 'REQUEST_INVALID'],
  };
  for (const [what, [asked, problem]] of Object.entries(refused)) {
    it(`with ${what} is refused, and nothing of it repeated`, async () => {
      for (const [url, codes] of [
        ['/verify', { code: dose }],
        ['/verify/together', { codes: [dose] }],
      ] as const) {
        const response = await app.inject({ method: 'POST', url, payload: { ...codes, ...asked } });
        expect(response.statusCode, response.body).to.equal(400);
        expect(response.json<{ code: string }>().code).to.equal(problem);
        expect(response.body).not.to.match(/CHAN|LIBRARY/);
      }
    });
  }

  it('leaves nothing of itself in logs, metrics and state', async () => {
    await verdictOn({
      code: dose,
      document: { number: 'A123456(3)', name: 'CHAN TAI-MAN' },
      trip: { seat: '17F' },
    });
    const pages = await Promise.all(['/metrics', '/state'].map((url) => app.inject({ url })));
    for (const text of [verifier.logged(), ...pages.map(({ body }) => body)]) {
      expect(text).not.to.match(/CHAN|A123456|17F|HCL1:/);
    }
  });

  it('shows in the state what the checkpoint asks, and in the metrics which file is refused', async () => {
    const state = (await app.inject({ url: '/state' })).json<{
      policies: readonly { id: string; isDefault: boolean; refused: unknown }[];
      trust: { file: string; refused: { code: string } };
    }>();
    expect(
      state.policies.map(({ id, isDefault, refused: problem }) => [id, isDefault, problem]),
    ).to.deep.equal([
      ['base', true, null],
      ['ledger', false, null],
      ['both', false, null],
      ['booked', false, null],
    ]);
    expect(state.trust).to.deep.include({ file: 'trust.json', digest: null });
    expect(state.trust.refused.code).to.equal('TRUST_LIST_UNREADABLE');
    const metrics = (await app.inject({ url: '/metrics' })).body;
    expect(metrics).to.match(/hcl_checkpoint_files_refused\{what="trust"\} 1/);
    expect(metrics).to.match(/hcl_checkpoint_files_refused\{what="policy"\} 0/);
    await writeFile(join(folder, 'trust.json'), '{"validUntil": "2030-01-01T00:00:00Z"}');
    await writeFile(join(folder, 'both.json'), '{');
    await verifier.files.look();
    const later = (await app.inject({ url: '/metrics' })).body;
    expect(later).to.match(/hcl_checkpoint_files_refused\{what="trust"\} 0/);
    expect(later).to.match(/hcl_checkpoint_files_refused\{what="policy"\} 1/);
    expect(later).to.match(/hcl_trust_list_valid_until_seconds 1893456000/);
  });
});
