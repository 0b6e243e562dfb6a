/**
 * A person's approval of a batch of legal acts, without which `StatusAnchor.anchorActs` takes none (EIP-712):
 * `ApproveActs(bytes32 issuer,bytes32 root,uint8 log2Size,uint64 sequence,uint64 deadline)` in the domain
 * `{name: "StatusAnchor", version: "1", chainId, verifyingContract}`. Two registered approvers sign, neither of
 * them the account that sends.
 */
import { hexlify, recoverAddress, Signature, SigningKey, TypedDataEncoder } from 'ethers';
import type { Hex } from '../core/trust/ledger-event.ts';
import type { Deployment } from './deployment.ts';
import { addressOfKey } from './identifiers.ts';

export interface ActBatchToApprove {
  /** 32 bytes. */
  readonly root: Uint8Array;
  readonly log2Size: number;
  /** The one that the batch will have: the issuer's last plus one. */
  readonly sequence: number;
  /** The last block time at which the approvals count, Unix seconds. */
  readonly deadline: number;
}

export interface ActApproval {
  readonly approver: Hex;
  /** 65 bytes. */
  readonly signature: Hex;
}

/** Where and for whom an approval counts. */
export interface ApprovalPlace {
  readonly deployment: Deployment;
  readonly issuer: Hex;
}

const TYPES = {
  ApproveActs: [
    { name: 'issuer', type: 'bytes32' },
    { name: 'root', type: 'bytes32' },
    { name: 'log2Size', type: 'uint8' },
    { name: 'sequence', type: 'uint64' },
    { name: 'deadline', type: 'uint64' },
  ],
};

/** @param approverKey secp256k1, 32 bytes or hex */
export function approveActs(
  approverKey: Uint8Array | string,
  place: ApprovalPlace,
  batch: ActBatchToApprove,
): ActApproval {
  const key = hexlify(approverKey);
  const { serialized } = new SigningKey(key).sign(digestOf(place, batch));
  return { approver: addressOfKey(key), signature: serialized as Hex }; // ethers gives lowercase hex
}

/** Whose signature it is; `undefined` unless it has the one form that the contract takes. */
export function approverOf(place: ApprovalPlace, batch: ActBatchToApprove, signature: Hex): Hex | undefined {
  try {
    const parsed = Signature.from(signature);
    // 65 bytes with v 27 or 28; ethers itself refuses a high s.
    if (parsed.serialized !== signature) return undefined;
    return recoverAddress(digestOf(place, batch), parsed).toLowerCase() as Hex; // an address
  } catch {
    return undefined;
  }
}

function digestOf({ deployment, issuer }: ApprovalPlace, batch: ActBatchToApprove): string {
  const { root, log2Size, sequence, deadline } = batch;
  const domain = {
    name: 'StatusAnchor',
    version: '1',
    chainId: deployment.chainId,
    verifyingContract: deployment.contracts.statusAnchor.address,
  };
  return TypedDataEncoder.hash(domain, TYPES, { issuer, root: hexlify(root), log2Size, sequence, deadline });
}
