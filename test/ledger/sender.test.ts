import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import type { Hex } from '../../core/trust/ledger-event.ts';
import { batchAnchorAbi } from '../../ledger/abi.ts';
import type { Deployment } from '../../ledger/deployment.ts';
import { isRetryable, LedgerError } from '../../ledger/errors.ts';
import { readHistory } from './support/history.ts';
import { consentToServe } from '../../ledger/consent.ts';
import { LedgerRpc } from '../../ledger/rpc.ts';
import { Sender } from '../../ledger/sender.ts';
import { runs } from '../support/scale.ts';
import { failure } from './support/failure.ts';
import {
  honest,
  startFaultProxy,
  type Exchange,
  type FaultProxy,
  type Reply,
  type RpcAnswer,
} from './support/fault-proxy.ts';
import {
  addressOf,
  admitIssuer,
  deployTo,
  FAR_FUTURE,
  GENESIS_SECONDS,
  handOf,
  ISSUER,
  keyOf,
  rootOf,
  startTestNode,
  type Hand,
  type TestNode,
} from './support/test-ledger.ts';

/** Short, so that a test of a hanging endpoint is short too. */
const TIMEOUT_MS = 300;

const anchorOf = batchAnchorAbi.getFunction('anchorOf')?.selector ?? 'none';

