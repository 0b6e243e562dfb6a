/** What a checkpoint asks, from names and files: all of it is read, or none. */
import { describe, it } from 'mocha';
import { expect } from 'chai';
import type { JsonObject } from '../../../core/bytes/strict-json.ts';
import { readCheckpointPolicy, type CheckpointPolicy } from '../../../core/policy/checkpoint-policy.ts';
import { defaultPolicies } from '../../../core/policy/default-policies.ts';
import { PolicyError } from '../../../core/policy/errors.ts';
import { nameOf } from '../../../core/policy/policy.ts';
import type { PolicySources } from '../../../core/policy/policy-sources.ts';
import { policyJson, ruleJson } from '../../support/policies.ts';
import { nationalRuleJson } from './support/national.ts';

const NOW = Date.UTC(2022, 11, 1) / 1000;

/** Files in memory, folders by their names. */
function sourcesOf(files: Readonly<Record<string, unknown>>): PolicySources {
  return {
    shipped: async () => defaultPolicies(),
    async readText(path) {
      const content = files[path];
      if (content === undefined) throw new Error('there is no such file');
      return typeof content === 'string' ? content : JSON.stringify(content);
    },
    async filesIn(path) {
      const below = Object.keys(files).filter((name) => name.startsWith(`${path}/`));
      return below.length === 0 ? undefined : below.toSorted();
    },
    beside: (path, name) => [...path.split('/').slice(0, -1), name].join('/'),
  };
}

function read(name: string, files: Readonly<Record<string, unknown>> = {}): Promise<CheckpointPolicy> {
  return readCheckpointPolicy(name, { path: name, nowSeconds: NOW }, sourcesOf(files));
}

async function refusalOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof PolicyError) return `${error.code} ${error.message}`;
    throw error;
  }
  return 'taken';
}

const passage = { jurisdiction: 'MO', place: 'port:HZMB', route: 'CN-ZH>MO', traveller: 'resident' };
const asks = async (
  { asked }: CheckpointPolicy,
  scan: Parameters<CheckpointPolicy['asked']>[0],
): Promise<unknown> =>
  (await asked(scan)).rules?.apply([], NOW).policies.map(({ id, version }) => `${id}@${version}`);

