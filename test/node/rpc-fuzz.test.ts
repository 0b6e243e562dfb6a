/**
 * Malformed JSON-RPC, by the ten thousand: whatever comes in, an error object or a plain answer goes out, with nothing
 * of the node's inside in it, and the node answers the next good call.
 */
import { after, before, describe, it } from 'mocha';
import { expect } from 'chai';
import { seededRandom } from '../../scripts/bench/harness.ts';
import { selectMethods } from '../../node/rpc/methods.ts';
import { runs, testSeed } from '../support/scale.ts';
import { account, deployNotebook, FREE, TestNode } from './support/test-node.ts';

const CALLS = runs(20_000, 1_000_000);
/** Of these, so many over HTTP. */
const OVER_HTTP = runs(2_000, 50_000);
const CHUNK = 50;
const METHODS: readonly string[] = Array.from(selectMethods(undefined).keys());

/** JSON-RPC 2.0, EIP-1474 and the execution APIs; -32603 is what our own defects would be. */
const KNOWN_CODES: readonly number[] = [-32700, -32600, -32601, -32602, -32000, -32005, -32007, 3];
const INSIDES = /node_modules|\.ts\b|\.js\b|\bat .*:\d+:\d+|TypeError|RangeError|LEVEL_|0x5e5e5e5e/;

describe('node: malformed JSON-RPC', function () {
  this.timeout(600_000);
  let test: TestNode;
  let values: readonly unknown[];
  let good: readonly string[];

  before(async () => {
    test = await TestNode.start({ limits: { maxBodyBytes: 262_144, maxBatchCalls: 64 } });
    const notebook = await deployNotebook(test);
    const address = await notebook.getAddress();
    // A good one that waits for its nonce, so that no block tells of it.
    const raw = await account(0).signTransaction({ ...FREE, to: address, gasLimit: 30_000, nonce: 3 });
    values = oddValues(address, raw);
    good = goodCalls(address, raw);
  });
  after(() => test[Symbol.asyncDispose]());

  it(`gets ${CALLS - OVER_HTTP} calls to the dispatcher answered`, async () => {
    const random = seededRandom(testSeed);
    for (let done = 0; done < CALLS - OVER_HTTP; done += CHUNK) {
      const texts = Array.from({ length: CHUNK }, () => malformed(random));
      const answers = await Promise.all(texts.map((text) => test.node.answer(text)));
      for (const [index, answer] of answers.entries()) requireAnswer(answer, texts[index] ?? '');
    }
    await expectAlive();
  });

  it(`gets ${OVER_HTTP} calls over HTTP answered`, async () => {
    const random = seededRandom(testSeed + 1);
    for (let done = 0; done < OVER_HTTP; done += CHUNK) {
      const texts = Array.from({ length: CHUNK }, () => malformed(random));
      const answers = await Promise.all(texts.map(post));
      for (const [index, answer] of answers.entries()) requireAnswer(answer, texts[index] ?? '');
    }
    await expectAlive();
  });

  it('bears nesting, numbers and names beyond all measure', async () => {
    const deep = 100_000;
    const bodies = [
      '['.repeat(deep),
      `${'['.repeat(deep)}${']'.repeat(deep)}`,
      `{"jsonrpc":"2.0","id":1,"method":"eth_call","params":${'['.repeat(50_000)}${']'.repeat(50_000)}}`,
      `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`,
      `{"jsonrpc":"2.0","id":1${'0'.repeat(100_000)},"method":"eth_chainId"}`,
      `{"jsonrpc":"2.0","id":1,"method":"${'x'.repeat(100_000)}"}`,
      `{"jsonrpc":"2.0","id":"${'x'.repeat(100_000)}","method":"eth_chainId"}`,
      `{"jsonrpc":"2.0","id":1,"method":"eth_getBlockByNumber","params":["0x${'f'.repeat(100_000)}",false]}`,
      `{"__proto__":{"jsonrpc":"2.0"},"id":1,"method":"eth_chainId"}`,
      `{"jsonrpc":"2.0","id":1,"method":"hasOwnProperty","params":[]}`,
      '\u0000',
      '\ufeff{}',
    ];
    for (const body of bodies) {
      requireAnswer(await test.node.answer(body), body);
      requireAnswer(await post(body), body);
    }
    await expectAlive();
  });

  it('reached every kind of answer', () => {
    for (const code of [0, -32700, -32600, -32601, -32602, -32000]) expect([...seen]).to.include(code);
  });

  it('made no defect of the node’s own, and no block', async () => {
    expect(test.errors).to.deep.equal([]);
    expect(await test.result('eth_blockNumber')).to.equal('0x1');
  });

  function post(body: string): Promise<string> {
    return fetch(test.url, { method: 'POST', headers: { 'content-type': 'application/json' }, body }).then(
      (response) => response.text(),
    );
  }

  async function expectAlive(): Promise<void> {
    expect(await test.result('eth_chainId')).to.equal('0x82026c');
    expect(await test.result('eth_getTransactionCount', [account(0).address, 'latest'])).to.equal('0x1');
    expect(test.node.isSealing).to.equal(true);
  }

  /** A good call's text with a few characters changed, or a call with odd values in odd places. */
  function malformed(random: () => number): string {
    const kind = random();
    if (kind < 0.35) return mutatedText(pick(good, random), random);
    if (kind < 0.45) return batchOf(random);
    return JSON.stringify(oddCall(random));
  }

  function batchOf(random: () => number): string {
    return JSON.stringify(Array.from({ length: Math.floor(random() * 6) }, () => oddCall(random)));
  }

  function oddCall(random: () => number): unknown {
    if (random() < 0.03) return pick(values, random);
    const method = random() < 0.97 ? pick(METHODS, random) : pick(values, random);
    const count = Math.floor(random() * 5);
    const params =
      random() < 0.95 ? Array.from({ length: count }, () => oddValue(random, 3)) : pick(values, random);
    const id = random() < 0.9 ? 7 : pick(values, random);
    return { jsonrpc: random() < 0.97 ? '2.0' : pick(values, random), id, method, params };
  }

  function oddValue(random: () => number, depth: number): unknown {
    const kind = random();
    if (depth === 0 || kind < 0.6) return pick(values, random);
    if (kind < 0.75)
      return Array.from({ length: Math.floor(random() * 4) }, () => oddValue(random, depth - 1));
    const fields = Array.from({ length: Math.floor(random() * 5) }, () => [
      pick(FIELDS, random),
      oddValue(random, depth - 1),
    ]);
    return Object.fromEntries(fields);
  }
});

