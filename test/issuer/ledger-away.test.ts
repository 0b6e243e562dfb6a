/** L1, short form: the ledger is away for 20 seconds under load; the issuer goes on, and all of it is anchored after. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { toHex, type Hex } from '../../core/bytes/hex.ts';
import { commitmentOf, leafHash } from '../../core/commitment/leaf.ts';
import { batchRootFromPath } from '../../core/commitment/proof.ts';
import { decodeCode } from '../../core/qr/code.ts';
import { connectLedger } from '../../issuer/ledger-ports.ts';
import type { IssuedRow } from '../../issuer/row.ts';
import { isRetryable } from '../../ledger/errors.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { honest, startFaultProxy } from '../ledger/support/fault-proxy.ts';
import {
  admitIssuer,
  deployTo,
  GENESIS_SECONDS,
  handOf,
  ISSUER,
  ISSUER_DID,
  keyOf,
  startTestNode,
} from '../ledger/support/test-ledger.ts';
import { issueAll, IssuerHouse, vaccination } from './support/issuer-house.ts';

const SECONDS_AWAY = 20;
const RECORDS_PER_SECOND = 3;
/** Shorter than the outage, so that many windows close while nobody answers. */
const WINDOW_MS = 2_000;

describe('an issuer whose ledger is away for 20 seconds', () => {
  it('accepts all, queues all, and anchors all after, once and in order', async () => {
    await using node = await startTestNode();
    const deployment = await deployTo(node.url);
    await admitIssuer(node.url, deployment);
    await using proxy = await startFaultProxy(node.url);
    await using house = await IssuerHouse.create();
    house.nowMs = GENESIS_SECONDS * 1000;
    // The sender's patience passes on the same clock as the rest.
    const wait = (ms: number): Promise<void> => Promise.resolve(void (house.nowMs += ms));
    using ports = connectLedger(
      { rpcUrl: proxy.url, deployment, did: ISSUER_DID, accountKey: toHex(keyOf('account')) },
      { wait, elapsed: () => house.nowMs },
    );
    const issuer = await house.open({
      config: { did: ISSUER_DID, windowMs: { short: WINDOW_MS, long: WINDOW_MS } },
      ports,
    });
    let people = 0;
    const accepted: IssuedRow[] = [];
    const issueSome = async (): Promise<void> => {
      const records = Array.from({ length: RECORDS_PER_SECOND }, () => vaccination(++people));
      accepted.push(...(await issueAll(issuer, records)));
    };

    await issueSome();
    await issuer.settle();
    const before = await anchoredRoots();

    // The last thing that the ledger takes is a transaction whose answer is lost.
    await issueSome();
    proxy.handle = async (exchange) => {
      if (!exchange.requests.some(({ method }) => method === 'eth_sendRawTransaction'))
        return exchange.forward();
      await exchange.forward();
      proxy.handle = () => Promise.resolve('reset');
      return 'reset';
    };
    house.nowMs += WINDOW_MS;
    const awayFromMs = house.nowMs;
    let failedPasses = 0;
    while (house.nowMs < awayFromMs + SECONDS_AWAY * 1000) {
      await issuer.pass().catch((error: unknown) => {
        if (!isRetryable(error)) throw error;
        failedPasses++;
      });
      await issueSome();
      house.nowMs += 1000;
    }
    expect(failedPasses).to.be.greaterThan(0);
    expect(issuer.isLedgerUp).to.equal(false);
    expect(issuer.isOpen).to.equal(true);

    proxy.handle = honest;
    await issuer.settle();
    expect(issuer.isLedgerUp).to.equal(true);
    const after = await anchoredRoots();
    expect(after.length).to.be.greaterThan(before.length + 1);
    expect(after.slice(0, before.length)).to.deep.equal(before);
    expect(new Set(after.map(({ root }) => root)).size).to.equal(after.length);
    expect(after.map(({ sequence }) => sequence)).to.deep.equal(after.map((_, i) => i + 1));
    // What was accepted first is anchored first, in both lanes: the two credentials of a record go by lot.
    const sequenceByRoot = new Map(after.map(({ root, sequence }) => [root, sequence]));
    const pairs = await Promise.all(
      accepted.map(async ({ credentials }) => {
        const codes = await Promise.all(credentials.map(({ handle }) => issuer.code(handle)));
        return codes.map((code) => sequenceByRoot.get(rootOfCode(code)) ?? Number.NaN);
      }),
    );
    for (const pick of [Math.min, Math.max]) {
      const sequences = pairs.map((pair) => pick(...pair));
      expect(sequences.some(Number.isNaN)).to.equal(false);
      expect(sequences).to.deep.equal(sequences.toSorted((x, y) => x - y));
    }
    await issuer.close();

    async function anchoredRoots(): Promise<readonly { root: Hex; sequence: number }[]> {
      using hand = handOf('account', node.url, deployment);
      const events = await hand.batches.anchoredAfter(ISSUER, 0);
      return events.map(({ root, sequence }) => ({ root, sequence }));
    }
  });
});

/** The root that a code's own proof leads to. */
function rootOfCode(code: string): Hex {
  const { headerBytes, payloadBytes, index, path } = decodeCode(code);
  const leaf = leafHash(nodeCrypto, commitmentOf(nodeCrypto, headerBytes, payloadBytes));
  return toHex(batchRootFromPath(nodeCrypto, { leafHash: leaf, index, path }));
}
