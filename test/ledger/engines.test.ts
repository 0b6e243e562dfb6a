/** The same transactions at the same block times give the same state root, whichever engine carries them out. */
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { toHex, type Hex } from '../../core/bytes/hex.ts';
import { LedgerState } from '../../core/trust/ledger-state.ts';
import type { LedgerBlock } from '../../core/trust/ledger-event.ts';
import { StateRoot } from '../../core/trust/state-root.ts';
import { ledgerEventsAbi } from '../../ledger/abi.ts';
import { Replica } from '../../ledger/replica.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { naiveStateRoot } from '../support/naive-state-root.ts';
import { anvilMissing, startAnvil, startEmbedded, startHardhat, type Engine } from './support/engines.ts';
import { writeHistory } from './support/scripted-history.ts';
import { deployTo } from './support/test-ledger.ts';

interface Reading {
  readonly root: Hex;
  readonly blocks: readonly LedgerBlock[];
}

const ENGINES: readonly (readonly [
  name: string,
  start: () => Promise<Engine>,
  missing: string | undefined,
])[] = [
  ['Hardhat’s simulated network', startHardhat, undefined],
  ['anvil', startAnvil, anvilMissing()],
];

describe('engines of the ledger', function () {
  this.timeout(60_000);
  let embedded: Reading;

  before(async () => {
    embedded = await readFrom(startEmbedded);
  });

  it('the embedded node: a history with every event, and the root that its definition says', () => {
    const declared = new Set<string>();
    ledgerEventsAbi.forEachEvent(({ name }) => declared.add(name));
    const seen = new Set(embedded.blocks.flatMap(({ events }) => events.map(({ event }) => event)));
    expect([...seen].toSorted()).to.deep.equal([...declared].toSorted());
    expect(embedded.root).to.equal(toHex(naiveStateRoot(embedded.blocks)));
  });

  for (const [name, start, missing] of ENGINES) {
    it(`${name}: the same state root, of other blocks${missing === undefined ? '' : ` (${missing})`}`, async function () {
      if (missing !== undefined) return this.skip();
      const other = await readFrom(start);
      expect(other.blocks.map(({ events }) => events)).to.deep.equal(
        embedded.blocks.map(({ events }) => events),
      );
      expect(other.root).to.equal(embedded.root);
      expect(other.blocks.at(-1)?.hash).to.not.equal(embedded.blocks.at(-1)?.hash);
    });
  }

  it('another time of one block: another state root', async () => {
    const late = await readFrom(async () => {
      const engine = await startEmbedded();
      let count = 0;
      return {
        ...engine,
        setNextTime: (seconds) => engine.setNextTime(++count === 9 ? seconds + 1 : seconds),
      };
    });
    expect(late.blocks.map(({ events }) => events)).to.deep.equal(
      embedded.blocks.map(({ events }) => events),
    );
    expect(late.root).to.not.equal(embedded.root);
  });
});

async function readFrom(start: () => Promise<Engine>): Promise<Reading> {
  await using engine = await start();
  const deployment = await deployTo(engine.url);
  await writeHistory(engine, deployment);
  const blocks: LedgerBlock[] = [];
  const options = {
    rpcUrls: [engine.url],
    deployment,
    onChange: (_: LedgerState, changed: readonly LedgerBlock[]) => void blocks.push(...changed),
  };
  await using replica = await Replica.open(options, { state: new LedgerState() });
  await replica.sync();
  return { root: toHex(new StateRoot(nodeCrypto, replica.state).root()), blocks };
}