describe('sender', () => {
  let node: TestNode;
  let proxy: FaultProxy;
  let deployment: Deployment;
  let honestly: Hand;
  /** Through the proxy. */
  let hand: Hand;
  /** Batches anchored so far, by every test. */
  let anchored = 0;
  /** Transactions without an effect. */
  let idle = 0;

  before(async () => {
    node = await startTestNode();
    deployment = await deployTo(node.url);
    await admitIssuer(node.url, deployment);
    proxy = await startFaultProxy(node.url);
    honestly = handOf('account', node.url, deployment);
    hand = handOf('account', proxy.url, deployment, { timeoutMs: TIMEOUT_MS });
  });

  after(async () => {
    hand[Symbol.dispose]();
    honestly[Symbol.dispose]();
    await proxy[Symbol.asyncDispose]();
    await node[Symbol.asyncDispose]();
  });

  /** Anchors `count` new roots while the proxy treats each exchange as `fault` says; every root once, no nonce lost. */
  async function anchorsOnce(count: number, fault: FaultProxy['handle']): Promise<void> {
    proxy.handle = fault;
    for (let i = 0; i < count; i++) {
      const sequence = anchored + 1;
      const batch = {
        root: rootOf(sequence),
        log2Size: 6,
        class: 'short',
        expectedSequence: sequence,
      } as const;
      const done = await untilDone(() => hand.batches.anchor(batch));
      expect(done.sequence).to.equal(sequence);
      anchored = sequence;
    }
    expect(await honestly.batches.sequence(ISSUER)).to.equal(anchored);
    expect(await transactionsOfAccount()).to.equal(anchored);
  }

  async function transactionsOfAccount(): Promise<number> {
    return Number(await honestly.rpc.request('eth_getTransactionCount', [addressOf('account'), 'latest']));
  }

  it('anchors through an honest endpoint', () => anchorsOnce(2, honest));

  it('L3: loses nothing and repeats nothing when 200 answers to transactions are lost', () =>
    anchorsOnce(
      runs(200, 2000),
      onSend(async (exchange) => (await exchange.forward(), 'reset')),
    ));

  it('hands over again what never arrived', () =>
    anchorsOnce(3, onSend(onceEach(() => Promise.resolve('reset')))));

  it('survives an endpoint that takes a transaction and hangs', () =>
    anchorsOnce(
      2,
      onSend(async (exchange) => (await exchange.forward(), 'hang')),
    ));

  const messages = [
    'already known',
    'nonce too low',
    'replacement transaction underpriced',
    'internal error',
  ];
  for (const message of messages) {
    const refuse = (exchange: Exchange): Reply =>
      exchange.requests.map(({ id }) => ({ id, jsonrpc: '2.0', error: { code: -32_000, message } }));

    it(`looks for its transaction when told "${message}" of one that was taken`, () =>
      anchorsOnce(
        2,
        onSend(async (exchange) => (await exchange.forward(), refuse(exchange))),
      ));

    it(`asks again when told "${message}" of one that was not taken`, () =>
      anchorsOnce(2, onSend(onceEach((exchange) => Promise.resolve(refuse(exchange))))));
  }

  it('survives answers that are cut off, of another call or no JSON', () => {
    const garble = [
      (text: string) => text.slice(0, text.length / 2),
      (text: string) => text.replace(/"id":\d+/g, '"id":1'),
      () => '<html>502</html>',
      () => '[]',
      () => 'null',
    ];
    let count = 0;
    return anchorsOnce(4, async (exchange) => {
      const answers = await exchange.forward();
      const change = garble[count++ % (2 * garble.length)]; // every other group of answers is good
      return change === undefined ? answers : { text: change(JSON.stringify(answers)) };
    });
  });

  it('survives an endpoint that comes and goes', () => {
    const isUp = [true, false, false, true, true, false, true];
    let count = 0;
    return anchorsOnce(4, async (exchange) => (isUp[count++ % isUp.length] ? exchange.forward() : 'reset'));
  });

  it('sends one after the other whatever the callers do', async () => {
    proxy.handle = honest;
    const first = anchored + 1;
    const sequences = [0, 1, 2, 3, 4].map((i) => first + i);
    const batches = await Promise.all(
      sequences.map((sequence) => {
        const batch = {
          root: rootOf(sequence),
          log2Size: 6,
          class: 'long',
          expectedSequence: sequence,
        } as const;
        // A busy machine's node may answer too late: then the same again, as after any such error.
        return untilDone(() => hand.batches.anchor(batch));
      }),
    );
    expect(batches.map((batch) => batch.sequence)).to.deep.equal(sequences);
    anchored += sequences.length;
    expect(await transactionsOfAccount()).to.equal(anchored);
  });

  it('makes no transaction for a root that is anchored, and says where it stands', async () => {
    // A node looks for logs in 10,000 blocks at once, and a chain soon has more.
    proxy.handle = (exchange) => answering(exchange, 'eth_getLogs', { error: { code: -32_005 } });
    const again = await hand.batches.anchor({
      root: rootOf(1),
      log2Size: 6,
      class: 'short',
      expectedSequence: 999,
    });
    expect(again.sequence).to.equal(1);
    expect(await transactionsOfAccount()).to.equal(anchored);
  });

  it('makes no transaction that the contract would refuse, and names the reason', async () => {
    proxy.handle = honest;
    const batch = { root: rootOf(1_000_000), log2Size: 6, class: 'short', expectedSequence: 999 } as const;
    const error = await failure(hand.batches.anchor(batch), 'LEDGER_REVERTED');
    expect(error.revert).to.deep.equal({
      name: 'BatchAnchorWrongSequence',
      args: [String(anchored + 1), '999'],
    });
    expect(error.retryable).to.equal(false);
    expect(await transactionsOfAccount()).to.equal(anchored);
  });

  it('finds after a restart what an earlier process handed over without an answer', async () => {
    const sequence = anchored + 1;
    const batch = {
      root: rootOf(sequence),
      log2Size: 6,
      class: 'short',
      expectedSequence: sequence,
    } as const;
    proxy.handle = async (exchange) => {
      if (!isSend(exchange)) return exchange.forward();
      await exchange.forward();
      proxy.handle = () => Promise.resolve('reset'); // and from here on the endpoint is away
      return 'reset';
    };
    const impatient = impatientHand();
    await failure(impatient.batches.anchor(batch), 'LEDGER_UNREACHABLE');
    expect(await honestly.batches.sequence(ISSUER)).to.equal(sequence);
    impatient[Symbol.dispose]();

    proxy.handle = honest;
    using restarted = handOf('account', proxy.url, deployment, { timeoutMs: TIMEOUT_MS });
    expect((await restarted.batches.anchor(batch)).sequence).to.equal(sequence);
    anchored = sequence;
    expect(await transactionsOfAccount()).to.equal(anchored);
  });

  it('waits for a transaction that an earlier process left before it signs one', async () => {
    let early = 3;
    let sent = 0;
    proxy.handle = async (exchange) => {
      const answers = await exchange.forward();
      if (isSend(exchange)) sent++;
      const pending = exchange.requests.find(({ params }) => params[1] === 'pending')?.id;
      if (pending === undefined || early-- <= 0) return answers;
      expect(sent).to.equal(0);
      const one = (await transactionsOfAccount()) + 1;
      return answers.map((answer) =>
        answer.id === pending ? { ...answer, result: `0x${one.toString(16)}` } : answer,
      );
    };
    const sequence = anchored + 1;
    const batch = {
      root: rootOf(sequence),
      log2Size: 6,
      class: 'short',
      expectedSequence: sequence,
    } as const;
    using restarted = handOf('account', proxy.url, deployment, { timeoutMs: TIMEOUT_MS });
    await restarted.batches.anchor(batch);
    anchored = sequence;
    expect(early).to.be.lessThan(0);
  });

  it('looks once where its account stands, and counts on from there', async () => {
    let looks = 0;
    proxy.handle = (exchange) => {
      if (exchange.requests.some(({ params }) => params[1] === 'pending' && isCount(params[0]))) looks++;
      return exchange.forward();
    };
    using own = handOf('account', proxy.url, deployment);
    for (let i = 0; i < 3; i++) anchored = await anchorNext(own.batches, anchored + 1);
    expect(looks).to.equal(1);
    // The other sender finds by itself that its nonce is another transaction's.
    await anchorsOnce(1, honest);
  });

  it('waits for a transaction that the node holds, and does not hand it over again', async () => {
    const held: Exchange[] = [];
    let lookUps = 0;
    proxy.handle = async (exchange) => {
      if (isSend(exchange)) {
        held.push(exchange); // the node says yes and does not seal
        return exchange.requests.map(({ id }) => ({ id, jsonrpc: '2.0', result: '0x' }));
      }
      const answers = await exchange.forward();
      const asked = exchange.requests.find(({ method }) => method === 'eth_getTransactionByHash')?.id;
      if (asked === undefined) return answers;
      if (++lookUps === 3) await held[0]?.forward();
      return answers.map((answer) => (answer.id === asked ? { ...answer, result: {} } : answer));
    };
    const sequence = anchored + 1;
    await hand.batches.anchor({
      root: rootOf(sequence),
      log2Size: 6,
      class: 'short',
      expectedSequence: sequence,
    });
    anchored = sequence;
    expect(held).to.have.lengthOf(1);
    expect(lookUps).to.be.greaterThan(3);
    expect(await transactionsOfAccount()).to.equal(anchored);
  });

  it('lets a transaction to another contract follow one that waits, and both are there once', async () => {
    const handedOver: Exchange[] = [];
    let isHeld = true;
    proxy.handle = async (exchange) => {
      if (isSend(exchange)) {
        handedOver.push(exchange);
        if (handedOver.length === 1) return held(exchange);
        const answers = await exchange.forward();
        await handedOver[0]?.forward(); // only now does the node seal the first one
        isHeld = false;
        return answers;
      }
      return isHeld ? asIfHeld(exchange) : exchange.forward();
    };
    const sequence = anchored + 1;
    const anchoring = hand.batches.anchor({
      root: rootOf(sequence),
      log2Size: 6,
      class: 'short',
      expectedSequence: sequence,
    });
    await Promise.all([anchoring, hand.sender.send({ to: addressOf('account'), data: '0x' })]);
    anchored = sequence;
    idle++;
    expect(handedOver).to.have.lengthOf(2);
    expect(await honestly.batches.sequence(ISSUER)).to.equal(anchored);
    expect(await transactionsOfAccount()).to.equal(anchored + idle);
  });

  it('follows nothing after an end without a receipt: what waits must end first', async () => {
    const first: Exchange[] = [];
    const second: Exchange[] = [];
    let lookUpsAfterRefusal = 0;
    proxy.handle = async (exchange) => {
      const { requests } = exchange;
      if (isSend(exchange)) {
        const isAgain = first[0] !== undefined && bytesIn(first[0]) === bytesIn(exchange);
        if (isAgain) return requests.map(({ id }) => ({ id, jsonrpc: '2.0', error: REFUSED }));
        (first.length === 0 ? first : second).push(exchange);
        return held(exchange);
      }
      // Once the second is there, the node has forgotten the first, and refuses it.
      const isForgotten = second.length > 0 && hashIn(exchange) === firstHash;
      firstHash ??= hashIn(exchange);
      return isForgotten ? exchange.forward() : asIfHeld(exchange);
    };
    let firstHash: unknown;
    const sequence = anchored + 1;
    const batch = {
      root: rootOf(sequence),
      log2Size: 6,
      class: 'short',
      expectedSequence: sequence,
    } as const;
    const refused = failure(hand.batches.anchor(batch), 'LEDGER_RPC_REFUSED');
    const other = hand.sender.send({ to: addressOf('account'), data: '0x' });
    await refused;
    const again = hand.batches.anchor(batch);
    const handle = proxy.handle;
    proxy.handle = async (exchange) => {
      if (hashIn(exchange) !== undefined && ++lookUpsAfterRefusal === 3) {
        await first[0]?.forward();
        await second[0]?.forward();
        proxy.handle = honest;
        return exchange.forward();
      }
      return handle(exchange);
    };
    await Promise.all([other, again]);
    anchored = sequence;
    idle++;
    expect(second).to.have.lengthOf(1);
    expect(await honestly.batches.sequence(ISSUER)).to.equal(anchored);
    expect(await transactionsOfAccount()).to.equal(anchored + idle);
  });

  it('takes a new nonce when another transaction of the account took its own', async () => {
    const sequence = anchored + 1;
    const { address } = deployment.contracts.batchAnchor;
    // The root is anchored already: a transaction without an effect.
    const data = batchAnchorAbi.encodeFunctionData('anchor', [rootOf(1), 6, 0, 1]) as Hex;
    proxy.handle = async (exchange) => {
      if (!isSend(exchange)) return exchange.forward();
      proxy.handle = honest;
      await honestly.sender.send({ to: address, data });
      return 'reset';
    };
    await hand.batches.anchor({
      root: rootOf(sequence),
      log2Size: 6,
      class: 'short',
      expectedSequence: sequence,
    });
    anchored = sequence;
    idle++;
    expect(await transactionsOfAccount()).to.equal(anchored + idle);
  });

  it('asks again what a call has done already when the account was in doubt meanwhile', async () => {
    proxy.handle = honest;
    using own = handOf('account', proxy.url, deployment);
    anchored = await anchorNext(own.batches, anchored + 1);
    using other = handOf('account', node.url, deployment);
    const nothing = { to: addressOf('account'), data: '0x' } as const;
    proxy.handle = async (exchange) => {
      if (!isSend(exchange)) return exchange.forward();
      proxy.handle = honest;
      await other.sender.send({ ...nothing, data: '0x00' }); // with the nonce of the first
      return 'reset';
    };
    let asked = 0;
    const first = own.sender.send(nothing);
    // Asked early it is not there yet; it comes with what took the nonce.
    const second = own.sender.sendUnless(() => Promise.resolve(++asked > 1), nothing);
    await first;
    expect(await second, 'nothing is sent for it').to.equal(undefined);
    expect(asked).to.equal(2);
    idle += 2;
    expect(await transactionsOfAccount()).to.equal(anchored + idle);
  });

  it('does not take the receipt of another transaction for its own', async () => {
    const receipts = await honestly.rpc.request('eth_getBlockReceipts', ['latest']);
    const [another] = receipts as unknown[]; // as eth_getBlockReceipts answers
    let lies = 2;
    proxy.handle = async (exchange) => {
      // The first transaction never arrives, and yet there is a receipt.
      if (isSend(exchange) && lies > 0) return 'reset';
      const isLookUp = exchange.requests.some(({ method }) => method === 'eth_getTransactionReceipt');
      if (!isLookUp || lies-- <= 0) return exchange.forward();
      return answering(exchange, 'eth_getTransactionReceipt', { result: another });
    };
    const { address } = deployment.contracts.batchAnchor;
    // The root is anchored already: a transaction without an effect.
    const data = batchAnchorAbi.encodeFunctionData('anchor', [rootOf(1), 6, 0, 1]) as Hex;
    await hand.sender.send({ to: address, data });
    idle++;
    expect(lies).to.be.lessThan(1);
    expect(await transactionsOfAccount()).to.equal(anchored + idle);
  });

  it('two senders of one account, by mistake: the sequence fences them, and every root is there once', async () => {
    proxy.handle = honest;
    using twin = handOf('account', node.url, deployment);
    const first = anchored + 1;
    const own = Array.from({ length: 10 }, (_, i) => first + i);
    const anchorAll = async ({ batches }: Hand, roots: readonly number[]): Promise<number[]> => {
      const sequences: number[] = [];
      for (const root of roots) sequences.push(await anchorNext(batches, root));
      return sequences;
    };
    // The first ten roots are sent by both, the others by one each.
    const [mine, theirs] = await Promise.all([
      anchorAll(hand, [...own, ...own.map((root) => root + 10_000)]),
      anchorAll(twin, [...own, ...own.map((root) => root + 20_000)]),
    ]);
    expect(mine.slice(0, 10)).to.deep.equal(theirs.slice(0, 10));
    const sequences = [...new Set([...mine, ...theirs])].toSorted((a, b) => a - b);
    expect(sequences).to.deep.equal(Array.from({ length: 30 }, (_, i) => first + i));
    expect(await honestly.batches.sequence(ISSUER)).to.equal(first + 29);
    anchored += 30;
  });

  it('sends what is allowed by now, though no block has come since', async () => {
    let now = GENESIS_SECONDS;
    await using quiet = await startTestNode({ nowSeconds: () => now });
    const there = await deployTo(quiet.url);
    await admitIssuer(quiet.url, there);
    using issuer = handOf('issuer', quiet.url, there);
    const opens = now + 1000;
    const consent = consentToServe(keyOf('stranger'), { deployment: there, issuer: ISSUER, deadline: opens });
    await issuer.trust.addAccount(ISSUER, consent, { from: opens, until: FAR_FUTURE });
    using stranger = handOf('stranger', quiet.url, there);
    const batch = { root: rootOf(1), log2Size: 6, class: 'short', expectedSequence: 1 } as const;
    const { revert } = await failure(stranger.batches.anchor(batch), 'LEDGER_REVERTED');
    expect(revert?.name).to.equal('TrustListOutsideWindow');
    now = opens;
    expect(await stranger.batches.anchor(batch)).to.include({ sequence: 1, timeSeconds: opens });
  });

  it('gives up when patience ends, with an error that may be tried again', async () => {
    proxy.handle = () => Promise.resolve('reset');
    using impatient = impatientHand();
    const call = { to: deployment.contracts.batchAnchor.address, data: '0x' } as const;
    const error = await failure(impatient.sender.send(call), 'LEDGER_UNREACHABLE');
    expect(error.retryable).to.equal(true);
  });

  it('gives up all that waits together when patience ends, not one after the other', async () => {
    proxy.handle = () => Promise.resolve('reset');
    let nowMs = 0;
    const clock = {
      elapsed: () => nowMs,
      wait: (ms: number) => Promise.resolve((nowMs += ms)),
    };
    using rpc = new LedgerRpc({ url: proxy.url });
    const privateKey = new Uint8Array(32).fill(7);
    const options = { rpc, privateKey, chainId: deployment.chainId, patienceMs: 1000 };
    const sender = new Sender(options, clock);
    const call = { to: deployment.contracts.batchAnchor.address, data: '0x' } as const;
    const all = Array.from({ length: 8 }, () => failure(sender.send(call), 'LEDGER_UNREACHABLE'));
    await Promise.all(all);
    expect(nowMs).to.be.within(1000, 1999);
  });

  it("passes on the node's refusal of an account that may not send", async () => {
    using rpc = new LedgerRpc({ url: node.url });
    const privateKey = new Uint8Array(32).fill(7);
    const sender = new Sender({ rpc, privateKey, chainId: deployment.chainId });
    const call = { to: deployment.contracts.batchAnchor.address, data: '0x' } as const;
    await failure(sender.send({ ...call, data: '0x12345678' }), 'LEDGER_REVERTED');
    await failure(sender.send({ to: addressOf('stranger'), data: '0x' }), 'LEDGER_RPC_REFUSED');
  });

  it('sends nothing to a chain or to contracts that are not the deployment', async () => {
    const before = await transactionsOfAccount();
    const elsewhere = { ...deployment, chainId: deployment.chainId + 1 };
    using lost = handOf('account', node.url, elsewhere);
    const batch = {
      root: rootOf(1_000_001),
      log2Size: 6,
      class: 'short',
      expectedSequence: anchored + 1,
    } as const;
    await failure(lost.batches.anchor(batch), 'LEDGER_WRONG_CHAIN');
    using reborn = handOf('account', node.url, { ...deployment, genesisHash: `0x${'1'.repeat(64)}` });
    await failure(reborn.batches.anchor(batch), 'LEDGER_WRONG_GENESIS');
    const { batchAnchor } = deployment.contracts;
    const changed = { ...batchAnchor, codeHash: `0x${'2'.repeat(64)}` } as const;
    const contracts = { ...deployment.contracts, batchAnchor: changed };
    using deceived = handOf('account', node.url, { ...deployment, contracts });
    await failure(deceived.batches.anchor(batch), 'LEDGER_CODE_CHANGED');
    expect(await transactionsOfAccount()).to.equal(before);
  });

  it('says by its receipt where a root stands, and asks the contract where that tells no time', async () => {
    for (const hasTime of [true, false]) {
      let calls = 0;
      const root = rootOf(anchored + 1);
      proxy.handle = async (exchange) => {
        calls += exchange.requests.filter(
          ({ method, params }) => method === 'eth_call' && JSON.stringify(params).includes(anchorOf),
        ).length;
        const text = JSON.stringify(await exchange.forward());
        return JSON.parse(hasTime ? text : text.replaceAll('blockTimestamp', 'noTimestamp')) as RpcAnswer[];
      };
      const batch = { root, log2Size: 7, class: 'long', expectedSequence: anchored + 1 } as const;
      const done = await hand.batches.anchor(batch);
      anchored++;
      expect(calls, 'whether it is there, before it is sent').to.equal(hasTime ? 1 : 2);
      expect(done).to.deep.equal(await honestly.batches.find(ISSUER, root));
    }
  });

  it('has left every root on the ledger exactly once', async () => {
    const roots: string[] = [];
    const history = readHistory(honestly.rpc, deployment, { events: new Set(['BatchAnchored']) });
    for await (const { event } of history) if (event.event === 'BatchAnchored') roots.push(event.root);
    expect(roots).to.have.lengthOf(anchored);
    expect(new Set(roots).size).to.equal(anchored);
  });

  function impatientHand(): Hand {
    return handOf('account', proxy.url, deployment, { timeoutMs: TIMEOUT_MS, patienceMs: 1_000 });
  }
});

