/** ethers 6, unchanged, against a started node: what applications do. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, before, describe, it } from 'mocha';
import { expect } from 'chai';
import { verifyMerkleProof } from '@ethereumjs/mpt';
import { RLP } from '@ethereumjs/rlp';
import { hexToBytes } from '@ethereumjs/util';
import {
  encodeBytes32String,
  isError,
  keccak256,
  toBeHex,
  type Contract,
  type ContractTransactionReceipt,
  type ContractTransactionResponse,
  type EventLog,
  type JsonRpcProvider,
  type Wallet,
} from 'ethers';
import notebookFixture from './fixtures/notebook.json' with { type: 'json' };
import { account, deployNotebook, FREE, SEALER_ADDRESS, TestNode } from './support/test-node.ts';

type Hex = `0x${string}`;

const TEXT = encodeBytes32String('good morning');

describe('node: ethers as a client', () => {
  let test: TestNode;
  let provider: JsonRpcProvider;
  let author: Wallet;
  let notebook: Contract;

  before(async () => {
    test = await TestNode.start();
    provider = test.provider();
    author = account(0).connect(provider);
    notebook = await deployNotebook(test);
  });
  after(() => test[Symbol.asyncDispose]());

  async function mined(sending: Promise<ContractTransactionResponse>): Promise<ContractTransactionReceipt> {
    const receipt = await (await sending).wait();
    if (receipt === null) throw new Error('no receipt');
    return receipt;
  }

  it('deploys code that uses PUSH0', async () => {
    expect(await provider.getCode(await notebook.getAddress())).to.match(/^0x[0-9a-f]{400,}$/);
    expect(notebookFixture.bytecode).to.contain('5f');
  });

  it('mines a transaction, and reads its event back from the receipt and by filter', async () => {
    const receipt = await mined(notebook.getFunction('note')(7, TEXT));
    expect(receipt.status).to.equal(1);
    // A log that ethers could decode with the ABI.
    const event = receipt.logs[0] as EventLog;
    expect([event.eventName, event.args[0], event.args[1], event.args[2]]).to.deep.equal([
      'Noted',
      author.address,
      7n,
      TEXT,
    ]);
    const found = await notebook.queryFilter('Noted', receipt.blockNumber, receipt.blockNumber);
    expect(found.map((log) => log.transactionHash)).to.deep.equal([receipt.hash]);
    expect(await notebook.getFunction('pages')(7)).to.equal(TEXT);
  });

  it('notifies a listener of new events', async () => {
    const heard: bigint[] = [];
    await notebook.on('Noted', (_author: string, page: bigint) => heard.push(page));
    // ethers starts to listen at some later block, so there is always one more.
    for (let page = 1_000; heard.length === 0 && page < 1_300; page++) {
      await mined(notebook.getFunction('note')(page, TEXT));
    }
    await notebook.removeAllListeners();
    expect(heard).to.not.deep.equal([]);
  });

  it('decodes the reason of a reverted call', async () => {
    await expectRejection(notebook.getFunction('tear').staticCall(999), 'CALL_EXCEPTION', 'page is blank');
  });

  it('decodes a custom error of a reverted call', async () => {
    await mined(notebook.getFunction('note')(20, TEXT));
    try {
      await notebook.getFunction('note').staticCall(20, TEXT);
      expect.fail('did not revert');
    } catch (error) {
      if (!isError(error, 'CALL_EXCEPTION')) throw error;
      expect(error.revert?.name).to.equal('PageTaken');
      expect(error.revert?.args[0]).to.equal(20n);
    }
  });

  it('says in the estimate why a transaction would revert', async () => {
    await expectRejection(notebook.getFunction('tear')(999), 'CALL_EXCEPTION', 'page is blank');
  });

  it('keeps a reverted transaction, with status 0 and no logs', async () => {
    const data = notebook.interface.encodeFunctionData('tear', [999]);
    const sent = await author.sendTransaction({ to: await notebook.getAddress(), data, gasLimit: 100_000 });
    await expectRejection(sent.wait(), 'CALL_EXCEPTION');
    const receipt = await provider.getTransactionReceipt(sent.hash);
    expect([receipt?.status, receipt?.logs.length]).to.deep.equal([0, 0]);
  });

  it('estimates gas that suffices, also through an inner call, and no more than 2 % above the least', async () => {
    for (const [name, page] of [
      ['note', 30],
      ['noteThroughCall', 31],
    ] as const) {
      const estimate = await notebook.getFunction(name).estimateGas(page, TEXT);
      const request = {
        to: await notebook.getAddress(),
        data: notebook.interface.encodeFunctionData(name, [page, TEXT]),
      };
      const tight = { ...request, from: author.address, gasLimit: (estimate * 98n) / 100n };
      await expectRejection(provider.call(tight), 'CALL_EXCEPTION');
      const receipt = await (await author.sendTransaction({ ...request, gasLimit: estimate })).wait();
      expect(receipt?.status, name).to.equal(1);
    }
  });

  it('answers calls at past blocks with the state of that time', async () => {
    const before = await provider.getBlockNumber();
    await mined(notebook.getFunction('note')(40, TEXT));
    const pages = notebook.getFunction('pages');
    expect(await pages.staticCall(40, { blockTag: before })).to.equal(`0x${'00'.repeat(32)}`);
    expect(await pages.staticCall(40, { blockTag: before + 1 })).to.equal(TEXT);
    expect(await provider.getTransactionCount(author.address, before + 1)).to.equal(
      (await provider.getTransactionCount(author.address, before)) + 1,
    );
    const slot = keccak256(toBeHex(40, 32) + '00'.repeat(32));
    expect(await provider.getStorage(await notebook.getAddress(), slot, before)).to.equal(
      `0x${'00'.repeat(32)}`,
    );
    expect(await provider.getStorage(await notebook.getAddress(), slot)).to.equal(TEXT);
  });

  it('shows contracts the block they are in, with the sealer as beneficiary', async () => {
    const head = await provider.getBlock('latest');
    const seen = await notebook.getFunction('surroundings').staticCall();
    expect([seen.number, seen.time, seen.parent]).to.deep.equal([
      BigInt(head?.number ?? -1),
      BigInt(head?.timestamp ?? -1),
      head?.parentHash,
    ]);
    expect(String(seen.beneficiary).toLowerCase()).to.equal(SEALER_ADDRESS);
    expect([seen.chain, seen.baseFee]).to.deep.equal([8_520_300n, 0n]);
  });

  it('takes legacy, access list and fee market transactions at a price of zero', async () => {
    expect((await provider.getFeeData()).gasPrice).to.equal(0n);
    for (const type of [0, 1, 2]) {
      const sent = await author.sendTransaction({ type, to: account(1).address, value: 0 });
      const receipt = await sent.wait();
      const read = await provider.getTransaction(sent.hash);
      expect([receipt?.status, receipt?.type, read?.type, read?.from], `type ${type}`).to.deep.equal([
        1,
        type,
        type,
        author.address,
      ]);
      expect(read?.signature.serialized).to.equal(sent.signature.serialized);
    }
  });

  it('finds blocks by number, hash and tag, with their transactions', async () => {
    const { hash } = await mined(notebook.getFunction('note')(50, TEXT));
    const latest = await provider.getBlock('latest', true);
    expect(latest?.prefetchedTransactions.map((transaction) => transaction.hash)).to.deep.equal([hash]);
    for (const tag of ['finalized', 'safe', 'pending', latest?.hash ?? '']) {
      expect((await provider.getBlock(tag))?.hash, tag).to.equal(latest?.hash);
    }
    expect((await provider.getBlock('earliest'))?.hash).to.equal(test.node.genesisHash);
    expect(await provider.getBlock(1_000_000)).to.equal(null);
  });

  it('words a used nonce so that ethers recognises it', async () => {
    const raw = await author.signTransaction({ ...FREE, nonce: 0, gasLimit: 21_000, to: author.address });
    await expectRejection(provider.broadcastTransaction(raw), 'NONCE_EXPIRED');
  });

  it('words missing funds so that ethers recognises it', async () => {
    const nonce = await author.getNonce();
    const raw = await author.signTransaction({
      ...FREE,
      nonce,
      gasLimit: 21_000,
      to: author.address,
      value: 1,
    });
    await expectRejection(provider.broadcastTransaction(raw), 'INSUFFICIENT_FUNDS');
  });

  it('holds a transaction with a later nonce back until the gap closes', async () => {
    const nonce = await author.getNonce();
    const later = await author.sendTransaction({ to: author.address, nonce: nonce + 1, gasLimit: 21_000 });
    expect(await provider.getTransactionReceipt(later.hash)).to.equal(null);
    expect((await provider.getTransaction(later.hash))?.blockNumber).to.equal(null);
    await expectRejection(
      author.sendTransaction({ to: author.address, nonce: nonce + 1, gasLimit: 30_000 }),
      'REPLACEMENT_UNDERPRICED',
    );
    await author.sendTransaction({ to: author.address, nonce, gasLimit: 21_000 });
    expect((await provider.getTransactionReceipt(later.hash))?.status).to.equal(1);
  });

  it('proves accounts and storage against the state root (EIP-1186)', async () => {
    const address = await notebook.getAddress();
    await mined(notebook.getFunction('note')(70, TEXT));
    const slot = keccak256(toBeHex(70, 32) + '00'.repeat(32));
    const block = await provider.send('eth_getBlockByNumber', ['latest', false]);
    const proof = await provider.send('eth_getProof', [address, [slot, toBeHex(5, 32)], block.number]);
    expect(proof.storageProof.map(({ value }: { value: string }) => value)).to.deep.equal([TEXT, '0x0']);
    const account = await verifyMerkleProof(hexToBytes(address as Hex), proof.accountProof.map(hexToBytes), {
      useKeyHashing: true,
      root: hexToBytes(block.stateRoot),
    });
    expect(RLP.decode(account ?? new Uint8Array(0))[2]).to.deep.equal(hexToBytes(proof.storageHash));
    const stored = await verifyMerkleProof(
      hexToBytes(slot as Hex),
      proof.storageProof[0].proof.map(hexToBytes),
      {
        useKeyHashing: true,
        root: hexToBytes(proof.storageHash),
      },
    );
    expect(RLP.decode(stored ?? new Uint8Array(0))).to.deep.equal(hexToBytes(TEXT as Hex));
  });

  it('stops a call that runs away', async () => {
    await expectRejection(
      provider.call({ to: await notebook.getAddress(), data: '0xa92100cb', gasLimit: 100_000 }),
      '',
    );
  });

  it('reported no defect of its own', () => {
    expect(test.errors).to.deep.equal([]);
  });
});

describe('node: the notebook fixture', () => {
  it('is what its source compiles to', async () => {
    const source = await readFile(new URL('fixtures/Notebook.sol', import.meta.url), 'utf8');
    // solc ships no types for its compiler function, which takes and gives JSON text.
    const solc = createRequire(import.meta.url)('solc') as { compile(input: string): string };
    const output = JSON.parse(
      solc.compile(
        JSON.stringify({
          language: 'Solidity',
          sources: { 'Notebook.sol': { content: source } },
          settings: {
            evmVersion: 'shanghai',
            optimizer: { enabled: true, runs: 200 },
            metadata: { appendCBOR: false, bytecodeHash: 'none' },
            outputSelection: { '*': { '*': ['evm.bytecode.object'] } },
          },
        }),
      ),
    );
    expect(`0x${output.contracts['Notebook.sol'].Notebook.evm.bytecode.object}`).to.equal(
      notebookFixture.bytecode,
    );
  });
});

/** Asserts ethers' code, where it has one for the case, and words of its message. */
async function expectRejection(promise: Promise<unknown>, code: string, words = ''): Promise<void> {
  try {
    await promise;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (code !== '') expect('code' in error ? error.code : undefined, error.message).to.equal(code);
    expect(error.message).to.contain(words);
    return;
  }
  expect.fail(`expected a rejection with ${code}`);
}
