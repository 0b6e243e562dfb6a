/**
 * The demonstration consortium in one process: the ledger's node, an issuer for each member and a verifier,
 * each listening on a port of its own and talking to the others over HTTP only.
 */
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { foundWitness, startWitness, type StartedWitness } from '../../auditor/witness/server.ts';
import { writeConsortiumFile, type ConsortiumFile } from '../../cli/consortium-file.ts';
import { originOf } from '../../core/bundle/checkpoint.ts';
import { toHex } from '../../core/bytes/hex.ts';
import { BUDGET_DEFAULTS, budgetRules, type BudgetConfig } from '../../issuer/budget/rules.ts';
import { connectLedger } from '../../issuer/ledger-ports.ts';
import { startIssuer, type StartedIssuer } from '../../issuer/server.ts';
import { toIssuerConfig } from '../../issuer/config.ts';
import type { Deployment } from '../../ledger/deployment.ts';
import type { StartedNode } from '../../node/server.ts';
import { createRandomBytes } from '../../service/clock.ts';
import { makePrivateFolder, writeFileAtomically } from '../../service/files.ts';
import { createLogger } from '../../service/logging.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { VERIFIER_DEFAULTS, type BundleConfig } from '../../verifier/config.ts';
import { startVerifier, type StartedVerifier } from '../../verifier/server.ts';
import { buildPages } from '../build-pages.ts';
import {
  CHECKPOINT_THRESHOLD,
  deployOnce,
  foundTrust,
  startDemoNode,
  withKeys,
  type Member,
} from './found-ledger.ts';
import { demoHealthPolicies, demoMappings } from './demo-day.ts';
import { foundMappings } from './found-mappings.ts';
import { foundPolicies, policiesToday } from './found-policies.ts';
import { ledgerKeys, noteKey } from './keys.ts';
import { DEMO_MEMBERS, demoPorts } from './members.ts';

export interface DemoIssuer {
  readonly member: Member;
  readonly url: string;
}

export interface DemoConsortium extends AsyncDisposable {
  readonly deployment: Deployment;
  readonly nodeUrl: string;
  readonly verifierUrl: string;
  readonly issuers: readonly DemoIssuer[];
  readonly file: ConsortiumFile;
}

/** Batches close after a quarter of a second here; a real issuer waits 30 seconds or 10 minutes for company. */
const WINDOW_MS = 250;
const STATUS_FRESH_SECONDS = 86_400;
const LOG_LEVEL = 'warn';
const BUNDLE_SECONDS = 5;
const SHORT_DAYS = 30;
/** People try the demonstration at night too. */
const DEMO_BUDGET: BudgetConfig = {
  rules: budgetRules({ ...BUDGET_DEFAULTS, perNight: BUDGET_DEFAULTS.perHour }),
  utcOffsetMinutes: 480,
};

/** Starts everything on `dataFolder`, or comes back to what is there. `say` hears of each step. */
export async function startConsortium(
  dataFolder: string,
  say: (step: string) => void,
): Promise<DemoConsortium> {
  await using started = new AsyncDisposableStack();
  await makePrivateFolder(dataFolder);
  const folder = (...parts: string[]): string => join(dataFolder, ...parts);
  const ports = demoPorts();

  say('Keys, the issuers’ sealed (not for real use: what unlocks them, unlock.key, lies beside them)');
  const keys = await ledgerKeys(folder('keys'));
  const members = await Promise.all(DEMO_MEMBERS.map((member) => withKeys(member, folder('keys'))));

  say('Ledger node');
  const node = started.adopt(await startDemoNode(folder('ledger'), ports.node, keys, members), close);
  say('Contracts and trust list');
  const deployment = await deployOnce(folder('deployment.json'), node.url, keys, members);
  await foundTrust(node.url, deployment, keys, members);
  await foundMappings(node.url, deployment, { authorities: members, mappings: demoMappings() });
  await foundPolicies(node.url, deployment, { authorities: members, policies: policiesToday(members) });

  say('Issuers');
  const issuers: DemoIssuer[] = [];
  for (const [index, member] of members.entries()) {
    const service = started.adopt(
      await startMember(
        member,
        folder('issuers', member.name.toLowerCase()),
        ports.issuer(index),
        node,
        deployment,
      ),
      close,
    );
    issuers.push({ member, url: service.url });
  }

  say('Witnesses; a verifier that publishes bundles; the pages, built when they have changed');
  const bundle = await startWitnesses(members, { deployment, rpcUrls: [node.url] }, folder, started);
  const pagesFolder = await buildPages();
  const verifier = started.adopt(
    await startVerifier(
      {
        bundle,
        ...VERIFIER_DEFAULTS,
        dataFolder: folder('verifier'),
        deployment,
        rpcUrls: [node.url],
        issuers: issuers.map(({ member, url }) => ({ did: member.did, url })),
        port: ports.verifier,
        pagesFolder,
      },
      { logger: createLogger({ name: 'verifier', level: LOG_LEVEL }) },
    ),
    close,
  );

  const file: ConsortiumFile = {
    version: 1,
    rpcUrl: node.url,
    chainId: deployment.chainId,
    deployment: 'deployment.json',
    verifierUrl: verifier.url,
    issuers: issuers.map(({ member, url }) => ({
      name: member.name,
      did: member.did,
      url,
      jurisdiction: member.jurisdiction,
      operatorTokenFile: relative(dataFolder, member.keys.operatorTokenFile),
      auditorTokenFile: relative(dataFolder, member.keys.auditorTokenFile),
      approverKeyFiles: member.keys.approverKeyFiles.map((file) => relative(dataFolder, file)),
    })),
  };
  await writeConsortiumFile(dataFolder, file);
  const everything = started.move();
  return {
    deployment,
    nodeUrl: node.url,
    verifierUrl: verifier.url,
    issuers,
    file,
    [Symbol.asyncDispose]: () => everything.disposeAsync(),
  };
}

