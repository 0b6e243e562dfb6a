/** Graceful stop: the first signal closes what runs, a second one, or a close that hangs, ends the process. */
import process from 'node:process';
import type { Log } from './logging.ts';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
const PATIENCE_MS = 15_000;

/** Runs `close` at the first signal, then lets the process end by itself. Returns a way to stop listening. */
export function stopOnSignal(close: () => Promise<void>, log: Log): () => void {
  let stopping = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (stopping) process.exit(130);
    stopping = true;
    log.info({ code: signal }, 'stopping');
    setTimeout(() => process.exit(1), PATIENCE_MS).unref();
    close().then(
      () => log.info({}, 'stopped'),
      (err: unknown) => {
        log.error({ err }, 'could not stop cleanly');
        process.exitCode = 1;
      },
    );
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return () => {
    for (const signal of SIGNALS) process.off(signal, onSignal);
  };
}
