/** How the ledger names authorities and issuers: by the Keccak-256 of their name or DID. */
import { id } from 'ethers';
import type { Hex } from '../core/trust/ledger-event.ts';

/** `did:web:health.example` → the issuer's 32 bytes on the ledger. */
export function issuerIdOf(did: string): Hex {
  return id(did) as Hex; // ethers' id is keccak256 of the UTF-8 bytes, lowercase hex
}

/** `HK-DH` → the authority's 32 bytes on the ledger. */
export function authorityIdOf(name: string): Hex {
  return id(name) as Hex; // as above
}
