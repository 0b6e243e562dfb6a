/** What a delta that is refused costs: the full bundle is fetched where it can help, and nowhere else. */
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { acceptBundle } from '../../../core/bundle/accept-bundle.ts';
import type { BundleIndex } from '../../../core/bundle/bundle-index.ts';
import type { BundleSource, BundleState } from '../../../core/bundle/bundle-state.ts';
import { deltaPath, type FindFile } from '../../../core/bundle/follow-deltas.ts';
import { fullBundle } from '../../../core/bundle/make-bundle.ts';
import { fetchUpdate, type GetFile } from '../../../core/bundle/update-bundle.ts';
import { toUtf8 } from '../../../core/bytes/utf8.ts';
import { HclError } from '../../../core/errors.ts';
import { makeConsortium, testRecord, vaccinationRecord } from '../../support/consortium.ts';
import { Publishing, SIGNER_SET } from '../../support/publishing.ts';
import { Random } from '../../support/random.ts';
import { runs, testSeed } from '../../support/scale.ts';
import { isAtLeast } from './support/is-at-least.ts';

const DAY = 86_400;
const DELTA = `files/${'1'.repeat(64)}.hclb`;
const FULL = `files/${'0'.repeat(64)}.hclb`;
/** Of the byte that says a bundle's version, after `HCLB`. */
const VERSION_AT = 4;

describe('an update by a delta that is refused', () => {
  let publishing: Publishing;
  let held: BundleState;
  let second: BundleSource;
  let delta: Uint8Array;

  before(async () => {
    const consortium = makeConsortium({ seed: 21 });
    publishing = new Publishing(consortium);
    const first = await publishing.source();
    held = await acceptBundle(fullBundle(first), undefined, publishing.context());
    consortium.advance(600);
    consortium.publishStatus(consortium.issuer, []);
    second = await publishing.source();
    delta = publishing.delta(second, first);
  });

  /** @param slowSeconds how far the device's clock is behind */
  async function update(
    bytes: Uint8Array,
    { slowSeconds = 0 } = {},
  ): Promise<{ readonly asked: readonly string[]; readonly outcome: BundleState | string }> {
    const full = fullBundle(second);
    const files = new Map([
      [deltaPath('deltas', held.checkpoint.size), bytes],
      ['latest', toUtf8(JSON.stringify(indexOf(second, full)))],
      [FULL, full],
    ]);
    const { asked, find, get } = host(files);
    const context = publishing.context({ nowSeconds: publishing.consortium.nowSeconds - slowSeconds });
    try {
      return { asked, outcome: (await fetchUpdate(held, { ...context, find, get })).state };
    } catch (error) {
      if (error instanceof HclError) return { asked, outcome: error.code };
      throw error;
    }
  }

  const spoilt: readonly (readonly [string, (bytes: Uint8Array) => Uint8Array])[] = [
    ['is damaged', (bytes) => bytes.subarray(0, -1)],
    ['was left by a publisher of another version', (bytes) => bytes.with(VERSION_AT, 0xff)],
  ];
  for (const [what, spoil] of spoilt) {
    it(`goes on by the full bundle where the delta ${what}`, async () => {
      const { asked, outcome } = await update(spoil(delta));
      expect(outcome).to.have.property('note', second.note);
      expect(asked.slice(1)).to.deep.equal(['latest', FULL]);
    });
  }

  it('ends there where the device’s clock is slow: BUNDLE_FROM_FUTURE', async () => {
    const { asked, outcome } = await update(delta, { slowSeconds: 600 });
    expect(outcome).to.equal('BUNDLE_FROM_FUTURE');
    expect(asked).to.have.length(1);
  });
});

