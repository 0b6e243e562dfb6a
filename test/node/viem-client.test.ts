/** viem, unchanged, against a started node. It polls over HTTP like ethers, so no subscription is needed. */
import { after, before, describe, it } from 'mocha';
import { expect } from 'chai';
import { verifyMerkleProof } from '@ethereumjs/mpt';
import { RLP } from '@ethereumjs/rlp';
import { hexToBytes, KECCAK256_NULL, KECCAK256_RLP, bytesToHex } from '@ethereumjs/util';
import {
  BaseError,
  ContractFunctionRevertedError,
  createPublicClient,
  createWalletClient,
  defineChain,
  getContract,
  http,
  keccak256,
  numberToHex,
  pad,
  parseAbi,
  stringToHex,
  type Address,
  type Hex,
} from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import notebook from './fixtures/notebook.json' with { type: 'json' };
import { account, CHAIN_ID, TestNode } from './support/test-node.ts';

const ABI = parseAbi([
  'event Noted(address indexed author, uint256 indexed page, bytes32 text)',
  'error PageTaken(uint256 page)',
  'function note(uint256 page, bytes32 text)',
  'function noteAll(uint256 first, uint256 count, bytes32 text)',
  'function tear(uint256 page)',
  'function pages(uint256 page) view returns (bytes32)',
]);
const TEXT = stringToHex('good evening', { size: 32 });
const chain = defineChain({
  id: CHAIN_ID,
  name: 'embedded ledger',
  nativeCurrency: { name: 'none', symbol: 'NONE', decimals: 18 },
  rpcUrls: { default: { http: [] } },
});
// Test keys are 0x and 64 digits.
const author = privateKeyToAccount(account(0).privateKey as Hex);
const stranger = privateKeyToAccount(account(77).privateKey as Hex);

// oxlint-disable-next-line typescript/explicit-function-return-type -- viem spells these types, and only viem
function clientsOf(url: string) {
  const transport = http(url, { batch: true, retryCount: 0 });
  return {
    reader: createPublicClient({ chain, transport, pollingInterval: 20, cacheTime: 0 }),
    writer: createWalletClient({ chain, transport, account: author, pollingInterval: 20 }),
  };
}

