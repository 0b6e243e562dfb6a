/** A large bundle is taken in pieces, after each of which it is others' turn, and nothing of it counts before all does. */
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { acceptBundle } from '../../../core/bundle/accept-bundle.ts';
import type { BundleSource } from '../../../core/bundle/bundle-state.ts';
import { fullBundle } from '../../../core/bundle/make-bundle.ts';
import { toUtf8 } from '../../../core/bytes/utf8.ts';
import type { Crypto } from '../../../core/crypto.ts';
import { World } from '../../../scripts/bench/bundle-world.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { AGEING_SECONDS } from '../../../web/checkpoint/engine/checkpoint-policy.ts';
import { Engine } from '../../../web/checkpoint/engine/engine.ts';
import { makeConsortium, vaccinationRecord, type Consortium } from '../../support/consortium.ts';
import { Publishing, SIGNER_SET } from '../../support/publishing.ts';
import { testSeed } from '../../support/scale.ts';

const DAY = 86_400;
/** More than one section has, or the lists of one issuer. */
const PIECE_BYTES = 80_000;

describe('a bundle that is taken piece by piece', () => {
  it('is never more than a section, or the lists of an issuer, at once', async () => {
    const world = new World(testSeed, 400_000);
    world.anchorFor(DAY);
    world.changeStatuses(1000);
    const publishing = new Publishing(world);
    const full = fullBundle(await publishing.source());
    const hashed = new HashedBytes();
    const pause = async (): Promise<void> => hashed.endPiece();
    const held = await acceptBundle(
      full,
      undefined,
      publishing.context({ crypto: hashed.counting(nodeCrypto), pause }),
    );
    expect(hashed.all).to.be.above(6 * PIECE_BYTES);
    expect(hashed.longest).to.be.below(PIECE_BYTES);
    expect(held).to.deep.equal(await acceptBundle(full, undefined, publishing.context()));
  });

  it('gives others a turn for each section that it unpacks, and for each that it enters in its index', async () => {
    const { first, publishing } = await twoStates();
    let turns = 0;
    const context = publishing.context({ pause: async () => void turns++ });
    const { sections, statusLists } = await acceptBundle(fullBundle(first), undefined, context);
    const roots = [...sections].filter(([name, { bytes }]) => /^(?:short|roots\/long)\//.test(name) && bytes);
    const sets = [...statusLists.sets()];
    const lists = sets.flatMap((set) => set.lists);
    // Unpacked, hashed and led to the root; lists unpacked, and accepted by issuer.
    const ofSections = 3 * sections.size + roots.length;
    expect(turns).to.equal(ofSections + lists.length + 2 * sets.length);
  });

  describe('by the page’s engine, while codes are decided', () => {
    let world: Awaited<ReturnType<typeof twoStates>>;
    before(async () => (world = await twoStates()));

    /** Who holds the first state, and is held up halfway through what is offered then. */
    async function heldUp(offered: Uint8Array): Promise<{
      readonly outcome: () => Promise<string>;
      readonly goOn: () => Promise<string>;
    }> {
      const { code, consortium, first, publishing, second } = world;
      const reached = Promise.withResolvers<void>();
      const turn = Promise.withResolvers<void>();
      const files = new Map([[FULL, fullBundle(first)]]);
      let left = Infinity;
      const pause = async (): Promise<void> => {
        if (left-- > 0) return;
        reached.resolve();
        await turn.promise;
      };
      const engine = new Engine({
        crypto: nodeCrypto,
        get: async (path) =>
          files.get(path) ?? toUtf8(path === 'latest' ? indexOf(second, offered.length) : 'no bundle'),
        pace: { pause, deflate: async (bytes) => bytes },
      });
      const trust = toUtf8(JSON.stringify(publishing.context().trust));
      await engine.answer({ kind: 'trust-bundles-of', bytes: trust });
      const { nowSeconds } = consortium;
      await engine.answer({ kind: 'update', nowSeconds });
      files.set(FULL, offered);
      left = 3 * first.sections.size;
      const updating = engine.answer({ kind: 'update', nowSeconds });
      await reached.promise;
      return {
        async outcome() {
          const policy = { mode: 'venue', ageingSeconds: AGEING_SECONDS.venue } as const;
          const question = { texts: [code], policy, nowSeconds };
          const answer = await engine.answer({ kind: 'verify', question });
          return answer.kind === 'decision' ? answer.decision.outcome : answer.kind;
        },
        async goOn() {
          turn.resolve();
          const answer = await updating;
          return answer.kind === 'refused' ? answer.problem : answer.kind;
        },
      };
    }

    it('does not count before all of it does', async () => {
      const { goOn, outcome } = await heldUp(fullBundle(world.second));
      expect(await outcome()).to.equal('pass');
      expect(await goOn()).to.equal('known');
      expect(await outcome()).to.equal('stop');
    });

    it('does not count at all where its last piece is bad', async () => {
      const full = fullBundle(world.second);
      const last = full.length - 1; // of a root
      const { goOn, outcome } = await heldUp(full.with(last, (full[last] ?? 0) ^ 1));
      expect(await outcome()).to.equal('pass');
      expect(await goOn()).to.equal('BUNDLE_PROOF_WRONG');
      expect(await outcome()).to.equal('pass');
    });
  });
});

const FULL = `files/${'0'.repeat(64)}.hclb`;

function indexOf({ checkpoint: { origin, size }, note }: BundleSource, bytes: number): string {
  const full = { path: FULL, bytes, size };
  const none = { deltas: [], handovers: [] };
  return JSON.stringify({
    origin,
    size,
    timeSeconds: 0,
    checkpoint: note,
    full,
    ...none,
    signers: SIGNER_SET,
  });
}

/** Of a ledger with a code that is good in the first and revoked in the second. */
async function twoStates(): Promise<{
  readonly code: string;
  readonly consortium: Consortium;
  readonly publishing: Publishing;
  readonly first: BundleSource;
  readonly second: BundleSource;
}> {
  const consortium = makeConsortium({ seed: 41 });
  const publishing = new Publishing(consortium);
  const [code] = await consortium.issueCodes([vaccinationRecord()]);
  if (code === undefined) throw new Error('one code for one record');
  const first = await publishing.source();
  const { idx } = code.claims.status.status_list;
  consortium.publishStatus(consortium.issuer, [{ index: idx, value: 'revoked' }]);
  return { code: code.text, consortium, publishing, first, second: await publishing.source() };
}

/** How much is hashed between two pauses. */
class HashedBytes {
  all = 0;
  longest = 0;
  #piece = 0;

  endPiece(): void {
    this.longest = Math.max(this.longest, this.#piece);
    this.#piece = 0;
  }

  counting(crypto: Crypto): Crypto {
    return {
      ...crypto,
      sha256: (data) => {
        this.all += data.length;
        this.#piece += data.length;
        return crypto.sha256(data);
      },
    };
  }
}
