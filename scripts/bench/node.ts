/**
 * Anchors a second, one after the other: send a transaction that fills one fresh slot, read its receipt, send the
 * next. Our node with native and with JavaScript primitives, Hardhat's network and anvil take turns in one run. Ours
 * answers after a synced write; the other two keep their blocks in memory.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toBeHex, Wallet } from 'ethers';
import { machineLine, median, type Figure, type Settings } from './harness.ts';
import { anvilNode, hardhatNode, ourNode, SENDER_KEY, type Ledger } from './ledger-processes.ts';
import { writeLongChain } from './long-chain.ts';

const ANCHORS_A_ROUND = 60;
const WARM_UP_ANCHORS = 40;
const BLOCKS = 100_000;
const STARTS = 5;
const TARGET_READY_SECONDS = 2;
/** Runtime code: slot[first word of the input] = 1. Init code: return it. */
const ANCHOR_CODE = '0x6560015f3555005f526006601af3';

export async function benchNode(settings: Settings): Promise<readonly Figure[]> {
  await using ledgers = new AsyncDisposableStack();
  const contenders: Contender[] = [];
  for (const started of [
    ourNode('native', 'native'),
    ourNode('javascript', 'javascript'),
    hardhatNode(),
    anvilNode(),
  ]) {
    const ledger = await started;
    if (ledger !== undefined) contenders.push(await Contender.on(ledgers.use(ledger)));
  }
  for (const contender of contenders) await contender.anchor(WARM_UP_ANCHORS);
  const rates = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round < settings.rounds; round++) {
    for (const contender of contenders)
      rates.get(contender.name)?.push(await contender.anchor(ANCHORS_A_ROUND));
  }
  return [...comparisons(rates, settings), await readiness(settings)];
}

function comparisons(rates: ReadonlyMap<string, number[]>, { rounds, seed }: Settings): Figure[] {
  const ours = median(rates.get('native') ?? []);
  const against = (bench: string, name: string, note: string): Figure[] => {
    const theirs = rates.get(name);
    const base = {
      bench,
      unit: 'anchors/s',
      median: ours,
      n: rounds * ANCHORS_A_ROUND,
      seed,
      machine: machineLine(),
    };
    if (theirs === undefined) return [{ ...base, note: `${name} left out: npm has none for this machine` }];
    return [{ ...base, limit: median(theirs), ratio: ours / median(theirs), note }];
  };
  return [
    ...against(
      'node, native crypto',
      'javascript',
      'send + receipt, synced; beside: the same node with JavaScript crypto',
    ),
    ...against('node, hardhat', 'hardhat', "beside: Hardhat's network, in memory"),
    ...against('node, anvil', 'anvil', 'beside: anvil, in memory'),
  ];
}

class Contender {
  readonly name: string;
  readonly #ledger: Ledger;
  readonly #wallet = new Wallet(SENDER_KEY);
  #contract = '';
  #nonce = 0;

  private constructor(ledger: Ledger) {
    this.name = ledger.name;
    this.#ledger = ledger;
  }

  /** Deploys the contract on a fresh ledger. */
  static async on(ledger: Ledger): Promise<Contender> {
    const contender = new Contender(ledger);
    const receipt = await contender.#include(await contender.#sign(null, ANCHOR_CODE));
    contender.#contract = String(receipt['contractAddress']);
    return contender;
  }

  /** Anchors one after the other; answers how many a second. */
  async anchor(count: number): Promise<number> {
    const signed: string[] = [];
    for (let index = 0; index < count; index++) {
      signed.push(await this.#sign(this.#contract, toBeHex(this.#nonce + 1, 32)));
    }
    const startedAt = performance.now();
    for (const raw of signed) await this.#include(raw);
    return count / ((performance.now() - startedAt) / 1000);
  }

  #sign(to: string | null, data: string): Promise<string> {
    const { chainId, gasPrice } = this.#ledger;
    return this.#wallet.signTransaction({
      type: 0,
      chainId,
      gasPrice,
      to,
      data,
      gasLimit: 200_000,
      nonce: this.#nonce++,
    });
  }

  async #include(raw: string): Promise<Readonly<Record<string, unknown>>> {
    const hash = await this.#call('eth_sendRawTransaction', raw);
    for (;;) {
      const receipt = await this.#call('eth_getTransactionReceipt', hash);
      if (receipt === null) continue;
      // The shape of eth_getTransactionReceipt.
      const fields = receipt as Readonly<Record<string, unknown>>;
      if (fields['status'] !== '0x1') throw new Error(`${this.name}: an anchor was reverted`);
      return fields;
    }
  }

  async #call(method: string, ...params: readonly unknown[]): Promise<unknown> {
    const response = await fetch(this.#ledger.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    });
    // JSON-RPC 2.0.
    const answer = (await response.json()) as { result?: unknown; error?: { message: string } };
    if (answer.error !== undefined) throw new Error(`${this.name}: ${answer.error.message}`);
    return answer.result;
  }
}

/** From the start of the process until it listens, on a chain of {@link BLOCKS}. */
async function readiness({ seed }: Settings): Promise<Figure> {
  const folder = await mkdtemp(join(tmpdir(), 'hcl-bench-long-'));
  try {
    await writeLongChain(join(folder, 'data'), BLOCKS);
    const seconds: number[] = [];
    for (let start = 0; start < STARTS; start++) {
      const startedAt = performance.now();
      await using node = await ourNode('long', 'native', folder);
      seconds.push((performance.now() - startedAt) / 1000);
      if (node.url === '') throw new Error('the node did not start');
    }
    const value = median(seconds);
    return {
      bench: 'node, ready',
      unit: 's',
      median: value,
      target: `≤ ${TARGET_READY_SECONDS} s`,
      met: value <= TARGET_READY_SECONDS,
      n: STARTS,
      seed,
      machine: machineLine(),
      note: `process start to listening, ${BLOCKS.toLocaleString('en')} blocks`,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
