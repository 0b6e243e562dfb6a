/** The verifier on HTTP: `POST /verify`, `POST /verify/together`, `GET /state`, and what every service has. Builds, does not listen. */
import { createMetrics } from '../service/metrics.ts';
import { buildService, type Service, type ServiceLimits } from '../service/app.ts';
import type { createLogger } from '../service/logging.ts';
import { nodeCrypto } from '../service/node-crypto.ts';
import { BundleFolder } from './bundle/bundle-folder.ts';
import type { VerifierConfig } from './config.ts';
import { verifierMetrics } from './metrics.ts';
import { addBundleRoutes } from './routes/bundle.ts';
import { addCheckpointPage } from './routes/checkpoint-page.ts';
import { SCAN_PROBLEMS } from './routes/scan-request.ts';
import { addStateRoute } from './routes/state.ts';
import { addVerifyTogetherRoute } from './routes/verify-together.ts';
import { addVerifyRoute } from './routes/verify.ts';
import type { Checkpoint } from './verifier.ts';

/** A gate asks often and from one address: this is against accidents, not for fairness. */
const REQUESTS_PER_MINUTE = 600_000;

export interface VerifierAppOptions {
  readonly verifier: Checkpoint;
  readonly config: Pick<VerifierConfig, 'bundle' | 'deployment' | 'pagesFolder'> & {
    readonly dataFolder?: string;
  };
  readonly logger: ReturnType<typeof createLogger>;
  readonly limits?: Partial<ServiceLimits>;
}

export async function buildVerifierApp(options: VerifierAppOptions): Promise<Service> {
  const { verifier, config, logger } = options;
  const metrics = createMetrics();
  const app = await buildService({
    name: 'Health Code Ledger verifier',
    description: 'Codes in, verdicts out, from a local replica of the ledger.',
    logger,
    metrics,
    readiness: [{ name: 'replica', isReady: () => verifier.isSynced }],
    problems: SCAN_PROBLEMS,
    limits: { requestsPerMinute: REQUESTS_PER_MINUTE, ...options.limits },
  });
  const counts = verifierMetrics(metrics);
  verifier.onSync(counts.observe);
  verifier.files.onChange(counts.observeFiles);
  addVerifyRoute(app, verifier, counts);
  addVerifyTogetherRoute(app, verifier, counts);
  addStateRoute(app, verifier, config.deployment);
  if (config.bundle !== undefined) addBundleRoutes(app, new BundleFolder(config.bundle.folder, nodeCrypto));
  const { dataFolder, pagesFolder } = config;
  if (dataFolder !== undefined && pagesFolder !== undefined) {
    await addCheckpointPage(app, { dataFolder, pagesFolder });
  }
  return app;
}
