/** Reliability goals P3 and P4: what the ledger shows links nobody's records, and hides how many there are. */
import { describe, it } from 'mocha';
import { expect } from 'chai';
import { join } from 'node:path';
import { toHex, type Hex } from '../../core/bytes/hex.ts';
import { commitmentOf, leafHash } from '../../core/commitment/leaf.ts';
import { MAX_BATCH_LEAVES } from '../../core/commitment/batch.ts';
import { parseClaims } from '../../core/credential/parse.ts';
import { decodeCode } from '../../core/qr/code.ts';
import type { Issuer } from '../../issuer/issuer.ts';
import { LIST_SIZE, ListAllocator } from '../../issuer/list-allocator.ts';
import { readersOf } from '../../issuer/store.ts';
import type { RandomBytes } from '../../service/clock.ts';
import { Envelope } from '../../service/envelope.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { Store } from '../../service/store.ts';
import { issueAll, IssuerHouse, labTest, vaccination } from '../issuer/support/issuer-house.ts';
import { Random } from '../support/random.ts';
import { isLongRun, runs } from '../support/scale.ts';

const SUBJECTS = runs(400, 1_000);
/** People in one window: chance is then 1 in 256, and three standard deviations are less than a percent. */
const WINDOW = 200;

describe('what the ledger shows', function () {
  this.timeout(isLongRun ? 600_000 : 60_000);

  it('is batches of 2^6 to 2^12 leaves, whatever their number: one person looks like 32', async () => {
    const seen = new Map<number, number>();
    for (const count of [1, 2, 31, 32, 33]) {
      await using house = await IssuerHouse.create();
      await using issuer = await house.open();
      await issueAll(
        issuer,
        Array.from({ length: count }, (_, i) => vaccination(i)),
      );
      await issuer.settle();
      for (const { log2Size } of house.ledger.batches) seen.set(count, log2Size);
    }
    expect([...seen.values()]).to.deep.equal([6, 6, 6, 6, 6]);
  });

  it('tells no type of record apart within a class, no profile, and no minute', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const [row] = await issueAll(issuer, [vaccination(1), labTest(1)]);
    await issuer.settle();
    for (const entry of house.ledger.batches) {
      expect(Object.keys(entry).toSorted()).to.deep.equal([
        'account',
        'class',
        'log2Size',
        'root',
        'sequence',
        'timeSeconds',
      ]);
    }
    for (const { handle } of row?.credentials ?? []) {
      expect(parseClaims(decodeCode(await issuer.code(handle)).payloadBytes).iat % 3600).to.equal(0);
    }
  });

  it(`links two leaves of one of ${SUBJECTS} people no better than chance`, async () => {
    const trials = await trialsOf(SUBJECTS, seeded(7));
    const chance = average(trials.map(({ there }) => 1 / there.size));
    for (const [name, rate] of ratesOf(trials)) expect(rate, name).to.be.at.most(chance + 0.01);
    expect(trials.length).to.be.at.least(SUBJECTS);
  });

  it('would link them if batches were not shuffled', async () => {
    const good = seeded(7);
    const identity = new Uint8Array(Uint32Array.from({ length: MAX_BATCH_LEAVES }, (_, i) => i).buffer);
    const unshuffled: RandomBytes = (length) =>
      length === identity.length ? identity.slice() : good(length);
    const rates = ratesOf(await trialsOf(WINDOW, unshuffled));
    expect(Math.max(...rates.values())).to.be.greaterThan(0.5);
  });

  it('shows status entries that are spread evenly, also one after the other', async () => {
    const indices = await allocate(seeded(11), 32_768);
    const steps = indices.slice(1).map((index, i) => (index - (indices[i] ?? 0) + LIST_SIZE) % LIST_SIZE);
    expect(chiSquare(indices)).to.be.below(CRITICAL);
    expect(chiSquare(steps)).to.be.below(CRITICAL);
    const counted = Array.from({ length: 32_768 }, (_, i) => i);
    expect(chiSquare(counted)).to.be.above(CRITICAL);
  });
});

