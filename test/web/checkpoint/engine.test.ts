import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { BundleIndex } from '../../../core/bundle/bundle-index.ts';
import type { BundleSource } from '../../../core/bundle/bundle-state.ts';
import { deltaPath } from '../../../core/bundle/follow-deltas.ts';
import { fullBundle } from '../../../core/bundle/make-bundle.ts';
import { toUtf8 } from '../../../core/bytes/utf8.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { AGEING_SECONDS, type CheckpointPolicy } from '../../../web/checkpoint/engine/checkpoint-policy.ts';
import { Engine } from '../../../web/checkpoint/engine/engine.ts';
import { FetchError } from '../../../web/checkpoint/engine/fetch-file.ts';
import type { Decision, EngineAnswer, Kept, Known } from '../../../web/checkpoint/engine/protocol.ts';
import { areRulesInForce } from '../../../web/checkpoint/engine/rules.ts';
import { KeptBundle } from '../../../web/checkpoint/knowledge/kept-bundle.ts';
import { Knowledge, type KnowledgeReport } from '../../../web/checkpoint/knowledge/knowledge.ts';
import { lockWithin, type Lock } from '../../../web/shared/store/lock.ts';
import { makeConsortium, vaccinationRecord } from '../../support/consortium.ts';
import { ORIGIN, Publishing, SIGNER_SET, SIGNERS } from '../../support/publishing.ts';
import { setOf, testSigner } from '../../support/signers.ts';
import { memoryStore, type MemoryStore } from '../support/memory-store.ts';

const VENUE: CheckpointPolicy = { mode: 'venue', ageingSeconds: AGEING_SECONDS.venue };
const BORDER: CheckpointPolicy = { mode: 'border', ageingSeconds: AGEING_SECONDS.border };
const HOUR = 3600;

/** A new device of the consortium's, and what the publisher offers it. */
async function device(publishing: Publishing): Promise<{
  readonly engine: Engine;
  readonly offer: (source: BundleSource, bundle?: Uint8Array) => Promise<string>;
}> {
  let index: BundleIndex | undefined;
  let full = new Uint8Array(0);
  let last = '';
  const get = async (path: string): Promise<Uint8Array> =>
    path === 'latest' ? toUtf8(JSON.stringify(index)) : path.startsWith('files/') ? full : missing();
  const engine = new Engine({ crypto: nodeCrypto, get });
  const trust = toUtf8(JSON.stringify(publishing.context().trust));
  await engine.answer({ kind: 'trust-bundles-of', bytes: trust });
  return {
    engine,
    /** Resolves to `new`, `same`, or why it is refused. */
    offer: async (source, bundle = fullBundle(source)) => {
      const { nowSeconds } = publishing.consortium;
      full = bundle.slice();
      index = indexOf(source, full, publishing);
      const answer = await engine.answer({ kind: 'update', nowSeconds });
      if (answer.kind === 'refused') return answer.problem;
      const now = JSON.stringify(answer.kind === 'known' ? answer.known : answer);
      const isSame = now === last;
      last = now;
      return isSame ? 'same' : 'new';
    },
  };
}

/** The page's knowledge at a start: from what `store` keeps, then what is offered. */
async function startDevice(
  publishing: Publishing,
  store: MemoryStore,
  { lock = lockWithin(), nowSeconds }: { readonly lock?: Lock; readonly nowSeconds?: number } = {},
): Promise<{
  readonly asked: readonly string[];
  readonly engine: Engine;
  readonly restored: KnowledgeReport;
  /** @param base what there is a delta to, by way of `between` */
  readonly update: (
    source: BundleSource,
    base?: BundleSource,
    between?: BundleSource,
  ) => Promise<KnowledgeReport>;
}> {
  let source: BundleSource | undefined;
  let chain: readonly BundleSource[] = [];
  const get = async (path: string): Promise<Uint8Array> => {
    if (source === undefined) throw new Error('nothing is offered yet');
    const full = fullBundle(source);
    if (path === 'latest') return toUtf8(JSON.stringify(indexOf(source, full, publishing)));
    const at = chain.findIndex(({ checkpoint: { size } }) => path === deltaPath('deltas', size));
    const [from, to] = chain.slice(at, at + 2);
    if (at >= 0 && from !== undefined && to !== undefined) return publishing.delta(to, from);
    return path.startsWith('files/') ? full : missing();
  };
  const engine = new Engine({ crypto: nodeCrypto, get });
  const asked: string[] = [];
  const knowledge = new Knowledge({
    ask: (request) => {
      asked.push(request.kind);
      return engine.answer(request);
    },
    store,
    lock,
    fetchBeside: async () => toUtf8(JSON.stringify(publishing.context().trust)),
    nowSeconds: () => nowSeconds ?? publishing.consortium.nowSeconds,
  });
  const restored = await knowledge.restore();
  const update: Awaited<ReturnType<typeof startDevice>>['update'] = (next, base, between) => {
    source = next;
    chain = [base, between, next].filter((each) => each !== undefined);
    return knowledge.update();
  };
  return { asked, engine, restored, update };
}

