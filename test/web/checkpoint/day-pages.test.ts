/** Short-lived roots that a device has dropped: fetched by issuer and day, believed for their proof, or named as missing. */
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { pagePath } from '../../../core/bundle/accept-page.ts';
import type { BundleIndex } from '../../../core/bundle/bundle-index.ts';
import { fullBundle } from '../../../core/bundle/make-bundle.ts';
import { toUtf8 } from '../../../core/bytes/utf8.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { AGEING_SECONDS } from '../../../web/checkpoint/engine/checkpoint-policy.ts';
import { Engine } from '../../../web/checkpoint/engine/engine.ts';
import { FetchError } from '../../../web/checkpoint/engine/fetch-file.ts';
import type { Decision, Known } from '../../../web/checkpoint/engine/protocol.ts';
import { testRecord, vaccinationRecord } from '../../support/consortium.ts';
import { SIGNER_SET } from '../../support/publishing.ts';
import { makeOlderDays, type OlderDays } from '../support/older-days.ts';

/** What the server answers to who asks for a path. */
type Server = Map<string, Uint8Array | 'OFFLINE'>;

interface Device {
  readonly pages: Server;
  /** Paths of pages, as they were asked for. */
  readonly asked: readonly string[];
  decide(...texts: readonly string[]): Promise<Decision>;
  known(): Promise<Known>;
}

describe('the page, shown a code of a day whose roots it has dropped,', () => {
  let world: OlderDays;

  before(async () => (world = await makeOlderDays(41)));

  /** A device that holds the list of today. */
  async function device(): Promise<Device> {
    const { consortium, publishing } = world;
    const { nowSeconds } = consortium;
    const source = await publishing.source();
    const full = fullBundle(source);
    const { origin, size } = source.checkpoint;
    const index: BundleIndex = {
      origin,
      size,
      timeSeconds: nowSeconds,
      checkpoint: source.note,
      full: { path: `files/${'0'.repeat(64)}.hclb`, bytes: full.length, size },
      deltas: [],
      handovers: [],
      signers: SIGNER_SET,
    };
    const pages: Server = new Map();
    const asked: string[] = [];
    const get = async (path: string): Promise<Uint8Array> => {
      if (path === 'latest') return toUtf8(JSON.stringify(index));
      if (path === index.full.path) return full;
      asked.push(path);
      const answer = pages.get(path);
      if (answer instanceof Uint8Array) return answer;
      throw new FetchError(answer ?? 'NO_ANSWER', 'no page');
    };
    const engine = new Engine({ crypto: nodeCrypto, get });
    const trust = toUtf8(JSON.stringify(publishing.context().trust));
    await engine.answer({ kind: 'trust-bundles-of', bytes: trust });
    const update = async (): Promise<Known> => {
      const answer = await engine.answer({ kind: 'update', nowSeconds });
      if (answer.kind !== 'known') throw new Error(answer.kind);
      return answer.known;
    };
    await update();
    return {
      pages,
      asked,
      known: update,
      decide: async (...texts) => {
        const policy = { mode: 'venue', ageingSeconds: AGEING_SECONDS.venue } as const;
        const answer = await engine.answer({ kind: 'verify', question: { texts, policy, nowSeconds } });
        if (answer.kind !== 'decision') throw new Error(answer.kind);
        return answer.decision;
      },
    };
  }

  it('fetches the page of its issuer and day, once for all who come with one', async () => {
    const { asked, decide, pages } = await device();
    const [first, second] = world.days;
    for (const { bytes, page } of world.days) pages.set(pagePath(page), bytes);
    for (const text of first.texts) expect(await decide(text)).to.include({ outcome: 'pass' });
    // The day it was issued and the next one, on which its batch may have been anchored.
    expect(asked).to.deep.equal([pagePath(first.page), pagePath(second.page)]);
  });

  it('fetches the pages of several codes that are shown together', async () => {
    const { decide, pages } = await device();
    const [first, , third] = world.days;
    for (const { bytes, page } of [first, third]) pages.set(pagePath(page), bytes);
    const decision = await decide(first.texts[0], third.texts[0]);
    expect(decision).to.include({ outcome: 'pass' }).and.not.have.property('pageProblem');
  });

  it('says that it is offline, and decides when it is not any more', async () => {
    const { decide, known, pages } = await device();
    const before = await known();
    const [{ bytes, page, texts }, next] = world.days;
    for (const each of [page, next.page]) pages.set(pagePath(each), 'OFFLINE');
    expect(await decide(texts[0])).to.deep.include({
      outcome: 'refer',
      reasons: ['ROOT_NOT_SEEN'],
      pageProblem: 'OFFLINE',
    });
    expect(await known(), 'what it holds').to.deep.equal(before);
    pages.set(pagePath(page), bytes);
    expect(await decide(texts[0]))
      .to.include({ outcome: 'pass' })
      .and.not.have.property('pageProblem');
  });

  it('says that the server has no such page', async () => {
    const { decide } = await device();
    expect(await decide(world.days[0].texts[0])).to.include({ outcome: 'refer', pageProblem: 'NO_ANSWER' });
  });

  it('refuses a page that is not the one it asked for, by its code, and keeps nothing of it', async () => {
    const { decide, known, pages } = await device();
    const before = await known();
    const [{ bytes, page, texts }] = world.days;
    for (const { bytes: bad, problem, what } of world.bad) {
      pages.set(pagePath(page), bad);
      expect(await decide(texts[0]), what).to.include({ outcome: 'refer', pageProblem: problem });
      expect(await known(), what).to.deep.equal(before);
    }
    pages.set(pagePath(page), bytes);
    expect(await decide(texts[0])).to.include({ outcome: 'pass' });
  });

  it('asks for nothing when a page could not help', async () => {
    const { consortium } = world;
    const [long] = await consortium.issueCodes([vaccinationRecord()], { isAnchored: false });
    const [today] = await consortium.issueCodes([testRecord()], { isAnchored: false });
    const { asked, decide } = await device();
    const outcomes = [];
    for (const text of [world.forged, long?.text ?? '', today?.text ?? '', 'HCL1:']) {
      outcomes.push((await decide(text)).outcome);
    }
    expect(outcomes).to.deep.equal(['stop', 'refer', 'refer', 'stop']);
    expect(asked).to.deep.equal([]);
  });
});
