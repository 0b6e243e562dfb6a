/**
 * The embedded ledger on a free port of loopback and in a folder of its own, with the consortium's contracts
 * on it and one issuer ready to anchor. Keys are derived from labels.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { p256 } from '@noble/curves/nist.js';
import { computeAddress, getBytes, id } from 'ethers';
import type { CredentialType } from '../../../core/credential/credential-type.ts';
import { thumbprintOf } from '../../../core/credential/thumbprint.ts';
import type { Hex } from '../../../core/trust/ledger-event.ts';
import { BatchAnchorClient } from '../../../ledger/batch-anchor.ts';
import { consentToServe } from '../../../ledger/consent.ts';
import { deployLedger } from '../../../ledger/deploy.ts';
import type { Deployment } from '../../../ledger/deployment.ts';
import { authorityIdOf, issuerIdOf } from '../../../ledger/identifiers.ts';
import { LedgerRpc } from '../../../ledger/rpc.ts';
import { Sender } from '../../../ledger/sender.ts';
import { TrustListClient } from '../../../ledger/trust-list.ts';
import { startNode, type StartedNode } from '../../../node/server.ts';
import { readArtifact } from '../../../scripts/artifacts.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';

export const CHAIN_ID = 20_221_221;
export const GENESIS_SECONDS = 1_671_580_800;
export const FAR_FUTURE = 4_000_000_000;
export const ISSUER_DID = 'did:web:clinic.example';
export const ISSUER: Hex = issuerIdOf(ISSUER_DID);
export const AUTHORITY: Hex = authorityIdOf('HK-DH');
/** The base point of P-256: a key that nobody signs with. */
export const ISSUER_KEY: { readonly publicKey: Uint8Array; readonly thumbprint: Uint8Array } = {
  publicKey: p256.Point.BASE.toBytes(false),
  thumbprint: thumbprintOf(nodeCrypto, p256.Point.BASE.toBytes(false)),
};

const ROLES = [
  'governor',
  'authority',
  'issuer',
  'account',
  'stranger',
  'otherAuthority',
  'otherAccount',
] as const;
export type Role = (typeof ROLES)[number];

export function keyOf(role: Role): Uint8Array {
  return getBytes(id(`test key of the ${role}`));
}

export function addressOf(role: Role): Hex {
  return computeAddress(id(`test key of the ${role}`)).toLowerCase() as Hex;
}

export interface TestNode extends AsyncDisposable {
  readonly url: string;
  readonly node: StartedNode['node'];
}

/** A node with an empty chain; `sealer` makes chains with different genesis blocks. */
export async function startTestNode(
  options: { chainId?: number; sealer?: string; nowSeconds?: () => number } = {},
): Promise<TestNode> {
  const folder = await mkdtemp(join(tmpdir(), 'hcl-ledger-'));
  const allowlistFile = join(folder, 'permissions.toml');
  const accounts = ROLES.map((role) => `"${addressOf(role)}"`).join(', ');
  await writeFile(allowlistFile, `accounts-allowlist=[${accounts}]\n`);
  const started = await startNode(
    {
      dataFolder: join(folder, 'chain'),
      chainId: options.chainId ?? CHAIN_ID,
      sealerPrivateKey: getBytes(id(options.sealer ?? 'test sealer')),
      genesis: { timestampSeconds: GENESIS_SECONDS },
      allowlistFile,
      port: 0,
      limits: { maxClockLeadSeconds: 2 ** 32 },
    },
    { nowSeconds: options.nowSeconds ?? (() => GENESIS_SECONDS) },
  );
  return {
    url: started.url,
    node: started.node,
    async [Symbol.asyncDispose]() {
      await started.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export function deployTo(url: string): Promise<Deployment> {
  return deployLedger({
    rpcUrl: url,
    deployerKey: keyOf('governor'),
    artifacts: readArtifact,
    wideningDelaySeconds: 0,
  });
}

/** What one role can do through one endpoint. */
export interface Hand extends Disposable {
  readonly rpc: LedgerRpc;
  readonly sender: Sender;
  readonly trust: TrustListClient;
  readonly batches: BatchAnchorClient;
}

export function handOf(
  role: Role,
  url: string,
  deployment: Deployment,
  times: { readonly timeoutMs?: number; readonly patienceMs?: number } = {},
): Hand {
  const { timeoutMs = 5_000, patienceMs = 20_000 } = times;
  const rpc = new LedgerRpc({ url, timeoutMs });
  const sender = new Sender({ rpc, privateKey: keyOf(role), chainId: deployment.chainId, patienceMs });
  return {
    rpc,
    sender,
    trust: new TrustListClient({ sender, deployment }),
    batches: new BatchAnchorClient({ rpc, deployment, sender, issuer: ISSUER }),
    [Symbol.dispose]: () => rpc[Symbol.dispose](),
  };
}

const TYPES: readonly CredentialType[] = ['vaccination', 'test'];

/** Admits the authority, accredits the issuer and gives it its account: five acts. */
export async function admitIssuer(
  url: string,
  deployment: Deployment,
  { types = TYPES }: { readonly types?: readonly CredentialType[] } = {},
): Promise<void> {
  using governor = handOf('governor', url, deployment);
  using authority = handOf('authority', url, deployment);
  using issuer = handOf('issuer', url, deployment);
  await governor.trust.admitAuthority({
    name: 'HK-DH',
    jurisdiction: 'HK',
    admin: addressOf('authority'),
    checkpointKey: getBytes(id('checkpoint key')),
  });
  await authority.trust.accredit({
    authority: AUTHORITY,
    did: ISSUER_DID,
    types,
    from: 0,
    until: FAR_FUTURE,
    admin: addressOf('issuer'),
  });
  await issuer.trust.acceptAccreditation(ISSUER);
  await issuer.trust.addKey(ISSUER, {
    ...ISSUER_KEY,
    from: 0,
    until: FAR_FUTURE,
  });
  await addAccount(issuer, 'account', deployment);
}

/** Registers an account with its consent. */
export async function addAccount(issuer: Hand, role: Role, deployment: Deployment): Promise<void> {
  const consent = consentToServe(keyOf(role), { deployment, issuer: ISSUER, deadline: FAR_FUTURE });
  await issuer.trust.addAccount(ISSUER, consent, { from: 0, until: FAR_FUTURE });
}

/** Root number `n` of a test. */
export function rootOf(n: number): Uint8Array {
  return getBytes(id(`root ${n}`));
}