interface Place {
  readonly root: Hex;
  readonly index: number;
  readonly size: number;
}

/** The attacker knows a leaf of a person and the batch of another; `there` is what they would like to know. */
interface Trial {
  readonly here: Place;
  readonly there: Place;
  /** How many people came before in this batch's window: a queue can be watched. */
  readonly rank: number;
}

const STRATEGIES: ReadonlyMap<string, (trial: Trial) => number> = new Map([
  ['the same place', ({ here }) => here.index],
  ['the next place', ({ here }) => here.index + 1],
  ['the place before', ({ here }) => here.index - 1],
  ['the mirrored place', ({ here, there }) => there.size - 1 - here.index],
  ['the place in the queue', ({ rank }) => rank],
]);

function ratesOf(trials: readonly Trial[]): ReadonlyMap<string, number> {
  return new Map(
    [...STRATEGIES].map(([name, guess]) => {
      return [name, average(trials.map((trial) => (guess(trial) === trial.there.index ? 1 : 0)))];
    }),
  );
}

/** People come one after another; each gets a dose, and with it two credentials: do they find each other again? */
async function trialsOf(subjects: number, randomBytes: RandomBytes): Promise<readonly Trial[]> {
  await using house = await IssuerHouse.create();
  await using issuer = await house.open({ ports: { randomBytes } });
  const trials: Trial[] = [];
  for (let first = 0; first < subjects; first += WINDOW) {
    const people = Array.from({ length: Math.min(WINDOW, subjects - first) }, (_, i) =>
      vaccination(first + i),
    );
    const rows = await issueAll(issuer, people);
    house.nowMs += 600_000;
    house.ledger.timeSeconds += 600;
    await issuer.pass();
    const places = await placesOf(house, issuer);
    for (const [rank, { credentials }] of rows.entries()) {
      const [here, there] = await Promise.all(
        credentials.map(({ handle }) => placeOf(issuer, handle, places)),
      );
      if (here !== undefined && there !== undefined) trials.push({ here, there, rank });
    }
  }
  return trials;
}

async function placesOf(house: IssuerHouse, issuer: Issuer): Promise<ReadonlyMap<Hex, Place>> {
  const places = new Map<Hex, Place>();
  for (const batch of house.ledger.batches.slice(-2)) {
    const root = toHex(batch.root);
    const { leaves } = await issuer.batch(root);
    leaves.forEach((leaf, index) => places.set(leaf, { root, index, size: leaves.length }));
  }
  return places;
}

async function placeOf(
  issuer: Issuer,
  handle: string,
  places: ReadonlyMap<Hex, Place>,
): Promise<Place | undefined> {
  const { headerBytes, payloadBytes } = decodeCode(await issuer.code(handle));
  return places.get(toHex(leafHash(nodeCrypto, commitmentOf(nodeCrypto, headerBytes, payloadBytes))));
}

async function allocate(randomBytes: RandomBytes, count: number): Promise<readonly number[]> {
  await using house = await IssuerHouse.create();
  await using store = await Store.open(join(house.folder, 'store'));
  const envelope = new Envelope(house.secrets.keyEncryption, randomBytes);
  const publicBaseUrl = 'https://hk-dh.example';
  const lists = await ListAllocator.open(readersOf(store), { envelope, randomBytes, publicBaseUrl });
  return Array.from({ length: count }, () => lists.allocate('venue').idx);
}

const BINS = 256;
/** The upper 0.1 % of chi-square with 255 degrees of freedom. */
const CRITICAL = 330.52;

function chiSquare(indices: readonly number[]): number {
  const bins = new Float64Array(BINS);
  for (const index of indices) bins[Math.floor((index * BINS) / LIST_SIZE)]!++;
  const expected = indices.length / BINS;
  return bins.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

function seeded(seed: number): RandomBytes {
  const random = new Random(seed);
  return (length) => random.bytes(length);
}

function average(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}