function startMember(
  member: Member,
  dataFolder: string,
  port: number,
  node: StartedNode,
  deployment: Deployment,
): Promise<StartedIssuer> {
  const config = toIssuerConfig({
    did: member.did,
    name: member.name,
    jurisdiction: member.jurisdiction,
    dataFolder,
    publicBaseUrl: member.publicBaseUrl,
    windowMs: { short: WINDOW_MS, long: WINDOW_MS },
    status: { freshForSeconds: STATUS_FRESH_SECONDS },
    maxWaiting: 1_000_000,
    http: { host: '127.0.0.1', port, maxFileBytes: 2 ** 30 },
    logLevel: LOG_LEVEL,
    budget: DEMO_BUDGET,
    healthPolicies: demoHealthPolicies(),
  });
  return startIssuer(config, member.keys.issuer, {
    ...connectLedger({
      rpcUrl: node.url,
      deployment,
      did: member.did,
      accountKey: member.keys.issuer.ledgerAccountKey,
    }),
    crypto: nodeCrypto,
    now: Date.now,
    randomBytes: createRandomBytes(),
    keyStore: member.keys.keyStore,
  });
}

/** One witness for each member, with a replica of its own; how the verifier publishes with them. */
async function startWitnesses(
  members: readonly Member[],
  ledger: { readonly deployment: Deployment; readonly rpcUrls: readonly string[] },
  folder: (...parts: string[]) => string,
  started: AsyncDisposableStack,
): Promise<BundleConfig> {
  const keyFile = folder('keys', 'bundle-log.jwk.json');
  const keyName = 'verifier.example';
  const origin = originOf(ledger.deployment);
  const logs = [{ origin, keys: [await noteKey(keyFile)], ledger }];
  const witnessUrls: string[] = [];
  for (const { name, keys } of members) {
    const dataFolder = folder('witnesses', name.toLowerCase());
    const config = {
      dataFolder,
      keyFile: keys.checkpointKeyFile,
      name: `${name.toLowerCase()}.example/witness`,
      logs,
      host: '127.0.0.1',
      port: 0,
    };
    if (!existsSync(dataFolder)) await foundWitness(config);
    const logger = createLogger({ name: 'witness', level: LOG_LEVEL });
    witnessUrls.push(started.adopt(await startWitness(config, { logger }), close).url);
  }
  const signers = {
    version: 1,
    threshold: CHECKPOINT_THRESHOLD,
    keys: members.map(({ keys }) => toHex(keys.checkpointPublicKey)),
  };
  const trust = `${JSON.stringify({ origin, signers }, null, 2)}\n`;
  await writeFileAtomically(folder('bundle-trust.json'), trust);
  await makePrivateFolder(folder('verifier', 'checkpoint'));
  await writeFileAtomically(folder('verifier', 'checkpoint', 'bundle-trust.json'), trust);
  // Who tries it out shows codes that have just been issued.
  const operatorFile = folder('verifier', 'checkpoint', 'operator.json');
  if (!existsSync(operatorFile)) await writeFileAtomically(operatorFile, '{ "updateMinutes": 1 }\n');
  return {
    folder: folder('bundle'),
    keyFile,
    keyName,
    witnessUrls,
    everySeconds: BUNDLE_SECONDS,
    shortDays: SHORT_DAYS,
  };
}

function close(service: StartedNode | StartedIssuer | StartedVerifier | StartedWitness): Promise<void> {
  return service.close();
}
