/** Which transactions the node takes. */
import { after, before, beforeEach, describe, it } from 'mocha';
import { expect } from 'chai';
import { createTxFromRLP } from '@ethereumjs/tx';
import { bytesToHex, hexToBytes } from '@ethereumjs/util';
import { RLP } from '@ethereumjs/rlp';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { Signature, Transaction, type TransactionRequest, type Wallet } from 'ethers';
import { account, CHAIN_ID, FREE, TestNode, type RpcAnswer } from './support/test-node.ts';
import { expectCode } from './support/expect-code.ts';

const TO = account(1).address;
const STRANGER = account(77);

describe('node: admission of transactions', () => {
  let test: TestNode;
  let nonce = 0;
  before(async () => {
    test = await TestNode.start();
  });
  after(() => test[Symbol.asyncDispose]());
  beforeEach(async () => {
    nonce = Number(await test.result('eth_getTransactionCount', [account(0).address, 'latest']));
  });

  function send(raw: string): Promise<RpcAnswer> {
    return test.send('eth_sendRawTransaction', [raw]);
  }

  function sign(fields: TransactionRequest = {}, wallet: Wallet = account(0)): Promise<string> {
    return wallet.signTransaction({ ...FREE, to: TO, gasLimit: 21_000, nonce, ...fields });
  }

  async function expectRefusal(raw: string, words: string, code = -32000): Promise<void> {
    const head = await test.result('eth_blockNumber');
    const { error } = await send(raw);
    expect(error?.message).to.contain(words);
    expect(error?.code).to.equal(code);
    expect(await test.result('eth_blockNumber'), 'no block was made').to.equal(head);
  }

  it('takes a transaction of a permitted account', async () => {
    expect((await send(await sign())).error).to.equal(undefined);
  });

  it('refuses an account that is not on the allowlist, with Besu’s code', async () => {
    await expectRefusal(await sign({ nonce: 0 }, STRANGER), 'not authorized', -32007);
  });

  it('refuses another chain, legacy and typed', async () => {
    await expectRefusal(await sign({ chainId: CHAIN_ID + 1 }), 'invalid chain id for signer');
    for (const type of [0, 1]) {
      const foreign = { to: TO, nonce, gasLimit: 21_000, gasPrice: 0, type, chainId: 1 };
      await expectRefusal(await account(0).signTransaction(foreign), 'invalid chain id for signer');
    }
  });

  it('refuses a legacy transaction without replay protection (EIP-155)', async () => {
    const unprotected = Transaction.from({ type: 0, nonce, gasLimit: 21_000, gasPrice: 0, to: TO });
    unprotected.signature = account(0).signingKey.sign(unprotected.unsignedHash);
    expect(unprotected.chainId).to.equal(0n);
    await expectRefusal(unprotected.serialized, 'only replay-protected (EIP-155) transactions');
  });

  it('refuses types it does not have', async () => {
    for (const type of ['03', '04', '05', '7f'])
      await expectRefusal(`0x${type}c0`, 'transaction type not supported');
  });

  it('refuses an oversized transaction', async () => {
    const raw = await sign({ data: `0x${'00'.repeat(131_072)}`, gasLimit: 3_000_000 });
    await expectRefusal(raw, 'oversized data');
  });

  it('refuses too little gas and more than one transaction may have', async () => {
    await expectRefusal(await sign({ gasLimit: 20_999 }), 'intrinsic gas too low');
    await expectRefusal(await sign({ gasLimit: 16_777_217 }), 'transaction gas limit too high');
  });

  it('refuses init code beyond the limit of EIP-3860', async () => {
    const data = `0x${'00'.repeat(49_153)}`;
    await expectRefusal(await sign({ to: null, data, gasLimit: 5_000_000 }), 'max initcode size exceeded');
  });

  it('refuses a value that the sender does not have', async () => {
    await expectRefusal(await sign({ value: 1n }), 'insufficient funds for gas * price + value');
    await expectRefusal(await sign({ maxFeePerGas: 1, maxPriorityFeePerGas: 1 }), 'insufficient funds');
  });

  it('refuses the other signature of the same transaction (high s, EIP-2)', async () => {
    const flipped = Transaction.from(await sign());
    const { r, s, yParity } = flipped.signature ?? Signature.from();
    const order = secp256k1.Point.Fn.ORDER;
    const fields = RLP.decode(hexToBytes(`0x${flipped.serialized.slice(4)}`)) as Uint8Array[];
    const high = (order - BigInt(s)).toString(16).padStart(64, '0');
    const forged = [
      ...fields.slice(0, 9),
      Uint8Array.of(...(yParity === 0 ? [1] : [])),
      hexToBytes(r as `0x${string}`),
      hexToBytes(`0x${high}`),
    ];
    await expectRefusal(
      `0x02${bytesToHex(RLP.encode(forged)).slice(2)}`,
      'invalid transaction v, r, s values',
    );
  });

  it('refuses an unsigned one, trailing bytes, and what is no transaction at all', async () => {
    const unsigned = Transaction.from({ ...FREE, to: TO, nonce, gasLimit: 21_000 });
    await expectRefusal(unsigned.unsignedSerialized, 'rlp');
    await expectRefusal(`${await sign()}00`, 'rlp');
    await expectRefusal('0x', 'too short');
    await expectRefusal('0xc0', 'rlp');
    await expectRefusal('0x02', 'rlp');
    await expectRefusal('0xdeadbeef', 'rlp');
  });

  it('never crashes on a mutated transaction, and never takes it for another sender’s', async () => {
    const raw = hexToBytes((await sign()) as `0x${string}`);
    for (let at = 0; at < raw.length; at++) {
      const mutated = raw.with(at, (raw[at] ?? 0) ^ 0x11);
      const { error } = await send(bytesToHex(mutated));
      expect(error?.code, `byte ${at}`).to.be.oneOf([-32000, -32007]);
    }
    expect(() => createTxFromRLP(raw.subarray(0, 20))).to.throw();
  });

  it('knows a transaction that waits already, and an older nonce', async () => {
    const raw = await sign({ nonce: nonce + 5 });
    expect((await send(raw)).error).to.equal(undefined);
    await expectRefusal(raw, 'already known');
    await expectRefusal(
      await sign({ nonce: nonce + 5, gasLimit: 22_000 }),
      'replacement transaction underpriced',
    );
    await expectRefusal(await sign({ nonce: nonce - 1 }), 'nonce too low');
    await expectRefusal(await sign({ nonce: nonce + 5_000 }), 'nonce too high');
  });

  it('reported no defect of its own', () => {
    expect(test.errors).to.deep.equal([]);
  });
});

