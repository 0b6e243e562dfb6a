/** What a device takes and what it refuses, a mutation each; and that whatever it takes, it never goes back. */
import { deflateRawSync } from 'node:zlib';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { acceptBundle } from '../../../core/bundle/accept-bundle.ts';
import { acceptHandover } from '../../../core/bundle/accept-handover.ts';
import type { AcceptContext } from '../../../core/bundle/signed-head.ts';
import { BundleKeeper } from '../../../core/bundle/bundle-keeper.ts';
import type { BundleSource, BundleState } from '../../../core/bundle/bundle-state.ts';
import { coverOf } from '../../../core/bundle/covered-leaves.ts';
import { BUNDLE_ERROR_CODES, BundleError, type BundleErrorCode } from '../../../core/bundle/errors.ts';
import {
  deltaBundle,
  fullBundle,
  pacedDeltaBundle,
  pacedFullBundle,
  partialBundle,
  type Pace,
} from '../../../core/bundle/make-bundle.ts';
import { toHex } from '../../../core/bytes/hex.ts';
import { HclError } from '../../../core/errors.ts';
import { StatusLists } from '../../../core/status/accepted-lists.ts';
import { StatusList } from '../../../core/status/token-status-list.ts';
import type { LedgerEvent } from '../../../core/trust/ledger-event.ts';
import { makeConsortium, START_SECONDS, testRecord, vaccinationRecord } from '../../support/consortium.ts';
import { Publishing, signAgain, SIGNER_SET, SIGNERS } from '../../support/publishing.ts';
import { isAtLeast } from './support/is-at-least.ts';
import { Random } from '../../support/random.ts';
import { runs, testSeed } from '../../support/scale.ts';
import { setOf, testSigner } from '../../support/signers.ts';

const DAY = 86_400;

async function expectRefusal(attempt: Promise<unknown>, code: BundleErrorCode): Promise<void> {
  expect(await codeOf(attempt)).to.equal(code);
}

/** Code of the refusal; `undefined` when there is none. */
async function codeOf(attempt: Promise<unknown>): Promise<string | undefined> {
  try {
    await attempt;
  } catch (error) {
    if (error instanceof HclError) return error.code;
    throw error;
  }
  return undefined;
}

/** A consortium with codes of both classes over two days, and what was published at the end of each. */
async function published(): Promise<{
  readonly publishing: Publishing;
  readonly first: BundleSource;
  readonly second: BundleSource;
}> {
  const consortium = makeConsortium({ seed: 3 });
  const publishing = new Publishing(consortium);
  await consortium.issueCodes([vaccinationRecord()]);
  await consortium.issueCodes([testRecord()]);
  const first = await publishing.source();
  consortium.advance(DAY);
  await consortium.issueCodes([testRecord()]);
  consortium.publishStatus(consortium.issuer, [{ index: 5, value: 'revoked' }]);
  return { publishing, first, second: await publishing.source() };
}

function accept(
  source: BundleSource,
  publishing: Publishing,
  overrides: Partial<AcceptContext> = {},
): Promise<BundleState> {
  return acceptBundle(fullBundle(source), undefined, publishing.context(overrides));
}

