/** Publishes now and then, as long as the verifier runs. What fails is logged once and tried again the next time. */
import { setTimeout as delay } from 'node:timers/promises';
import { HclError } from '../../core/errors.ts';
import { originOf } from '../../core/bundle/checkpoint.ts';
import type { Log } from '../../service/logging.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { readNoteKey } from '../../service/note-key.ts';
import type { VerifierConfig } from '../config.ts';
import type { Verifier } from '../verifier.ts';
import { BundleFolder } from './bundle-folder.ts';
import { Publisher } from './publisher.ts';

export interface PublishingDeps {
  readonly fetch: typeof globalThis.fetch;
  readonly log: Log;
  readonly nowSeconds: () => number;
}

const WITNESS_TIMEOUT_MS = 10_000;
/** Until it is tried again. */
const RETRY_MS = 1000;

/** `undefined` when the configuration asks for no bundles. */
export async function startPublishing(
  { bundle, deployment }: VerifierConfig,
  verifier: Pick<Verifier, 'logged' | 'follower' | 'isSynced'>,
  deps: PublishingDeps,
): Promise<AsyncDisposable | undefined> {
  const { logged } = verifier;
  if (bundle === undefined || logged === undefined) return undefined;
  const options = {
    origin: originOf(deployment),
    signer: await readNoteKey({ name: bundle.keyName, path: bundle.keyFile }),
    witnesses: bundle.witnessUrls.map((url) => ({ url })),
    shortDays: bundle.shortDays,
    witnessTimeoutMs: WITNESS_TIMEOUT_MS,
  };
  const folder = new BundleFolder(bundle.folder, nodeCrypto);
  const publisher = await Publisher.open(options, { ...deps, crypto: nodeCrypto, folder });
  const closing = new AbortController();
  const publishing = repeat(
    async () => {
      // Witnesses date what we show them: while the ledger is silent, it may not be the latest.
      if (!verifier.isSynced) return false;
      await publisher.publish({ state: logged, statusLists: verifier.follower.lists });
      return true;
    },
    { ...deps, signal: closing.signal, everyMs: bundle.everySeconds * 1000 },
  );
  return {
    async [Symbol.asyncDispose]() {
      closing.abort();
      await publishing;
    },
  };
}

async function repeat(
  publish: () => Promise<boolean>,
  { log, signal, everyMs }: { readonly log: Log; readonly signal: AbortSignal; readonly everyMs: number },
): Promise<void> {
  let failing: string | undefined;
  while (!signal.aborted) {
    let isPublished = false;
    try {
      isPublished = await publish();
      if (failing !== undefined) log.info({}, 'bundles are published again');
      failing = undefined;
    } catch (err) {
      const code = err instanceof HclError ? err.code : 'UNKNOWN';
      if (code !== failing) log.warn({ code, err }, 'no bundle is published; the last one stays');
      failing = code;
    }
    const waitMs = isPublished ? everyMs : Math.min(everyMs, RETRY_MS);
    await delay(waitMs, undefined, { signal }).catch(() => undefined);
  }
}
