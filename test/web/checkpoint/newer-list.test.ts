/** A code that is newer than the list: the page asks once for what is new, and for nobody whom no issuer has signed for. */
import { expect } from 'chai';
import { beforeEach, describe, it } from 'mocha';
import type { BundleSource } from '../../../core/bundle/bundle-state.ts';
import { deltaPath } from '../../../core/bundle/follow-deltas.ts';
import { fullBundle } from '../../../core/bundle/make-bundle.ts';
import { toUtf8 } from '../../../core/bytes/utf8.ts';
import { encodeCode } from '../../../core/qr/code.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { Counters } from '../../../web/checkpoint/counters.ts';
import { AGEING_SECONDS } from '../../../web/checkpoint/engine/checkpoint-policy.ts';
import { Engine } from '../../../web/checkpoint/engine/engine.ts';
import { FetchError } from '../../../web/checkpoint/engine/fetch-file.ts';
import type { Decision } from '../../../web/checkpoint/engine/protocol.ts';
import { Knowledge } from '../../../web/checkpoint/knowledge/knowledge.ts';
import { NewerList } from '../../../web/checkpoint/knowledge/newer-list.ts';
import { CheckpointModel } from '../../../web/checkpoint/model.ts';
import { defaultSettings } from '../../../web/checkpoint/settings.ts';
import { lockWithin } from '../../../web/shared/store/lock.ts';
import {
  makeConsortium,
  vaccinationRecord,
  type Consortium,
  type IssueOptions,
} from '../../support/consortium.ts';
import { Publishing, SIGNER_SET } from '../../support/publishing.ts';
import { until } from '../../support/until.ts';
import { makeOlderDays, type OlderDays } from '../support/older-days.ts';
import { memoryStore } from '../support/memory-store.ts';

const HOUR = 3600;
const POLICY = { mode: 'venue', ageingSeconds: AGEING_SECONDS.venue } as const;

/** The page without its screens, and a publisher that can be away. */
class Device {
  readonly #publishing: Publishing;
  readonly #files = new Map<string, Uint8Array>();
  readonly #engine: Engine;
  readonly #model: CheckpointModel;
  readonly #newerList: NewerList;
  /** Paths, since the device has its first list. */
  readonly asked: string[] = [];
  isOffline = false;
  /** While it is there, nothing is answered before it is. */
  silence: PromiseWithResolvers<void> | undefined;
  /** One for each time that somebody waits. */
  readonly patience: PromiseWithResolvers<void>[] = [];
  #held: BundleSource | undefined;
  nowSeconds: number;

  private constructor(publishing: Publishing) {
    this.#publishing = publishing;
    this.nowSeconds = publishing.consortium.nowSeconds;
    this.#engine = new Engine({ crypto: nodeCrypto, get: (path) => this.#get(path) });
    const store = memoryStore();
    const knowledge = new Knowledge({
      ask: (request) => this.#engine.answer(request),
      store,
      lock: lockWithin(),
      fetchBeside: async () => toUtf8(JSON.stringify(publishing.context().trust)),
      nowSeconds: () => this.nowSeconds,
    });
    this.#model = new CheckpointModel(defaultSettings('en'), {
      decide: (question) => this.#newerList.decide(question),
      update: (line) => knowledge.update(line),
      latest: () => knowledge.update('deltas'),
      counters: new Counters(store, lockWithin()),
      nowSeconds: () => this.nowSeconds,
      keepSettings: () => undefined,
      onDecision: () => undefined,
    });
    this.#newerList = new NewerList({
      judge: async (question) => {
        const answer = await this.#engine.answer({ kind: 'verify', question });
        if (answer.kind !== 'decision') throw new Error(answer.kind);
        return answer.decision;
      },
      update: () => this.#model.latest(),
      problem: () => (this.#model.state.isUpdating ? 'OFFLINE' : this.#model.state.knowledgeProblem),
      patience: () => {
        const patience = Promise.withResolvers<void>();
        this.patience.push(patience);
        return patience.promise;
      },
      nowSeconds: () => this.nowSeconds,
    });
  }

  /** It holds what is known now. */
  static async start(publishing: Publishing): Promise<Device> {
    const device = new Device(publishing);
    await device.publish();
    await device.#model.update();
    device.#held = await publishing.source();
    device.asked.length = 0;
    return device;
  }

  /** What is known now, in all ways that lead there. */
  async publish(spoil: (bytes: Uint8Array) => Uint8Array = (bytes) => bytes): Promise<void> {
    const { consortium } = this.#publishing;
    const source = await this.#publishing.source();
    const full = fullBundle(source);
    const { origin, size } = source.checkpoint;
    const path = `files/${'0'.repeat(64)}.hclb`;
    const index = {
      origin,
      size,
      timeSeconds: consortium.nowSeconds,
      checkpoint: source.note,
      full: { path, bytes: full.length, size },
      deltas: [],
      handovers: [],
      signers: SIGNER_SET,
    };
    this.#files.set('latest', toUtf8(JSON.stringify(index)));
    this.#files.set(path, spoil(full));
    if (this.#held === undefined) return;
    this.#files.set(this.delta, spoil(this.#publishing.delta(source, this.#held)));
  }

  /** What leads on from the list that it was started with. */
  get delta(): string {
    return deltaPath('deltas', this.#held?.checkpoint.size ?? 0);
  }

  update(): Promise<void> {
    return this.#model.update();
  }

  decide(...texts: readonly string[]): Promise<Decision> {
    return this.#newerList.decide({ texts, policy: POLICY, nowSeconds: this.nowSeconds });
  }

  async #get(path: string): Promise<Uint8Array> {
    this.asked.push(path);
    await this.silence?.promise;
    const file = this.#files.get(path);
    if (this.isOffline) throw new FetchError('OFFLINE', 'no network');
    if (file === undefined) throw new FetchError('NO_ANSWER', 'no such file');
    return file;
  }
}