const FIELDS: readonly string[] = [
  'to',
  'from',
  'data',
  'input',
  'value',
  'gas',
  'gasPrice',
  'accessList',
  'maxFeePerGas',
  'storageKeys',
  'address',
  'topics',
  'fromBlock',
  'toBlock',
  'blockHash',
  'blockNumber',
  'requireCanonical',
  'limit',
  '__proto__',
];

function oddValues(address: string, raw: string): readonly unknown[] {
  return [
    null,
    true,
    false,
    0,
    -1,
    1.5,
    1e308,
    -0,
    2 ** 53,
    '',
    ' ',
    '0x',
    '0x0',
    '0x00',
    '0x1',
    '0xg',
    '0X1',
    '1',
    'latest',
    'pending',
    'earliest',
    'finalized',
    'safe',
    'newest',
    'LATEST',
    address,
    address.toLowerCase(),
    `0x${'f'.repeat(64)}`,
    `0x${'f'.repeat(65)}`,
    `0x${'f'.repeat(63)}`,
    `0x${'0'.repeat(64)}`,
    '0xffffffffffffffff',
    raw,
    raw.slice(0, -2),
    `${raw}00`,
    raw.slice(0, 40),
    `0x03${raw.slice(4)}`,
    '0xc0',
    '0xf8',
    '0x02c0',
    '0x5b600056',
    '0x63ffffffff6000f3',
    '0x30805af1600055',
    '0xfe',
    '0xa92100cb',
    'x'.repeat(300),
    '\ud800',
    '\0',
    [],
    {},
    [[]],
    [null],
    { a: 1 },
    [address, address],
    [[address], [null]],
    '0x' + 'ab'.repeat(5e3),
  ];
}

function goodCalls(address: string, raw: string): readonly string[] {
  const calls: readonly [string, readonly unknown[]][] = [
    ['eth_call', [{ to: address, data: '0x8c5a4d9d', gas: '0x186a0' }, 'latest']],
    [
      'eth_getLogs',
      [{ address, fromBlock: '0x0', toBlock: 'latest', topics: [null, [`0x${'11'.repeat(32)}`]] }],
    ],
    ['eth_getProof', [address, ['0x0', `0x${'22'.repeat(32)}`], 'latest']],
    ['eth_getBlockByNumber', ['0x1', true]],
    ['eth_feeHistory', ['0x4', 'latest', [25, 75]]],
    ['eth_estimateGas', [{ to: address, from: address, value: '0x0', data: '0x' }]],
    ['eth_sendRawTransaction', [`${raw.slice(0, -6)}abcdef`]],
    ['eth_getStorageAt', [address, '0x0', { blockNumber: '0x0' }]],
  ];
  return calls.map(([method, params]) => JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }));
}

/** Changes, removes, doubles or inserts a few characters. */
function mutatedText(text: string, random: () => number): string {
  let mutated = text;
  for (let count = 1 + Math.floor(random() * 3); count > 0; count--) {
    const at = Math.floor(random() * mutated.length);
    const to = at + Math.floor(random() * 4);
    const put = pick(
      ['', '"', '{', ']', ',', '0', 'f', 'null', '\\', '\u00e9', mutated.slice(at, to)],
      random,
    );
    mutated = mutated.slice(0, at) + put + mutated.slice(random() < 0.5 ? at : to);
  }
  return mutated;
}

function pick<Value>(values: readonly Value[], random: () => number): Value {
  // The lists here are not empty.
  return values[Math.floor(random() * values.length)] as Value;
}

/** What was answered so far: codes, and 0 for plain answers. */
const seen = new Set<number>();

/** The answer is JSON-RPC's, its codes are known ones, and it shows nothing of the inside. */
function requireAnswer(answer: string, text: string): void {
  const parsed: unknown = JSON.parse(answer);
  for (const one of Array.isArray(parsed) ? parsed : [parsed]) {
    const { jsonrpc, error } = one as { jsonrpc: unknown; error?: { code: number; message: string } };
    seen.add(error?.code ?? 0);
    const isPlain = jsonrpc === '2.0' && 'id' in one && (error === undefined) === 'result' in one;
    const isKnown = error === undefined || (KNOWN_CODES.includes(error.code) && !INSIDES.test(error.message));
    if (!isPlain || !isKnown) expect.fail(`${text.slice(0, 500)} → ${answer.slice(0, 500)}`);
  }
}
