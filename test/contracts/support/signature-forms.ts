/** Every other way to write down an ECDSA signature that somebody might accept. */
import { Signature } from 'ethers';

const SECP256K1_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/** By what is different; `signature` is 65 bytes r, s, v with a low s and v 27 or 28. */
export const OTHER_FORMS: Readonly<Record<string, (signature: string, signer: string) => string>> = {
  'with the high s, the other half of the pair': (signature) => {
    const { r, s, v } = Signature.from(signature);
    return `${r}${word(SECP256K1_ORDER - BigInt(s))}${v === 27 ? '1c' : '1b'}`;
  },
  'with the high s and the same v': (signature) => {
    const { r, s, v } = Signature.from(signature);
    return `${r}${word(SECP256K1_ORDER - BigInt(s))}${v.toString(16)}`;
  },
  'in the compact form of 64 bytes (ERC-2098)': (signature) => Signature.from(signature).compactSerialized,
  'with v 0 or 1': (signature) => `${signature.slice(0, -2)}0${Signature.from(signature).v - 27}`,
  'with the v of a chain (EIP-155)': (signature) => `${signature.slice(0, -2)}25`,
  'with a byte more': (signature) => `${signature}00`,
  'with a byte less': (signature) => signature.slice(0, -2),
  'twice in a row': (signature) => `${signature}${signature.slice(2)}`,
  'as ABI-encoded words': (signature) => {
    const { r, s, v } = Signature.from(signature);
    return `0x${word(BigInt(v))}${r.slice(2)}${s.slice(2)}`;
  },
  "as a Safe's contract signature (v 0, ERC-1271)": (_signature, signer) =>
    `0x${word(BigInt(signer))}${word(65n)}00${word(0n)}`,
  "as a Safe's approved hash (v 1)": (_signature, signer) => `0x${word(BigInt(signer))}${word(0n)}01`,
  'of zeros': () => `0x${'00'.repeat(65)}`,
  empty: () => '0x',
};

function word(value: bigint): string {
  return value.toString(16).padStart(64, '0');
}
