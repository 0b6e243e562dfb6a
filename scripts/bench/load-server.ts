/**
 * A verifier as a process of its own, to be put under load: the service as it is started, from a data folder, without a
 * ledger that answers. Arguments: the folder, the time, requests a second or 0 for no limit, workers. Prints its address as
 * one line of JSON once it listens; ends with its input, or with SIGTERM as a service does.
 */
import { createLogger } from '../../service/logging.ts';
import { VERIFIER_DEFAULTS } from '../../verifier/config.ts';
import { startVerifier } from '../../verifier/server.ts';
import { NO_LEDGER } from './load-world.ts';

const [dataFolder = '', now = '', perSecond = '', workers = ''] = process.argv.slice(2);
process.env['HCL_LOAD_NOW_SECONDS'] = now; // for the workers
const { close: closeVerifier, url } = await startVerifier(
  {
    ...VERIFIER_DEFAULTS,
    dataFolder,
    deployment: NO_LEDGER,
    rpcUrls: ['http://127.0.0.1:1'],
    issuers: [],
    port: 0,
    pollMs: 60_000,
    workers: Number(workers),
    ...(perSecond === '0' ? {} : { requestsPerSecond: Number(perSecond) }),
  },
  {
    logger: createLogger({ name: 'verifier', level: 'error' }),
    nowSeconds: () => Number(now),
    workerProgram: new URL('load-worker.ts', import.meta.url),
  },
);
const close = (): void => void closeVerifier().then(() => process.exit(0));
process.once('SIGTERM', close);
process.stdin.resume().once('end', close);
process.stdout.write(`${JSON.stringify({ url })}\n`);
