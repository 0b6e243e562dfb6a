/**
 * Founds the demonstration's ledger: starts the embedded node on its folder, deploys the contracts under the
 * governors' Safe, and has two of the three governors admit the authorities, each authority accredit its issuer,
 * and each issuer accept and register its key, ledger account and approvers. Every step is left out when the
 * ledger already says so, so a founding that was cut short goes on where it stopped.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fromJwk } from '../../core/credential/key.ts';
import { thumbprintOf } from '../../core/credential/thumbprint.ts';
import { LedgerState } from '../../core/trust/ledger-state.ts';
import { parseHeader } from '../../ledger/block-header.ts';
import { consentToServe } from '../../ledger/consent.ts';
import { admitAuthority, setCheckpointSet, type ConsortiumAct } from '../../ledger/consortium-acts.ts';
import { parseDeployment, formatDeployment, type Deployment } from '../../ledger/deployment.ts';
import { deployLedger } from '../../ledger/deploy.ts';
import { Governors } from '../../ledger/governors.ts';
import { addressOfKey as addressOf, authorityIdOf, issuerIdOf } from '../../ledger/identifiers.ts';
import { Replica } from '../../ledger/replica.ts';
import { LedgerRpc } from '../../ledger/rpc.ts';
import { signSafeTransaction } from '../../ledger/safe.ts';
import { Sender } from '../../ledger/sender.ts';
import { TrustListClient } from '../../ledger/trust-list.ts';
import { startNode, type StartedNode } from '../../node/server.ts';
import { makePrivateFolder, writeFileAtomically } from '../../service/files.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { readArtifact } from '../artifacts.ts';
import { DEMO_CHAIN_ID, type DemoMember } from './members.ts';
import { memberKeys, type LedgerKeys, type MemberKeys } from './keys.ts';

export interface Member extends DemoMember {
  readonly keys: MemberKeys;
  readonly publicKey: Uint8Array;
  readonly thumbprint: Uint8Array;
}

/** With its keys in `folder`, made when they are not there yet. */
export async function withKeys(member: DemoMember, folder: string): Promise<Member> {
  const keys = await memberKeys(folder, member.name);
  const publicKey = fromJwk(keys.issuer.signingKey);
  return { ...member, keys, publicKey, thumbprint: thumbprintOf(nodeCrypto, publicKey) };
}

/** Two of three. */
export const CHECKPOINT_THRESHOLD = 2;
const GOVERNORS_THRESHOLD = 2;
/** Between what the governors announce and what they carry out. A real consortium takes days. */
const GOVERNORS_DELAY_SECONDS = 2;
const YEAR_SECONDS = 365 * 24 * 3600;
const SEAL_INTERVAL_MS = 200;
const HEARTBEAT_SECONDS = 30;

export async function startDemoNode(
  folder: string,
  port: number,
  keys: LedgerKeys,
  members: readonly Member[],
  sealIntervalMs: number = SEAL_INTERVAL_MS,
): Promise<StartedNode> {
  await makePrivateFolder(folder);
  const genesisFile = join(folder, 'genesis.json');
  const allowlistFile = join(folder, 'permissions_config.toml');
  const genesis = await readOrCreate(genesisFile, () =>
    JSON.stringify({ timestampSeconds: Math.floor(Date.now() / 1000) }),
  );
  const accounts = [
    keys.deployer,
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
      sealIntervalMs,
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
export async function deployOnce(
  file: string,
  rpcUrl: string,
  keys: LedgerKeys,
  members: readonly Member[],
): Promise<Deployment> {
  const owners = members.map(({ keys: own }) => addressOf(own.governor));
  const text = await readOrCreate(file, async () =>
    formatDeployment(
      await deployLedger({
        rpcUrl,
        deployerKey: keys.deployer,
        governors: { owners, threshold: GOVERNORS_THRESHOLD, delaySeconds: GOVERNORS_DELAY_SECONDS },
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

  const acts = missingActs(trust, deployment, members);
  if (acts.length > 0) {
    const sender = new Sender({ rpc, privateKey: keys.deployer, chainId: deployment.chainId });
    const signers = members.slice(0, GOVERNORS_THRESHOLD);
    const governors = new Governors({
      rpc,
      sender,
      deployment,
      sign: (transaction) => signers.map(({ keys: own }) => signSafeTransaction(transaction, own.governor)),
    });
    const due = await governors.schedule(acts);
    await untilBlockTime(due, rpc, sender);
    await governors.carryOut(acts);
  }
  await Promise.all(members.map((member) => foundIssuer(member, { trust, deployment, clientOf })));
}

/** What the consortium has yet to decide. */
function missingActs(
  trust: LedgerState['trust'],
  deployment: Deployment,
  members: readonly Member[],
): readonly ConsortiumAct[] {
  const known = new Set([...trust.authorities()].map(({ id }) => id));
  const acts = members
    .filter(({ name }) => !known.has(authorityIdOf(name)))
    .map(({ name, jurisdiction, keys: { authorityAdmin, checkpointPublicKey: checkpointKey } }) =>
      admitAuthority(deployment, { name, jurisdiction, admin: addressOf(authorityAdmin), checkpointKey }),
    );
  if (trust.checkpointSet !== undefined) return acts;
  const checkpointKeys = members.map(({ keys: own }) => own.checkpointPublicKey);
  return [...acts, setCheckpointSet(deployment, checkpointKeys, CHECKPOINT_THRESHOLD)];
}

/** The embedded node seals on demand: when the time has come, an empty transaction to oneself makes it a block. */
async function untilBlockTime(seconds: number, rpc: LedgerRpc, sender: Sender): Promise<void> {
  for (;;) {
    const { timeSeconds } = parseHeader(await rpc.request('eth_getBlockByNumber', ['latest', false]));
    if (timeSeconds >= seconds) return;
    await delay(Math.max(MIN_WAIT_MS, seconds * 1000 - Date.now()));
    await sender.send({ to: sender.address, data: '0x' });
  }
}

const MIN_WAIT_MS = 50;

interface Founding {
  readonly trust: LedgerState['trust'];
  readonly deployment: Deployment;
  readonly clientOf: (privateKey: string) => TrustListClient;
}

async function foundIssuer(
  { name, did, types, keys, publicKey, thumbprint }: Member,
  { trust, deployment, clientOf }: Founding,
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
  if (!done('AccountAdded')) {
    const wish = { deployment, issuer, deadline: window.until };
    await issuerAdmin.addAccount(issuer, consentToServe(keys.issuer.ledgerAccountKey, wish), window);
  }
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