function indexOf(source: BundleSource, full: Uint8Array, { consortium }: Publishing): BundleIndex {
  const { origin, size } = source.checkpoint;
  return {
    origin,
    size,
    timeSeconds: consortium.nowSeconds,
    checkpoint: source.note,
    full: { path: `files/${'0'.repeat(64)}.hclb`, bytes: full.length, size },
    deltas: [],
    handovers: [],
    signers: SIGNER_SET,
  };
}

function missing(): never {
  throw new FetchError('NO_ANSWER', 'no such file');
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
    const { engine } = await device(new Publishing(consortium));
    const { outcome, validity } = await decide(engine, code?.text ?? '', VENUE, consortium.nowSeconds);
    expect({ outcome, validity }).to.deep.equal({ outcome: 'refer', validity: 'unconfirmed' });
  });

  it('says how old its knowledge is: a venue’s list lasts 24 hours, a border’s 72', async () => {
    const consortium = makeConsortium({ seed: 12 });
    for (const issuer of consortium.issuers)
      consortium.publishStatus(issuer, [], consortium.nowSeconds + 100 * HOUR);
    const [code] = await consortium.issueCodes([vaccinationRecord()], { profile: 'travel' });
    const publishing = new Publishing(consortium);
    const { engine, offer } = await device(publishing);
    await offer(await publishing.source());
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
    const publishing = new Publishing(consortium);
    const { engine, offer } = await device(publishing);
    const older = await publishing.source();
    const [code] = await consortium.issueCodes([vaccinationRecord()]);
    const newer = await publishing.source();
    expect(await offer(older)).to.equal('new');
    expect(await offer(newer)).to.equal('new');
    expect(await offer(newer)).to.equal('same');
    consortium.advance(60);
    const next = await publishing.source();
    const bytes = fullBundle(next);
    const damaged = bytes.with(bytes.length >> 1, bytes[bytes.length >> 1]! ^ 1); // in the middle
    expect(await offer(older)).to.equal('BUNDLE_OLDER');
    expect(await offer(next, damaged)).to.match(/^BUNDLE_(?:MALFORMED|PROOF_WRONG)$/);
    expect(await offer(next, bytes.subarray(0, -1))).to.equal('BUNDLE_MALFORMED');
    expect(await offer(next, new Uint8Array(0))).to.equal('BUNDLE_MALFORMED');
    expect(await offer(await new Publishing(makeConsortium({ seed: 14 })).source())).to.match(
      /^BUNDLE_(?:OLDER|FORKED)$/,
    );
    expect(await offer(await publishing.source({ origin: `${ORIGIN}0` }))).to.equal('BUNDLE_OTHER_LEDGER');
    expect(await offer(await publishing.source({ signers: SIGNERS.slice(0, 1) }))).to.equal(
      'BUNDLE_SIGNATURES_TOO_FEW',
    );
    expect((await decide(engine, code?.text ?? '', VENUE, consortium.nowSeconds)).outcome).to.equal('pass');
  });

  it('believes nobody before it was told whom, and keeps what it believes as one bundle', async () => {
    const consortium = makeConsortium({ seed: 16 });
    const publishing = new Publishing(consortium);
    const source = await publishing.source();
    const fresh = new Engine({ crypto: nodeCrypto, get: async () => fullBundle(source) });
    const bytes = fullBundle(source);
    const store = memoryStore();
    const kept = { bundle: bytes, trust: toUtf8(JSON.stringify(publishing.context().trust)), deltas: [] };
    expect(await fresh.answer({ kind: 'restore', kept })).to.include({
      problem: 'BUNDLE_TRUST_INVALID',
    });
    const nobody = await fresh.answer({ kind: 'trust-bundles-of', bytes: toUtf8('{}') });
    expect(nobody).to.include({ kind: 'refused', problem: 'BUNDLE_TRUST_INVALID' });
    await fresh.answer({ kind: 'trust-bundles-of', bytes: kept.trust });
    const restored = await fresh.answer({ kind: 'restore', kept });
    expect(restored.kind === 'known' && restored.known.blockNumber).to.equal(source.leaf.block.number);
    const { update } = await startDevice(publishing, store);
    await update(source);
    expect(await new KeptBundle(store).read()).to.deep.equal(kept);
  });

  describe('after a change of signers and a restart', () => {
    const newSigners = [testSigner(4), testSigner(5)];
    const { keys } = setOf(2, 2, newSigners);

    /** A device that has seen the change `by` its old signers, and then more by the new ones if there is more. */
    async function changed(hasMore: boolean): Promise<{
      readonly publishing: Publishing;
      readonly store: MemoryStore;
      readonly known: Known;
    }> {
      const consortium = makeConsortium({ seed: 17 });
      const publishing = new Publishing(consortium);
      const store = memoryStore();
      const before = await startDevice(publishing, store);
      const first = await publishing.source();
      await before.update(first);
      consortium.block([{ event: 'CheckpointSetChanged', version: 2, threshold: 2, keys }]);
      const states = [await publishing.source()];
      if (hasMore) {
        await before.update(states[0]!, first); // the one above
        await consortium.issueCodes([vaccinationRecord()]);
        states.push(await publishing.source({ signers: newSigners }));
      }
      const { known, problem } = await before.update(states.at(-1)!, states.at(-2) ?? first); // there is one
      expect(problem).to.equal(undefined);
      return { publishing, store, known };
    }

    for (const [what, hasMore] of [
      ['the change itself', false],
      ['what came after it', true],
    ] as const) {
      it(`knows ${what}, and trusts the new signers alone`, async () => {
        const { publishing, store, known } = await changed(hasMore);
        const { restored, update } = await startDevice(publishing, store);
        expect(restored).to.deep.equal({ known });
        await publishing.consortium.issueCodes([vaccinationRecord()]);
        const byRetired = await update(await publishing.source());
        expect(byRetired).to.deep.equal({ known, problem: 'BUNDLE_SIGNATURES_TOO_FEW' });
        const byNew = await update(await publishing.source({ signers: newSigners }));
        expect(byNew.problem).to.equal(undefined);
        expect(byNew.known.blockNumber).to.be.above(known.blockNumber);
      });
    }

    it('stays where it is when its clock went back, and does not take an older state', async () => {
      const { publishing, store, known } = await changed(true);
      const { restored, update } = await startDevice(publishing, store, { nowSeconds: 0 });
      expect(restored).to.deep.equal({ known });
      expect((await update(await publishing.source())).known).to.deep.equal(known);
    });

    it('trusts no retired signers either when what it kept is damaged', async () => {
      const { publishing, store } = await changed(true);
      const [base] = await store.keys('bundle/');
      const kept = store.values.get(base!) as Kept; // it has seen an update
      await store.put(base!, { ...kept, bundle: kept.bundle.subarray(1) });
      const { restored, update } = await startDevice(publishing, store);
      expect(restored.problem).to.equal('BUNDLE_MALFORMED');
      expect((await update(await publishing.source())).problem).to.equal('BUNDLE_SIGNATURES_TOO_FEW');
    });
  });

  describe('minute by minute', () => {
    /** A device that was told `count` states after the first, each as a delta to the one before. */
    async function told(count: number): Promise<{
      readonly publishing: Publishing;
      readonly store: MemoryStore;
      readonly known: Known;
      readonly asked: readonly string[];
    }> {
      const publishing = new Publishing(makeConsortium({ seed: 20 }));
      const store = memoryStore();
      const { asked, update } = await startDevice(publishing, store);
      let base = await publishing.source();
      let { known } = await update(base);
      for (let i = 0; i < count; i++) {
        publishing.consortium.advance(60);
        const next = await publishing.source();
        ({ known } = await update(next, base));
        base = next;
      }
      return { publishing, store, known, asked };
    }

    it('keeps what came, and writes all of it down once', async () => {
      const { asked, known, publishing, store } = await told(3);
      expect(asked.filter((kind) => kind === 'write-down')).to.have.length(1);
      expect((await new KeptBundle(store).read())?.deltas).to.have.length(3);
      expect((await startDevice(publishing, store)).restored).to.deep.equal({ known });
    });

    it('writes all of it down anew after 64 deltas, and forgets them', async () => {
      const { asked, known, publishing, store } = await told(65);
      expect(asked.filter((kind) => kind === 'write-down')).to.have.length(2);
      expect(await store.keys('bundle/')).to.have.length(1);
      expect((await startDevice(publishing, store)).restored).to.deep.equal({ known });
    });

    it('knows what came before a delta that is damaged, and says so', async () => {
      const { known, publishing, store } = await told(3);
      const kept = await store.keys('bundle/');
      await store.put(kept.at(-1)!, new Uint8Array(1)); // of four
      const { restored } = await startDevice(publishing, store);
      expect(restored.problem).to.equal('BUNDLE_MALFORMED');
      expect(restored.known.timeSeconds).to.equal(known.timeSeconds - 60);
    });

    for (const [what, isKept] of [
      ['the disk is full', () => false],
      ['a crash comes before the index is written', (key: string) => key !== 'bundle-index'],
    ] as const) {
      it(`keeps what it kept where ${what}`, async () => {
        const { publishing, store } = await told(1);
        const before = await new KeptBundle(store).read();
        const put: MemoryStore['put'] = async (key, value) => {
          if (isKept(key)) await store.put(key, value);
        };
        publishing.consortium.advance(60);
        const { update } = await startDevice(publishing, { ...store, put });
        await update(await publishing.source());
        expect(await new KeptBundle(store).read()).to.deep.equal(before);
      });
    }
  });

  it('says that the page itself failed, and keeps what it knew', async () => {
    const publishing = new Publishing(makeConsortium({ seed: 17 }));
    const { engine, restored } = await startDevice(publishing, memoryStore());
    for (const answer of [
      async () => ({ kind: 'failed' }) as const,
      () => Promise.reject(new Error('the thread is gone')),
    ]) {
      const knowledge = new Knowledge({
        ask: (request) => (request.kind === 'update' ? answer() : engine.answer(request)),
        store: memoryStore(),
        lock: lockWithin(),
        fetchBeside: async () => toUtf8(JSON.stringify(publishing.context().trust)),
        nowSeconds: () => publishing.consortium.nowSeconds,
      });
      expect(await knowledge.update()).to.deep.equal({ known: restored.known, problem: 'ENGINE_FAILED' });
    }
  });

  it('keeps each delta of an update that took several', async () => {
    const { consortium } = new Publishing(makeConsortium({ seed: 22 }));
    const publishing = new Publishing(consortium);
    const states: BundleSource[] = [];
    for (let i = 0; i < 3; i++) {
      states.push(await publishing.source());
      consortium.advance(HOUR);
      await consortium.issueCodes([vaccinationRecord()]);
    }
    const [first, second, third] = states;
    const store = memoryStore();
    const { update } = await startDevice(publishing, store);
    await update(first!); // there are three
    const { known } = await update(third!, first, second);
    expect((await new KeptBundle(store).read())?.deltas).to.have.length(2);
    expect((await startDevice(publishing, store)).restored).to.deep.equal({ known });
  });

  describe('in two tabs, which share what is kept', () => {
    it('keeps no older state over a newer one (L7), and takes the newer one', async () => {
      const consortium = makeConsortium({ seed: 18 });
      const publishing = new Publishing(consortium);
      const [code] = await consortium.issueCodes([vaccinationRecord()]);
      const first = await publishing.source();
      await consortium.issueCodes([vaccinationRecord()]);
      const second = await publishing.source();
      const index = code!.claims.status.status_list.idx; // one for one
      consortium.publishStatus(consortium.issuer, [{ index, value: 'revoked' }]);
      const third = await publishing.source();
      const store = memoryStore();
      const lock = lockWithin();
      const late = await startDevice(publishing, store, { lock });
      const ahead = await startDevice(publishing, store, { lock });
      await late.update(first);
      const { known } = await ahead.update(third);
      expect((await late.update(second)).known, 'the late tab').to.deep.equal(known);
      const offline = await startDevice(publishing, store, { lock });
      expect(offline.restored.known, 'a tab opened later').to.deep.equal(known);
      for (const { engine } of [late, ahead, offline]) {
        const { reasons } = await decide(engine, code!.text, VENUE, consortium.nowSeconds);
        expect(reasons).to.deep.equal(['STATUS_REVOKED']);
      }
    });

    it('keeps the later of two signatures under the same state, whoever is last', async () => {
      const publishing = new Publishing(makeConsortium({ seed: 19 }));
      const store = memoryStore();
      const lock = lockWithin();
      const { nowSeconds } = publishing.consortium;
      const older = await publishing.source({ timeSeconds: nowSeconds });
      const newer = await publishing.source({ timeSeconds: nowSeconds + 60 });
      const tabs = [await startDevice(publishing, store, { lock })];
      tabs.push(await startDevice(publishing, store, { lock }));
      await Promise.all([tabs[0]!.update(newer), tabs[1]!.update(older)]); // both are there
      const { restored } = await startDevice(publishing, store, { lock });
      expect(restored.known.timeSeconds).to.equal(nowSeconds + 60);
    });
  });

  it('asks the rules of the passage, and refers where there are none', async () => {
    const consortium = makeConsortium({ seed: 15 });
    const [code] = await consortium.issueCodes([vaccinationRecord()]);
    const publishing = new Publishing(consortium);
    const { engine, offer } = await device(publishing);
    await offer(await publishing.source());
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
    const engine = new Engine({
      crypto: nodeCrypto,
      get: () => Promise.reject(new Error('nothing is asked for')),
    });
    const answer = await engine.answer({
      kind: 'trust-foreign',
      bytes: new Uint8Array([0x7b]),
      nowSeconds: 0,
    });
    expect(answer.kind).to.equal('trust-refused');
  });
});
