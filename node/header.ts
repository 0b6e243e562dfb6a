/**
 * Block headers and their seals.
 *
 * A header is London's list of 16 fields (Yellow Paper §4.3.2, EIP-1559) in the form EIP-225 (Clique) gives it:
 *
 *     extraData = 32 bytes vanity ‖ on epoch blocks the signers' addresses ‖ 65 bytes seal
 *     seal      = r ‖ s ‖ recovery over keccak256(rlp(header with extraData cut by its last 65 bytes))
 *     hash      = keccak256(rlp(header with the seal))
 *
 * The genesis block's vanity is the chain id, big endian, so that its hash stands for the chain id too; all others
 * are zero. One sealer is always "in turn": difficulty 2, and 1 for the genesis block. Nobody votes, so the beneficiary and
 * the nonce are zero; the beneficiary that contracts see as COINBASE is the sealer. The period is 0: a block is no earlier
 * than the one before it and may have the same second, so that blocks on demand never run ahead of the clock.
 */
import { RLP } from '@ethereumjs/rlp';
import {
  bigIntToUnpaddedBytes,
  bytesToBigInt,
  bytesToHex,
  concatBytes,
  equalsBytes,
  hexToBytes,
  KECCAK256_RLP_ARRAY,
  setLengthLeft,
} from '@ethereumjs/util';
import { EPOCH_LENGTH, type ChainRules } from './chain-rules.ts';
import { addressOfPublicKey, type LedgerCrypto } from './native-crypto.ts';

const VANITY_BYTES = 32;
const ADDRESS_BYTES = 20;
const SEAL_BYTES = 65;
const FIELD_COUNT = 16;
const GENESIS_DIFFICULTY = 1n;
const IN_TURN_DIFFICULTY = 2n;

/** The fields that differ from block to block. */
export interface HeaderFields {
  /** 32 bytes; zero for the genesis block. */
  readonly parentHash: Uint8Array;
  readonly number: bigint;
  readonly timestamp: bigint;
  readonly gasLimit: bigint;
  readonly gasUsed: bigint;
  readonly stateRoot: Uint8Array;
  readonly transactionsRoot: Uint8Array;
  readonly receiptsRoot: Uint8Array;
  /** 256 bytes. */
  readonly logsBloom: Uint8Array;
}

/** A header with everything that its hash covers. */
export interface Header extends HeaderFields {
  readonly ommersHash: Uint8Array;
  readonly beneficiary: Uint8Array;
  readonly difficulty: bigint;
  readonly extraData: Uint8Array;
  readonly mixHash: Uint8Array;
  readonly nonce: Uint8Array;
  readonly baseFeePerGas: bigint;
  readonly hash: Uint8Array;
}

/** The genesis header: it names the sealer and is itself not sealed (EIP-225). */
export function genesisHeader(fields: HeaderFields, rules: ChainRules): Header {
  return withHash(
    { ...constantFields(fields, GENESIS_DIFFICULTY), extraData: unsealedExtra(0n, rules) },
    rules.crypto,
  );
}

/** What a genesis header says of its chain: the chain id and who seals. Throws `RangeError` on another form. */
export function chainOfGenesis({ extraData }: Header): { chainId: number; sealer: `0x${string}` } {
  if (extraData.length !== VANITY_BYTES + ADDRESS_BYTES + SEAL_BYTES) {
    throw new RangeError('a genesis header names one sealer');
  }
  return {
    chainId: Number(bytesToBigInt(extraData.subarray(0, VANITY_BYTES))),
    sealer: bytesToHex(extraData.subarray(VANITY_BYTES, VANITY_BYTES + ADDRESS_BYTES)),
  };
}

/** Seals a header with the sealer's private key. */
export function sealHeader(fields: HeaderFields, privateKey: Uint8Array, rules: ChainRules): Header {
  const unsealed = {
    ...constantFields(fields, IN_TURN_DIFFICULTY),
    extraData: unsealedExtra(fields.number, rules),
  };
  const seal = rules.crypto.sign(sealDigest(unsealed, rules.crypto), privateKey);
  const extraData = concatBytes(unsealed.extraData.subarray(0, -SEAL_BYTES), seal);
  return withHash({ ...unsealed, extraData }, rules.crypto);
}

/** Lower-case hex address of whoever sealed the header, or `undefined` when the seal gives no key. */
export function recoverSealer(header: Header, crypto: LedgerCrypto): `0x${string}` | undefined {
  const seal = header.extraData.subarray(-SEAL_BYTES);
  const recovery = seal[SEAL_BYTES - 1];
  if (recovery !== 0 && recovery !== 1) return undefined;
  try {
    return addressOfPublicKey(
      crypto.recover(sealDigest(header, crypto), seal.subarray(0, 64), recovery),
      crypto,
    );
  } catch {
    return undefined;
  }
}

