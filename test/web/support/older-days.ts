/**
 * A ledger on which two issuers anchored short-lived batches on each of three days, looked at 40 days later: devices
 * have dropped those roots. And what a server may answer to who asks for one of the days.
 */
import { pagesFor, type PageName } from '../../../core/bundle/accept-page.ts';
import { fullBundle, partialBundle } from '../../../core/bundle/make-bundle.ts';
import { encodeCode } from '../../../core/qr/code.ts';
import type { PageProblem } from '../../../core/bundle/day-pages.ts';
import { makeConsortium, testRecord, type Consortium } from '../../support/consortium.ts';
import { ORIGIN, Publishing, SIGNERS } from '../../support/publishing.ts';

const DAY = 86_400;
const DAYS = 3;
const LATER_DAYS = 40;

export interface OlderDay {
  /** A code of the first issuer's, and another of the same batch. */
  readonly texts: readonly [string, string];
  readonly page: PageName;
  /** The page as it is published when all days are over. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface OlderDays {
  readonly consortium: Consortium;
  readonly publishing: Publishing;
  readonly days: readonly [OlderDay, OlderDay, OlderDay];
  /** A code of the first day that nobody has signed. */
  readonly forged: string;
  /** Answers for the page of the first day that are refused. */
  readonly bad: readonly {
    readonly what: string;
    readonly problem: PageProblem;
    readonly bytes: Uint8Array<ArrayBuffer>;
  }[];
}

export async function makeOlderDays(seed: number): Promise<OlderDays> {
  const consortium = makeConsortium({ seed });
  const publishing = new Publishing(consortium);
  const [first, second] = consortium.issuers;
  if (first === undefined || second === undefined) throw new Error('a consortium has three issuers');
  const shown: Pick<OlderDay, 'texts' | 'page'>[] = [];
  let early = new Uint8Array(0);
  let forged = '';
  for (let day = 0; day < DAYS; day++) {
    const [one, other] = await consortium.issueCodes([testRecord(), testRecord()]);
    await consortium.issueCodes([testRecord()], { issuer: second });
    const [page] = pagesFor(first.id, consortium.nowSeconds);
    if (one === undefined || other === undefined || page === undefined) throw new Error('two codes of a day');
    shown.push({ texts: [one.text, other.text], page });
    if (day === 0) {
      early = partialBundle('page', await publishing.page(page)).slice();
      forged = encodeCode({ ...one.parts, signature: new Uint8Array(64).fill(1) });
    }
    consortium.advance(DAY);
  }
  consortium.advance(LATER_DAYS * DAY);
  for (const issuer of consortium.issuers) consortium.publishStatus(issuer, []);
  const pageBytes = async (
    page: PageName,
    options: Parameters<Publishing['page']>[1] = {},
  ): Promise<Uint8Array<ArrayBuffer>> => partialBundle('page', await publishing.page(page, options)).slice();
  const withBytes = async (day: (typeof shown)[number] | undefined): Promise<OlderDay> => {
    if (day === undefined) throw new Error('there are three days');
    return { ...day, bytes: await pageBytes(day.page) };
  };
  const days = [await withBytes(shown[0]), await withBytes(shown[1]), await withBytes(shown[2])] as const;
  const { bytes, page } = days[0];
  const last = bytes.length - 1;
  const full = fullBundle(await publishing.source()).slice();
  return {
    consortium,
    publishing,
    days,
    forged,
    bad: [
      { what: 'cut short', problem: 'BUNDLE_MALFORMED', bytes: bytes.slice(0, bytes.length / 2) },
      { what: 'nothing', problem: 'BUNDLE_MALFORMED', bytes: new Uint8Array(0) },
      { what: 'a list instead', problem: 'BUNDLE_MALFORMED', bytes: full },
      { what: 'of a later version', problem: 'BUNDLE_VERSION_UNKNOWN', bytes: bytes.with(4, 2) },
      // Roots stand at the end.
      { what: 'tampered with', problem: 'BUNDLE_PROOF_WRONG', bytes: bytes.with(last, bytes[last]! ^ 1) }, // not empty
      {
        what: 'of another issuer',
        problem: 'BUNDLE_PAGE_OTHER',
        bytes: await pageBytes({ ...page, issuer: second.id }),
      },
      { what: 'of another day', problem: 'BUNDLE_PAGE_OTHER', bytes: days[1].bytes },
      { what: 'from before the day was over', problem: 'BUNDLE_INCOMPLETE', bytes: early },
      {
        what: 'of another ledger',
        problem: 'BUNDLE_OTHER_LEDGER',
        bytes: await pageBytes(page, { origin: `${ORIGIN}0` }),
      },
      {
        what: 'signed by one of three',
        problem: 'BUNDLE_SIGNATURES_TOO_FEW',
        bytes: await pageBytes(page, { signers: SIGNERS.slice(0, 1) }),
      },
    ],
  };
}
