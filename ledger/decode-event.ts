/**
 * A log of one of our contracts → {@link LedgerEvent}. Strict: a log that is none of the events of
 * `contracts/interfaces/`, or not their canonical encoding, stops the reader, for a state built on
 * half-understood history is wrong.
 *
 * The decoder is our own: a replica reads every event there ever was, and ethers takes a hundred times as long.
 */
import { Buffer } from 'node:buffer';
import { id } from 'ethers';
import type { Hex, LedgerEvent } from '../core/trust/ledger-event.ts';
import { ledgerEventsAbi } from './abi.ts';
import { WordReader } from './abi-words.ts';
import { LedgerError } from './errors.ts';

const LATEST = BigInt(Number.MAX_SAFE_INTEGER);

export interface RawLog {
  readonly address: Hex;
  /** Up to four times 32 bytes; the first is the event's selector. */
  readonly topics: readonly Hex[];
  readonly data: Hex;
}

interface Parameter {
  readonly name: string;
  readonly type: string;
}

interface EventShape {
  readonly name: string;
  readonly indexed: readonly Parameter[];
  readonly unindexed: readonly Parameter[];
}

/** OpenZeppelin's events about who governs a contract. The manager is pinned by the deployment file. */
const PASSED_OVER: ReadonlySet<string> = new Set([id('AuthorityUpdated(address)')]);

const SHAPES: ReadonlyMap<string, EventShape> = readShapes();

/**
 * The event of a log, or `undefined` for OpenZeppelin's `AuthorityUpdated`.
 *
 * Throws `LEDGER_UNKNOWN_EVENT` for any other log and for values that cannot be (a time above 2^53).
 */
export function decodeEvent(log: RawLog): LedgerEvent | undefined {
  const selector = log.topics[0] ?? '';
  if (PASSED_OVER.has(selector)) return undefined;
  const shape = SHAPES.get(selector);
  if (shape === undefined) throw unknownEvent(log);
  try {
    const fields: Record<string, unknown> = { event: shape.name };
    readInto(
      fields,
      shape.indexed,
      log.topics
        .slice(1)
        .map((topic) => topic.slice(2))
        .join(''),
    );
    readInto(fields, shape.unindexed, log.data.slice(2));
    // The ABI has exactly the names and types of LedgerEvent's members: test/ledger/decode-event.test.ts.
    return fields as LedgerEvent;
  } catch (cause) {
    throw unknownEvent(log, cause);
  }
}

function readInto(fields: Record<string, unknown>, parameters: readonly Parameter[], hex: string): void {
  const reader = new WordReader(hex, parameters.length);
  for (const { name, type } of parameters) fields[name] = readField(reader, type);
  reader.end();
}

function readField(reader: WordReader, type: string): unknown {
  switch (type) {
    case 'bytes32':
      return reader.bytes(32);
    case 'address':
      return reader.address();
    case 'bytes2':
      return toText(reader.bytes(2)); // two letters of ISO 3166-1
    case 'uint256':
      return reader.unsigned(256);
    case 'string':
      return toText(reader.dynamicBytes());
    case 'bytes':
      return reader.dynamicBytes();
    case 'bytes32[]':
      return reader.dynamicWords();
    default:
      return toSafeNumber(reader.unsigned(Number(type.slice('uint'.length))));
  }
}

/**
 * The contracts let an issuer name any 64-bit time, "for ever" included, so what a number cannot say exactly
 * is read as the latest time it can: 285 million years ahead. Refusing it would let one issuer stop every
 * replica. Sequences and versions count up from 1 and stay far below.
 */
function toSafeNumber(value: bigint): number {
  return Number(value > LATEST ? LATEST : value);
}

function toText(hex: Hex): string {
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(hex.slice(2), 'hex'));
}

function readShapes(): ReadonlyMap<string, EventShape> {
  const shapes = new Map<string, EventShape>();
  ledgerEventsAbi.forEachEvent(({ name, topicHash, inputs }) => {
    const indexed = inputs.filter((input) => input.indexed === true);
    const unindexed = inputs.filter((input) => input.indexed !== true);
    shapes.set(topicHash, { name, indexed, unindexed });
  });
  return shapes;
}

function unknownEvent(log: RawLog, cause?: unknown): LedgerError {
  return new LedgerError(
    'LEDGER_UNKNOWN_EVENT',
    `a log of ${log.address} with selector ${log.topics[0] ?? 'none'} is not an event we know`,
    { cause },
  );
}
