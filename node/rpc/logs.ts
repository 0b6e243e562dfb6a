/** `eth_getLogs`: the bloom filters of the blocks with logs say which to read, the logs themselves decide. */
import { equalsBytes } from '@ethereumjs/util';
import { bloomBits, mayContain } from '../bloom.ts';
import type { SealedBlock } from '../block.ts';
import type { Log } from '../receipt.ts';
import { findBlock, numberOfTag } from './block-lookup.ts';
import type { RpcContext, RpcMethods } from './context.ts';
import { invalidParams, refused, RPC_LIMIT_EXCEEDED, RpcError } from './errors.ts';
import { logsToJson, type JsonLog } from './json.ts';
import {
  parseAddress,
  parseArray,
  parseBlockReference,
  parseHash,
  parseObject,
  requireAtMost,
} from './parameters.ts';

const KNOWN_FIELDS: readonly string[] = ['address', 'topics', 'fromBlock', 'toBlock', 'blockHash'];
const MAX_TOPICS = 4;
const MAX_ALTERNATIVES = 1_000;

/** What a log must be: each list gives alternatives, an empty list accepts anything. */
interface LogFilter {
  readonly addresses: readonly Uint8Array[];
  readonly topics: readonly (readonly Uint8Array[])[];
}

/** Both included. */
interface BlockRange {
  readonly first: bigint;
  readonly last: bigint;
}

export const logMethods: RpcMethods = {
  eth_getLogs: async (context, params) => {
    requireAtMost(params, 1);
    const given = parseObject(params[0], 'filter');
    const unknown = Object.keys(given).find((key) => !KNOWN_FIELDS.includes(key));
    if (unknown !== undefined) throw invalidParams('filter: unknown field');
    const filter = parseFilter(given);
    if (given['blockHash'] !== undefined) return logsOfOneBlock(context, given, filter);
    const range = parseRange(context, given);
    return range === undefined ? [] : logsOfRange(context, range, filter);
  },
};

function logsOfOneBlock(
  context: RpcContext,
  given: Readonly<Record<string, unknown>>,
  filter: LogFilter,
): readonly unknown[] {
  if (given['fromBlock'] !== undefined || given['toBlock'] !== undefined) {
    throw invalidParams('filter: blockHash stands alone, without fromBlock and toBlock');
  }
  const block = findBlock(context, { by: 'hash', hash: parseHash(given['blockHash'], 'blockHash') });
  if (block === undefined) throw refused('unknown block');
  return matchingLogs(context, block, filter);
}

async function logsOfRange(
  context: RpcContext,
  { first, last }: BlockRange,
  filter: LogFilter,
): Promise<readonly unknown[]> {
  const wanted = bloomQuestions(context, filter);
  const found: JsonLog[] = [];
  let dataChars = 0;
  for await (const { number, bloom } of context.store.bloomsBetween(first, last)) {
    if (!wanted.every((alternatives) => alternatives.some((bits) => mayContain(bloom, bits)))) continue;
    const block = context.store.blockByNumber(number);
    if (block === undefined) continue;
    for (const log of matchingLogs(context, block, filter)) {
      found.push(log);
      dataChars += log.data.length;
    }
    requireWithinLimits(context, found.length, dataChars);
  }
  return found;
}

function requireWithinLimits({ limits }: RpcContext, logs: number, dataChars: number): void {
  if (logs > limits.maxLogs) {
    throw new RpcError(RPC_LIMIT_EXCEEDED, `query returned more than ${limits.maxLogs} results`);
  }
  if (dataChars > limits.maxAnswerBytes) {
    throw new RpcError(RPC_LIMIT_EXCEEDED, `query returned more than ${limits.maxAnswerBytes} bytes`);
  }
}

function matchingLogs(context: RpcContext, block: SealedBlock, filter: LogFilter): readonly JsonLog[] {
  const receipts = context.store.receiptsOf(block.header.number);
  return logsToJson(block, receipts, context.rules, (log) => matches(filter, log));
}

function matches({ addresses, topics }: LogFilter, log: Log): boolean {
  if (!isAmong(log.address, addresses)) return false;
  return topics.every((alternatives, index) => {
    const topic = log.topics[index];
    return topic !== undefined && isAmong(topic, alternatives);
  });
}

function isAmong(value: Uint8Array, alternatives: readonly Uint8Array[]): boolean {
  return alternatives.length === 0 || alternatives.some((alternative) => equalsBytes(alternative, value));
}

/** The bits to look for: every list must have an alternative that the filter may contain. */
function bloomQuestions(context: RpcContext, filter: LogFilter): number[][][] {
  return [filter.addresses, ...filter.topics]
    .filter((alternatives) => alternatives.length > 0)
    .map((alternatives) => alternatives.map((item) => bloomBits(item, context.rules.crypto)));
}

function parseFilter(given: Readonly<Record<string, unknown>>): LogFilter {
  const { address, topics } = given;
  return {
    addresses: alternativesOf(address, 'address').map((one) => parseAddress(one, 'address').bytes),
    topics:
      topics === undefined || topics === null
        ? []
        : parseArray(topics, 'topics', MAX_TOPICS).map((topic) =>
            alternativesOf(topic, 'topics').map((one) => parseHash(one, 'topics')),
          ),
  };
}

/** Absent and null mean anything; a single value stands for a list of one. */
function alternativesOf(value: unknown, name: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? parseArray(value, name, MAX_ALTERNATIVES) : [value];
}

/** `undefined` when none of the blocks is there yet. */
function parseRange(context: RpcContext, given: Readonly<Record<string, unknown>>): BlockRange | undefined {
  const head = context.head().header.number;
  const first = boundary(context, given['fromBlock']);
  const last = boundary(context, given['toBlock']);
  if (first > last) throw invalidParams('filter: fromBlock is after toBlock');
  // Blocks that do not exist yet cost nothing and count for nothing; their numbers may be beyond a key's 64 bits.
  if (first > head) return undefined;
  const end = last < head ? last : head;
  if (end - first >= BigInt(context.limits.maxLogBlocks)) {
    throw new RpcError(RPC_LIMIT_EXCEEDED, `exceeds maximum block range: ${context.limits.maxLogBlocks}`);
  }
  return { first, last: end };
}

function boundary(context: RpcContext, value: unknown): bigint {
  const reference = parseBlockReference(value);
  if (reference.by === 'hash') throw invalidParams('filter: a boundary is a number or a tag');
  return reference.by === 'number' ? reference.number : numberOfTag(context, reference.tag);
}
