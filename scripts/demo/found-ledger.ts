/**
 * Founds the demonstration's ledger: starts the embedded node on its folder, deploys the contracts, and has
 * the governor admit the authorities, each authority accredit its issuer, and each issuer accept and register
 * its key, ledger account and approvers. Every step is left out when the ledger already says so, so a
 * founding that was cut short goes on where it stopped.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LedgerState } from '../../core/trust/ledger-state.ts';
import { parseDeployment, formatDeployment, type Deployment } from '../../ledger/deployment.ts';
import { deployLedger } from '../../ledger/deploy.ts';
import { addressOfKey as addressOf, authorityIdOf, issuerIdOf } from '../../ledger/identifiers.ts';
import { Replica } from '../../ledger/replica.ts';
import { LedgerRpc } from '../../ledger/rpc.ts';
import { Sender } from '../../ledger/sender.ts';
import { TrustListClient } from '../../ledger/trust-list.ts';
import { startNode, type StartedNode } from '../../node/server.ts';
import { makePrivateFolder, writeFileAtomically } from '../../service/files.ts';
import { readArtifact } from '../artifacts.ts';
import { DEMO_CHAIN_ID, type DemoMember } from './members.ts';
import type { LedgerKeys, MemberKeys } from './keys.ts';

export interface Member extends DemoMember {
  readonly keys: MemberKeys;
  readonly publicKey: Uint8Array;
  readonly thumbprint: Uint8Array;
}

/** Two of three. */
const CHECKPOINT_THRESHOLD = 2;
const YEAR_SECONDS = 365 * 24 * 3600;
const SEAL_INTERVAL_MS = 200;
const HEARTBEAT_SECONDS = 30;

export async function startDemoNode(
  folder: string,
  port: number,
  keys: LedgerKeys,
  members: readonly Member[],
): Promise<StartedNode> {
  await makePrivateFolder(folder);
  const genesisFile = join(folder, 'genesis.json');
  const allowlistFile = join(folder, 'permissions_config.toml');
  const genesis = await readOrCreate(genesisFile, () =>
    JSON.stringify({ timestampSeconds: Math.floor(Date.now() / 1000) }),
  );
  const accounts = [
    keys.governor,
    ...members.flatMap(({ keys: own }) => [own.authorityAdmin, own.issuerAdmin, own.issuer.ledgerAccountKey]),
  ];
  const quoted = accounts.map((key) => `"${addressOf(key)}"`).join(', ');
  await writeFileAtomically(allowlistFile, `accounts-allowlist=[${quoted}]\n`);
  const { timestampSeconds } = JSON.parse(genesis) as { timestampSeconds: number }; // written above, by us
  return await startNode(
    {
      dataFolder: join(folder, 'chain'),
      chainId: DEMO_CHAIN_ID,
      sealerPrivateKey: keys.sealer,
      genesis: { timestampSeconds },
      allowlistFile,
      sealIntervalMs: SEAL_INTERVAL_MS,
      heartbeatSeconds: HEARTBEAT_SECONDS,
      port,
    },
    {
      nowSeconds: () => Math.floor(Date.now() / 1000),
      onError: (error) =>
        process.stderr.write(
          `ledger node: ${error instanceof Error ? (error.stack ?? '') : String(error)}\n`,
        ),
    },
  );
}

/** Deploys unless the deployment file is there. */
export async function deployOnce(file: string, rpcUrl: string, keys: LedgerKeys): Promise<Deployment> {
  const text = await readOrCreate(file, async () =>
    formatDeployment(
      await deployLedger({
        rpcUrl,
        deployerKey: keys.governor,
        artifacts: readArtifact,
        wideningDelaySeconds: 0,
      }),
    ),
  );
  return parseDeployment(text);
}

export async function foundTrust(
  rpcUrl: string,
  deployment: Deployment,
  keys: LedgerKeys,
  members: readonly Member[],
): Promise<void> {
  const { trust } = await readState(rpcUrl, deployment);
  using rpc = new LedgerRpc({ url: rpcUrl });
  const clientOf = (privateKey: string): TrustListClient =>
    new TrustListClient({ sender: new Sender({ rpc, privateKey, chainId: deployment.chainId }), deployment });

  const known = new Set([...trust.authorities()].map(({ id }) => id));
  const governor = clientOf(keys.governor);
  for (const { name, jurisdiction, keys: own } of members) {
    if (known.has(authorityIdOf(name))) continue;
    const { checkpointPublicKey: checkpointKey } = own;
    await governor.admitAuthority({
      name,
      jurisdiction,
      admin: addressOf(own.authorityAdmin),
      checkpointKey,
    });
  }
  if (trust.checkpointSet === undefined) {
    const checkpointKeys = members.map(({ keys: own }) => own.checkpointPublicKey);
    await governor.setCheckpointSet(checkpointKeys, CHECKPOINT_THRESHOLD);
  }
  await Promise.all(members.map((member) => foundIssuer(member, trust, clientOf)));
}

async function foundIssuer(
  { name, did, types, keys, publicKey, thumbprint }: Member,
  trust: LedgerState['trust'],
  clientOf: (privateKey: string) => TrustListClient,
): Promise<void> {
  const issuer = issuerIdOf(did);
  const known = trust.issuer(issuer);
  const window = { from: 0, until: Math.floor(Date.now() / 1000) + YEAR_SECONDS };
  if (known === undefined) {
    const authority = authorityIdOf(name);
    const admin = addressOf(keys.issuerAdmin);
    await clientOf(keys.authorityAdmin).accredit({ authority, did, types, admin, ...window });
  }
  const issuerAdmin = clientOf(keys.issuerAdmin);
  const done = (event: string): boolean =>
    trust.history.some(
      (entry) => entry.event.event === event && 'issuer' in entry.event && entry.event.issuer === issuer,
    );
  const approvers = trust.history.filter(
    ({ event }) => event.event === 'ApproverAdded' && event.issuer === issuer,
  ).length;
  if (known?.acceptedAt === undefined) await issuerAdmin.acceptAccreditation(issuer);
  if (!done('KeyAdded')) await issuerAdmin.addKey(issuer, { thumbprint, publicKey, ...window });
  if (!done('AccountAdded'))
    await issuerAdmin.addAccount(issuer, addressOf(keys.issuer.ledgerAccountKey), window);
  for (const approver of keys.approvers.slice(approvers)) {
    await issuerAdmin.addApprover(issuer, addressOf(approver), window);
  }
}

/** What the ledger says now. */
export async function readState(rpcUrl: string, deployment: Deployment): Promise<LedgerState> {
  const state = new LedgerState();
  await using replica = await Replica.open({ rpcUrls: [rpcUrl], deployment }, { state });
  await replica.sync();
  return state;
}

async function readOrCreate(file: string, create: () => string | Promise<string>): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error; // fs throws nothing else
  }
  const text = await create();
  await writeFileAtomically(file, text);
  return text;
}
