/**
 * Pages of short-lived roots, of days that are over and have none yet. Until they are on the disk, their roots are
 * kept; what witnesses are too slow for comes with the next publication, for devices wait for that.
 */
import type { PageName } from '../../core/bundle/accept-page.ts';
import type { LoggedState } from '../../core/bundle/logged-state.ts';
import { partialBundle } from '../../core/bundle/make-bundle.ts';
import { dayText, SECONDS_PER_DAY } from '../../core/trust/section-reader.ts';
import type { CheckpointSet } from '../../core/trust/trust-list.ts';
import type { BundleFolder } from './bundle-folder.ts';
import type { CheckpointSigning, Publishable } from './checkpoint-signing.ts';

export interface DayPageDeps {
  readonly folder: Pick<BundleFolder, 'missingOf' | 'putPage'>;
  readonly signing: Pick<CheckpointSigning, 'sign'>;
  readonly nowSeconds: () => number;
}

/** Under one checkpoint: what they show is taken from the state without a pause. */
const PAGES_AT_ONCE = 16;
/** After which no more are begun. */
const PAGES_SECONDS = 20;

/**
 * Signed by those whom devices with the latest index trust. Roots that no device holds are dropped once they are written.
 *
 * @param shortFrom first day of short-lived roots that devices hold
 */
export async function publishDayPages(
  known: Publishable,
  { shortFrom, signers }: { readonly shortFrom: string; readonly signers: CheckpointSet },
  { folder, nowSeconds, signing }: DayPageDeps,
): Promise<void> {
  const pages = pagesOver(known.state);
  const missing = await folder.missingOf(pages);
  const until = nowSeconds() + PAGES_SECONDS;
  let written = 0;
  for (; written < missing.length && nowSeconds() < until; written += PAGES_AT_ONCE) {
    const some = missing.slice(written, written + PAGES_AT_ONCE);
    // All of one state, without a pause in between.
    const shown = some.map((page) => ({ page, sections: known.state.sections.ofPage(page) }));
    const { signed } = await signing.sign(known, signers);
    for (const { page, sections } of shown) {
      await folder.putPage(page, partialBundle('page', { ...signed, ...sections }));
    }
  }
  const left = new Set(missing.slice(written));
  known.state.sections.forget(pages.filter((page) => page.day < shortFrom && !left.has(page)));
}

/** Pages of days that are over: the leaf shows that a day is only once something has happened after it. */
function pagesOver({ lastChange, sections }: LoggedState): readonly PageName[] {
  return sections.pagesBefore(dayText(Math.floor(lastChange.timeSeconds / SECONDS_PER_DAY)));
}
