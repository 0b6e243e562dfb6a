/**
 * A trust event as the section `trust` of the state root holds it:
 *
 *   kind u8 ‖ time of the block u64, Unix seconds ‖ the event's fields in the order of its declaration in
 *   `contracts/interfaces/ITrustList.sol`
 *
 * Numbers are big endian: ids, roots and digests 32 bytes, addresses 20, times, versions and block numbers u64,
 * type masks u32, thresholds and algorithms u8, a jurisdiction its two letters, a chain id 32 bytes; text
 * (UTF-8) and byte strings follow their length as u32, a list of keys its count as u32. A time beyond 2^53 - 1
 * is that number (`ledger/decode-event.ts`).
 *
 * Kinds are never renumbered: a new event takes the next one, so that older histories keep their bytes.
 */
import type { ByteWriter } from '../bytes/byte-writer.ts';
import { fromHex } from '../bytes/hex.ts';
import { toUtf8 } from '../bytes/utf8.ts';
import { invariant } from '../errors.ts';
import type { LedgerEvent } from './ledger-event.ts';
import type { TrustEntry } from './trust-list.ts';

const WORD = 32;
const ADDRESS = 20;

export function writeTrustEntry(out: ByteWriter, { event, timeSeconds }: TrustEntry): void {
  out.u8(kindOf(event)).u64(timeSeconds);
  writeFields(out, event);
}

function kindOf({ event }: LedgerEvent): number {
  switch (event) {
    case 'AuthorityAdmitted':
      return 1;
    case 'AuthorityAdminChanged':
      return 2;
    case 'AuthoritySuspended':
      return 3;
    case 'AuthorityReinstated':
      return 4;
    case 'IssuerAccredited':
      return 5;
    case 'IssuerAccepted':
      return 6;
    case 'IssuerWidened':
      return 7;
    case 'IssuerNarrowed':
      return 8;
    case 'IssuerSuspended':
      return 9;
    case 'IssuerReinstated':
      return 10;
    case 'KeyAdded':
      return 11;
    case 'KeyNarrowed':
      return 12;
    case 'KeyCompromised':
      return 13;
    case 'AccountAdded':
      return 14;
    case 'AccountNarrowed':
      return 15;
    case 'AccountCompromised':
      return 16;
    case 'ApproverAdded':
      return 17;
    case 'ApproverNarrowed':
      return 18;
    case 'CheckpointSetChanged':
      return 19;
    case 'Predecessor':
      return 20;
    case 'ContractReplaced':
      return 21;
    case 'IssuerAdminNominated':
      return 22;
    case 'IssuerAdminChanged':
      return 23;
    case 'BatchAnchored':
    case 'StatusPublished':
    case 'ActsAnchored':
    case 'PolicyPublished':
    case 'PolicyWithdrawn':
    case 'PolicyExpedited':
    case 'MappingPublished':
    case 'MappingWithdrawn':
    case 'MappingExpedited':
    case 'NullifiersSpent':
    case 'ConversionsAcknowledged':
      return elsewhere(event);
  }
}

