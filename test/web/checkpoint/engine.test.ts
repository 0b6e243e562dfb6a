import { expect } from 'chai';
import { describe, it } from 'mocha';
import { encodeSnapshot } from '../../../core/trust/snapshot.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { AGEING_SECONDS, type CheckpointPolicy } from '../../../web/checkpoint/engine/checkpoint-policy.ts';
import { Engine } from '../../../web/checkpoint/engine/engine.ts';
import type { Decision, EngineAnswer } from '../../../web/checkpoint/engine/protocol.ts';
import { areRulesInForce } from '../../../web/checkpoint/engine/rules.ts';
import { makeConsortium, vaccinationRecord, type Consortium } from '../../support/consortium.ts';

const VENUE: CheckpointPolicy = { mode: 'venue', ageingSeconds: AGEING_SECONDS.venue };
const BORDER: CheckpointPolicy = { mode: 'border', ageingSeconds: AGEING_SECONDS.border };
const HOUR = 3600;

function snapshotOf(consortium: Consortium): Uint8Array {
  return encodeSnapshot(nodeCrypto, consortium);
}

async function learn(engine: Engine, bytes: Uint8Array): Promise<string> {
  const answer = await engine.answer({ kind: 'learn', bytes });
  if (answer.kind === 'refused') return answer.problem;
  return answer.kind === 'known' && answer.isNew ? 'new' : 'same';
}

async function decide(
  engine: Engine,
  text: string,
  policy: CheckpointPolicy,
  nowSeconds: number,
): Promise<Decision> {
  const answer: EngineAnswer = await engine.answer({
    kind: 'verify',
    question: { texts: [text], policy, nowSeconds },
  });
  if (answer.kind !== 'decision') throw new Error(answer.kind);
  return answer.decision;
}

describe('the engine of the page', () => {
  it('decides nothing before it knows anything', async () => {
    const consortium = makeConsortium({ seed: 11 });
    const [code] = await consortium.issueCodes([vaccinationRecord()]);
    const { outcome, validity } = await decide(
      new Engine(nodeCrypto),
      code?.text ?? '',
      VENUE,
      consortium.nowSeconds,
    );
    expect({ outcome, validity }).to.deep.equal({ outcome: 'refer', validity: 'unconfirmed' });
  });

  it('says how old its knowledge is: a venue’s list lasts 24 hours, a border’s 72', async () => {
    const consortium = makeConsortium({ seed: 12 });
    for (const issuer of consortium.issuers)
      consortium.publishStatus(issuer, [], consortium.nowSeconds + 100 * HOUR);
    const [code] = await consortium.issueCodes([vaccinationRecord()], { profile: 'travel' });
    const engine = new Engine(nodeCrypto);
    await learn(engine, snapshotOf(consortium));
    const after = async (hours: number, policy: CheckpointPolicy): Promise<string> => {
      const { outcome, parts } = await decide(
        engine,
        code?.text ?? '',
        policy,
        consortium.nowSeconds + hours * HOUR,
      );
      return `${outcome} ${parts[0]?.freshness.grade}`;
    };
    expect(await after(0, VENUE)).to.equal('pass fresh');
    expect(await after(23, VENUE)).to.equal('pass ageing');
    expect(await after(25, VENUE)).to.equal('refer stale');
    expect(await after(25, BORDER)).to.equal('pass ageing');
    expect(await after(73, BORDER)).to.equal('refer stale');
    expect(await after(-1, BORDER), 'a clock behind the list').to.equal('refer unknown');
  });

  it('never goes back, and keeps the last good list whatever comes', async () => {
    const consortium = makeConsortium({ seed: 13 });
    const older = snapshotOf(consortium);
    const [code] = await consortium.issueCodes([vaccinationRecord()]);
    const newer = snapshotOf(consortium);
    const engine = new Engine(nodeCrypto);
    expect(await learn(engine, older)).to.equal('new');
    expect(await learn(engine, newer)).to.equal('new');
    expect(await learn(engine, newer)).to.equal('same');
    const damaged = newer.slice();
    damaged[newer.length >> 1]! ^= 1; // in the middle
    const refused: readonly (readonly [string, Uint8Array])[] = [
      ['BUNDLE_OLDER', older],
      ['BUNDLE_MALFORMED', damaged],
      ['BUNDLE_MALFORMED', newer.subarray(0, newer.length - 1)],
      ['BUNDLE_MALFORMED', new Uint8Array(0)],
      ['BUNDLE_OTHER_LEDGER', snapshotOf(makeConsortium({ seed: 14 }))],
    ];
    for (const [problem, bytes] of refused) expect(await learn(engine, bytes)).to.equal(problem);
    expect((await decide(engine, code?.text ?? '', VENUE, consortium.nowSeconds)).outcome).to.equal('pass');
  });

  it('asks the rules of the passage, and refers where there are none', async () => {
    const consortium = makeConsortium({ seed: 15 });
    const [code] = await consortium.issueCodes([vaccinationRecord()]);
    const engine = new Engine(nodeCrypto);
    await learn(engine, snapshotOf(consortium));
    const under = async (jurisdiction: string): Promise<Decision> => {
      const passage = { jurisdiction, place: 'venue:active', route: '-', traveller: 'resident' };
      return decide(engine, code?.text ?? '', { ...VENUE, passage }, consortium.nowSeconds);
    };
    const inHongKong = await under('HK');
    expect(inHongKong.policies.map(({ id }) => id)).to.include('hk.vp');
    expect((await under('MO')).reasons).to.deep.equal(['POLICY_NOT_IN_FORCE']);
  });

  it('knows whether rules are in force before anybody is checked', () => {
    const passage = { jurisdiction: 'HK', place: 'venue:active', route: '-', traveller: 'resident' };
    expect(areRulesInForce(passage, Date.parse('2022-12-01T00:00:00Z') / 1000)).to.equal(true);
    expect(areRulesInForce(passage, Date.parse('2026-12-01T00:00:00Z') / 1000)).to.equal(false);
    expect(areRulesInForce({ ...passage, jurisdiction: 'XX' }, 0)).to.equal(false);
  });

  it('refuses a trust list that it cannot read, by name', async () => {
    const engine = new Engine(nodeCrypto);
    const answer = await engine.answer({ kind: 'trust', bytes: new Uint8Array([0x7b]), nowSeconds: 0 });
    expect(answer.kind).to.equal('trust-refused');
  });
});
