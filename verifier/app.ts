/** The verifier on HTTP: `POST /verify`, `POST /verify/together`, `GET /state`, and what every service has. Builds, does not listen. */
import type { NoteSigner } from '../core/bundle/cosignature.ts';
import { createMetrics, type HttpMetrics } from '../service/metrics.ts';
import { buildService, type Service, type ServiceLimits } from '../service/app.ts';
import { requireBearer } from '../service/bearer.ts';
import type { createLogger } from '../service/logging.ts';
import { nodeCrypto } from '../service/node-crypto.ts';
import { Admission } from './admission.ts';
import { BundleFolder } from './bundle/bundle-folder.ts';
import type { VerifierConfig } from './config.ts';
import type { Post } from './devices/device.ts';
import type { DeviceDesk } from './devices/devices.ts';
import { addDeviceRoutes } from './devices/routes.ts';
import { scanAsker } from './devices/scan-asker.ts';
import { verifierMetrics, type VerifierMetrics } from './metrics.ts';
import { addBundleRoutes } from './routes/bundle.ts';
import { addCheckpointPage } from './routes/checkpoint-page.ts';
import { SCAN_PROBLEMS } from './routes/scan-request.ts';
import { addStateRoute } from './routes/state.ts';
import { addVerifyTogetherRoute } from './routes/verify-together.ts';
import { addVerifyRoute, type StreamLimits } from './routes/verify.ts';
import { addTurnstileRoute, type TurnstileOptions } from './turnstile/routes.ts';
import type { Checkpoint } from './verifier.ts';

/** A gate asks often and from one address: this is against accidents, not for fairness. */
const REQUESTS_PER_MINUTE = 600_000;
/** A code is a few kilobytes. Streams of lines take their time: `verify-lines.ts`. */
const REQUEST_TIMEOUT_MS = 10_000;

export interface VerifierAppOptions {
  readonly verifier: Checkpoint;
  readonly config: Pick<VerifierConfig, 'bundle' | 'deployment' | 'pagesFolder'> & {
    readonly dataFolder?: string;
    readonly unreadyMs?: number;
  };
  readonly logger: ReturnType<typeof createLogger>;
  /** Of a worker: shown with those of the others. */
  readonly metrics?: HttpMetrics;
  readonly limits?: Partial<ServiceLimits>;
  /** Requests for verdicts that are taken; absent: as many as come. */
  readonly requestsPerSecond?: number;
  readonly streamLimits?: StreamLimits;
  /** Absent: no turnstile is answered. */
  readonly turnstile?: { readonly signer: Pick<NoteSigner, 'sign'>; readonly nowSeconds: () => number };
  /** Absent: none can be enrolled. */
  readonly enrolment?: { readonly devices: DeviceDesk; readonly operatorToken: string };
}

export async function buildVerifierApp(options: VerifierAppOptions): Promise<Service> {
  const { verifier, config, logger, metrics = createMetrics() } = options;
  const { requestsPerSecond, streamLimits } = options;
  const admission =
    requestsPerSecond === undefined ? undefined : new Admission(requestsPerSecond, () => performance.now());
  const isFull = (): boolean => admission?.admit() === false;
  const app = await buildService({
    name: 'Health Code Ledger verifier',
    description: 'Codes in, verdicts out, from a local replica of the ledger.',
    logger,
    metrics,
    readiness: [{ name: 'replica', isReady: () => verifier.isSynced }],
    problems: SCAN_PROBLEMS,
    ...(config.unreadyMs === undefined ? {} : { unreadyMs: config.unreadyMs }),
    limits: {
      requestsPerMinute: REQUESTS_PER_MINUTE,
      requestTimeoutMs: REQUEST_TIMEOUT_MS,
      ...options.limits,
    },
    isFull: (path) => asksForVerdicts(path) && isFull(),
  });
  const counts = verifierMetrics(metrics);
  const devices = options.enrolment?.devices;
  const told: VerifierMetrics = {
    ...counts,
    count(verdict, device) {
      counts.count(verdict, device);
      if (device !== undefined) devices?.count(device, verdict.outcome);
    },
  };
  const askedBy = scanAsker(devices);
  verifier.onSync((state) => {
    counts.observe(state);
    counts.observeRules(verifier.files, state);
  });
  verifier.files.onChange((files) => {
    counts.observeFiles(files);
    counts.observeRules(files, verifier.state);
  });
  addVerifyRoute(app, verifier, told, {
    askedBy,
    isFull,
    ...(streamLimits === undefined ? {} : { streamLimits }),
  });
  addVerifyTogetherRoute(app, verifier, told, { askedBy, isFull });
  addGateRoutes(app, options, { metrics: told, askedBy });
  addStateRoute(app, verifier, config.deployment);
  if (config.bundle !== undefined) addBundleRoutes(app, new BundleFolder(config.bundle.folder, nodeCrypto));
  const { dataFolder, pagesFolder } = config;
  if (dataFolder !== undefined && pagesFolder !== undefined) {
    await addCheckpointPage(app, { dataFolder, pagesFolder });
  }
  return app;
}

/** Only what asks for verdicts is counted, or nobody can read: how the service fares can be seen however many ask. */
function asksForVerdicts(path: string | undefined): boolean {
  return path === undefined || path === '/turnstile' || path === '/verify' || path.startsWith('/verify/');
}

/** What gates need beside verdicts. */
function addGateRoutes(
  app: Service,
  { enrolment, turnstile, verifier }: VerifierAppOptions,
  shared: Pick<TurnstileOptions, 'metrics' | 'askedBy'>,
): void {
  if (turnstile !== undefined) addTurnstileRoute(app, { ...shared, ...turnstile, verifier });
  if (enrolment === undefined) return;
  const { devices, operatorToken } = enrolment;
  // What a scan of its would ask, tried once.
  const checkPost = ({ passage, policy, trip }: Post): Promise<unknown> =>
    verifier.files.policy(policy).asked({
      ...(passage === undefined ? {} : { passage }),
      ...(trip === undefined ? {} : { trip }),
    });
  addDeviceRoutes(app, { devices, operator: requireBearer(operatorToken), checkPost });
}
