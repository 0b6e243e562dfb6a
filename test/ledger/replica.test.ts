import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { toHex } from '../../core/bytes/hex.ts';
import { StatusLists } from '../../core/status/accepted-lists.ts';
import type { LedgerBlock, LedgerEvent } from '../../core/trust/ledger-event.ts';
import { LedgerState } from '../../core/trust/ledger-state.ts';
import { decodeSnapshot, encodeSnapshot } from '../../core/trust/snapshot.ts';
import { StateRoot } from '../../core/trust/state-root.ts';
import { memoryBlockStore, type BlockStore } from '../../ledger/block-store.ts';
import { parseHeader } from '../../ledger/block-header.ts';
import { CONTRACT_NAMES, type Deployment } from '../../ledger/deployment.ts';
import { Others, type Standing } from '../../ledger/endpoint-standing.ts';
import type { LedgerErrorCode } from '../../ledger/errors.ts';
import { readHistory, type HistoryEntry, type HistoryFilter } from './support/history.ts';
import { openLevelBlockStore } from '../../ledger/level-block-store.ts';
import { Replica, type ReplicaOptions } from '../../ledger/replica.ts';
import { LedgerRpc } from '../../ledger/rpc.ts';
import { StatusAnchorClient } from '../../ledger/status-anchor.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { failure } from './support/failure.ts';
import {
  honest,
  startFaultProxy,
  type Exchange,
  type FaultProxy,
  type RpcAnswer,
} from './support/fault-proxy.ts';
import { forge } from './support/forge.ts';
import {
  addressOf,
  admitIssuer,
  AUTHORITY,
  CHAIN_ID,
  deployTo,
  GENESIS_SECONDS,
  handOf,
  ISSUER,
  rootOf,
  startTestNode,
  type TestNode,
} from './support/test-ledger.ts';

const TIMEOUT_MS = 600;
const BATCHES = 6;
/** The acts of `admitIssuer`, the batches and one status version. */
const EVENTS = 5 + BATCHES + 1;