/** Whether the fields that this chain fixes have their values: the shape of an honest header. */
export function hasFixedFields(header: Header, rules: ChainRules): boolean {
  const difficulty = header.number === 0n ? GENESIS_DIFFICULTY : IN_TURN_DIFFICULTY;
  const extraData = concatBytes(
    unsealedExtra(header.number, rules).subarray(0, -SEAL_BYTES),
    header.extraData.subarray(-SEAL_BYTES),
  );
  const expected = headerToFields({ ...constantFields(header, difficulty), extraData });
  // `expected` has as many fields as any header.
  return headerToFields(header).every((field, i) => equalsBytes(field, expected[i]!));
}

/** The 16 fields in the order of their RLP list. */
export function headerToFields(header: Omit<Header, 'hash'>): Uint8Array[] {
  return [
    header.parentHash,
    header.ommersHash,
    header.beneficiary,
    header.stateRoot,
    header.transactionsRoot,
    header.receiptsRoot,
    header.logsBloom,
    bigIntToUnpaddedBytes(header.difficulty),
    bigIntToUnpaddedBytes(header.number),
    bigIntToUnpaddedBytes(header.gasLimit),
    bigIntToUnpaddedBytes(header.gasUsed),
    bigIntToUnpaddedBytes(header.timestamp),
    header.extraData,
    header.mixHash,
    header.nonce,
    bigIntToUnpaddedBytes(header.baseFeePerGas),
  ];
}

/** Reads a header from its 16 fields; throws `RangeError` on another shape. */
export function headerFromFields(fields: readonly unknown[], crypto: LedgerCrypto): Header {
  if (fields.length !== FIELD_COUNT || !fields.every((field) => field instanceof Uint8Array)) {
    throw new RangeError(`a header has ${FIELD_COUNT} fields`);
  }
  // The line above proved that there are 16 byte strings.
  const at = (index: number): Uint8Array => fields[index] as Uint8Array;
  return withHash(
    {
      parentHash: at(0),
      ommersHash: at(1),
      beneficiary: at(2),
      stateRoot: at(3),
      transactionsRoot: at(4),
      receiptsRoot: at(5),
      logsBloom: at(6),
      difficulty: bytesToBigInt(at(7)),
      number: bytesToBigInt(at(8)),
      gasLimit: bytesToBigInt(at(9)),
      gasUsed: bytesToBigInt(at(10)),
      timestamp: bytesToBigInt(at(11)),
      extraData: at(12),
      mixHash: at(13),
      nonce: at(14),
      baseFeePerGas: bytesToBigInt(at(15)),
    },
    crypto,
  );
}

function constantFields(fields: HeaderFields, difficulty: bigint): Omit<Header, 'hash' | 'extraData'> {
  return {
    parentHash: fields.parentHash,
    number: fields.number,
    timestamp: fields.timestamp,
    gasLimit: fields.gasLimit,
    gasUsed: fields.gasUsed,
    stateRoot: fields.stateRoot,
    transactionsRoot: fields.transactionsRoot,
    receiptsRoot: fields.receiptsRoot,
    logsBloom: fields.logsBloom,
    ommersHash: KECCAK256_RLP_ARRAY,
    beneficiary: new Uint8Array(20),
    difficulty,
    mixHash: new Uint8Array(32),
    nonce: new Uint8Array(8),
    baseFeePerGas: 0n,
  };
}

function unsealedExtra(number: bigint, rules: ChainRules): Uint8Array {
  const vanity = number === 0n ? rules.chainId : 0n;
  const signers = number % EPOCH_LENGTH === 0n ? hexToBytes(rules.sealer) : new Uint8Array(0);
  return concatBytes(
    setLengthLeft(bigIntToUnpaddedBytes(vanity), VANITY_BYTES),
    signers,
    new Uint8Array(SEAL_BYTES),
  );
}

function sealDigest(header: Omit<Header, 'hash'>, crypto: LedgerCrypto): Uint8Array {
  const extraData = header.extraData.subarray(0, -SEAL_BYTES);
  return crypto.keccak256(RLP.encode(headerToFields({ ...header, extraData })));
}

function withHash(header: Omit<Header, 'hash'>, crypto: LedgerCrypto): Header {
  return { ...header, hash: crypto.keccak256(RLP.encode(headerToFields(header))) };
}
