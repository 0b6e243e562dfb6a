/** How the ledger names authorities, issuers and policies: by the Keccak-256 of their name, DID or id. */
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

/** `hk-entry` → the policy's 32 bytes on the ledger, under its authority. */
export function policyIdOf(policyId: string): Hex {
  return id(policyId) as Hex; // as above
}

/** The account of a secp256k1 private key (`0x` and 64 hex digits). */
export function addressOfKey(privateKey: string): Hex {
  return computeAddress(privateKey).toLowerCase() as Hex; // ethers gives `0x` hex with an EIP-55 checksum
}
