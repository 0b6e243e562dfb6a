/**
 * Private keys that everybody has: examples of specifications and accounts of development chains. Named by the first
 * eight bytes of the SHA-256 of the 32-byte scalar, so that no key stands here; `test/issuer/keys/known-keys.test.ts`
 * derives them again from their sources.
 */
import { toHex } from '../../core/bytes/hex.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';

const P256_EXAMPLES: readonly string[] = [
  // RFC 7515 A.3
  'cfcef6cfb631f2a3',
  // RFC 7517 A.2
  '43e4b74131385aec',
  // RFC 7518 C, Alice
  '3f0d6c04e0ef9d85',
  // RFC 7518 C, Bob
  'a5b182889c63ece3',
  // RFC 6979 A.2.5
  'b70385660302dca8',
  // RFC 8392 A.2.3
  '660fce56ce4d99b4',
  // SMART Health Cards, example issuer
  '666d90b269c5f87e',
  // SD-JWT, example issuer
  'e8efff3a73c2821c',
];

/** Mnemonic `test test … junk`, `m/44'/60'/0'/0/0` to `/19`: Hardhat and anvil. */
const HARDHAT: readonly string[] = [
  '59891c96881dfbcf',
  'bca4c2c0761d850f',
  '193ae84c4c9567c2',
  'e25a680eff8baac7',
  '6718ba8966161cc8',
  'ac29b3735d1b5718',
  '93e372c67f7238fa',
  '59ad99d565557cc0',
  '2d1831e800ec18fe',
  '25061aad2bb09178',
  'ea72a3e7d4937af3',
  'e77b7f2257fe244c',
  '3d10abbc9c3e287b',
  '6503803831c946cd',
  '74f97a55058da1ba',
  'b8acf5d5eb4e7fd0',
  'a9c85ef9ebbbe068',
  'c188a572f30c631c',
  'ac70e04ef12b755b',
  'fd375fcf38ac71dd',
];

/** Mnemonic `myth like bonus scare …`, the first ten: `ganache --deterministic`. */
const GANACHE: readonly string[] = [
  '433b2e1dfcf07cc1',
  'a5088b88526dfdbe',
  'b3146d642538d280',
  '34ec71e14eadf154',
  'cf5f090ef5ad175d',
  '0bf58c4947650475',
  '3407c1890d719a17',
  'c065f5ffb9bb9a19',
  '4a95cb3ba84ec644',
  '7ebf8ed1e0c24a0a',
];

/** Mnemonic `candy maple cake sugar …`, the first ten: `truffle develop`; two of them are Besu's too. */
const TRUFFLE: readonly string[] = [
  '5a801427c8b7be62',
  '5683701095df1272',
  '4998ff08a7813035',
  '69b8f3f9f4e2873c',
  '49b7a6a8b8a6392a',
  '77b8a0f88a30eba7',
  'dfc44dbc519c691c',
  'dddb340ae3e6a05f',
  'f810d868d21fd859',
  'd79f6da7f0e6e385',
];

/** Besu's development network, the first account; the others are Truffle's. */
const BESU = 'e3617fe4c44f9feb';

const KNOWN: ReadonlySet<string> = new Set([...P256_EXAMPLES, ...HARDHAT, ...GANACHE, ...TRUFFLE, BESU]);
const NAME_BYTES = 8;

/** Whether everybody knows this private key. @param scalar 32 bytes, of either curve */
export function isWellKnownKey(scalar: Uint8Array): boolean {
  return KNOWN.has(toHex(nodeCrypto.sha256(scalar).subarray(0, NAME_BYTES)).slice(2));
}