describe("a checkpoint's policy", () => {
  it('is by name base, ledger mode, all versions of a policy, or one', async () => {
    expect((await read('base')).policy).to.include({ id: 'base', ledgerMode: false });
    expect((await read('ledger')).policy).to.include({ id: 'ledger', ledgerMode: true });
    expect(await asks(await read('hk.vp'), {})).to.deep.equal(['hk.vp@5']);
    expect(await asks(await read('hk.vp@3'), {})).to.deep.equal([]);
  });

  it('without rules of its own goes by the passage of each scan', async () => {
    const base = await read('base');
    expect(base.policy.rules).to.equal(undefined);
    expect(await asks(base, { passage })).to.deep.equal(['mo-zh@2']);
    const nowhere = { ...passage, jurisdiction: 'FR' };
    expect(await refusalOf(base.asked({ passage: nowhere }))).to.match(/^POLICY_SETTINGS .*no rules are for/);
  });

  it('chosen for a lane takes what the officer knows of each scan, and no passage', async () => {
    const isTrue = (path: string): JsonObject => ({ '===': [{ var: path }, true] });
    const here = { '===': [{ var: 'external.trip.place' }, 'venue:active'] };
    const logic = { and: [isTrue('external.trip.booked'), here] };
    const rules = policyJson({ rules: [ruleJson({ logic })] });
    const lane = await read('lane.json', {
      'lane.json': { id: 'lane', version: 7, rules: ['rules.json'], trip: { place: 'venue:active' } },
      'rules.json': rules,
    });
    expect(lane.policy).to.include({ id: 'lane', version: 7 });
    expect(lane.policy.rules?.apply([], NOW).reasons).to.deep.equal(['RULE_STOP']);
    expect((await lane.asked({ trip: { booked: true } })).rules?.apply([], NOW).reasons).to.deep.equal([]);
    const elsewhere = await lane.asked({ trip: { booked: true, place: 'venue:none' } });
    expect(elsewhere.rules?.apply([], NOW).reasons, 'what the settings say stays').to.deep.equal([]);
    expect(await refusalOf(lane.asked({ passage }))).to.match(/^POLICY_SETTINGS/);
  });

  it("takes an operator's rules beside those that we ship, and tells where they meet", async () => {
    const own = policyJson({
      id: 'mine',
      jurisdiction: 'MO',
      topic: 'entry',
      scope: { places: ['port:HZMB'], routes: ['CN-ZH>MO'], travellers: ['*'] },
    });
    const gate = await read('gate.json', {
      'gate.json': { id: 'gate', version: 1, passage, policies: ['mine.json'] },
      'mine.json': own,
    });
    expect(gate.policy.rules?.apply([], NOW).reasons).to.deep.equal(['POLICY_AMBIGUOUS']);
    expect(gate.problems.map(({ kind, what }) => `${kind} ${what}`).join('\n')).to.match(
      /overlap mo-zh@2 and mine@1 are both in force for port:\S+ · CN-ZH>MO/,
    );
  });

  it('says which versions may answer what it asks of everybody, so that the ledger can be asked about them', async () => {
    const own = policyJson({ id: 'mine', jurisdiction: 'MO', topic: 'other' });
    const next = { ...own, version: 2 };
    const files = {
      'mine.json': own,
      'next.json': next,
      'lane.json': { id: 'lane', version: 1, rules: ['mo-zh', 'mine.json'] },
      'gate.json': { id: 'gate', version: 1, passage },
      'base.json': { id: 'base-2', version: 1, policies: ['mine.json', 'next.json'] },
    };
    const questionsOf = async (name: string): Promise<unknown> =>
      (await read(name, files)).questions.map((versions) => versions.map(nameOf));
    expect(await questionsOf('base')).to.deep.equal([]);
    expect(await questionsOf('lane.json')).to.deep.equal([['mo-zh@1', 'mo-zh@2'], ['mine@1']]);
    expect(await questionsOf('gate.json')).to.deep.equal([['mo-zh@1', 'mo-zh@2', 'mo.arrival@2']]);
    expect(await questionsOf('base.json'), 'by id, whatever the passage').to.deep.equal([
      ['mine@1', 'mine@2'],
    ]);
  });

  const files: JsonObject = {
    'bad.json': '{"form": "hcl-policy/1"',
    'odd.json': policyJson({ version: 'one' }),
    'twice.json': '{"id": "a", "id": "b", "version": 1}',
  };
  const refused: Readonly<Record<string, readonly [settings: unknown, refusal: RegExp]>> = {
    'a file that is not there': [{ rules: ['none.json'] }, /^POLICY_FILE_UNREADABLE none\.json/],
    'half a file': [{ rules: ['bad.json'] }, /^POLICY_NOT_JSON bad\.json/],
    'a file with a wrong field': [{ policies: ['odd.json'] }, /^POLICY_FIELD odd\.json: policy\.version/],
    'a member that is not known': [{ colour: 'red' }, /^POLICY_SETTINGS policy file: colour is not known/],
    'a member of every object': [{ toString: 1 }, /^POLICY_SETTINGS policy file: toString is not known/],
    'rules and a passage': [{ rules: ['hk.vp'], passage }, /exclude each other/],
    'a passage with more': [
      { passage: { ...passage, extra: 1 } },
      /^POLICY_SETTINGS policy file: passage is not/,
    ],
    'a country in words': [{ national: { country: 'Germany', rules: ['DE'] } }, /national\.country/],
  };
  for (const [what, [settings, refusal]] of Object.entries(refused)) {
    it(`with ${what} is refused by name`, async () => {
      const lane = { id: 'lane', version: 1, ...(settings as object) };
      expect(await refusalOf(read('lane.json', { ...files, 'lane.json': lane }))).to.match(refusal);
    });
  }

  it('in a file with a repeated member is refused: two readers could see two policies', async () => {
    expect(await refusalOf(read('twice.json', files))).to.match(/^POLICY_SETTINGS/);
  });

  it('that nobody knows is no file either', async () => {
    expect(await refusalOf(read('hk.vpp'))).to.match(/^POLICY_UNKNOWN "hk\.vpp" is none of base, ledger/);
  });
});

