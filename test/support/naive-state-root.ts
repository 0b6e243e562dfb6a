/**
 * The state root as its definition says, from a whole history at once: nothing in common with `core/trust`,
 * whose oracle it is. Fields of trust events come from the contracts' own declarations.
 */
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { LedgerBlock, LedgerEvent } from '../../core/trust/ledger-event.ts';
import { ledgerEventsAbi } from '../../ledger/abi.ts';
import { naiveRoot } from './naive-merkle.ts';

/** Kinds of trust entries, counted from 1. New ones are added at the end and none is ever moved. */
const KINDS: readonly string[] = [
  'AuthorityAdmitted',
  'AuthorityAdminChanged',
  'AuthoritySuspended',
  'AuthorityReinstated',
  'IssuerAccredited',
  'IssuerAccepted',
  'IssuerWidened',
  'IssuerNarrowed',
  'IssuerSuspended',
  'IssuerReinstated',
  'KeyAdded',
  'KeyNarrowed',
  'KeyCompromised',
  'AccountAdded',
  'AccountNarrowed',
  'AccountCompromised',
  'ApproverAdded',
  'ApproverNarrowed',
  'CheckpointSetChanged',
  'Predecessor',
  'ContractReplaced',
  'IssuerAdminNominated',
  'IssuerAdminChanged',
];
const POLICY_KINDS: readonly string[] = [
  'PolicyPublished',
  'PolicyWithdrawn',
  'PolicyExpedited',
  'MappingPublished',
  'MappingWithdrawn',
  'MappingExpedited',
];
const PART = 1024;

interface Entry {
  readonly event: LedgerEvent;
  readonly timeSeconds: number;
}

export function naiveStateRoot(blocks: readonly LedgerBlock[]): Uint8Array {
  const names = [...naiveSections(blocks)].map(([name, bytes]) => {
    const digest = sha256(Buffer.concat([Buffer.from('hcl/section/1\0'), bytes]));
    return { name, leaf: sha256(Buffer.concat([Buffer.of(0, name.length), Buffer.from(name), digest])) };
  });
  names.sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
  return naiveRoot(names.map(({ leaf }) => leaf));
}

export function naiveSections(blocks: readonly LedgerBlock[]): ReadonlyMap<string, Buffer> {
  const all = blocks.flatMap(({ events, timeSeconds }) => events.map((event) => ({ event, timeSeconds })));
  const lists = new Map(Map.groupBy(all, ({ event, timeSeconds }) => listOf(event, timeSeconds)));
  for (const [name, entries] of lists) {
    if (name.startsWith('roots/short/')) lists.set(name.slice('roots/'.length), entries);
  }
  const sections = new Map<string, Buffer>();
  for (const [name, entries] of lists) {
    if (name.startsWith('conversions/')) {
      sections.set(name, Buffer.concat([progressOf(entries, 'spent'), progressOf(entries, 'acknowledged')]));
      continue;
    }
    const whole = entries.map(({ event, timeSeconds }) => entryOf(event, timeSeconds));
    // Of a root there are 32 bytes, on devices the first 20.
    const bytes = name.startsWith('short/')
      ? whole.map((entry) => Buffer.concat([entry.subarray(0, 20), entry.subarray(32)]))
      : whole;
    if (name.startsWith('status/')) {
      sections.set(name, bytes.at(-1) ?? Buffer.alloc(0));
      continue;
    }
    for (let part = 0; part * PART < bytes.length; part++) {
      const number = part.toString(16).padStart(8, '0');
      sections.set(`${name}/${number}`, Buffer.concat(bytes.slice(part * PART, (part + 1) * PART)));
    }
  }
  return sections;
}

function listOf(event: LedgerEvent, timeSeconds: number): string {
  if (event.event === 'BatchAnchored') {
    const day = new Date(timeSeconds * 1000).toISOString().slice(0, 10);
    return `roots/${event.class === 0 ? 'short' : 'long'}/${day}/${event.issuer.slice(2)}`;
  }
  if (event.event === 'StatusPublished') return `status/${event.issuer.slice(2)}`;
  if (event.event === 'ActsAnchored') return `acts/${event.issuer.slice(2)}`;
  if (event.event === 'NullifiersSpent' || event.event === 'ConversionsAcknowledged') {
    return `conversions/${event.source.slice(2)}/${event.target.slice(2)}`;
  }
  return POLICY_KINDS.includes(event.event) ? 'policies' : 'trust';
}