describe('node: bounds of the pool', () => {
  it('refuses more waiting transactions than it may hold', async () => {
    await using test = await TestNode.start({ limits: { maxPoolTransactions: 3 } });
    const answers: (string | undefined)[] = [];
    for (let nonce = 1; nonce <= 4; nonce++) {
      const raw = await account(0).signTransaction({ ...FREE, to: TO, gasLimit: 21_000, nonce });
      answers.push((await test.send('eth_sendRawTransaction', [raw])).error?.message);
    }
    expect(answers).to.deep.equal([undefined, undefined, undefined, 'txpool is full']);
  });
});

describe('node: the allowlist in use', () => {
  it('is read again on demand, and a bad file changes nothing', async () => {
    await using test = await TestNode.start();
    const raw = await STRANGER.signTransaction({ ...FREE, to: TO, gasLimit: 21_000, nonce: 0 });
    expect((await test.send('eth_sendRawTransaction', [raw])).error?.code).to.equal(-32007);
    await test.permit(['not an address']);
    await expectCode(test.node.reloadAllowlist(), 'NODE_ALLOWLIST_INVALID');
    await test.permit([STRANGER.address]);
    await test.node.reloadAllowlist();
    expect((await test.send('eth_sendRawTransaction', [raw])).error).to.equal(undefined);
    const old = await account(0).signTransaction({ ...FREE, to: TO, gasLimit: 21_000, nonce: 0 });
    expect((await test.send('eth_sendRawTransaction', [old])).error?.code).to.equal(-32007);
  });

  it('holds when a block is built, for transactions that were let in before', async () => {
    await using test = await TestNode.start({ sealIntervalMs: 1_000 });
    const raw = await account(0).signTransaction({ ...FREE, to: TO, gasLimit: 21_000, nonce: 0 });
    const hash = await test.result('eth_sendRawTransaction', [raw]);
    expect(await test.result('eth_getTransactionByHash', [hash])).to.include({ blockNumber: null });
    await test.permit([STRANGER.address]);
    await test.node.reloadAllowlist();
    await test.node.sealBlock();
    expect(await test.result('eth_getTransactionByHash', [hash])).to.equal(null);
    expect(await test.result('eth_getTransactionCount', [account(0).address, 'latest'])).to.equal('0x0');
  });
});