describe('a device takes', () => {
  it('a full bundle, and writes down what it holds in the same bytes', async () => {
    const { publishing, second } = await published();
    const held = await accept(second, publishing);
    expect(held.checkpoint).to.deep.equal(second.checkpoint);
    expect(held.state.roots.size).to.equal(3);
    expect(held.timeSeconds).to.equal(publishing.consortium.nowSeconds);
    expect(toHex(fullBundle(held))).to.equal(toHex(fullBundle(second)));
  });

  it('a delta, which makes of the first state what the full bundle makes of nothing', async () => {
    const { publishing, first, second } = await published();
    const held = await accept(first, publishing);
    const delta = publishing.delta(second, first);
    expect(delta.length).to.be.below(fullBundle(second).length);
    const after = await acceptBundle(delta, held, publishing.context());
    expect(toHex(fullBundle(after))).to.equal(toHex(fullBundle(second)));
  });

  it('the same from bundles that were made piece by piece, beside other work', async () => {
    const { publishing, first, second } = await published();
    let pauses = 0;
    const pace: Pace = {
      pause: async () => void pauses++,
      deflate: async (bytes) => deflateRawSync(bytes, { level: 9 }),
    };
    const full = await pacedFullBundle(first, pace);
    expect(pauses).to.equal(first.sections.size + [...first.statusLists.sets()].length);
    const consistency = publishing.log.consistency(first.checkpoint.size, second.checkpoint.size);
    const delta = await pacedDeltaBundle(second, { base: first, consistency }, pace);
    const held = await acceptBundle(full, undefined, publishing.context());
    expect(toHex(fullBundle(held))).to.equal(toHex(fullBundle(first)));
    const after = await acceptBundle(delta, held, publishing.context());
    expect(toHex(fullBundle(after))).to.equal(toHex(fullBundle(second)));
  });

  it('the same state signed again later, and knows it as of then', async () => {
    const { publishing, second } = await published();
    const held = await accept(second, publishing);
    publishing.consortium.nowSeconds += 600;
    const again = await signAgain(second, {}, publishing.consortium.nowSeconds);
    const after = await acceptBundle(
      deltaBundle(again, second, new Uint8Array(0)),
      held,
      publishing.context(),
    );
    expect(after.timeSeconds).to.equal(held.timeSeconds + 600);
    expect(after.state.head.timeSeconds).to.equal(after.timeSeconds);
  });

  it('short-lived roots for as many days as it is told, and long-lived ones for ever', async () => {
    const { publishing } = await published();
    const { consortium } = publishing;
    const before = await accept(await publishing.source(), publishing);
    consortium.advance(40 * DAY);
    await consortium.issueCodes([testRecord()]);
    const base = before;
    const source = await publishing.source();
    const after = await acceptBundle(publishing.delta(source, base), base, publishing.context());
    expect(before.state.roots.size).to.equal(3);
    expect(after.state.roots.size).to.equal(2); // one of each class
    expect(toHex(fullBundle(after))).to.equal(toHex(fullBundle(source)));
    expect((await accept(await publishing.source({ shortDays: 7 }), publishing)).state.roots.size).to.equal(
      2,
    );
  });

  it('all but the lists of an issuer that nobody could fetch since the ledger announced new ones', async () => {
    const { publishing, first, second } = await published();
    const late = { ...second, statusLists: first.statusLists };
    const { id } = publishing.consortium.issuer;
    const fresh = await accept(late, publishing);
    expect(first.statusLists.versionOf(id)).to.be.above(0);
    expect(fresh.statusLists.versionOf(id)).to.equal(0);
    const held = await acceptBundle(
      publishing.delta(late, first),
      await accept(first, publishing),
      publishing.context(),
    );
    expect(held.statusLists.versionOf(id)).to.equal(first.statusLists.versionOf(id));
    // What it writes down it can read again.
    expect((await accept(held, publishing)).state.roots.size).to.equal(3);
  });

  it('lists that its publisher had before the ledger’s word on them, as soon as that is there', async () => {
    const { publishing, first, second } = await published();
    const early = { ...first, statusLists: second.statusLists };
    const { id } = publishing.consortium.issuer;
    const held = await accept(early, publishing);
    expect(held.statusLists.versionOf(id)).to.equal(0);
    const after = await acceptBundle(publishing.delta(second, early), held, publishing.context());
    expect(after.statusLists.versionOf(id)).to.equal(second.statusLists.versionOf(id));
  });

  it('the time that k of the signers agree on, not the latest that one claims', async () => {
    const { publishing, second } = await published();
    const late = await signAgain(second, {}, publishing.consortium.nowSeconds + 200);
    const own = second.note.split('\n').find((line) => line.startsWith('— witness.example/w2')) ?? '';
    const mixed = late.note.replace(/^— witness\.example\/w2 .*$/m, own);
    const held = await accept({ ...second, note: mixed }, publishing);
    expect(held.timeSeconds).to.equal(publishing.consortium.nowSeconds);
  });
});

