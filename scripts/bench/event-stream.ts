/**
 * A chain of anchors that nobody sealed by hand: blocks, receipts and logs in the form that endpoints give, all
 * hashes right, served over HTTP for a replica to read. Run as a program by `replica.ts`, so that making and
 * serving it takes another core:
 *
 *   event-stream.ts <blocks> <events a block> <seed>   →   one line {"url":…,"deployment":…}, then it serves
 */
import { Buffer } from 'node:buffer';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import { AbiCoder, computeAddress, SigningKey } from 'ethers';
import { toHex, type Hex } from '../../core/bytes/hex.ts';
import { batchAnchorAbi } from '../../ledger/abi.ts';
import { EXTRA_DATA_ITEM, hashItems, headerItems } from '../../ledger/block-header.ts';
import { bloomBitsOf } from '../../ledger/bloom.ts';
import { codeHashOf, type Deployment } from '../../ledger/deployment.ts';
import { parseReceipt } from '../../ledger/receipt.ts';
import { orderedTrieRoot } from '../../ledger/receipts-root.ts';
import { seededRandom } from './harness.ts';

type JsonObject = Record<string, unknown>;
interface Block {
  /** As JSON texts: the server only puts them together. */
  readonly header: string;
  readonly receipts: string;
}

const ISSUERS = 10;
/** A replica asks for so many headers at a time, and looks at the seal of the last. */
const SEALED_EVERY = 400;
const SEAL_BYTES = 65;
const START_SECONDS = 1_671_580_800;
const CODE = '0x6000';
const sealer = new SigningKey(`0x${'42'.repeat(32)}`);
const addresses = [1, 2, 3, 4].map((digit): Hex => `0x${String(digit).repeat(40)}`);

const [blockCount, eventsPerBlock, seed] = process.argv.slice(2).map(Number) as [number, number, number];
const random = seededRandom(seed);
const blocks = makeBlocks();
const deployment = describeDeployment();
const server = createServer((request, response) => void serve(request, response));
server.listen(0, '127.0.0.1', () => {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  process.stdout.write(`${JSON.stringify({ url, deployment })}\n`);
});

function makeBlocks(): readonly Block[] {
  const made: Block[] = [];
  const sequences = Array.from({ length: ISSUERS }, () => 0);
  let parent: Hex = `0x${'00'.repeat(32)}`;
  let event = 0;
  for (let number = 0; number <= blockCount; number++) {
    const receipts = Array.from({ length: number === 0 ? 0 : eventsPerBlock }, () => {
      const issuer = event++ % ISSUERS;
      return makeReceipt(issuer, (sequences[issuer] = (sequences[issuer] ?? 0) + 1));
    });
    const header = makeHeader(number, parent, receipts);
    parent = header['hash'] as Hex; // set by makeHeader
    made.push({ header: JSON.stringify(header), receipts: JSON.stringify(receipts) });
  }
  return made;
}

function makeReceipt(issuer: number, sequence: number): JsonObject {
  const word = (digits: string): Hex => `0x${digits.padStart(64, '0')}`;
  const account: Hex = `0x${String(issuer).repeat(40)}`;
  const root = toHex(Uint8Array.from({ length: 32 }, () => random() * 256));
  const types = ['uint8', 'uint8', 'uint64', 'address'];
  return {
    transactionHash: root,
    type: '0x2',
    status: '0x1',
    cumulativeGasUsed: '0x10000',
    logsBloom: bloomOf([addresses[2] ?? '0x']),
    logs: [
      {
        address: addresses[2],
        topics: [batchAnchorAbi.getEvent('BatchAnchored')?.topicHash, word(String(issuer + 1)), root],
        data: AbiCoder.defaultAbiCoder().encode(types, [12, issuer % 2, sequence, account]),
      },
    ],
  };
}

/** With the bits of our contract; those of the topics are left out, since a replica looks for the contract only. */
function bloomOf(values: readonly Hex[]): Hex {
  const bloom = Buffer.alloc(256);
  for (const bit of values.flatMap(bloomBitsOf)) bloom[255 - (bit >> 3)]! |= 1 << (bit & 7); // bit < 2048
  return toHex(bloom);
}

function makeHeader(number: number, parentHash: Hex, receipts: readonly JsonObject[]): JsonObject {
  const zero: Hex = `0x${'00'.repeat(32)}`;
  const vanity = '00'.repeat(32);
  const signers = number === 0 ? computeAddress(sealer.publicKey).slice(2).toLowerCase() : '';
  const header: JsonObject = {
    parentHash,
    sha3Uncles: zero,
    miner: `0x${'00'.repeat(20)}`,
    stateRoot: zero,
    transactionsRoot: zero,
    receiptsRoot: toHex(orderedTrieRoot(receipts.map((receipt) => parseReceipt(receipt).bytes))),
    logsBloom: receipts[0]?.['logsBloom'] ?? `0x${'00'.repeat(256)}`,
    difficulty: '0x1',
    number: `0x${number.toString(16)}`,
    gasLimit: '0x1c9c380',
    gasUsed: '0x0',
    timestamp: `0x${(START_SECONDS + 30 * number).toString(16)}`,
    extraData: `0x${vanity}${signers}${'00'.repeat(SEAL_BYTES)}`,
    mixHash: zero,
    nonce: '0x0000000000000000',
  };
  if (number > 0 && (number % SEALED_EVERY === 0 || number === blockCount)) {
    const digest = hashItems(headerItems(header).with(EXTRA_DATA_ITEM, Buffer.from(vanity, 'hex')));
    const { r, s, yParity } = sealer.sign(digest);
    header['extraData'] = `0x${vanity}${r.slice(2)}${s.slice(2)}0${yParity}`;
  }
  return { ...header, hash: hashItems(headerItems(header)) };
}

function describeDeployment(): Deployment {
  const genesis = JSON.parse(blocks[0]?.header ?? '{}') as { hash: Hex };
  const contract = (address: Hex): Deployment['contracts']['trustList'] => ({
    address,
    codeHash: codeHashOf(CODE),
    fromBlock: 1,
  });
  const [accessManager, trustList, batchAnchor, statusAnchor] = addresses.map(contract) as [
    Deployment['contracts']['accessManager'],
    Deployment['contracts']['accessManager'],
    Deployment['contracts']['accessManager'],
    Deployment['contracts']['accessManager'],
  ]; // there are four addresses
  return {
    version: 1,
    chainId: 5,
    genesisHash: genesis.hash,
    contracts: { accessManager, trustList, batchAnchor, statusAnchor },
  };
}

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Call | Call[];
  const answers = [body].flat().map((call) => `{"jsonrpc":"2.0","id":${call.id},"result":${resultOf(call)}}`);
  response.end(Array.isArray(body) ? `[${answers.join(',')}]` : answers[0]);
}

interface Call {
  readonly id: number;
  readonly method: string;
  readonly params: readonly unknown[];
}

function resultOf({ method, params: [block] }: Call): string {
  if (method === 'eth_chainId') return '"0x5"';
  if (method === 'eth_getCode') return `"${CODE}"`;
  const at = blocks[block === 'finalized' ? blockCount : Number(block)];
  if (method === 'eth_getBlockReceipts') return at?.receipts ?? 'null';
  return at?.header ?? 'null';
}
