/** Opens a verifier, follows the ledger and listens: by itself, or by workers beside it (`workers/`). */
import { nodeCrypto } from '../service/node-crypto.ts';
import { createLogger } from '../service/logging.ts';
import { oneAddress } from '../service/one-address.ts';
import { buildVerifierApp, type VerifierAppOptions } from './app.ts';
import { startPublishing } from './bundle/publishing.ts';
import type { VerifierConfig } from './config.ts';
import type { Devices } from './devices/devices.ts';
import { fetchJsonWith } from './fetch-json.ts';
import { openDevices, openGates } from './open-gates.ts';
import { openSightings } from './sightings.ts';
import { Verifier, type VerifierDeps } from './verifier.ts';
import { Pool, type PoolDeps } from './workers/pool.ts';

export interface StartedVerifier {
  readonly url: string;
  readonly verifier: Verifier;
  /** Process ids, of the workers that listen. */
  workerPids(): readonly number[];
  /** Answers what is under way, stops listening, writes the snapshot. */
  close(): Promise<void>;
}

export interface StartVerifierDeps extends Partial<Omit<VerifierDeps, 'log'>> {
  readonly logger?: ReturnType<typeof createLogger>;
  /** What workers run: `workers/worker-program.ts`, unless they have another clock. */
  readonly workerProgram?: URL;
  readonly workerPatience?: PoolDeps['patience'];
}

/** What answers, listening. */
interface Listening extends AsyncDisposable {
  readonly url: string;
  readonly pids: readonly number[];
}

/** Resolves once it listens; it answers from what it knew, and may not be ready yet. */
export async function startVerifier(
  settings: VerifierConfig,
  deps: StartVerifierDeps = {},
): Promise<StartedVerifier> {
  const config = { ...settings, host: await oneAddress(settings.host) };
  const logger = deps.logger ?? createLogger({ name: 'verifier', level: 'info' });
  const nowSeconds = deps.nowSeconds ?? (() => Math.floor(Date.now() / 1000));
  await using opened = new AsyncDisposableStack();
  const verifier = opened.use(
    await Verifier.open(config, {
      crypto: deps.crypto ?? nodeCrypto,
      fetchJson: deps.fetchJson ?? fetchJsonWith(globalThis.fetch),
      nowSeconds,
      log: logger,
    }),
  );
  const gates = await openGates(config, nowSeconds, () => openDevices(config, nowSeconds));
  if (gates.enrolment !== undefined) opened.use(gates.enrolment.devices);
  const parts = { verifier, gates, logger, nowSeconds };
  const listening = config.workers === 0 ? await listen(config, parts) : await startPool(config, parts, deps);
  opened.use(listening);
  const fetch = globalThis.fetch;
  const publishing = await startPublishing(config, verifier, { fetch, log: logger, nowSeconds });
  if (publishing !== undefined) opened.use(publishing);
  verifier.follow();
  const running = opened.move();
  return {
    url: listening.url,
    verifier,
    workerPids: () => listening.pids,
    close: () => running.disposeAsync(),
  };
}

interface Parts {
  readonly verifier: Verifier;
  readonly gates: Awaited<ReturnType<typeof openGates<Devices>>>;
  readonly logger: ReturnType<typeof createLogger>;
  readonly nowSeconds: () => number;
}

async function listen(config: VerifierConfig, { gates, logger, verifier }: Parts): Promise<Listening> {
  const app = await buildVerifierApp({ verifier, config, logger, ...gates, ...limitsOf(config) });
  try {
    const url = await app.listen({ host: config.host, port: config.port });
    return {
      url,
      pids: [],
      async [Symbol.asyncDispose]() {
        await app.drain();
        await app.close();
      },
    };
  } catch (error) {
    await app.close();
    throw error;
  }
}

async function startPool(
  config: VerifierConfig,
  { gates, logger, nowSeconds, verifier }: Parts,
  { workerPatience: patience, workerProgram: program }: StartVerifierDeps,
): Promise<Listening> {
  await verifier.writeSnapshot(); // workers start from it
  return Pool.start(config, {
    verifier,
    devices: gates.enrolment?.devices,
    sightings: openSightings(config, nodeCrypto),
    log: logger,
    nowSeconds,
    ...(program === undefined ? {} : { program }),
    ...(patience === undefined ? {} : { patience }),
  });
}

function limitsOf({ requestsPerSecond }: VerifierConfig): Pick<VerifierAppOptions, 'requestsPerSecond'> {
  return requestsPerSecond === undefined ? {} : { requestsPerSecond };
}
