/**
 * Short-lived roots of days that this device has dropped, fetched when a code of such a day is shown. Only a code that
 * an issuer has signed makes it ask, and what it asks for names the issuer and the day, which thousands share.
 */
import {
  pagePath,
  pagesFor,
  readPage,
  type PageContext,
  type PageName,
} from '../../../core/bundle/accept-page.ts';
import type { BundleState } from '../../../core/bundle/bundle-state.ts';
import type { DeviceRoots } from '../../../core/bundle/device-roots.ts';
import { BundleError } from '../../../core/bundle/errors.ts';
import type { GetFile } from '../../../core/bundle/update-bundle.ts';
import { batchClassOf } from '../../../core/credential/credential-type.ts';
import type { Verdict } from '../../../core/verify/verdict.ts';
import { FetchError, type FetchErrorCode } from './fetch-file.ts';

const REFUSALS = [
  'BUNDLE_MALFORMED',
  'BUNDLE_VERSION_UNKNOWN',
  'BUNDLE_OTHER_LEDGER',
  'BUNDLE_SIGNATURES_TOO_FEW',
  'BUNDLE_PROOF_WRONG',
  'BUNDLE_INCOMPLETE',
  'BUNDLE_PAGE_OTHER',
] as const;

/** Why the roots of a code's day are not here. */
export type PageProblem = (typeof REFUSALS)[number] | FetchErrorCode;

export interface ReadPages {
  readonly roots: readonly DeviceRoots[];
  /** Of one that could not be had. */
  readonly problem?: PageProblem;
}

/** Pages that are kept until the page is closed, the latest of them; each is some 200 kB. */
const MAX_KEPT = 32;

export class DayPages {
  readonly #get: GetFile;
  readonly #kept = new Map<string, DeviceRoots>();

  /** @param get rejects with {@link FetchError}, soon: somebody is waiting */
  constructor(get: GetFile) {
    this.#get = get;
  }

  async read(pages: readonly PageName[], context: PageContext): Promise<ReadPages> {
    const read = await Promise.all(pages.map((page) => this.#read(page, context)));
    const roots = read.filter((each) => typeof each !== 'string');
    const problems = read.filter((each) => typeof each === 'string');
    // A day without a batch has no page: that one is not there says less than that another is bad.
    const problem = problems.find((each) => each !== 'NO_ANSWER') ?? problems[0];
    return { roots, ...(problem === undefined ? {} : { problem }) };
  }

  async #read(page: PageName, context: PageContext): Promise<DeviceRoots | PageProblem> {
    const path = pagePath(page);
    const kept = this.#kept.get(path);
    if (kept !== undefined) return kept;
    try {
      const roots = await readPage(await this.#get(path), page, context);
      this.#keep(path, roots);
      return roots;
    } catch (error) {
      return problemOf(error);
    }
  }

  #keep(path: string, roots: DeviceRoots): void {
    // Who leaves the roots out of a page is asked again.
    if (roots.size === 0) return;
    this.#kept.set(path, roots);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MAX_KEPT && oldest !== undefined) this.#kept.delete(oldest);
  }
}

/** The pages that could say more of these codes: of those whose root, if there is one, is held no longer. */
export function missingPages(verdicts: readonly Verdict[], { state }: BundleState): readonly PageName[] {
  const pages = verdicts.flatMap(({ evidence: { claims, type }, reasons }) => {
    const issuer = claims === undefined ? undefined : state.trust.issuerByDid(claims.iss);
    const isShort = type !== undefined && batchClassOf(type) === 'short';
    if (claims === undefined || issuer === undefined || !isShort || !reasons.includes('ROOT_NOT_SEEN'))
      return [];
    return pagesFor(issuer.id, claims.iat).filter(
      ({ day }) => Date.parse(`${day}T00:00:00Z`) / 1000 < (state.shortRootsFromSeconds ?? 0),
    );
  });
  return [...new Map(pages.map((page) => [pagePath(page), page])).values()];
}

/** Whatever else goes wrong with a page is its fault. */
function problemOf(error: unknown): PageProblem {
  if (error instanceof FetchError) return error.code;
  const code = error instanceof BundleError ? error.code : undefined;
  return REFUSALS.find((each) => each === code) ?? 'BUNDLE_MALFORMED';
}
