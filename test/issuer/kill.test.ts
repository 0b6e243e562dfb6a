/**
 * D1: kill -9 of a real issuer under load, on its way from issuing to the final batch, against a real ledger. A third
 * of the kills come at any time, the others at each named point in turn. Whatever was acknowledged is there after it,
 * anchored once.
 */
import { after, before, describe, it } from 'mocha';
import { expect } from 'chai';
import { toHex } from '../../core/bytes/hex.ts';
import type { HealthRecord } from '../../core/record/record.ts';
import { connectLedger } from '../../issuer/ledger-ports.ts';
import type { IssuerSecrets } from '../../issuer/secrets.ts';
import type { Deployment } from '../../ledger/deployment.ts';
import { seededRandom } from '../../scripts/bench/harness.ts';
import { printFindings, type Finding } from '../support/findings.ts';
import { runs, testSeed } from '../support/scale.ts';
import {
  admitIssuer,
  deployTo,
  handOf,
  ISSUER,
  ISSUER_DID,
  keyOf,
  startTestNode,
  type TestNode,
} from '../ledger/support/test-ledger.ts';
import { expectAnchoredOnce, handlesOf } from './support/anchored-once.ts';
import { FAULT_POINTS } from './support/fault-points.ts';
import { IssuerHouse, labTest, passportVaccination } from './support/issuer-house.ts';
import {
  IssuerOperator,
  IssuerProcess,
  processOptions,
  type Acknowledged,
} from './support/issuer-process.ts';

const KILLS = runs(40, 500);
const CLIENTS = 3;
const LONGEST_DELAY_MS = 60;
const MOST_ACKNOWLEDGED = 10;
/** A point that is not passed so often is killed at this many acknowledgements all the same. */
const ENOUGH = 12;

describe('issuer: kill -9 under load', function () {
  this.timeout(60_000 + KILLS * 15_000);
  let node: TestNode;
  let deployment: Deployment;
  let house: IssuerHouse;
  let secrets: IssuerSecrets;

  before(async () => {
    node = await startTestNode({ nowSeconds: () => Math.floor(Date.now() / 1000) });
    deployment = await deployTo(node.url);
    await admitIssuer(node.url, deployment);
    house = await IssuerHouse.create();
    secrets = { ...house.secrets, ledgerAccountKey: toHex(keyOf('account')) };
  });
  after(async () => {
    await house[Symbol.asyncDispose]();
    await node[Symbol.asyncDispose]();
  });

  it(`loses nothing that it acknowledged and anchors nothing twice in ${KILLS} kills`, async () => {
    const random = seededRandom(testSeed);
    const ledger = { rpcUrl: node.url, deployment };
    const options = await processOptions(house, ledger, { config: { did: ISSUER_DID }, secrets });
    const faults = Array.from({ length: KILLS }, (_, kill) => faultOf(kill, random));
    const start = (kill: number): IssuerProcess => {
      const fault = faults[kill];
      return new IssuerProcess(options, fault === undefined ? {} : { env: { HCL_FAULT: fault } });
    };
    const people = endlessPeople();
    const acknowledged: Acknowledged[] = [];
    const counts = new Map<string, { kills: number; acknowledged: number }>();
    let next = start(0);
    let victim = next;
    try {
      for (let kill = 0; kill < KILLS; kill++) {
        victim = next;
        const before = acknowledged.length;
        const load = loadUntilKilled(victim, people, { random, isFaulty: faults[kill] !== undefined });
        next = start(kill + 1);
        const told = await load;
        acknowledged.push(...told);
        const point = faults[kill]?.split(':')[0] ?? 'any time';
        const count = counts.get(point) ?? { kills: 0, acknowledged: 0 };
        counts.set(point, {
          kills: count.kills + 1,
          acknowledged: count.acknowledged + acknowledged.length - before,
        });
      }
    } finally {
      await Promise.all([victim.kill(), next.kill()]);
    }
    const leaves = await expectAllAnchoredOnce(acknowledged);
    expect(acknowledged.length, 'the load was real').to.be.greaterThan(KILLS);
    const rows: Finding[] = [...counts].map(([point, count]) => ({ 'killed at': point, ...count }));
    printFindings(
      `${acknowledged.length} acknowledged, all there; ${leaves} leaves, each anchored once`,
      rows.toSorted((a, b) => String(a['killed at']).localeCompare(String(b['killed at']))),
    );
  });

  /** Runs an issuer under the load of all clients until it is killed, by us or by itself. */
  async function loadUntilKilled(
    victim: IssuerProcess,
    people: Iterator<HealthRecord>,
    { random, isFaulty }: { readonly random: () => number; readonly isFaulty: boolean },
  ): Promise<Acknowledged[]> {
    const wanted = isFaulty ? ENOUGH : 1 + Math.floor(random() * MOST_ACKNOWLEDGED);
    const delayMs = random() * LONGEST_DELAY_MS;
    const told: Acknowledged[] = [];
    const url = await victim.tryOpen();
    if (url !== undefined) {
      expect(url).to.match(/^http/);
      const operator = new IssuerOperator(url, secrets);
      const onAcknowledged = (one: Acknowledged): void => {
        told.push(one);
        if (told.length === wanted) setTimeout(() => victim.signal('SIGKILL'), delayMs);
      };
      await Promise.all(
        Array.from({ length: CLIENTS }, () => operator.issueAlong(people, { onAcknowledged })),
      );
    }
    expect(await victim.exited).to.deep.equal([null, 'SIGKILL']);
    return told;
  }

  async function expectAllAnchoredOnce(acknowledged: readonly Acknowledged[]): Promise<number> {
    using ports = connectLedger({
      rpcUrl: node.url,
      deployment,
      did: ISSUER_DID,
      accountKey: secrets.ledgerAccountKey,
    });
    house.nowMs = Date.now();
    await using issuer = await house.open({ config: { did: ISSUER_DID }, ports });
    await issuer.settle();
    for (const { row } of acknowledged) {
      const { credentials } = await issuer.record(row.recordId);
      expect(handlesOf([{ credentials }])).to.deep.equal(handlesOf([row]));
    }
    using hand = handOf('account', node.url, deployment);
    const events = await hand.batches.anchoredAfter(ISSUER, 0);
    return await expectAnchoredOnce(handlesOf(acknowledged.map(({ row }) => row)), {
      roots: events.map(({ root }) => root),
      leavesOf: async (root) => (await issuer.batch(root)).leaves,
      codeOf: (handle) => issuer.code(handle),
    });
  }
});

/** Two of three kills are at a named point, each in its turn: thirty come to all of them. */
function faultOf(kill: number, random: () => number): string | undefined {
  if (kill % 3 === 0) return undefined;
  const turn = kill - 1 - Math.floor(kill / 3);
  return `${FAULT_POINTS[turn % FAULT_POINTS.length]}:${1 + Math.floor(random() * 2)}`;
}

function* endlessPeople(): Generator<HealthRecord> {
  for (let n = 0; ; n++) yield n % 5 === 0 ? labTest(n) : passportVaccination(n);
}