describe('an update by a delta of a publisher whose devices hold other days', () => {
  it('goes on by the full bundle', async () => {
    const consortium = makeConsortium({ seed: 22 });
    const publishing = new Publishing(consortium);
    await consortium.issueCodes([testRecord()]);
    consortium.advance(40 * DAY);
    await consortium.issueCodes([testRecord()]);
    const held = await acceptBundle(fullBundle(await publishing.source()), undefined, publishing.context());
    const first = await publishing.source({ shortDays: 366 });
    consortium.advance(600);
    await consortium.issueCodes([testRecord()]);
    const second = await publishing.source({ shortDays: 366 });
    const full = fullBundle(second);
    const index = {
      ...indexOf(second, full),
      deltas: [{ path: DELTA, bytes: 0, from: first.checkpoint.size }],
    };
    const files = new Map([
      ['latest', toUtf8(JSON.stringify(index))],
      [DELTA, publishing.delta(second, first)],
      [FULL, full],
    ]);
    const { asked, find, get } = host(files);
    const { state } = await fetchUpdate(held, { ...publishing.context(), find, get });
    expect(state.state.roots.size).to.equal(held.state.roots.size + 2);
    expect(asked.slice(-3)).to.deep.equal(['latest', DELTA, FULL]);
  });
});

describe('a device never goes back (L7)', () => {
  it('whatever a publisher’s files are, in random updates', async () => {
    const consortium = makeConsortium({ seed: 23 });
    const publishing = new Publishing(consortium);
    const sources: BundleSource[] = [];
    for (let i = 0; i < 4; i++) {
      await consortium.issueCodes([i % 2 === 0 ? testRecord() : vaccinationRecord()]);
      consortium.publishStatus(consortium.issuer, []);
      consortium.advance(3600);
      sources.push(await publishing.source(), await publishing.source({ shortDays: 366 }));
    }
    const sizes = sources.map(({ checkpoint }) => checkpoint.size);
    const fulls = sources.map(fullBundle);
    const deltas = sources.flatMap((source, i) =>
      sources.slice(0, i).map((base) => publishing.delta(source, base)),
    );
    const random = new Random(testSeed);
    let held: BundleState | undefined;
    let [forwards, refusals] = [0, 0];
    for (let i = 0; i < runs(400, 10_000); i++) {
      // Now and then a new device.
      if (random.below(10) === 0) held = undefined;
      const latest = random.pick(sources);
      const full = random.pick(fulls);
      const files = new Map([
        ['latest', toUtf8(JSON.stringify(anIndex(latest, full, random.pick(sizes), random.pick(sizes))))],
        [FULL, full],
        [DELTA, random.pick(deltas)],
        [deltaPath('deltas', random.pick(sizes)), random.pick(deltas)],
      ]);
      const { find, get } = host(files);
      try {
        const { state } = await fetchUpdate(held, { ...publishing.context(), find, get });
        if (held !== undefined && !isAtLeast(state, held)) throw new Error('it went back');
        if (held !== undefined && state.checkpoint.size > held.checkpoint.size) forwards++;
        held = state;
      } catch (error) {
        if (!(error instanceof HclError)) throw error;
        refusals++;
      }
    }
    expect(forwards, 'states do go forward').to.be.above(20);
    expect(refusals, 'and some are refused').to.be.above(20);
  });
});

/** What lies where bundles are fetched from, and what was asked for. */
function host(files: ReadonlyMap<string, Uint8Array>): {
  readonly asked: readonly string[];
  readonly find: FindFile;
  readonly get: GetFile;
} {
  const asked: string[] = [];
  const find: FindFile = async (path) => {
    asked.push(path);
    return files.get(path);
  };
  return { asked, find, get: async (path) => (await find(path)) ?? new Uint8Array(0) };
}

/** As a host may put it together. */
function anIndex(latest: BundleSource, full: Uint8Array, size: number, from: number): BundleIndex {
  const index = indexOf(latest, full);
  return { ...index, full: { ...index.full, size }, deltas: [{ path: DELTA, bytes: 0, from }] };
}

function indexOf({ checkpoint, note }: BundleSource, full: Uint8Array): BundleIndex {
  const { origin, size } = checkpoint;
  const file = { path: FULL, bytes: full.length, size };
  const none = { deltas: [], handovers: [] };
  return { origin, size, timeSeconds: 0, checkpoint: note, full: file, ...none, signers: SIGNER_SET };
}
