/** Joins the issuer's ports to the contracts on the ledger, from this issuer's own account. */
import { fromBase64url } from '../core/bytes/base64url.ts';
import { approverOf } from '../ledger/act-approval.ts';
import { BatchAnchorClient } from '../ledger/batch-anchor.ts';
import type { Deployment } from '../ledger/deployment.ts';
import { issuerIdOf } from '../ledger/identifiers.ts';
import { LedgerRpc } from '../ledger/rpc.ts';
import { Sender, type SenderDependencies } from '../ledger/sender.ts';
import { StatusAnchorClient } from '../ledger/status-anchor.ts';
import { TrustReader } from '../ledger/trust-reader.ts';
import { connectConversions } from './conversion/ledger-port.ts';
import type { ConversionPort } from './conversion/ports.ts';
import type { KeyRegistryPort } from './keys/ports.ts';
import type { AnchorPort, StatusPort } from './ports.ts';

export interface LedgerPortsOptions {
  readonly rpcUrl: string;
  readonly deployment: Deployment;
  readonly did: string;
  /** secp256k1, `0x` hex. No other process may send with it. */
  readonly accountKey: string;
}

export interface LedgerPorts extends Disposable {
  readonly ledger: AnchorPort;
  readonly status: StatusPort;
  readonly registry: KeyRegistryPort;
  /** Absent on a ledger without the registry. */
  readonly conversion?: ConversionPort;
}

/** Asks nothing of the ledger yet. */
export function connectLedger(
  { rpcUrl, deployment, did, accountKey }: LedgerPortsOptions,
  dependencies: SenderDependencies = {},
): LedgerPorts {
  const rpc = new LedgerRpc({ url: rpcUrl });
  const sender = new Sender({ rpc, privateKey: accountKey, chainId: deployment.chainId }, dependencies);
  const issuer = issuerIdOf(did);
  const batches = new BatchAnchorClient({ rpc, deployment, sender, issuer });
  const statuses = new StatusAnchorClient({ rpc, deployment, sender, issuer });
  const trust = new TrustReader({ rpc, deployment });
  const conversion = connectConversions({ rpc, rpcUrl, deployment, sender, issuer });
  return {
    ledger: {
      account: sender.address,
      anchor: (batch) => batches.anchor(batch),
      find: (root) => batches.find(issuer, root),
      sequence: () => batches.sequence(issuer),
      anchoredAfter: (sequence) => batches.anchoredAfter(issuer, sequence),
    },
    status: {
      account: sender.address,
      publish: (next) => statuses.publish(next),
      current: () => statuses.current(issuer),
      publishedAfter: (version) => statuses.publishedAfter(issuer, version),
      approverOf: (batch, signature) => approverOf({ deployment, issuer }, batch, signature),
      isApprover: (approver) => statuses.isApprover(issuer, approver),
      actSequence: () => statuses.actSequence(issuer),
      anchorActs: (batch, approvals) => statuses.anchorActs(batch, approvals),
    },
    registry: {
      async find(kid) {
        const grant = await trust.keyGrant(issuer, fromBase64url(kid));
        // Read after the grant: a time that is older than it could make it look too early.
        return grant === undefined
          ? undefined
          : { ...grant, ledgerTimeSeconds: await trust.headTimeSeconds() };
      },
    },
    ...(conversion === undefined ? {} : { conversion }),
    [Symbol.dispose]: () => {
      void conversion?.[Symbol.asyncDispose]();
      rpc[Symbol.dispose]();
    },
  };
}