/** What a caller does: the same again after an error that may be tried again. */
async function untilDone<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isRetryable(error)) throw error;
    }
  }
}

/** Anchors a root with whatever sequence is next; the contract refuses one that another sender has taken. */
async function anchorNext(batches: Hand['batches'], root: number): Promise<number> {
  for (;;) {
    try {
      const expectedSequence = (await batches.sequence(ISSUER)) + 1;
      const batch = { root: rootOf(root), log2Size: 6, class: 'short', expectedSequence } as const;
      return (await batches.anchor(batch)).sequence;
    } catch (error) {
      const isTaken = error instanceof LedgerError && error.revert?.name === 'BatchAnchorWrongSequence';
      // A busy machine's node may answer too late: then the same again, as after any such error.
      if (!isTaken && !isRetryable(error)) throw error;
    }
  }
}

/** Everything honest but the answers to one method. */
async function answering(
  exchange: Exchange,
  method: string,
  said: Omit<RpcAnswer, 'id'>,
): Promise<RpcAnswer[]> {
  const asked = new Set(exchange.requests.filter((one) => one.method === method).map(({ id }) => id));
  return (await exchange.forward()).map((answer) =>
    asked.has(answer.id) ? { id: answer.id, ...said } : answer,
  );
}

function isSend({ requests }: Exchange): boolean {
  return requests.some(({ method }) => method === 'eth_sendRawTransaction');
}