describe('the page, shown a code that may be newer than its list,', () => {
  let consortium: Consortium;
  let device: Device;
  /** A code that its list knows. */
  let known: string;

  beforeEach(async () => {
    consortium = makeConsortium({ seed: 71 });
    // Overdue status lists are another matter.
    for (const issuer of consortium.issuers) {
      consortium.publishStatus(issuer, [], consortium.nowSeconds + 200 * HOUR);
    }
    known = await issue();
    device = await Device.start(new Publishing(consortium));
  });

  async function issue(options: IssueOptions = {}): Promise<string> {
    const [code] = await consortium.issueCodes([vaccinationRecord()], options);
    if (code === undefined) throw new Error('one code for one record');
    return code.text;
  }

  async function forged(): Promise<string> {
    const [code] = await consortium.issueCodes([vaccinationRecord()], { isAnchored: false });
    if (code === undefined) throw new Error('one code for one record');
    return encodeCode({ ...code.parts, signature: new Uint8Array(64).fill(1) });
  }

  function byNobody(): Promise<string> {
    return issue({ key: consortium.makeKey(), isAnchored: false });
  }

  /** A code that an issuer has signed and anchored after the device got its list. */
  async function issueLater(hours = 1): Promise<string> {
    consortium.advance(hours * HOUR);
    const text = await issue();
    device.nowSeconds = consortium.nowSeconds;
    return text;
  }

  it('asks for what leads on from its list, by one file that names nobody, and lets it pass', async () => {
    const text = await issueLater();
    await device.publish();
    expect(await device.decide(text))
      .to.include({ outcome: 'pass' })
      .and.not.have.property('listProblem');
    expect(device.asked).to.deep.equal([device.delta]);
  });

  it('asks for one that was issued before its list was made and anchored after it, too', async () => {
    const early = await issueLater(0);
    await device.publish();
    expect(await device.decide(early)).to.include({ outcome: 'pass' });
  });

  it('asks for one among several codes of a person', async () => {
    const text = await issueLater();
    await device.publish();
    expect(await device.decide(known, text)).to.include({ outcome: 'pass' });
    expect(device.asked).to.have.length(1);
  });

  it('asks once in a minute for all codes together, those that come while it asks included', async () => {
    const first = await issueLater();
    await device.publish();
    device.silence = Promise.withResolvers();
    const both = [device.decide(first), device.decide(first)];
    device.silence.resolve();
    for (const { outcome } of await Promise.all(both)) expect(outcome).to.equal('pass');
    expect(device.asked).to.have.length(1);
    const second = await issue();
    await device.publish();
    device.nowSeconds += 59;
    const early = await device.decide(second);
    expect(early).to.deep.include({ outcome: 'refer', listProblem: 'NO_NEWER_YET' });
    expect(device.asked).to.have.length(1);
    device.nowSeconds += 1;
    expect(await device.decide(second)).to.include({ outcome: 'pass' });
  });

  it('says that there is none yet where the latest list does not know it either', async () => {
    const text = await issueLater();
    expect(await device.decide(text)).to.deep.include({
      outcome: 'refer',
      validity: 'unconfirmed',
      reasons: ['ROOT_NOT_SEEN'],
      listProblem: 'NO_NEWER_YET',
    });
  });

  it('says that it is offline, and passes it when somebody has updated', async () => {
    const text = await issueLater();
    await device.publish();
    device.isOffline = true;
    expect(await device.decide(text)).to.deep.include({
      outcome: 'refer',
      reasons: ['ROOT_NOT_SEEN'],
      listProblem: 'OFFLINE',
    });
    device.isOffline = false;
    await device.update();
    expect(await device.decide(text)).to.include({ outcome: 'pass' });
  });

  it('waits for a silent network no longer than patience lasts, and the next one does not wait again', async () => {
    const text = await issueLater();
    await device.publish();
    device.silence = Promise.withResolvers();
    const deciding = device.decide(text);
    (await until(() => device.patience[0])).resolve();
    expect(await deciding).to.include({ outcome: 'refer', listProblem: 'OFFLINE' });
    expect(await device.decide(text)).to.include({ outcome: 'refer', listProblem: 'OFFLINE' });
    expect(device.patience).to.have.length(1);
    device.silence.resolve();
    await device.update();
    expect(await device.decide(text), 'what came late counts').to.include({ outcome: 'pass' });
    expect(device.asked.filter((path) => path === device.delta)).to.have.length(1);
  });

  it('refuses a list that is damaged, says so, and keeps the one that it has', async () => {
    const text = await issueLater();
    await device.publish((bytes) => bytes.subarray(1));
    expect(await device.decide(text)).to.include({ outcome: 'refer', listProblem: 'BUNDLE_MALFORMED' });
    expect(await device.decide(known)).to.include({ outcome: 'pass' });
  });

  describe('asks nobody', () => {
    const cases: Readonly<Record<string, () => Promise<string>>> = {
      'for a text that is no code': async () => 'HCL1:',
      'for a code of another system': async () => 'shc:/56762909',
      'for one that nobody has signed': forged,
      'for one by a key that nobody knows': byNobody,
      'for one that should have been anchored long before its list': async () => {
        const text = await issue({ isAnchored: false });
        consortium.advance(48 * HOUR);
        await device.publish();
        device.nowSeconds = consortium.nowSeconds;
        await device.update();
        return text;
      },
      'for one that has expired': async () => {
        const text = await issue({ isAnchored: false, expiresAtSeconds: consortium.nowSeconds + HOUR });
        device.nowSeconds += 2 * HOUR;
        return text;
      },
    };
    for (const [what, make] of Object.entries(cases)) {
      it(what, async () => {
        const text = await make();
        device.asked.length = 0;
        const decision = await device.decide(text);
        expect(decision.outcome).not.to.equal('pass');
        expect(decision).not.to.have.property('listProblem');
        expect(device.asked).to.deep.equal([]);
      });
    }

    it('for a new code beside a forged one', async () => {
      const text = await issueLater();
      expect(await device.decide(text, await forged())).to.include({ outcome: 'stop' });
      expect(device.asked).to.deep.equal([]);
    });

    it('for one by a key that nobody knows, with a list that is too old', async () => {
      const text = await byNobody();
      device.nowSeconds += 25 * HOUR;
      expect(await device.decide(text)).to.include({ outcome: 'refer' });
      expect(device.asked).to.deep.equal([]);
    });
  });

  describe('or whose list is older than it may be,', () => {
    it('asks before it refers anybody, and passes on the new one', async () => {
      consortium.advance(25 * HOUR);
      device.nowSeconds = consortium.nowSeconds;
      await device.publish();
      expect(await device.decide(known)).to.include({ outcome: 'pass' });
    });

    it('refers where it is offline, and says so', async () => {
      device.nowSeconds += 25 * HOUR;
      device.isOffline = true;
      expect(await device.decide(known)).to.deep.include({
        outcome: 'refer',
        reasons: ['STATE_STALE'],
        listProblem: 'OFFLINE',
      });
    });

    it('asks where a status list is overdue', async () => {
      consortium.publishStatus(consortium.issuer, [], consortium.nowSeconds + HOUR);
      await device.publish();
      await device.update();
      consortium.advance(3 * HOUR);
      device.nowSeconds = consortium.nowSeconds;
      expect((await device.decide(known)).reasons).to.deep.equal(['STATUS_STALE']);
      consortium.publishStatus(consortium.issuer, [], consortium.nowSeconds + HOUR);
      await device.publish();
      device.nowSeconds += 60;
      expect(await device.decide(known)).to.include({ outcome: 'pass' });
    });
  });

  describe('beside one of a day whose roots it has dropped,', () => {
    let older: OlderDays;
    let dropped: string;

    beforeEach(async () => {
      older = await makeOlderDays(73);
      dropped = older.days[0].texts[0];
      device = await Device.start(older.publishing);
    });

    it('asks for that day alone where nothing newer is shown', async () => {
      expect(await device.decide(dropped))
        .to.include({ outcome: 'refer', pageProblem: 'NO_ANSWER' })
        .and.not.have.property('listProblem');
      expect(device.asked.filter((path) => !path.startsWith('pages/'))).to.deep.equal([]);
    });

    it('does not wait a second time for a server that did not answer for that day', async () => {
      const [today] = await older.consortium.issueCodes([vaccinationRecord()]);
      device.isOffline = true;
      const decision = await device.decide(dropped, today?.text ?? '');
      expect(decision).to.include({ outcome: 'refer', pageProblem: 'OFFLINE', listProblem: 'OFFLINE' });
      expect(device.asked.filter((path) => !path.startsWith('pages/'))).to.deep.equal([]);
    });
  });
});