describe('node: viem as a client', () => {
  let test: TestNode;
  let clients: ReturnType<typeof clientsOf>;
  let address: Address;

  before(async () => {
    test = await TestNode.start();
    clients = clientsOf(test.url);
    // The fixture's fields are 0x-hex; JSON modules give them as string.
    const hash = await clients.writer.deployContract({ abi: ABI, bytecode: notebook.bytecode as Hex });
    const receipt = await clients.reader.waitForTransactionReceipt({ hash });
    if (!receipt.contractAddress) throw new Error('nothing was deployed');
    address = receipt.contractAddress;
  });
  after(() => test[Symbol.asyncDispose]());

  async function note(page: bigint): Promise<bigint> {
    const hash = await clients.writer.writeContract({
      address,
      abi: ABI,
      functionName: 'note',
      args: [page, TEXT],
    });
    const receipt = await clients.reader.waitForTransactionReceipt({ hash });
    expect(receipt.status).to.equal('success');
    return receipt.blockNumber;
  }

  it('writes, waits for the receipt, and reads at the latest and at a past block', async () => {
    const blockNumber = await note(1n);
    const book = getContract({ address, abi: ABI, client: clients.reader });
    expect(await book.read.pages([1n])).to.equal(TEXT);
    expect(await book.read.pages([1n], { blockNumber: blockNumber - 1n })).to.equal(pad('0x', { size: 32 }));
    for (const blockTag of ['finalized', 'safe', 'pending'] as const) {
      expect(await book.read.pages([1n], { blockTag })).to.equal(TEXT);
    }
  });

  it('finds events by contract, by topic and by range', async () => {
    const first = await note(11n);
    const last = await note(12n);
    const range = { address, abi: ABI, eventName: 'Noted', fromBlock: first, toBlock: last } as const;
    const both = await clients.reader.getContractEvents(range);
    expect(both.map(({ args }) => args.page)).to.deep.equal([11n, 12n]);
    const one = await clients.reader.getContractEvents({ ...range, args: { page: 12n } });
    expect(one.map(({ args }) => [args.author, args.page, args.text])).to.deep.equal([
      [author.address, 12n, TEXT],
    ]);
    expect(
      await clients.reader.getContractEvents({ ...range, args: { author: stranger.address } }),
    ).to.deep.equal([]);
  });

  it('watches events by polling, though the node has no filters', async () => {
    const { promise, resolve, reject } = Promise.withResolvers<bigint | undefined>();
    const stop = clients.reader.watchContractEvent({
      address,
      abi: ABI,
      eventName: 'Noted',
      fromBlock: (await clients.reader.getBlockNumber()) + 1n,
      onLogs: (logs) => resolve(logs[0]?.args.page),
      onError: reject,
    });
    await note(21n);
    expect(await promise).to.equal(21n);
    stop();
  });

  it('decodes why a call reverts: reason and custom error', async () => {
    await note(31n);
    const taken = await revertOf(
      clients.reader.simulateContract({
        address,
        abi: ABI,
        functionName: 'note',
        args: [31n, TEXT],
        account: author,
      }),
    );
    expect([taken.data?.errorName, taken.data?.args]).to.deep.equal(['PageTaken', [31n]]);
    const blank = await revertOf(
      clients.reader.simulateContract({
        address,
        abi: ABI,
        functionName: 'tear',
        args: [999n],
        account: author,
      }),
    );
    expect(blank.reason).to.equal('page is blank');
  });

  it('estimates gas and fees, and reads the fee history', async () => {
    const gas = await clients.reader.estimateContractGas({
      address,
      abi: ABI,
      functionName: 'note',
      args: [41n, TEXT],
      account: author,
    });
    expect(Number(gas)).to.be.within(40_000, 60_000);
    expect(await clients.reader.estimateFeesPerGas()).to.deep.equal({
      maxFeePerGas: 0n,
      maxPriorityFeePerGas: 0n,
    });
    const history = await clients.reader.getFeeHistory({ blockCount: 3, rewardPercentiles: [10, 90] });
    expect(history.baseFeePerGas).to.deep.equal([0n, 0n, 0n, 0n]);
    expect(history.reward).to.deep.equal([
      [0n, 0n],
      [0n, 0n],
      [0n, 0n],
    ]);
  });

  it('reads blocks with their transactions, and all receipts of one', async () => {
    const blockNumber = await note(51n);
    const block = await clients.reader.getBlock({ blockNumber, includeTransactions: true });
    expect(block.transactions.map(({ from }) => from)).to.deep.equal([author.address.toLowerCase()]);
    const receipts = await clients.reader.request({
      method: 'eth_getBlockReceipts' as 'eth_chainId',
      params: [numberToHex(blockNumber)] as never,
    });
    expect(receipts).to.have.length(1);
    const earliest = await clients.reader.getBlock({ blockTag: 'earliest' });
    expect(earliest.hash).to.equal(test.node.genesisHash);
  });

  it('is told in words it knows that an account may not send', async () => {
    const refusal = clients.writer.sendTransaction({ account: stranger, to: author.address, gas: 21_000n });
    expect(await messageOf(refusal)).to.contain('Sender account not authorized to send transactions');
  });

  it('gets proofs that hold against the state root: what is there, and what is not', async () => {
    await note(61n);
    const there = keccak256(`${pad(numberToHex(61), { size: 32 })}${'00'.repeat(32)}`);
    const absent = keccak256(`${pad(numberToHex(777), { size: 32 })}${'00'.repeat(32)}`);
    const { stateRoot, number } = await clients.reader.getBlock();
    const proof = await clients.reader.getProof({
      address,
      storageKeys: [there, absent],
      blockNumber: number,
    });
    const accountBytes = await proven(proof.accountProof, address, stateRoot);
    expect(RLP.decode(accountBytes ?? new Uint8Array(0)).slice(2)).to.deep.equal([
      hexToBytes(proof.storageHash),
      hexToBytes(proof.codeHash),
    ]);
    const [first, second] = proof.storageProof;
    expect(await proven(first?.proof ?? [], there, proof.storageHash)).to.deep.equal(
      RLP.encode(hexToBytes(TEXT)),
    );
    expect([first?.value, second?.value]).to.deep.equal([BigInt(TEXT), 0n]);
    expect(await proven(second?.proof ?? [], absent, proof.storageHash)).to.equal(null);

    const nobody = await clients.reader.getProof({ address: stranger.address, storageKeys: [there] });
    expect(await proven(nobody.accountProof, stranger.address, stateRoot)).to.equal(null);
    expect([nobody.balance, nobody.nonce, nobody.codeHash, nobody.storageHash]).to.deep.equal([
      0n,
      0,
      bytesToHex(KECCAK256_NULL),
      bytesToHex(KECCAK256_RLP),
    ]);

    const past = await clients.reader.getProof({
      address,
      storageKeys: [there],
      blockNumber: (number ?? 0n) - 1n,
    });
    const { stateRoot: before } = await clients.reader.getBlock({ blockNumber: (number ?? 0n) - 1n });
    expect(await proven(past.accountProof, address, before)).to.not.equal(null);
    expect(await proven(past.storageProof[0]?.proof ?? [], there, past.storageHash)).to.equal(null);
    let isRefused = false;
    await proven(past.accountProof, address, stateRoot).catch(() => (isRefused = true));
    expect(isRefused, 'a proof for another root').to.equal(true);
  });

  it('reported no defect of its own', () => {
    expect(test.errors).to.deep.equal([]);
  });
});

/** What a proof shows of a key under a root, `null` for nothing; by EthereumJS, which rejects a proof of another root. */
function proven(proof: readonly Hex[], key: Hex, root: Hex): Promise<Uint8Array | null> {
  return verifyMerkleProof(
    hexToBytes(key),
    proof.map((node) => hexToBytes(node)),
    {
      useKeyHashing: true,
      root: hexToBytes(root),
    },
  );
}

async function revertOf(promise: Promise<unknown>): Promise<ContractFunctionRevertedError> {
  try {
    await promise;
  } catch (error) {
    const revert =
      error instanceof BaseError ? error.walk((one) => one instanceof ContractFunctionRevertedError) : error;
    if (revert instanceof ContractFunctionRevertedError) return revert;
    throw error;
  }
  return expect.fail('did not revert');
}

async function messageOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return expect.fail('was not refused');
}
