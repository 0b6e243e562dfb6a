/** A verifier's service over a consortium in memory: its routes, its gate and its files, without a ledger to follow. */
import type { Service, ServiceLimits } from '../../../service/app.ts';
import { createRandomBytes } from '../../../service/clock.ts';
import { createLogger, silentLogger } from '../../../service/logging.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { buildVerifierApp, type VerifierAppOptions } from '../../../verifier/app.ts';
import { CheckpointFiles } from '../../../verifier/checkpoint-files.ts';
import { VERIFIER_DEFAULTS } from '../../../verifier/config.ts';
import { Gate, type SightingPort } from '../../../verifier/gate.ts';
import { Sightings } from '../../../verifier/sightings.ts';
import { StatusFollower } from '../../../verifier/status-follower.ts';
import type { Checkpoint } from '../../../verifier/verifier.ts';
import type { Consortium } from '../../support/consortium.ts';

export interface TestVerifier {
  readonly app: Service;
  readonly gate: Gate;
  /** What the app answers from. */
  readonly checkpoint: Checkpoint;
  readonly files: CheckpointFiles;
  readonly policies: readonly string[];
  logged(): string;
}

export interface TestVerifierOptions {
  readonly policies?: readonly string[];
  readonly trustFile?: string;
  readonly nowSeconds?: number;
  /** In place of those of this process. */
  readonly sightings?: SightingPort;
  readonly requestsPerSecond?: number;
  readonly limits?: Partial<ServiceLimits>;
  readonly streamLimits?: VerifierAppOptions['streamLimits'];
  readonly turnstile?: VerifierAppOptions['turnstile'];
  readonly enrolment?: VerifierAppOptions['enrolment'];
}

export async function buildTestVerifier(
  consortium: Consortium,
  options: TestVerifierOptions = {},
): Promise<TestVerifier> {
  let logged = '';
  const destination = { write: (line: string): void => void (logged += line) };
  const logger = createLogger({ name: 'verifier', level: 'debug', destination });
  const nowSeconds = (): number => options.nowSeconds ?? consortium.nowSeconds;
  const policies = options.policies ?? ['base'];
  const { trustFile } = options;
  const files = await CheckpointFiles.open(
    { policies, ...(trustFile === undefined ? {} : { trustFile }) },
    { crypto: nodeCrypto, log: logger, nowSeconds },
  );
  const sightings =
    options.sightings ??
    new Sightings({
      crypto: nodeCrypto,
      randomBytes: createRandomBytes(),
      withinSeconds: VERIFIER_DEFAULTS.twoGatesSeconds,
    });
  const gate = new Gate(files, () => consortium.context({ nowSeconds: nowSeconds() }), sightings);
  const checkpoint: Checkpoint = {
    verify: (text, request) => gate.verify(text, request),
    verifyTogether: (texts, request) => gate.verifyTogether(texts, request),
    files,
    state: consortium.state,
    follower: new StatusFollower(
      { issuers: [], limits: { maxBytes: 1, timeoutMs: 1 } },
      {
        crypto: nodeCrypto,
        fetchJson: () => Promise.reject(new TypeError('asks nobody')),
        log: silentLogger,
        nowSeconds,
      },
    ),
    confirmedAtSeconds: nowSeconds(),
    isSynced: true,
    onSync: (listener) => listener(consortium.state),
  };
  const app = await buildVerifierApp({
    verifier: checkpoint,
    config: { deployment: { version: 1, chainId: 5, genesisHash: '0x00', contracts: undefined as never } },
    logger,
    limits: { maxEventLoopDelayMs: 0, ...options.limits },
    ...(options.requestsPerSecond === undefined ? {} : { requestsPerSecond: options.requestsPerSecond }),
    ...(options.streamLimits === undefined ? {} : { streamLimits: options.streamLimits }),
    ...(options.turnstile === undefined ? {} : { turnstile: options.turnstile }),
    ...(options.enrolment === undefined ? {} : { enrolment: options.enrolment }),
  });
  return { app, gate, checkpoint, files, policies, logged: () => logged };
}
