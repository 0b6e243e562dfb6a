/**
 * A verifier's service as a process of its own, to be put under load: its own routes, gate and policies over a replica in
 * memory, without a ledger to follow. Arguments: a folder, the number of codes, of roots, requests a second or 0 for no
 * limit. Writes `codes.json` into the folder and prints its address as one line of JSON once it listens; ends with its
 * input, or with SIGTERM as a service does.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createRandomBytes } from '../../service/clock.ts';
import { createLogger, silentLogger } from '../../service/logging.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { buildVerifierApp } from '../../verifier/app.ts';
import { CheckpointFiles } from '../../verifier/checkpoint-files.ts';
import { VERIFIER_DEFAULTS } from '../../verifier/config.ts';
import { Gate } from '../../verifier/gate.ts';
import { Sightings } from '../../verifier/sightings.ts';
import { StatusFollower } from '../../verifier/status-follower.ts';
import { makeWorld } from './world.ts';

const [folder = '', codes = '', roots = '', perSecond = '', seed = ''] = process.argv.slice(2);
const { codes: texts, ...world } = await makeWorld(
  { codes: Number(codes), roots: Number(roots) },
  Number(seed),
);
await writeFile(join(folder, 'codes.json'), JSON.stringify(texts));

const nowSeconds = (): number => world.nowSeconds;
const deps = { crypto: nodeCrypto, log: silentLogger, nowSeconds };
const files = await CheckpointFiles.open({ policies: VERIFIER_DEFAULTS.policies }, deps);
const sightings = new Sightings({
  crypto: nodeCrypto,
  randomBytes: createRandomBytes(),
  withinSeconds: VERIFIER_DEFAULTS.twoGatesSeconds,
});
const { state, statusLists } = world;
const gate = new Gate(
  files,
  () => ({ crypto: nodeCrypto, state, statusLists, nowSeconds: nowSeconds() }),
  sightings,
);
const fetchJson = (): Promise<never> => Promise.reject(new TypeError('asks nobody'));
const app = await buildVerifierApp({
  verifier: {
    verify: (text, request) => gate.verify(text, request),
    verifyTogether: (list, request) => gate.verifyTogether(list, request),
    files,
    state,
    follower: new StatusFollower(
      { issuers: [], limits: VERIFIER_DEFAULTS.manifestLimits },
      { ...deps, fetchJson },
    ),
    confirmedAtSeconds: nowSeconds(),
    isSynced: true,
    onSync: (listener) => listener(state),
  },
  config: { deployment: { version: 1, chainId: 5, genesisHash: '0x00', contracts: undefined as never } },
  logger: createLogger({ name: 'verifier', level: 'error' }),
  limits: { requestsPerMinute: 100_000_000 },
  ...(perSecond === '0' ? {} : { requestsPerSecond: Number(perSecond) }),
});
const close = (): void => void app.drain().then(() => app.close().then(() => process.exit(0)));
process.once('SIGTERM', close);
process.stdin.resume().once('end', close);
const url = await app.listen({ host: '127.0.0.1', port: 0 });
process.stdout.write(`${JSON.stringify({ url })}\n`);
