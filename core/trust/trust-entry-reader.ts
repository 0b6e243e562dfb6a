/** Reads trust entries back from the bytes of the sections `trust/<part>`: the inverse of `trust-entry-bytes.ts`. */
import { ByteReader } from '../bytes/byte-reader.ts';
import { BytesError } from '../bytes/errors.ts';
import { toHex, type Hex } from '../bytes/hex.ts';
import { fromUtf8 } from '../bytes/utf8.ts';
import type { LedgerEvent } from './ledger-event.ts';
import type { TrustEntry } from './trust-list.ts';

const WORD = 32;
const ADDRESS = 20;
/** No checkpoint set of the contract is larger. */
const MAX_SIGNERS = 1024;

/** All entries of one section, in order; throws a `BytesError` for anything but whole entries. */
export function readTrustEntries(section: Uint8Array): readonly TrustEntry[] {
  const input = new ByteReader(section);
  const entries: TrustEntry[] = [];
  while (input.left > 0) {
    const kind = input.u8();
    const timeSeconds = input.u64();
    entries.push({ timeSeconds, event: readEvent(kind, new Fields(input)) });
  }
  return entries;
}

/** The types of the contract's fields. */
class Fields {
  readonly #input: ByteReader;

  constructor(input: ByteReader) {
    this.#input = input;
  }

  word(): Hex {
    return this.#input.fixed(WORD);
  }

  address(): Hex {
    return this.#input.fixed(ADDRESS);
  }

  number(): number {
    return this.#input.u64();
  }

  u32(): number {
    return this.#input.u32();
  }

  u8(): number {
    return this.#input.u8();
  }

  text(): string {
    return this.#input.text();
  }

  bytes(): Hex {
    return toHex(this.#input.withLength());
  }

  letters(): string {
    const letters = fromUtf8(this.#input.raw(2));
    if (letters === undefined) throw unknown();
    return letters;
  }

  words(): readonly Hex[] {
    const count = this.#input.u32();
    if (count > MAX_SIGNERS) throw unknown();
    return Array.from({ length: count }, () => this.word());
  }
}

/** Members are evaluated in the order they are written in, which is the order of the bytes. */
function readEvent(kind: number, f: Fields): LedgerEvent {
  switch (kind) {
    case 1:
      return {
        event: 'AuthorityAdmitted',
        authority: f.word(),
        name: f.text(),
        jurisdiction: f.letters(),
        admin: f.address(),
        checkpointKey: f.word(),
      };
    case 2:
      return { event: 'AuthorityAdminChanged', authority: f.word(), admin: f.address() };
    case 3:
      return { event: 'AuthoritySuspended', authority: f.word() };
    case 4:
      return { event: 'AuthorityReinstated', authority: f.word(), effectiveFrom: f.number() };
    case 5:
      return {
        event: 'IssuerAccredited',
        issuer: f.word(),
        authority: f.word(),
        did: f.text(),
        types: f.u32(),
        from: f.number(),
        until: f.number(),
        admin: f.address(),
      };
    case 6:
      return { event: 'IssuerAccepted', issuer: f.word() };
    case 7:
      return {
        event: 'IssuerWidened',
        issuer: f.word(),
        types: f.u32(),
        effectiveFrom: f.number(),
        until: f.number(),
      };
    case 8:
      return { event: 'IssuerNarrowed', issuer: f.word(), types: f.u32(), until: f.number() };
    case 9:
      return { event: 'IssuerSuspended', issuer: f.word(), by: f.address() };
    case 10:
      return { event: 'IssuerReinstated', issuer: f.word(), effectiveFrom: f.number() };
    case 11:
      return {
        event: 'KeyAdded',
        issuer: f.word(),
        thumbprint: f.word(),
        algorithm: f.u8(),
        publicKey: f.bytes(),
        certificateDigest: f.word(),
        from: f.number(),
        until: f.number(),
      };
    case 12:
      return { event: 'KeyNarrowed', issuer: f.word(), thumbprint: f.word(), until: f.number() };
    case 13:
      return {
        event: 'KeyCompromised',
        issuer: f.word(),
        thumbprint: f.word(),
        compromisedFrom: f.number(),
      };
    case 14:
      return {
        event: 'AccountAdded',
        issuer: f.word(),
        account: f.address(),
        from: f.number(),
        until: f.number(),
      };
    case 15:
      return { event: 'AccountNarrowed', issuer: f.word(), account: f.address(), until: f.number() };
    case 16:
      return {
        event: 'AccountCompromised',
        issuer: f.word(),
        account: f.address(),
        compromisedFrom: f.number(),
      };
    case 17:
      return {
        event: 'ApproverAdded',
        issuer: f.word(),
        approver: f.address(),
        from: f.number(),
        until: f.number(),
      };
    case 18:
      return { event: 'ApproverNarrowed', issuer: f.word(), approver: f.address(), until: f.number() };
    case 19:
      return {
        event: 'CheckpointSetChanged',
        version: f.number(),
        threshold: f.u8(),
        keys: f.words(),
      };
    case 20:
      return {
        event: 'Predecessor',
        chainId: BigInt(f.word()),
        genesis: f.word(),
        finalCheckpoint: f.word(),
      };
    case 21:
      return {
        event: 'ContractReplaced',
        name: f.text(),
        previous: f.address(),
        next: f.address(),
        fromBlock: f.number(),
      };
    case 22:
      return {
        event: 'IssuerAdminNominated',
        issuer: f.word(),
        admin: f.address(),
        effectiveFrom: f.number(),
        by: f.address(),
      };
    case 23:
      return { event: 'IssuerAdminChanged', issuer: f.word(), admin: f.address() };
    default:
      throw unknown();
  }
}

function unknown(): BytesError {
  return new BytesError('BYTES_CUT_SHORT', 'not an entry of the trust list');
}
