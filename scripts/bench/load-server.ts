/**
 * A verifier as a process of its own, to be put under load: the service as it is started, from a data folder. Argument: JSON
 * of {@link LoadServer}. Prints its address as one line of JSON once it listens; ends with its input, or with SIGTERM as a
 * service does.
 */
import { join } from 'node:path';
import { createLogger } from '../../service/logging.ts';
import { VERIFIER_DEFAULTS, type VerifierConfig } from '../../verifier/config.ts';
import { startVerifier } from '../../verifier/server.ts';
import type { LoadLedger } from './load-ledger.ts';
import { NO_LEDGER } from './load-world.ts';

export interface LoadServer {
  readonly folder: string;
  readonly nowSeconds: number;
  /** 0: no limit. */
  readonly perSecond: number;
  readonly workers: number;
  /** Followed each second; absent: none answers. */
  readonly ledger?: LoadLedger;
  /** Whether bundles are published as often. */
  readonly publishes?: boolean;
}

// Only load-process.ts starts this program.
const { folder, ledger, nowSeconds, perSecond, publishes, workers } = JSON.parse(
  process.argv[2] ?? '',
) as LoadServer;
process.env['HCL_LOAD_NOW_SECONDS'] = String(nowSeconds); // for the workers
const { close: closeVerifier, url } = await startVerifier(
  {
    ...VERIFIER_DEFAULTS,
    dataFolder: folder,
    port: 0,
    workers,
    ...(perSecond === 0 ? {} : { requestsPerSecond: perSecond }),
    ...(ledger === undefined ? nobody() : following(ledger)),
  },
  {
    logger: createLogger({ name: 'verifier', level: 'error' }),
    nowSeconds: () => nowSeconds,
    workerProgram: new URL('load-worker.ts', import.meta.url),
  },
);
const close = (): void => void closeVerifier().then(() => process.exit(0));
process.once('SIGTERM', close);
process.stdin.resume().once('end', close);
process.stdout.write(`${JSON.stringify({ url })}\n`);

type Followed = Pick<VerifierConfig, 'bundle' | 'deployment' | 'issuers' | 'pollMs' | 'rpcUrls'>;

function nobody(): Followed {
  return { deployment: NO_LEDGER, rpcUrls: ['http://127.0.0.1:1'], issuers: [], pollMs: 60_000 };
}

function following({ deployment, issuer, keyFile, rpcUrl, witnessUrls }: LoadLedger): Followed {
  const bundle = {
    folder: join(folder, 'bundles'),
    keyFile,
    keyName: 'publisher.example',
    witnessUrls,
    everySeconds: 1,
    shortDays: 30,
  };
  const { pollMs } = VERIFIER_DEFAULTS;
  const followed = { deployment, rpcUrls: [rpcUrl], issuers: [issuer], pollMs };
  return publishes === true ? { ...followed, bundle } : followed;
}
