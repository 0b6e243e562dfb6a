/** Starts the service worker, which keeps the page's files: from the second visit on it needs no network. */
import { trustedScriptUrl } from '../shared/trusted-urls.ts';

export async function keepOffline(): Promise<void> {
  const { serviceWorker } = navigator as Partial<Navigator>;
  // A page that did not come over HTTPS has none, and works while there is a network.
  await serviceWorker
    ?.register(trustedScriptUrl('service-worker.js'), { scope: './' })
    .catch(() => undefined);
}
