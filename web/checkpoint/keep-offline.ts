/**
 * Starts the service worker, which keeps the page's files: from the second visit on it needs no network. A build of which
 * a file did not come, or came changed, is not kept: nobody would see that, for the build before answers on.
 */
import { trustedScriptUrl } from '../shared/trusted-urls.ts';

/** @param tell each time a build has come that is not the one that is kept: whether it is now */
export async function keepOffline(tell: (isKept: boolean) => void): Promise<void> {
  const { serviceWorker } = navigator as Partial<Navigator>;
  // A page that did not come over HTTPS has none, and works while there is a network.
  const registration = await serviceWorker
    ?.register(trustedScriptUrl('service-worker.js'), { scope: './' })
    .catch(() => undefined);
  const watch = (): void => {
    const { installing } = registration ?? {};
    // What comes after `installing`: `installed`, or `redundant` where it gave up.
    const settled = (): void => tell(installing?.state !== 'redundant');
    installing?.addEventListener('statechange', settled, { once: true });
  };
  registration?.addEventListener('updatefound', watch);
  // Found before anybody listened. Both may hear of it, and say the same.
  watch();
}