describe('a device refuses', () => {
  /** Offers change nothing in it. */
  let shared: ReturnType<typeof published> | undefined;
  const refusals: readonly {
    readonly what: string;
    readonly code: BundleErrorCode;
    readonly offer: (
      world: Awaited<ReturnType<typeof published>>,
      held: BundleState,
    ) => Promise<{
      readonly bytes: Uint8Array;
      readonly held?: BundleState;
      readonly context?: Partial<AcceptContext>;
    }>;
  }[] = [
    {
      what: 'what is no bundle',
      code: 'BUNDLE_MALFORMED',
      offer: async () => ({ bytes: new TextEncoder().encode('<!doctype html><title>502</title>') }),
    },
    {
      what: 'nothing',
      code: 'BUNDLE_MALFORMED',
      offer: async () => ({ bytes: new Uint8Array(0) }),
    },
    {
      what: 'a truncated bundle',
      code: 'BUNDLE_MALFORMED',
      offer: async ({ second }) => ({ bytes: fullBundle(second).subarray(0, -1) }),
    },
    {
      what: 'a bundle with something after its end',
      code: 'BUNDLE_MALFORMED',
      offer: async ({ second }) => ({ bytes: Uint8Array.from([...fullBundle(second), 0]) }),
    },
    {
      what: 'a later version',
      code: 'BUNDLE_VERSION_UNKNOWN',
      offer: async ({ second }) => ({ bytes: fullBundle(second).with(4, 2) }),
    },
    {
      what: 'another ledger',
      code: 'BUNDLE_OTHER_LEDGER',
      offer: async ({ second, publishing }) => ({
        bytes: fullBundle(await signAgain(second, { origin: 'hcl/1/00' }, publishing.consortium.nowSeconds)),
      }),
    },
    {
      what: 'fewer than k signatures',
      code: 'BUNDLE_SIGNATURES_TOO_FEW',
      offer: async ({ publishing }) => ({
        bytes: fullBundle(await publishing.source({ signers: SIGNERS.slice(0, 1) })),
      }),
    },
    {
      what: 'k signatures of one signer under several names',
      code: 'BUNDLE_SIGNATURES_TOO_FEW',
      offer: async ({ publishing }) => {
        const names = ['a.example', 'b.example'].map((name) => ({ ...testSigner(1), name }));
        return { bytes: fullBundle(await publishing.source({ signers: names })) };
      },
    },
    {
      what: 'signatures of strangers',
      code: 'BUNDLE_SIGNATURES_TOO_FEW',
      offer: async ({ publishing }) => ({
        bytes: fullBundle(await publishing.source({ signers: [testSigner(8), testSigner(9)] })),
      }),
    },
    {
      what: 'signatures over another checkpoint',
      code: 'BUNDLE_SIGNATURES_TOO_FEW',
      offer: async ({ first, second }) => {
        const [, signatures = ''] = first.note.split('\n\n');
        const [text = ''] = second.note.split('\n\n');
        return { bytes: fullBundle({ ...second, note: `${text}\n\n${signatures}` }) };
      },
    },
    {
      what: 'a leaf that is not in the log',
      code: 'BUNDLE_PROOF_WRONG',
      offer: async ({ second }) => ({
        bytes: fullBundle({ ...second, leaf: { ...second.leaf, stateRoot: new Uint8Array(32) } }),
      }),
    },
    {
      what: 'a leaf that is not the last one',
      code: 'BUNDLE_PROOF_WRONG',
      offer: async ({ publishing, first, second }) => ({
        bytes: fullBundle({ ...second, leaf: first.leaf, leafPath: publishing.log.inclusion(0) }),
      }),
    },
    {
      what: 'sections of another state',
      code: 'BUNDLE_PROOF_WRONG',
      offer: async ({ second }) => ({
        bytes: fullBundle({
          ...second,
          sections: changed(second, 'trust/00000000', (bytes) => bytes.with(2, 1)),
        }),
      }),
    },
    {
      what: 'a root that nobody anchored',
      code: 'BUNDLE_PROOF_WRONG',
      offer: async ({ second }) => {
        const name = [...second.sections.keys()].find((each) => each.startsWith('short/')) ?? '';
        return {
          bytes: fullBundle({ ...second, sections: changed(second, name, (bytes) => bytes.with(19, 1)) }),
        };
      },
    },
    {
      what: 'a trust list of which only the digest is there',
      code: 'BUNDLE_INCOMPLETE',
      offer: async ({ second }) => {
        const sections = new Map(second.sections);
        sections.set('trust/00000000', {
          digest: second.sections.get('trust/00000000')?.digest ?? new Uint8Array(32),
        });
        return { bytes: fullBundle({ ...second, sections }) };
      },
    },
    {
      what: 'the trust list alone',
      code: 'BUNDLE_INCOMPLETE',
      offer: async ({ publishing }) => ({ bytes: fullBundle(await publishing.handover()) }),
    },
    {
      what: 'a kind that is for something else',
      code: 'BUNDLE_MALFORMED',
      offer: async ({ publishing }) => ({ bytes: partialBundle('handover', await publishing.handover()) }),
    },
    {
      what: 'status lists that the ledger does not vouch for',
      code: 'BUNDLE_LISTS_WRONG',
      offer: async ({ second }) => ({
        bytes: fullBundle({ ...second, statusLists: withoutRevocations(second.statusLists) }),
      }),
    },
    {
      what: 'an older state',
      code: 'BUNDLE_OLDER',
      offer: async ({ first }, held) => ({ bytes: fullBundle(first), held }),
    },
    {
      what: 'the same state as of an earlier time',
      code: 'BUNDLE_OLDER',
      offer: async ({ second, publishing }, held) => {
        const later = await signAgain(second, {}, held.timeSeconds + 1);
        const last = await acceptBundle(fullBundle(later), held, publishing.context());
        return { bytes: fullBundle(second), held: last };
      },
    },
    {
      what: 'another root for the size that it holds',
      code: 'BUNDLE_FORKED',
      offer: async ({ second }, held) => ({
        bytes: fullBundle(await signAgain(second, { root: new Uint8Array(32) }, held.timeSeconds)),
        held,
      }),
    },
    {
      what: 'a larger log that ends in an earlier block',
      code: 'BUNDLE_FORKED',
      offer: async ({ second }, held) => ({
        bytes: fullBundle(await signAgain(second, { size: second.checkpoint.size + 1 }, held.timeSeconds)),
        held,
      }),
    },
    {
      what: 'a delta whose log did not grow from what it holds',
      code: 'BUNDLE_FORKED',
      offer: async ({ publishing, first, second }) => ({
        bytes: deltaBundle(second, first, new Uint8Array(32)),
        held: await accept(first, publishing),
      }),
    },
    {
      what: 'a bundle that leaves it fewer days of short-lived roots than it needs',
      code: 'BUNDLE_INCOMPLETE',
      offer: async ({ publishing }) => ({ bytes: fullBundle(await publishing.source({ shortDays: 6 })) }),
    },
    {
      what: 'a bundle that leaves it none',
      code: 'BUNDLE_INCOMPLETE',
      offer: async ({ publishing }) => ({ bytes: fullBundle(await publishing.source({ shortDays: -1 })) }),
    },
    {
      what: 'a first day that there is not',
      code: 'BUNDLE_MALFORMED',
      offer: async ({ second }) => ({ bytes: fullBundle({ ...second, shortFrom: '2022-02-30' }) }),
    },
    {
      what: 'a delta to a state that it does not hold',
      code: 'BUNDLE_BASE_OTHER',
      offer: async ({ publishing, first, second }, held) => ({
        bytes: publishing.delta(second, first),
        held,
      }),
    },
    {
      what: 'a delta when it holds nothing',
      code: 'BUNDLE_BASE_OTHER',
      offer: async ({ publishing, first, second }) => ({ bytes: publishing.delta(second, first) }),
    },
    {
      what: 'a delta to lists older than the ledger’s word on them, which it would hold no more after a restart',
      code: 'BUNDLE_BASE_OTHER',
      offer: async ({ publishing, first, second }, held) => {
        const name = `status/${publishing.consortium.issuer.id.slice(2)}`;
        const older = [...first.sections].filter(([each]) => each === name);
        const { statusLists } = first;
        const base = { ...second, statusLists, sections: new Map([...second.sections, ...older]) };
        return { bytes: publishing.delta(second, base), held: { ...held, statusLists } };
      },
    },
    {
      what: 'a checkpoint from the future',
      code: 'BUNDLE_FROM_FUTURE',
      offer: async ({ second, publishing }) => ({
        bytes: fullBundle(await signAgain(second, {}, publishing.consortium.nowSeconds + 301)),
      }),
    },
    {
      what: 'anything while its clock says nothing',
      code: 'BUNDLE_FROM_FUTURE',
      offer: async ({ second }) => ({ bytes: fullBundle(second), context: { nowSeconds: Number.NaN } }),
    },
  ];

  for (const { what, code, offer } of refusals) {
    it(`${what}: ${code}`, async () => {
      const world = await (shared ??= published());
      const before = await accept(world.second, world.publishing);
      const kept = toHex(fullBundle(before));
      const { bytes, held, context } = await offer(world, before);
      await expectRefusal(acceptBundle(bytes, held, world.publishing.context(context)), code);
      expect(toHex(fullBundle(before))).to.equal(kept);
    });
  }

  it('with every code that there is', () => {
    expect(new Set(refusals.map(({ code }) => code))).to.deep.equal(new Set(BUNDLE_ERROR_CODES));
  });

  it('a bundle that leaves out a day of roots, wherever the cover hides it', async () => {
    const { publishing, second } = await published();
    const names = [...second.sections.keys()];
    for (const name of names.filter((each) => /^(?:roots\/long|short|status|trust)\//.test(each))) {
      const sections = new Map(second.sections);
      sections.delete(name);
      const place = shownPlace(second, names.indexOf(name));
      const cover = without(second, place);
      const attempt = accept({ ...second, sections, cover }, publishing);
      expect(await codeOf(attempt), name).to.be.oneOf(['BUNDLE_INCOMPLETE', 'BUNDLE_LISTS_WRONG']);
    }
  });

  it('every bundle with one byte changed, as long as the byte says something', async () => {
    const { publishing, second } = await published();
    const bytes = fullBundle(second);
    const random = new Random(testSeed);
    let refused = 0;
    const count = runs(300, 5000);
    for (let i = 0; i < count; i++) {
      const at = random.below(bytes.length);
      const damaged = bytes.with(at, (bytes[at] ?? 0) ^ (1 << random.below(8)));
      const held = await acceptBundle(damaged, undefined, publishing.context()).catch((error: unknown) => {
        expect(error).to.be.instanceOf(HclError);
        return undefined;
      });
      // Two spellings of one deflate stream, or a signature beyond k: then it says the same.
      if (held === undefined) refused++;
      else expect(sameKnowledge(held, second)).to.equal(true);
    }
    expect(refused).to.be.above(0.9 * count);
  });
});

describe('signers change', () => {
  const next = setOf(2, 2, [testSigner(4), testSigner(5)]);
  const change: LedgerEvent = { event: 'CheckpointSetChanged', version: 2, threshold: 2, keys: next.keys };
  const newSigners = [testSigner(4), testSigner(5)];

  it('by a state that k of the old ones signed, and then the old ones are nobody', async () => {
    const { publishing, second } = await published();
    const { consortium } = publishing;
    let held = await accept(second, publishing);
    consortium.block([change]);
    const handover = await publishing.source();
    held = await acceptBundle(publishing.delta(handover, second), held, publishing.context());
    expect(held.signers).to.deep.equal(next);
    await consortium.issueCodes([testRecord()]);
    const byOld = await publishing.source();
    await expectRefusal(
      acceptBundle(publishing.delta(byOld, held), held, publishing.context()),
      'BUNDLE_SIGNATURES_TOO_FEW',
    );
    const byNew = await publishing.source({ signers: newSigners });
    held = await acceptBundle(publishing.delta(byNew, held), held, publishing.context());
    expect(held.checkpoint.size).to.equal(byNew.checkpoint.size);
  });

  it('not by their own word', async () => {
    const { publishing, second } = await published();
    const held = await accept(second, publishing);
    publishing.consortium.block([change]);
    const byNew = await publishing.source({ signers: newSigners });
    await expectRefusal(
      acceptBundle(publishing.delta(byNew, second), held, publishing.context()),
      'BUNDLE_SIGNATURES_TOO_FEW',
    );
    await expectRefusal(
      acceptHandover(partialBundle('handover', byNew), SIGNER_SET, publishing.context()),
      'BUNDLE_SIGNATURES_TOO_FEW',
    );
  });

  it('for a device that was away, by handovers', async () => {
    const { publishing } = await published();
    publishing.consortium.block([change]);
    const bytes = partialBundle('handover', await publishing.handover());
    expect(await acceptHandover(bytes, SIGNER_SET, publishing.context())).to.deep.equal(next);
    await expectRefusal(
      acceptHandover(bytes, { ...SIGNER_SET, version: 2 }, publishing.context()),
      'BUNDLE_OLDER',
    );
    const full = fullBundle(await publishing.source());
    await expectRefusal(acceptHandover(full, SIGNER_SET, publishing.context()), 'BUNDLE_MALFORMED');
  });
});

describe('a device never goes back (L7)', () => {
  it('in 10,000 random sequences of updates', async () => {
    const { offers, publishing } = await manyOffers();
    const random = new Random(testSeed);
    // What is accepted depends on nothing but what is held and what is offered, so each pair is judged once.
    const states = new Map<string, BundleState>();
    const outcomes = new Map<BundleState | undefined, Map<Uint8Array, BundleState | undefined>>();
    const judge = async (
      held: BundleState | undefined,
      bytes: Uint8Array,
    ): Promise<BundleState | undefined> => {
      const known = outcomes.get(held) ?? new Map<Uint8Array, BundleState | undefined>();
      outcomes.set(held, known);
      if (!known.has(bytes)) {
        const next = await acceptBundle(bytes, held, publishing.context()).catch(heldAfterRefusal(held));
        const key = next === undefined ? '' : `${next.note}${next.sections.size}`;
        if (next !== undefined && !states.has(key)) states.set(key, next);
        known.set(bytes, states.get(key));
      }
      return known.get(bytes);
    };
    let forwards = 0;
    for (let i = 0; i < 10_000; i++) {
      let held: BundleState | undefined;
      for (let step = 0; step < 10; step++) {
        const next = await judge(held, random.pick(offers));
        if (held !== undefined && !isAtLeast(next, held)) throw new Error('it went back');
        if (held !== undefined && next !== held) forwards++;
        held = next;
      }
    }
    // The test is about something: states do go forward.
    expect(forwards).to.be.above(5000);
  });

  it('when updates come at once', async () => {
    const { offers, publishing } = await manyOffers();
    const random = new Random(testSeed);
    for (let i = 0; i < runs(10, 1000); i++) {
      const keeper = new BundleKeeper(() => publishing.context());
      const seen: BundleState[] = [];
      const atOnce = Array.from({ length: 12 }, () => random.pick(offers));
      await Promise.all(
        atOnce.map(async (bytes) =>
          keeper.accept(bytes).then(
            (held) => seen.push(held),
            () => 0,
          ),
        ),
      );
      for (const [n, held] of seen.entries()) {
        expect(isAtLeast(seen[n + 1] ?? held, held)).to.equal(true);
      }
      if (seen.length > 0) expect(keeper.held).to.equal(seen.at(-1));
    }
  });
});

/** A refusal leaves what is held; anything else is a defect. */
function heldAfterRefusal(held: BundleState | undefined): (error: unknown) => BundleState | undefined {
  return (error) => {
    if (error instanceof BundleError) return held;
    throw error;
  };
}

/** Bundles of every kind of trouble over a history of a few states. */
async function manyOffers(): Promise<{
  readonly offers: readonly Uint8Array[];
  readonly publishing: Publishing;
}> {
  const consortium = makeConsortium({ seed: 11 });
  const publishing = new Publishing(consortium);
  const sources: BundleSource[] = [];
  for (let i = 0; i < 3; i++) {
    await consortium.issueCodes([i % 2 === 0 ? testRecord() : vaccinationRecord()]);
    consortium.advance(3600);
    consortium.publishStatus(consortium.issuer, []);
    sources.push(await publishing.source());
  }
  // Other publishers, or whoever had the files since, say otherwise how many days a device holds.
  const ofOtherDays = await Promise.all([-1, 6, 7, 366].map((shortDays) => publishing.source({ shortDays })));
  const now = consortium.nowSeconds;
  const troubled = sources.flatMap((source) => [
    signAgain(source, { root: new Uint8Array(32).fill(7) }, now),
    signAgain(source, {}, START_SECONDS + 10_000),
    signAgain(source, {}, now),
    signAgain(source, { size: source.checkpoint.size + 1 }, now),
    signAgain(source, {}, now + 4000),
  ]);
  const all = [...sources, ...ofOtherDays, ...(await Promise.all(troubled))];
  const deltas = sources.flatMap((source, i) =>
    sources
      .slice(0, i + 1)
      .flatMap((base) => [publishing.delta(source, base), deltaBundle(source, base, new Uint8Array(32))]),
  );
  const backwards = sources.slice(1).map((base) => deltaBundle(sources[0] ?? base, base, new Uint8Array(0)));
  return { offers: [...all.map(fullBundle), ...deltas, ...backwards], publishing };
}

function changed(
  { sections }: BundleSource,
  name: string,
  change: (bytes: Uint8Array) => Uint8Array,
): BundleSource['sections'] {
  const section = sections.get(name);
  if (section?.bytes === undefined) throw new Error(`there is a section ${name}`);
  return new Map(sections).set(name, { ...section, bytes: change(section.bytes) });
}

/** The same versions, of lists in which nothing was revoked. */
function withoutRevocations(statusLists: StatusLists): StatusLists {
  const sets = [...statusLists.sets()].map((set) => ({
    ...set,
    lists: set.lists.map((each) => ({ ...each, list: StatusList.empty(each.list.size) })),
  }));
  return new StatusLists(sets);
}

/** Index in the tree of the `n`th leaf that is shown. */
function shownPlace({ cover }: BundleSource, n: number): number {
  let left = n;
  let at = 0;
  for (const { hide, show } of cover.runs) {
    at += hide;
    if (left < show) return at + left;
    left -= show;
    at += show;
  }
  throw new Error('so many leaves are shown');
}

/** The cover with one leaf more hidden. */
function without({ cover }: BundleSource, place: number): BundleSource['cover'] {
  const shown = new Set<number>();
  let at = 0;
  for (const { hide, show } of cover.runs) {
    at += hide;
    for (let i = 0; i < show; i++) shown.add(at + i);
    at += show;
  }
  shown.delete(place);
  return coverOf(cover.size, (index) => shown.has(index));
}

function sameKnowledge(held: BundleState, source: BundleSource): boolean {
  const names = [...held.sections.keys()];
  return (
    toHex(held.leaf.stateRoot) === toHex(source.leaf.stateRoot) &&
    names.join() === [...source.sections.keys()].join() &&
    held.checkpoint.size === source.checkpoint.size
  );
}
