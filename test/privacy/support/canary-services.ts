/**
 * A ledger, an issuer and a verifier in one process, all below one folder, logging everything they ever log:
 * `node canary-services.ts FOLDER`. Prints `{"urls":{…}}` among its logs and runs until it is killed. The same folder
 * again goes on where it was.
 */
import { existsSync, writeSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { getBytes, id } from 'ethers';
import { fromJwk } from '../../../core/credential/key.ts';
import { thumbprintOf } from '../../../core/credential/thumbprint.ts';
import { toIssuerConfig } from '../../../issuer/config.ts';
import { connectLedger } from '../../../issuer/ledger-ports.ts';
import { PRIVACY_DEFAULTS } from '../../../issuer/privacy/config.ts';
import { readSecrets } from '../../../issuer/secrets.ts';
import { startIssuer } from '../../../issuer/server.ts';
import { parseDeployment, type Deployment } from '../../../ledger/deployment.ts';
import { startNode } from '../../../node/server.ts';
import { createRandomBytes } from '../../../service/clock.ts';
import { createLogger } from '../../../service/logging.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { VERIFIER_DEFAULTS } from '../../../verifier/config.ts';
import { startVerifier } from '../../../verifier/server.ts';
import {
  addressOf,
  admitIssuer,
  CHAIN_ID,
  deployTo,
  FAR_FUTURE,
  GENESIS_SECONDS,
  handOf,
  ISSUER,
  ISSUER_DID,
  type Role,
} from '../../ledger/support/test-ledger.ts';

const [folder = ''] = process.argv.slice(2);
const secrets = await readSecrets(join(folder, 'secrets.json'));
const nowSeconds = (): number => Math.floor(Date.now() / 1000);

const allowlistFile = join(folder, 'permissions.toml');
const roles: readonly Role[] = ['governor', 'authority', 'issuer', 'account'];
await writeFile(
  allowlistFile,
  `accounts-allowlist=[${roles.map((role) => `"${addressOf(role)}"`).join(', ')}]\n`,
);
const node = await startNode(
  {
    dataFolder: join(folder, 'chain'),
    chainId: CHAIN_ID,
    sealerPrivateKey: getBytes(id('test sealer')),
    genesis: { timestampSeconds: GENESIS_SECONDS },
    allowlistFile,
    port: 0,
  },
  { nowSeconds },
);

const deployment = await foundLedger();
const issuer = await startIssuer(
  toIssuerConfig({
    did: ISSUER_DID,
    name: 'Clinic (specimen)',
    jurisdiction: 'HK',
    dataFolder: join(folder, 'issuer'),
    publicBaseUrl: 'https://clinic.example',
    windowMs: { short: 100, long: 100 },
    status: { freshForSeconds: 86_400 },
    maxWaiting: 100_000,
    http: { host: '127.0.0.1', port: 0, maxFileBytes: 100_000_000 },
    logLevel: 'debug',
    privacy: { ...PRIVACY_DEFAULTS, turnAfterMs: 0 },
  }),
  secrets,
  {
    ...connectLedger({ rpcUrl: node.url, deployment, did: ISSUER_DID, accountKey: secrets.ledgerAccountKey }),
    crypto: nodeCrypto,
    now: Date.now,
    randomBytes: createRandomBytes(),
  },
);
const verifier = await startVerifier(
  {
    ...VERIFIER_DEFAULTS,
    dataFolder: join(folder, 'verifier'),
    deployment,
    rpcUrls: [node.url],
    issuers: [{ did: ISSUER_DID, url: issuer.url }],
    port: 0,
    pollMs: 100,
  },
  { logger: createLogger({ name: 'verifier', level: 'debug' }) },
);
writeSync(1, `${JSON.stringify({ urls: { issuer: issuer.url, verifier: verifier.url, node: node.url } })}\n`);

/** The contracts and the issuer's place among them, once. */
async function foundLedger(): Promise<Deployment> {
  const file = join(folder, 'deployment.json');
  if (existsSync(file)) return parseDeployment(await readFile(file, 'utf8'));
  const founded = await deployTo(node.url);
  await admitIssuer(node.url, founded);
  using admin = handOf('issuer', node.url, founded);
  const publicKey = fromJwk(secrets.signingKey);
  const thumbprint = thumbprintOf(nodeCrypto, publicKey);
  await admin.trust.addKey(ISSUER, { thumbprint, publicKey, from: 0, until: FAR_FUTURE });
  await writeFile(file, JSON.stringify(founded));
  return founded;
}
