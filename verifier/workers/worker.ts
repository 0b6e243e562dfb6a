/**
 * A worker's process: asks the syncing process for its settings, listens on the port that all workers share, and ends when
 * it is told to, or when the one that started it is gone.
 */
import process from 'node:process';
import type { ServiceLimits } from '../../service/app.ts';
import { createLogger } from '../../service/logging.ts';
import { createMetrics } from '../../service/metrics.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { readSnapshot } from '../../service/snapshot-file.ts';
import { buildVerifierApp } from '../app.ts';
import { CheckpointFiles } from '../checkpoint-files.ts';
import { openGates } from '../open-gates.ts';
import { remoteDevices } from './remote-devices.ts';
import type { OwnerDuties, WorkerDuties } from './duties.ts';
import { Peer } from './peer.ts';
import { WorkerCheckpoint } from './worker-checkpoint.ts';

export interface WorkerDeps {
  readonly logger?: ReturnType<typeof createLogger>;
  /** Unix seconds. */
  readonly nowSeconds?: () => number;
  readonly limits?: Partial<ServiceLimits>;
}

/** As long as somebody at a gate may be kept for whether another gate has seen their code. */
const NOTE_MS = 500;

/** Resolves once it listens. Rejects with what its settings, policies and keys are refused for. */
export async function runWorker(deps: WorkerDeps = {}): Promise<void> {
  const { logger = createLogger({ name: 'verifier', level: 'info' }), nowSeconds = systemSeconds } = deps;
  // Whoever started us is told to stop, and tells us.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
  process.once('disconnect', () => process.exit(1));
  let wake = (): void => undefined;
  let stop = async (): Promise<void> => undefined;
  const metrics = createMetrics();
  const peer = new Peer<OwnerDuties>(process, {
    ping: () => undefined,
    wake: () => wake(),
    stop: () => stop(),
    ownMetrics: () => metrics.registry.getMetricsAsJSON(),
  } satisfies WorkerDuties);

  const config = await peer.ask('config', []);
  const shared = { crypto: nodeCrypto, log: logger, nowSeconds };
  const last = await readSnapshot(config.dataFolder, shared);
  let checkpoint: WorkerCheckpoint | undefined;
  // What lies there now may be what the one that started it has refused: it decides as all others do.
  const files = await CheckpointFiles.open(config, {
    ...shared,
    held: await peer.ask('files', []),
    known: () => (checkpoint ?? last)?.state,
  });
  const sightings =
    config.twoGatesSeconds === 0
      ? undefined
      : { note: (...shown: Parameters<OwnerDuties['note']>) => peer.ask('note', shown, NOTE_MS) };
  const verifier = await WorkerCheckpoint.open(config, {
    ...shared,
    last,
    files,
    sightings,
    news: (standing) => peer.ask('news', [standing]),
  });
  checkpoint = verifier;
  const gates = await openGates(config, nowSeconds, async () => remoteDevices(peer));
  const { requestsPerSecond } = config;
  const app = await buildVerifierApp({
    verifier,
    config,
    logger,
    metrics: { ...metrics, page: () => peer.ask('metrics', []) },
    ...gates,
    limits: deps.limits ?? {},
    ...(requestsPerSecond === undefined ? {} : { requestsPerSecond }),
  });
  wake = () => void verifier.catchUp().catch((err: unknown) => logger.warn({ err }, 'not told what is new'));
  const looking = setInterval(() => void files.look(), config.filesMs).unref();
  stop = async () => {
    clearInterval(looking);
    await app.drain();
    await app.close();
  };
  await peer.ask('takePort', []);
  await app.listen({ host: config.host, port: config.port });
  wake(); // what was said meanwhile
}

function systemSeconds(): number {
  return Math.floor(Date.now() / 1000);
}