describe('replica', () => {
  let node: TestNode;
  let proxy: FaultProxy;
  let deployment: Deployment;
  let lastBlock: number;

  before(async () => {
    // Every block gets a time of its own.
    let ticks = GENESIS_SECONDS;
    node = await startTestNode({ nowSeconds: () => ticks++ });
    deployment = await deployTo(node.url);
    await writeSome(node.url, deployment);
    proxy = await startFaultProxy(node.url);
    lastBlock = Number(await node.node.request('eth_blockNumber'));
  });

  after(async () => {
    await proxy[Symbol.asyncDispose]();
    await node[Symbol.asyncDispose]();
  });

  function openReplica(options: Partial<ReplicaOptions<LedgerState>> = {}): Promise<Replica<LedgerState>> {
    return Replica.open(
      { rpcUrls: [proxy.url], deployment, timeoutMs: TIMEOUT_MS, ...options },
      { state: new LedgerState() },
    );
  }

  /** A replica that meets `lie` refuses with `code`, keeps nothing of it, and goes on when the truth is told. */
  async function refuses(lie: FaultProxy['handle'], code: LedgerErrorCode): Promise<void> {
    proxy.handle = lie;
    await using replica = await openReplica();
    await failure(replica.sync(), code);
    expect(replica.state.version).to.equal(0);
    expect(replica.head.number).to.equal(0);
    proxy.handle = honest;
    expect((await replica.sync()).events).to.equal(EVENTS);
  }

  describe('of an honest endpoint', () => {
    it('knows what was written', async () => {
      proxy.handle = honest;
      await using replica = await openReplica();
      const result = await replica.sync();
      expect(result).to.deep.equal({ fromBlock: 1, toBlock: lastBlock, events: EVENTS });
      const { state } = replica;
      expect(state.head.number).to.equal(lastBlock);
      expect(state.roots.size).to.equal(BATCHES);
      expect(state.roots.find(rootOf(2)).map((anchor) => anchor.sequence)).to.deep.equal([2]);
      expect(state.roots.find(rootOf(99))).to.deep.equal([]);
      expect(state.statusAnchors.get(ISSUER)?.version).to.equal(1);
      expect(replica.confirmedAtSeconds).to.be.greaterThan(GENESIS_SECONDS);
    });

    it('reads nothing twice', async () => {
      await using replica = await openReplica();
      await replica.sync();
      expect(await replica.sync()).to.deep.equal({ fromBlock: lastBlock + 1, toBlock: lastBlock, events: 0 });
    });

    it('lets callers wait for each other', async () => {
      await using replica = await openReplica();
      const results = await Promise.all([replica.sync(), replica.sync(), replica.sync()]);
      expect(results.map(({ events }) => events)).to.deep.equal([EVENTS, 0, 0]);
    });

    it('syncs by itself and tells of changes', async () => {
      const changes = Promise.withResolvers<readonly LedgerBlock[]>();
      await using replica = await openReplica({
        pollMs: 5,
        onChange: (_, blocks) => changes.resolve(blocks),
      });
      expect((await changes.promise).flatMap(({ events }) => events)).to.have.lengthOf(EVENTS);
      expect(replica.state.roots.size).to.equal(BATCHES);
    });

    it('goes on by itself after an endpoint was away, and tells of it', async () => {
      const error = Promise.withResolvers<unknown>();
      const change = Promise.withResolvers<void>();
      proxy.handle = () => Promise.resolve('reset');
      await using replica = await openReplica({
        pollMs: 5,
        onError: error.resolve,
        onChange: () => change.resolve(),
      });
      expect(await error.promise).to.have.property('code', 'LEDGER_UNREACHABLE');
      expect(replica.confirmedAtSeconds).to.equal(undefined);
      proxy.handle = honest;
      await change.promise;
      expect(replica.state.roots.size).to.equal(BATCHES);
    });
  });

  describe('with a store', () => {
    it('comes back without an endpoint, and reads on from where it was', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'hcl-replica-'));
      try {
        proxy.handle = untilBlock(8);
        const before = await withStore(folder, async (replica) => (await replica.sync()).toBlock);
        expect(before).to.equal(8);

        proxy.handle = () => Promise.resolve('reset');
        await withStore(folder, async (replica) => {
          expect(replica.head.number).to.equal(8);
          expect(replica.state.head).to.deep.equal(replica.head);
          expect(replica.state.version).to.be.greaterThan(0);
          await failure(replica.sync(), 'LEDGER_UNREACHABLE');
        });

        proxy.handle = honest;
        const result = await withStore(folder, (replica) => replica.sync());
        expect(result).to.include({ fromBlock: 9, toBlock: lastBlock });
        const state = await withStore(folder, (replica) => Promise.resolve(replica.state));
        await using fresh = await openReplica();
        await fresh.sync();
        expect(state.version).to.equal(fresh.state.version);
        expect(state.head).to.deep.equal(fresh.state.head);
        expect(state.trust.history).to.deep.equal(fresh.state.trust.history);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    });

    it('knows how far it has read also where nothing happened', async () => {
      proxy.handle = untilBlock(3); // the contracts' own creation
      const folder = await mkdtemp(join(tmpdir(), 'hcl-replica-'));
      try {
        await withStore(folder, async (replica) => {
          await replica.sync();
          expect(replica.state.head.number).to.equal(3);
        });
        await withStore(folder, async (replica) => {
          expect(replica.state.head.number).to.equal(3);
          expect(replica.state.version).to.equal(0);
          expect(await replica.sync()).to.include({ fromBlock: 4, toBlock: 3 });
        });
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    });

    it('goes on from a snapshot and replays only what came after it', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'hcl-replica-'));
      try {
        proxy.handle = untilBlock(8);
        const snapshot = await withStore(folder, async (replica) => {
          await replica.sync();
          const { state } = replica;
          return encodeSnapshot(nodeCrypto, { state, statusLists: StatusLists.empty });
        });
        proxy.handle = honest;
        const whole = await withStore(folder, async (replica) => (await replica.sync(), replica.state));

        const { state } = decodeSnapshot(nodeCrypto, snapshot);
        await using store = await openLevelBlockStore(folder);
        const replayed: number[] = [];
        const watched: BlockStore = {
          ...store,
          async *blocks(after) {
            for await (const block of store.blocks(after)) {
              replayed.push(block.number);
              yield block;
            }
          },
        };
        await using replica = await Replica.open({ rpcUrls: [], deployment }, { state, store: watched });
        expect(replayed[0]).to.equal(9);
        expect(replica.head).to.deep.equal(whole.head);
        expect(stateRootOf(replica.state)).to.equal(stateRootOf(whole));
        expect(replica.state.version).to.equal(whole.version);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    });

    it('does not go on from a snapshot of another store, or of a later one', async () => {
      proxy.handle = honest;
      await using whole = await openReplica();
      await whole.sync();
      const stores = [memoryBlockStore(), memoryBlockStore(), memoryBlockStore()];
      const { number, hash, timeSeconds } = whole.head;
      await stores[1]?.append([{ number: 5, hash: deployment.genesisHash, timeSeconds, events: [] }], {
        number,
        hash,
        timeSeconds,
      });
      await stores[2]?.append([{ number, hash, timeSeconds, events: [] }], { number: 5, hash, timeSeconds });
      for (const store of stores) {
        const opening = Replica.open({ rpcUrls: [], deployment }, { state: copyOf(whole.state), store });
        await failure(opening, 'LEDGER_STORE_INVALID');
      }
    });

    it('folds nothing that it could not store', async () => {
      proxy.handle = honest;
      const store = memoryBlockStore();
      const full = { ...store, append: () => Promise.reject(new Error('disk full')) };
      await using replica = await Replica.open(
        { rpcUrls: [proxy.url], deployment },
        { state: new LedgerState(), store: full },
      );
      expect(await replica.sync().catch((error: unknown) => error)).to.have.property('message', 'disk full');
      expect(replica.state.version).to.equal(0);
      expect(replica.head.number).to.equal(0);
    });

    function copyOf(state: LedgerState): LedgerState {
      const statusLists = StatusLists.empty;
      return decodeSnapshot(nodeCrypto, encodeSnapshot(nodeCrypto, { state, statusLists })).state;
    }

    function stateRootOf(state: LedgerState): string {
      return toHex(new StateRoot(nodeCrypto, state).root());
    }

    async function withStore<T>(
      folder: string,
      use: (replica: Replica<LedgerState>) => Promise<T>,
    ): Promise<T> {
      await using store = await openLevelBlockStore(folder);
      await using replica = await Replica.open(
        { rpcUrls: [proxy.url], deployment, timeoutMs: TIMEOUT_MS },
        { state: new LedgerState(), store },
      );
      return await use(replica);
    }
  });

  describe('of a lying endpoint', () => {
    type Log = Record<string, unknown> & { topics: string[]; data: string };
    type JsonReceipt = Record<string, unknown> & { logs: Log[] };

    /** Changes the receipts of the first block that has logs of `eventBlock`'s kind. */
    const changing =
      (method: string, change: (result: never) => unknown): FaultProxy['handle'] =>
      (exchange) =>
        rewrite(exchange, method, (result) => change(structuredClone(result) as never));

    const receiptLies: readonly (readonly [string, (receipts: JsonReceipt[]) => unknown])[] = [
      ['leaves out one log', (receipts) => (receipts.at(-1)?.logs.pop(), receipts)],
      ['leaves out all receipts', () => []],
      ['leaves out one receipt', (receipts) => receipts.slice(1)],
      ['gives one receipt twice', (receipts) => [...receipts, ...receipts]],
      ['adds a log', (receipts) => (receipts[0]?.logs.push(...receipts[0].logs), receipts)],
      [
        'changes data of a log',
        (receipts) => (edit(receipts, (log) => (log.data = flip(log.data))), receipts),
      ],
      [
        'changes a topic of a log',
        (receipts) => (edit(receipts, (log) => (log.topics[0] = flip(log.topics[0] ?? ''))), receipts),
      ],
      [
        'moves a log to another contract',
        (receipts) => (edit(receipts, (log) => (log['address'] = flip(String(log['address'])))), receipts),
      ],
      [
        'says that a transaction failed',
        (receipts) => receipts.map((receipt) => ({ ...receipt, status: '0x0' })),
      ],
    ];
    for (const [what, change] of receiptLies) {
      it(`refuses one that ${what}`, () =>
        refuses(changing('eth_getBlockReceipts', change), 'LEDGER_RECEIPTS_MISMATCH'));
    }

    const headerFields = [
      'logsBloom',
      'receiptsRoot',
      'parentHash',
      'timestamp',
      'stateRoot',
      'extraData',
      'number',
      'hash',
    ];
    for (const field of headerFields) {
      it(`refuses one that changes ${field} of headers`, () =>
        refuses(
          changing('eth_getBlockByNumber', (block: Record<string, string>) =>
            block['number'] === '0x0' ? block : { ...block, [field]: flip(block[field] ?? '') },
          ),
          'LEDGER_HEADER_INVALID',
        ));
    }

    it('refuses one that hides every log behind headers of its own, hashed again and chained', () => {
      const forged = forge({ logsBloom: `0x${'00'.repeat(256)}` });
      return refuses(changing('eth_getBlockByNumber', forged), 'LEDGER_HEADER_INVALID');
    });

    it('refuses one that answers about another block', () =>
      refuses(async (exchange) => {
        const answers = await exchange.forward();
        const shift = exchange.requests.every(({ method }) => method === 'eth_getBlockByNumber');
        if (!shift || answers.length < 2) return answers;
        return answers.map((answer, i) => ({ ...answer, result: answers[(i + 1) % answers.length]?.result }));
      }, 'LEDGER_HEADER_INVALID'));

    it('refuses one that answers with null', () =>
      refuses(
        changing('eth_getBlockReceipts', () => null),
        'LEDGER_BAD_REPLY',
      ));

    it('gives up on one that hangs', () => refuses(() => Promise.resolve('hang'), 'LEDGER_UNREACHABLE'));

    it('takes the next endpoint when one lies, hangs, is away or refuses', async () => {
      const refusing = (code: number): FaultProxy['handle'] => refuseAs({ code, message: 'limit exceeded' });
      for (const fault of [
        changing('eth_getBlockReceipts', () => []),
        () => Promise.resolve('hang' as const),
        refusing(-32_005),
        refusing(3),
      ] satisfies readonly FaultProxy['handle'][]) {
        proxy.handle = fault;
        await using replica = await openReplica({ rpcUrls: [proxy.url, node.url] });
        expect((await replica.sync()).events).to.equal(EVENTS);
      }
    });
  });

  describe('of a wrong chain', () => {
    it('refuses another chain id', () =>
      refuses((exchange) => rewrite(exchange, 'eth_chainId', () => '0x1'), 'LEDGER_WRONG_CHAIN'));

    it('refuses another genesis block', async () => {
      await using other = await startTestNode({ sealer: 'another sealer' });
      await deployTo(other.url);
      await using replica = await openReplica({ rpcUrls: [other.url] });
      await failure(replica.sync(), 'LEDGER_WRONG_GENESIS');
    });

    for (const name of CONTRACT_NAMES) {
      it(`refuses other code in the place of ${name}`, () =>
        refuses(
          (exchange) =>
            rewrite(exchange, 'eth_getCode', (code, [address]) =>
              address === deployment.contracts[name].address ? `${String(code)}00` : code,
            ),
          'LEDGER_CODE_CHANGED',
        ));
    }

    describe('while it runs, at the next sync,', () => {
      /** A replica that has read all, of endpoints that can be exchanged. */
      async function running(work: (replica: Replica<LedgerState>) => Promise<void>): Promise<void> {
        proxy.handle = honest;
        await using replica = await openReplica();
        await replica.sync();
        const { version } = replica.state;
        await work(replica);
        expect(replica.state.version).to.equal(version);
        proxy.handle = honest;
        expect(await replica.sync()).to.include({ events: 0, toBlock: lastBlock });
      }

      it('refuses another chain id', () =>
        running(async (replica) => {
          await using other = await startTestNode({ chainId: CHAIN_ID + 1 });
          for (let i = 0; i <= lastBlock; i++) await other.node.sealBlock();
          proxy.handle = (exchange) => redirect(exchange, other);
          await failure(replica.sync(), 'LEDGER_WRONG_CHAIN');
        }));

      it('refuses a chain of the same id that was begun anew', () =>
        running(async (replica) => {
          await using reset = await startTestNode({ sealer: 'another sealer' });
          proxy.handle = (exchange) => redirect(exchange, reset);
          await failure(replica.sync(), 'LEDGER_WRONG_GENESIS');
        }));

      it('refuses a chain begun anew with the same genesis block and contracts', () =>
        running(async (replica) => {
          await using reset = await startTestNode();
          expect(await deployTo(reset.url)).to.deep.equal(deployment);
          for (let i = 0; i < 3; i++) await reset.node.sealBlock();
          proxy.handle = (exchange) => redirect(exchange, reset);
          const error = await failure(replica.sync(), 'LEDGER_CHAIN_RESET');
          expect(error.retryable).to.equal(false);
        }));

      it('refuses one begun anew without contracts', () =>
        running(async (replica) => {
          await using reset = await startTestNode();
          for (let i = 0; i <= lastBlock; i++) await reset.node.sealBlock();
          proxy.handle = (exchange) => redirect(exchange, reset);
          await failure(replica.sync(), 'LEDGER_CODE_CHANGED');
        }));

      it('refuses replaced code, which takes a change of the state', () =>
        running(async (replica) => {
          await changeState();
          let asked = 0;
          proxy.handle = (exchange) =>
            rewrite(exchange, 'eth_getCode', (code) => (asked++, `${String(code)}00`));
          await failure(replica.sync(), 'LEDGER_CODE_CHANGED');
          expect(replica.head.number).to.equal(lastBlock - 1);
          expect(asked).to.equal(Object.keys(deployment.contracts).length);
        }));

      it('does not ask for code again where the state is the same', () =>
        running(async (replica) => {
          await node.node.sealBlock();
          lastBlock++;
          proxy.handle = (exchange) => rewrite(exchange, 'eth_getCode', () => '0x');
          expect(await replica.sync()).to.include({ toBlock: lastBlock });
        }));

      /** A transaction of no account that matters here. */
      async function changeState(): Promise<void> {
        using stranger = handOf('stranger', node.url, deployment);
        const data = '0x00';
        await stranger.sender.send({ to: addressOf('stranger'), data });
        lastBlock++;
      }
    });
  });

  describe('beside another endpoint', () => {
    let second: FaultProxy;

    before(async () => {
      second = await startFaultProxy(node.url);
      proxy.handle = honest;
    });

    after(() => second[Symbol.asyncDispose]());

    /** Reads all from the honest first endpoint; returns what is said of the second. */
    async function readBeside(handle: FaultProxy['handle']): Promise<string | undefined> {
      second.handle = handle;
      await using replica = await openReplica({ rpcUrls: [proxy.url, second.url] });
      expect((await replica.sync()).events).to.equal(EVENTS);
      expect(replica.confirmedAtSeconds).to.not.equal(undefined);
      return replica.standings.get(second.url);
    }

    it('that agrees', async () => expect(await readBeside(honest)).to.equal('agrees'));

    it('that is behind', async () => expect(await readBeside(knowingOnly('finalized'))).to.equal('behind'));

    it('that is away, hangs, refuses or talks nonsense, goes on', async () => {
      const silences: readonly FaultProxy['handle'][] = [
        () => Promise.resolve('reset'),
        () => Promise.resolve('hang'),
        () => Promise.resolve({ text: '<html>' }),
        refuseAs({ code: -32_601, message: 'no such method' }),
        refuseAs({ code: 3, message: 'execution reverted' }),
      ];
      for (const silence of silences) expect(await readBeside(silence)).to.equal('silent');
    });

    it('that lies, goes on and is not led astray', async () => {
      const forged = forge({ stateRoot: `0x${'00'.repeat(32)}` });
      const lies: readonly FaultProxy['handle'][] = [
        (exchange) => rewrite(exchange, 'eth_getBlockByNumber', (block) => forged(block as never)),
        (exchange) =>
          rewrite(exchange, 'eth_getBlockByNumber', (block) => ({ ...(block as object), gasLimit: '0x0' })),
        async (exchange) => {
          const result = await exchange.ask('eth_getBlockByNumber', ['0x1', false]);
          return exchange.requests.map(({ id }) => ({ id, jsonrpc: '2.0', result }));
        },
      ];
      for (const lie of lies) expect(await readBeside(lie)).to.equal('lies');
    });

    describe('that has more than the first one, which keeps something back,', () => {
      /** A replica whose first endpoint stays at a block; how far it comes with the second. */
      async function readPast(frozenAt: number, handle: FaultProxy['handle']) {
        proxy.handle = untilBlock(frozenAt);
        second.handle = handle;
        try {
          await using replica = await openReplica({ rpcUrls: [proxy.url, second.url] });
          const { toBlock, events } = await replica.sync();
          return { toBlock, events, standing: replica.standings.get(second.url) };
        } finally {
          proxy.handle = honest;
        }
      }

      for (const frozenAt of [0, 8]) {
        it(`reads on from it, after block ${frozenAt}`, async () => {
          const { toBlock, events } = await readPast(frozenAt, honest);
          expect({ toBlock, events }).to.deep.equal({ toBlock: lastBlock, events: EVENTS });
        });
      }

      it('believes it no more than any other', async () => {
        const forged = forge({ stateRoot: `0x${'00'.repeat(32)}` });
        const lies: readonly FaultProxy['handle'][] = [
          async (exchange) =>
            rewrite(exchange, 'eth_getBlockByNumber', (block) => {
              const header = block as Record<string, unknown>; // as eth_getBlockByNumber answers
              return Number(header['number']) > 8 ? forged(header) : block;
            }),
          (exchange) => rewrite(exchange, 'eth_getBlockReceipts', () => []),
          (exchange) => rewrite(exchange, 'eth_chainId', () => '0x1'),
          (exchange) => rewrite(exchange, 'eth_getCode', () => '0x'),
        ];
        for (const lie of lies) {
          const { toBlock, standing } = await readPast(8, lie);
          expect({ toBlock, standing }).to.deep.equal({ toBlock: 8, standing: 'lies' });
        }
      });
    });

    it('asks one that has failed once in a sync, however much there is to read', async () => {
      const header = parseHeader(await node.node.request('eth_getBlockByNumber', ['0x5', false]));
      using rpc = new LedgerRpc({ url: second.url, timeoutMs: TIMEOUT_MS });
      for (const [handle, standing, times] of [
        [() => Promise.resolve('hang'), 'silent', 1],
        [(exchange) => rewrite(exchange, 'eth_getBlockByNumber', () => ({})), 'silent', 1],
        [(exchange) => rewrite(exchange, 'eth_getBlockByNumber', () => null), 'behind', 3],
        [honest, 'agrees', 3],
      ] satisfies readonly (readonly [FaultProxy['handle'], Standing, number])[]) {
        let asked = 0;
        second.handle = (exchange) => (asked++, handle(exchange));
        const others = new Others([rpc], []);
        for (let run = 0; run < 3; run++) await others.compare(header);
        expect(others.standings.get(second.url)).to.equal(standing);
        expect(asked).to.equal(times);
      }
    });

    it('stops when the other comes to hold another block than the one that was read', async () => {
      await using twin = await startTestNode();
      await deployTo(twin.url);
      for (let i = 0; i < lastBlock; i++) await twin.node.sealBlock();
      second.handle = () => Promise.resolve('hang');
      await using replica = await openReplica({ rpcUrls: [proxy.url, second.url] });
      await replica.sync();
      second.handle = (exchange) => redirect(exchange, twin);
      await failure(replica.sync(), 'LEDGER_SPLIT_VIEW');
      second.handle = honest;
      await replica.sync();
      expect(replica.standings.get(second.url)).to.equal('agrees');
    });
  });

  describe('of a sealer with two histories', () => {
    let twin: TestNode;

    before(async () => {
      twin = await startTestNode();
      expect(await deployTo(twin.url)).to.deep.equal(deployment);
      for (let i = 0; i < lastBlock; i++) await twin.node.sealBlock();
    });

    after(() => twin[Symbol.asyncDispose]());

    it('takes neither when endpoints disagree', async () => {
      proxy.handle = honest;
      await using replica = await openReplica({ rpcUrls: [proxy.url, twin.url] });
      const error = await failure(replica.sync(), 'LEDGER_SPLIT_VIEW');
      expect(error.retryable).to.equal(false);
      expect(replica.state.version).to.equal(0);
    });

    it('stops when finalised blocks are replaced', async () => {
      proxy.handle = honest;
      await using replica = await openReplica();
      await replica.sync();
      proxy.handle = (exchange) => redirect(exchange, twin);
      await failure(replica.sync(), 'LEDGER_REORGED');
      expect(replica.state.roots.size).to.equal(BATCHES);
    });

    it('waits for an endpoint that is behind', async () => {
      proxy.handle = honest;
      await using replica = await openReplica();
      await replica.sync();
      proxy.handle = untilBlock(3);
      expect((await replica.sync()).events).to.equal(0);
      expect(replica.head.number).to.equal(lastBlock);
    });
  });

  describe('history', () => {
    it('is every event in order, with its block, time, contract and transaction', async () => {
      const entries = await collect({});
      expect(entries).to.have.lengthOf(EVENTS);
      expect(entries.map(({ event }) => event.event).slice(0, 3)).to.deep.equal([
        'AuthorityAdmitted',
        'IssuerAccredited',
        'IssuerAccepted',
      ]);
      const [first] = entries;
      expect(first?.event).to.include({ authority: AUTHORITY, jurisdiction: 'HK' });
      expect(first?.contract).to.equal(deployment.contracts.trustList.address);
      const block = await node.node.request('eth_getBlockByHash', [first?.blockHash, false]);
      expect(block).to.include({ timestamp: `0x${first?.timeSeconds.toString(16)}` });
      const receipt = await node.node.request('eth_getTransactionReceipt', [first?.transactionHash]);
      expect(receipt).to.include({ blockHash: first?.blockHash });
    });

    const filters: readonly (readonly [string, HistoryFilter, number])[] = [
      ['kind', { events: new Set<LedgerEvent['event']>(['BatchAnchored', 'StatusPublished']) }, BATCHES + 1],
      ['issuer', { issuer: ISSUER }, EVENTS - 1],
      ['another issuer', { issuer: AUTHORITY }, 0],
      ['blocks', { fromBlock: 8, toBlock: 9 }, 2],
    ];
    for (const [name, filter, count] of filters) {
      it(`is filtered by ${name}`, async () => expect(await collect(filter)).to.have.lengthOf(count));
    }

    it('is filtered by time, its end excluded', async () => {
      const times = (await collect({})).map(({ timeSeconds }) => timeSeconds);
      const [fromSeconds, untilSeconds] = [times[2]!, times[4]!];
      const found = await collect({ fromSeconds, untilSeconds });
      expect(found.map(({ timeSeconds }) => timeSeconds)).to.deep.equal(times.slice(2, 4));
    });

    async function collect(filter: HistoryFilter): Promise<readonly HistoryEntry[]> {
      using hand = handOf('account', node.url, deployment);
      const entries: HistoryEntry[] = [];
      for await (const entry of readHistory(hand.rpc, deployment, filter)) entries.push(entry);
      return entries;
    }
  });
});

