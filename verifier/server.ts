/** Opens a verifier, follows the ledger and listens. */
import { nodeCrypto } from '../service/node-crypto.ts';
import { createLogger } from '../service/logging.ts';
import { buildVerifierApp, type VerifierAppOptions } from './app.ts';
import { startPublishing } from './bundle/publishing.ts';
import type { VerifierConfig } from './config.ts';
import { fetchJsonWith } from './fetch-json.ts';
import { addDrain } from './drain.ts';
import { openGates } from './open-gates.ts';
import { Verifier, type VerifierDeps } from './verifier.ts';

export interface StartedVerifier {
  readonly url: string;
  readonly verifier: Verifier;
  /** Answers what is under way, stops listening, writes the snapshot. */
  close(): Promise<void>;
}

export interface StartVerifierDeps extends Partial<Omit<VerifierDeps, 'log'>> {
  readonly logger?: ReturnType<typeof createLogger>;
}

/** Resolves once it listens; it answers from what it knew, and may not be ready yet. */
export async function startVerifier(
  config: VerifierConfig,
  deps: StartVerifierDeps = {},
): Promise<StartedVerifier> {
  const logger = deps.logger ?? createLogger({ name: 'verifier', level: 'info' });
  const nowSeconds = deps.nowSeconds ?? (() => Math.floor(Date.now() / 1000));
  const gates = await openGates(config, nowSeconds);
  const verifier = await Verifier.open(config, {
    crypto: deps.crypto ?? nodeCrypto,
    fetchJson: deps.fetchJson ?? fetchJsonWith(globalThis.fetch),
    nowSeconds,
    log: logger,
  });
  const app = await buildVerifierApp({ verifier, config, logger, ...gates, ...limitsOf(config) });
  const drain = addDrain(app);
  const publishing = await startPublishing(config, verifier, {
    fetch: globalThis.fetch,
    log: logger,
    nowSeconds,
  });
  const close = async (): Promise<void> => {
    await publishing?.[Symbol.asyncDispose]();
    await drain();
    await app.close();
    await gates.enrolment?.devices[Symbol.asyncDispose]();
    await verifier[Symbol.asyncDispose]();
  };
  try {
    const url = await app.listen({ host: config.host, port: config.port });
    verifier.follow();
    return { url, verifier, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function limitsOf({ requestsPerSecond }: VerifierConfig): Pick<VerifierAppOptions, 'requestsPerSecond'> {
  return requestsPerSecond === undefined ? {} : { requestsPerSecond };
}