function writeFields(out: ByteWriter, event: LedgerEvent): void {
  switch (event.event) {
    case 'AuthorityAdmitted':
      out.fixed(event.authority, WORD).text(event.name).raw(toLetters(event.jurisdiction));
      out.fixed(event.admin, ADDRESS).fixed(event.checkpointKey, WORD);
      return;
    case 'AuthorityAdminChanged':
      out.fixed(event.authority, WORD).fixed(event.admin, ADDRESS);
      return;
    case 'AuthoritySuspended':
      out.fixed(event.authority, WORD);
      return;
    case 'AuthorityReinstated':
      out.fixed(event.authority, WORD).u64(event.effectiveFrom);
      return;
    case 'IssuerAccredited':
      out.fixed(event.issuer, WORD).fixed(event.authority, WORD).text(event.did);
      out.u32(event.types).u64(event.from).u64(event.until).fixed(event.admin, ADDRESS);
      return;
    case 'IssuerAccepted':
      out.fixed(event.issuer, WORD);
      return;
    case 'IssuerWidened':
      out.fixed(event.issuer, WORD).u32(event.types).u64(event.effectiveFrom).u64(event.until);
      return;
    case 'IssuerNarrowed':
      out.fixed(event.issuer, WORD).u32(event.types).u64(event.until);
      return;
    case 'IssuerSuspended':
      out.fixed(event.issuer, WORD).fixed(event.by, ADDRESS);
      return;
    case 'IssuerReinstated':
      out.fixed(event.issuer, WORD).u64(event.effectiveFrom);
      return;
    case 'KeyAdded':
      out.fixed(event.issuer, WORD).fixed(event.thumbprint, WORD).u8(event.algorithm);
      out.withLength(fromHex(event.publicKey)).fixed(event.certificateDigest, WORD);
      out.u64(event.from).u64(event.until);
      return;
    case 'KeyNarrowed':
      out.fixed(event.issuer, WORD).fixed(event.thumbprint, WORD).u64(event.until);
      return;
    case 'KeyCompromised':
      out.fixed(event.issuer, WORD).fixed(event.thumbprint, WORD).u64(event.compromisedFrom);
      return;
    case 'AccountAdded':
      out.fixed(event.issuer, WORD).fixed(event.account, ADDRESS).u64(event.from).u64(event.until);
      return;
    case 'AccountNarrowed':
      out.fixed(event.issuer, WORD).fixed(event.account, ADDRESS).u64(event.until);
      return;
    case 'AccountCompromised':
      out.fixed(event.issuer, WORD).fixed(event.account, ADDRESS).u64(event.compromisedFrom);
      return;
    case 'ApproverAdded':
      out.fixed(event.issuer, WORD).fixed(event.approver, ADDRESS).u64(event.from).u64(event.until);
      return;
    case 'ApproverNarrowed':
      out.fixed(event.issuer, WORD).fixed(event.approver, ADDRESS).u64(event.until);
      return;
    case 'CheckpointSetChanged':
      out.u64(event.version).u8(event.threshold).u32(event.keys.length);
      for (const key of event.keys) out.fixed(key, WORD);
      return;
    case 'Predecessor':
      out.raw(toWord(event.chainId)).fixed(event.genesis, WORD).fixed(event.finalCheckpoint, WORD);
      return;
    case 'ContractReplaced':
      out.text(event.name).fixed(event.previous, ADDRESS).fixed(event.next, ADDRESS).u64(event.fromBlock);
      return;
    case 'IssuerAdminNominated':
      out.fixed(event.issuer, WORD).fixed(event.admin, ADDRESS).u64(event.effectiveFrom);
      out.fixed(event.by, ADDRESS);
      return;
    case 'IssuerAdminChanged':
      out.fixed(event.issuer, WORD).fixed(event.admin, ADDRESS);
      return;
    case 'BatchAnchored':
    case 'StatusPublished':
    case 'ActsAnchored':
    case 'PolicyPublished':
    case 'PolicyWithdrawn':
    case 'PolicyExpedited':
    case 'MappingPublished':
    case 'MappingWithdrawn':
    case 'MappingExpedited':
    case 'NullifiersSpent':
    case 'ConversionsAcknowledged':
      elsewhere(event.event);
  }
}

function elsewhere(event: string): never {
  invariant(false, `${event} is not about trust`);
}

/** `bytes2`, which is two letters as long as the contract checks them. */
function toLetters(jurisdiction: string): Uint8Array {
  const letters = toUtf8(jurisdiction);
  invariant(letters.length === 2, 'a jurisdiction has two letters');
  return letters;
}

function toWord(value: bigint): Uint8Array {
  return fromHex(`0x${value.toString(16).padStart(2 * WORD, '0')}`);
}
