/**
 * Short-lived roots of days that a device has dropped, fetched when a code of such a day is shown. Only a code that
 * an issuer has signed makes it ask, and what it asks for names the issuer and the day, which thousands share.
 */
import { batchClassOf } from '../credential/credential-type.ts';
import type { Verdict } from '../verify/verdict.ts';
import { pagePath, pagesFor, readPage, withPages, type PageContext, type PageName } from './accept-page.ts';
import type { BundleState } from './bundle-state.ts';
import type { DeviceRoots } from './device-roots.ts';
import { BundleError } from './errors.ts';

const REFUSALS = [
  'BUNDLE_MALFORMED',
  'BUNDLE_VERSION_UNKNOWN',
  'BUNDLE_OTHER_LEDGER',
  'BUNDLE_SIGNATURES_TOO_FEW',
  'BUNDLE_PROOF_WRONG',
  'BUNDLE_INCOMPLETE',
  'BUNDLE_PAGE_OTHER',
] as const;

/** Nobody could be asked; or who was asked has no such page. */
export type PageAway = 'OFFLINE' | 'NO_ANSWER';

/** Why the roots of a code's day are not here. */
export type PageProblem = (typeof REFUSALS)[number] | PageAway;

/** The bytes of a page, by its path; resolves soon, for somebody is waiting. */
export type GetPage = (path: string) => Promise<Uint8Array | PageAway>;

export interface ReadPages {
  readonly roots: readonly DeviceRoots[];
  /** Of one that could not be had. */
  readonly problem?: PageProblem;
}

/** Pages that are kept until the page is closed, the latest of them; each is some 200 kB. */
const MAX_KEPT = 32;

export class DayPages {
  readonly #get: GetPage;
  readonly #kept = new Map<string, DeviceRoots>();

  constructor(get: GetPage) {
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
    const bytes = await this.#get(path);
    if (typeof bytes === 'string') return bytes;
    try {
      const roots = await readPage(bytes, page, context);
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
function missingPages(verdicts: readonly Verdict[], { state }: BundleState): readonly PageName[] {
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
  const code = error instanceof BundleError ? error.code : undefined;
  return REFUSALS.find((each) => each === code) ?? 'BUNDLE_MALFORMED';
}

export interface Paging<Judged> {
  readonly pages: Pick<DayPages, 'read'>;
  readonly context: PageContext;
  readonly judge: (known: BundleState) => Promise<Judged>;
  /** The verdict on each code. */
  readonly partsOf: (judged: Judged) => readonly Verdict[];
}

export interface PagedJudgement<Judged> {
  readonly judged: Judged;
  /** The roots of a code's day are not here any more, and could not be had again. */
  readonly pageProblem?: PageProblem;
}

/** From what is held, and where that was dropped from pages of roots. */
export async function judgeWithPages<Judged>(
  held: BundleState,
  { context, judge, pages, partsOf }: Paging<Judged>,
): Promise<PagedJudgement<Judged>> {
  const before = await judge(held);
  const missing = missingPages(partsOf(before), held);
  if (missing.length === 0) return { judged: before };
  const { problem, roots } = await pages.read(missing, context);
  const judged = await judge(withPages(held, roots));
  const isStillMissing = missingPages(partsOf(judged), held).length > 0;
  return isStillMissing && problem !== undefined ? { judged, pageProblem: problem } : { judged };
}
