/**
 * A ledger account's consent to serve an issuer, without which `TrustList.addAccount` takes nobody (EIP-712):
 * `ServeIssuer(bytes32 issuer,address account,uint64 deadline)` in the domain
 * `{name: "TrustList", version: "1", chainId, verifyingContract}`. The account's holder signs it and gives it to the
 * issuer's admin.
 */
import { hexlify, SigningKey, TypedDataEncoder } from 'ethers';
import type { Hex } from '../core/trust/ledger-event.ts';
import type { Deployment } from './deployment.ts';
import { addressOfKey } from './identifiers.ts';

export interface AccountConsent {
  readonly account: Hex;
  /** The last block time at which it counts, Unix seconds. */
  readonly deadline: number;
  /** 65 bytes. */
  readonly signature: Hex;
}

const TYPES = {
  ServeIssuer: [
    { name: 'issuer', type: 'bytes32' },
    { name: 'account', type: 'address' },
    { name: 'deadline', type: 'uint64' },
  ],
};

/** @param accountKey secp256k1, 32 bytes or hex */
export function consentToServe(
  accountKey: Uint8Array | string,
  what: { readonly deployment: Deployment; readonly issuer: Hex; readonly deadline: number },
): AccountConsent {
  const { deployment, issuer, deadline } = what;
  const account = addressOfKey(hexlify(accountKey));
  const domain = {
    name: 'TrustList',
    version: '1',
    chainId: deployment.chainId,
    verifyingContract: deployment.contracts.trustList.address,
  };
  const digest = TypedDataEncoder.hash(domain, TYPES, { issuer, account, deadline });
  const { serialized } = new SigningKey(hexlify(accountKey)).sign(digest);
  return { account, deadline, signature: serialized as Hex }; // ethers gives lowercase hex
}