async function writeSome(url: string, deployment: Deployment): Promise<void> {
  await admitIssuer(url, deployment);
  using hand = handOf('account', url, deployment);
  for (let i = 1; i <= BATCHES; i++) {
    await hand.batches.anchor({ root: rootOf(i), log2Size: 6, class: 'short', expectedSequence: i });
  }
  const { rpc, sender } = hand;
  const status = new StatusAnchorClient({ rpc, deployment, sender, issuer: ISSUER });
  const first = {
    version: 1,
    listsRoot: rootOf(7),
    actsDigest: new Uint8Array(32),
    nextUpdate: GENESIS_SECONDS + 9_999,
  };
  await status.publish(first);
  await status.publish(first); // the same again is nothing
}

/** Changes the results of one method. */
async function rewrite(
  exchange: Exchange,
  method: string,
  change: (result: unknown, params: readonly unknown[]) => unknown,
): Promise<RpcAnswer[]> {
  const answers = await exchange.forward();
  return answers.map((answer) => {
    const request = exchange.requests.find(({ id }) => id === answer.id);
    return request?.method === method ? { ...answer, result: change(answer.result, request.params) } : answer;
  });
}

/** An endpoint that has no block of a number, whatever it says of its last. */
function knowingOnly(tag: string): FaultProxy['handle'] {
  return (exchange) =>
    rewrite(exchange, 'eth_getBlockByNumber', (block, [at]) => (at === tag ? block : null));
}