/** The node says yes and does not seal. */
function held({ requests }: Exchange): Reply {
  return requests.map(({ id }) => ({ id, jsonrpc: '2.0', result: '0x' }));
}

/** An account is asked about, not a call tried. */
function isCount(first: unknown): boolean {
  return typeof first === 'string';
}

/** Which transaction is looked up, if one is. */
function hashIn({ requests }: Exchange): unknown {
  return requests.find(({ method }) => method === 'eth_getTransactionByHash')?.params[0];
}

function bytesIn({ requests }: Exchange): unknown {
  return requests.find(({ method }) => method === 'eth_sendRawTransaction')?.params[0];
}

const REFUSED = { code: -32_000, message: 'the account may not send' };

/** The node says that it has every transaction it is asked for. */
async function asIfHeld({ requests, forward }: Exchange): Promise<Reply> {
  const answers = await forward();
  const asked = requests.find(({ method }) => method === 'eth_getTransactionByHash')?.id;
  if (asked === undefined) return answers;
  return answers.map((answer) => (answer.id === asked ? { ...answer, result: {} } : answer));
}

/** `fault` for exchanges that hand over a transaction; all others are honest. */
function onSend(fault: FaultProxy['handle']): FaultProxy['handle'] {
  return (exchange) => (isSend(exchange) ? fault(exchange) : exchange.forward());
}

/** `fault` the first time that something is asked, honest the second. */
function onceEach(fault: FaultProxy['handle']): FaultProxy['handle'] {
  const seen = new Set<string>();
  return (exchange) => {
    const question = JSON.stringify(exchange.requests.map(({ params }) => params));
    if (seen.has(question)) return exchange.forward();
    seen.add(question);
    return fault(exchange);
  };
}