describe("a country's rules in a folder", () => {
  const folder = {
    'rules/DE/VR-DE-0001/rule.json': nationalRuleJson(),
    'rules/DE/GR-DE-0001/rule.json': nationalRuleJson({
      Identifier: 'GR-DE-0001',
      CertificateType: 'General',
      Logic: true,
    }),
    'rules/DE/VR-DE-0001/tests/test001.json': 'not looked at',
    'rules/valuesets/sets.json': { 'vaccines-covid-19-names': ['EU/1/20/1528'] },
  };

  it('are those of the one country whose acceptance rules are there', async () => {
    const { policy, problems } = await read('rules/DE', folder);
    expect(policy).to.include({ id: 'eu-dcc.DE', ledgerMode: false });
    expect(problems.map(({ what }) => what)).to.deep.equal([
      'DE has no acceptance rule in force for certificates of the kind Test',
      'DE has no acceptance rule in force for certificates of the kind Recovery',
    ]);
  });

  it('need settings where there are several countries', async () => {
    const both = {
      ...folder,
      'rules/AT/VR-AT-0001/rule.json': nationalRuleJson({ Country: 'AT', Identifier: 'VR-AT-0001' }),
    };
    expect(await refusalOf(read('rules', both))).to.match(/^POLICY_SETTINGS .*let settings say/);
    const national = { country: 'AT', rules: ['rules'] };
    const lane = await read('lane.json', { ...both, 'lane.json': { id: 'lane', version: 2, national } });
    expect(lane.policy).to.include({ id: 'lane', version: 2 });
    expect(await refusalOf(lane.asked({ trip: {} }))).to.equal('taken');
    expect(await refusalOf(lane.asked({ passage }))).to.match(/^POLICY_SETTINGS/);
  });

  const broken: Readonly<Record<string, readonly [Readonly<Record<string, unknown>>, RegExp]>> = {
    'one rule is not JSON': [{ 'rules/DE/X/rule.json': '{' }, /^POLICY_NOT_JSON rules\/DE\/X\/rule\.json/],
    'one rule has no logic': [
      { 'rules/DE/X/rule.json': { ...nationalRuleJson(), Logic: { 'no-such': [1] } } },
      /^POLICY_EXPRESSION_INVALID rules\/DE\/X\/rule\.json/,
    ],
    'one version is there twice': [
      { 'rules/DE/X/rule.json': nationalRuleJson() },
      /^POLICY_NOT_UNIQUE rules\/DE: VR-DE-0001 1\.0\.0/,
    ],
    'a value set is missing': [
      { 'rules/valuesets/sets.json': { other: [] } },
      /^POLICY_FIELD rules\/DE: VR-DE-0001 uses a value set that is not there: vaccines-covid-19-names/,
    ],
    'a value set is not of its form': [
      { 'rules/valuesets/sets.json': { 'vaccines-covid-19-names': [1] } },
      /^POLICY_FIELD rules\/valuesets\/sets\.json/,
    ],
  };
  for (const [what, [changes, refusal]] of Object.entries(broken)) {
    it(`are refused as a whole and by name when ${what}`, async () => {
      expect(await refusalOf(read('rules/DE', { ...folder, ...changes }))).to.match(refusal);
    });
  }

  it('tell two versions at one time, of which the newest counts', async () => {
    const newer = nationalRuleJson({ Version: '1.0.1', Logic: false });
    const set = await read('rules/DE', { ...folder, 'rules/DE/VR-DE-0001/rule2.json': newer });
    expect(set.problems.map(({ kind, what }) => `${kind} ${what}`)).to.include(
      'overlap VR-DE-0001 1.0.0 and 1.0.1, of which the newest counts',
    );
  });
});