/** How far one side of a pair has come, from all that both sides ever wrote. */
function progressOf(entries: readonly Entry[], side: 'spent' | 'acknowledged'): Buffer {
  const [wanted, member] =
    side === 'spent'
      ? (['NullifiersSpent', 'nullifiers'] as const)
      : (['ConversionsAcknowledged', 'acknowledgements'] as const);
  const batches = entries
    .filter(({ event }) => event.event === wanted)
    .map(({ event, timeSeconds }) => {
      const fields = new Map<string, unknown>(Object.entries(event));
      const values = (fields.get(member) as readonly string[]).map(hex); // so says the event's type
      return { values, timeSeconds, account: hex(String(fields.get('account'))) };
    });
  const digest = batches.reduce<Buffer>((before, { values, timeSeconds, account }) => {
    return sha256(Buffer.concat([before, sha256(Buffer.concat([u64(timeSeconds), account, ...values]))]));
  }, Buffer.alloc(32));
  const count = batches.reduce((sum, { values }) => sum + values.length, 0);
  return Buffer.concat([u64(batches.length), u64(count), digest, u64(batches.at(-1)?.timeSeconds ?? 0)]);
}

function entryOf(event: LedgerEvent, timeSeconds: number): Buffer {
  if (event.event === 'BatchAnchored') {
    const { root, account, sequence, log2Size } = event;
    return Buffer.concat([hex(root), hex(account), u64(timeSeconds), u64(sequence), Buffer.of(log2Size)]);
  }
  if (event.event === 'StatusPublished') {
    const { version, listsRoot, actsDigest, nextUpdate } = event;
    return Buffer.concat([u64(version), hex(listsRoot), hex(actsDigest), u64(nextUpdate), u64(timeSeconds)]);
  }
  if (event.event === 'ActsAnchored') {
    const { root, log2Size, sequence, firstApprover, secondApprover } = event;
    const approvers = [hex(firstApprover), hex(secondApprover)];
    return Buffer.concat([hex(root), Buffer.of(log2Size), u64(sequence), u64(timeSeconds), ...approvers]);
  }
  const kinds = POLICY_KINDS.includes(event.event) ? POLICY_KINDS : KINDS;
  const kind = Buffer.of(kinds.indexOf(event.event) + 1);
  return Buffer.concat([kind, u64(timeSeconds), ...fieldsOf(event, event.event)]);
}

/** In the order, and by the types, of the contract's declaration. */
function fieldsOf(event: object, name: string): readonly Buffer[] {
  const values = new Map<string, unknown>(Object.entries(event));
  const inputs = ledgerEventsAbi.getEvent(name)?.inputs ?? [];
  return inputs.map((input) => field(input.type, values.get(input.name)));
}

function field(type: string, value: unknown): Buffer {
  if (type === 'bytes2') return Buffer.from(String(value));
  if (type === 'string') return withLength(Buffer.from(String(value)));
  if (type === 'bytes') return withLength(hex(String(value)));
  if (type === 'bytes32[]') {
    const words = value as readonly string[]; // so says the type
    return Buffer.concat([u32(words.length), ...words.map(hex)]);
  }
  if (!type.startsWith('uint')) return hex(String(value));
  const digits = Number(type.slice('uint'.length)) / 4;
  return Buffer.from(BigInt(String(value)).toString(16).padStart(digits, '0'), 'hex');
}

function withLength(bytes: Buffer): Buffer {
  return Buffer.concat([u32(bytes.length), bytes]);
}

function hex(text: string): Buffer {
  return Buffer.from(text.slice(2), 'hex');
}

function u32(value: number): Buffer {
  return Buffer.from(value.toString(16).padStart(8, '0'), 'hex');
}

function u64(value: number): Buffer {
  return Buffer.from(value.toString(16).padStart(16, '0'), 'hex');
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}
