/** How the ledger names authorities and issuers: by the Keccak-256 of their name or DID. Policies: `policy-id.ts`. */
import { computeAddress, id } from 'ethers';
import type { Hex } from '../core/trust/ledger-event.ts';

/** `did:web:health.example` → the issuer's 32 bytes on the ledger. */
export function issuerIdOf(did: string): Hex {
  return id(did) as Hex; // ethers' id is keccak256 of the UTF-8 bytes, lowercase hex
}

/** `HK-DH` → the authority's 32 bytes on the ledger. */
export function authorityIdOf(name: string): Hex {
  return id(name) as Hex; // as above
}

/** The account of a secp256k1 private key (`0x` and 64 hex digits). */
export function addressOfKey(privateKey: string): Hex {
  return computeAddress(privateKey).toLowerCase() as Hex; // ethers gives `0x` hex with an EIP-55 checksum
}
