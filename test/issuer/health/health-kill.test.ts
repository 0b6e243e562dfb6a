/**
 * O2 under kill -9: an issuer that does orders, releases, facts, rulings and codes is killed at named points and at any
 * time. Whatever was acknowledged has turned its colour, every change is a leaf once, and no code is without its change.
 */
import { describe, it } from 'mocha';
import { expect } from 'chai';
import { toHex, type Hex } from '../../../core/bytes/hex.ts';
import { colourIdOf, colourLeaf, isByHand, parseColourAct } from '../../../core/health/colour-act.ts';
import type { ColourAct } from '../../../core/health/colour-act.ts';
import type { Issuer } from '../../../issuer/issuer.ts';
import { demoHealthPolicies } from '../../../scripts/demo/demo-day.ts';
import { seededRandom } from '../../../scripts/bench/harness.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { printFindings } from '../../support/findings.ts';
import { runs, testSeed } from '../../support/scale.ts';
import { HEALTH_FAULT_POINTS } from '../support/fault-points.ts';
import { serve, Succession, type Told } from '../support/health-client.ts';
import { IssuerHouse } from '../support/issuer-house.ts';
import { IssuerOperator, IssuerProcess, processOptions } from '../support/issuer-process.ts';
import { LedgerServer } from '../support/ledger-server.ts';
import { listed } from './support.ts';

/** A process takes a second and more to start. */
const KILLS = runs(6, 500);
const CLIENTS = 3;
const MOST_ACKNOWLEDGED = 4;
/** A point that is not passed so often is killed at this many acknowledgements all the same. */
const ENOUGH = 8;

describe('health codes: kill -9 under load', function () {
  this.timeout(120_000 + KILLS * 15_000);

  it(`keep every promise through ${KILLS} kills`, async () => {
    await using house = await IssuerHouse.create();
    house.ledger.timeSeconds = Math.floor(Date.now() / 1000);
    await using ledger = await LedgerServer.start(house.ledger);
    const succession = new Succession();
    let next = 0;
    const told: Told[] = [];
    const client = async (isRuling: boolean): Promise<void> => {
      while (!succession.isOver) told.push(await serve(next++, { succession, isRuling }));
    };
    const clients = Promise.all(Array.from({ length: CLIENTS }, (_, i) => client(i === 0)));
    // Awaited at the end: until then a failure must not count as unhandled.
    clients.catch(() => undefined);

    const { account } = house.ledger;
    const windowMs = { short: 200, long: 200 };
    const known = await processOptions(house, { url: ledger.url, account }, { config: { windowMs } });
    const options = { ...known, isOfDemoDay: true };
    const random = seededRandom(testSeed);
    const start = (kill: number): IssuerProcess => {
      const fault = kill < KILLS ? faultOf(kill, random) : undefined;
      return new IssuerProcess(options, fault === undefined ? {} : { env: { HCL_FAULT: fault } });
    };
    let victim = start(0);
    let successor = victim;
    try {
      for (let kill = 0; kill < KILLS; kill++) {
        victim = successor;
        successor = start(kill + 1);
        await Promise.race([liveAndDie(victim, { kill, random, succession, house }), clients]);
      }
      victim = successor;
      succession.enter(new IssuerOperator(await victim.open(), house.secrets), () => undefined);
      succession.isOver = true;
      await clients;
    } finally {
      await Promise.all([victim.kill(), successor.kill()]);
    }
    expect(succession.acknowledged, 'the load was real').to.be.greaterThan(KILLS);
    await expectAllKept(house, told);
  });
});

/** Every second kill is at a named point, drawn by lot. */
function faultOf(kill: number, random: () => number): string | undefined {
  if (kill % 2 === 0) return undefined;
  const point = HEALTH_FAULT_POINTS[Math.floor(random() * HEALTH_FAULT_POINTS.length)] ?? '';
  return `${point}:${1 + Math.floor(random() * 3)}`;
}

interface Life {
  readonly kill: number;
  readonly random: () => number;
  readonly succession: Succession;
  readonly house: IssuerHouse;
}

/** Answers until it is killed, by us or by itself. */
async function liveAndDie(victim: IssuerProcess, { kill, random, succession, house }: Life): Promise<void> {
  const wanted = kill % 2 === 1 ? ENOUGH : 1 + Math.floor(random() * MOST_ACKNOWLEDGED);
  let left = wanted;
  const url = await victim.tryOpen();
  if (url !== undefined) {
    expect(url).to.match(/^http/);
    succession.enter(new IssuerOperator(url, house.secrets), () => {
      if (--left === 0) victim.signal('SIGKILL');
    });
  }
  expect(await victim.exited).to.deep.equal([null, 'SIGKILL']);
  succession.leave();
}

async function expectAllKept(house: IssuerHouse, told: readonly Told[]): Promise<void> {
  house.nowMs = Date.now();
  await using issuer = await house.open({ config: { healthPolicies: demoHealthPolicies() } });
  await issuer.settle();
  const leaves = await anchoredLeaves(issuer, house);
  const acts = new Map<string, ColourAct>();
  const last = new Map<string, string>();
  for (const { bytes } of await issuer.colourActs.after(0, 1_000_000)) {
    const act = parseColourAct(bytes);
    const leaf = colourLeaf(nodeCrypto, bytes);
    expect(leaves.get(toHex(leaf)), 'a change is a leaf once').to.equal(1);
    const line = `${act.subject} ${act.scheme}`;
    expect(act.from, 'a change follows on the one before').to.equal(last.get(line));
    last.set(line, act.to);
    acts.set(colourIdOf(leaf), act);
  }
  for (const one of told) await expectKept(issuer, one, acts);
  const byHand = [...acts.values()].filter(isByHand).length;
  printFindings(`${told.length} people, ${acts.size} changes, each a leaf once`, [
    { people: told.length, changes: acts.size, 'by hand': byHand, leaves: leaves.size },
  ]);
}

async function expectKept(
  issuer: Issuer,
  { subject, state, codes, orders, isRuled }: Told,
  acts: ReadonlyMap<string, ColourAct>,
): Promise<void> {
  const { docType, docIssuer, docNumber } = subject;
  const document = { docType, docIssuer, docNumber };
  const [shown] = await issuer.health.shown({ document });
  expect(shown?.state, `of ${docNumber}`).to.equal(state);
  const act = acts.get(shown?.change ?? '');
  expect(act).to.include({ to: state });
  expect(act === undefined ? undefined : isByHand(act), 'by whom').to.equal(isRuled);
  const { health, records } = await issuer.privacy.report({ document }, 'subject-access');
  expect(
    health.flatMap((file) => file.orders.map(({ reference }) => reference)),
    'entered once',
  ).to.deep.equal(orders);
  for (const { record } of records) {
    if (record.type === 'status') expect(acts.get(record.change)).to.include({ to: record.state });
  }
  for (const code of codes) {
    const isNow = code === codes.at(-1) && code.state === state;
    expect(await listed(issuer, code.handle)).to.equal(isNow ? 'valid' : 'superseded');
  }
}

/** How often each leaf stands in the anchored batches. */
async function anchoredLeaves(issuer: Issuer, house: IssuerHouse): Promise<ReadonlyMap<Hex, number>> {
  const counts = new Map<Hex, number>();
  for (const { root } of house.ledger.batches) {
    for (const leaf of (await issuer.batch(toHex(root))).leaves)
      counts.set(leaf, (counts.get(leaf) ?? 0) + 1);
  }
  return counts;
}