/** An endpoint that answers nothing but this. */
function refuseAs(error: { readonly code: number; readonly message: string }): FaultProxy['handle'] {
  return async ({ requests }) => requests.map(({ id }) => ({ id, jsonrpc: '2.0', error }));
}

/** An endpoint that has not got beyond a block. */
function untilBlock(number: number): FaultProxy['handle'] {
  return async (exchange) => {
    const [request] = exchange.requests;
    if (request?.params[0] !== 'finalized') return exchange.forward();
    const result = await exchange.ask('eth_getBlockByNumber', [`0x${number.toString(16)}`, false]);
    return [{ jsonrpc: '2.0', id: request.id, result }];
  };
}

async function redirect(exchange: Exchange, node: TestNode): Promise<RpcAnswer[]> {
  return Promise.all(
    exchange.requests.map(async ({ id, method, params }) => ({
      jsonrpc: '2.0',
      id,
      result: await node.node.request(method, params),
    })),
  );
}

/** Changes the last digit of a hex text. */
function flip(hex: string): string {
  return hex.slice(0, -1) + (hex.endsWith('1') ? '2' : '1');
}

function edit<Log>(receipts: readonly { logs: Log[] }[], change: (log: Log) => void): void {
  receipts.flatMap(({ logs }) => logs).forEach(change);
}
