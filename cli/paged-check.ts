/** Verdicts of `hcl verify --bundle`, with pages of roots where the bundle holds those of a code's day no longer. */
import { DayPages, judgeWithPages, type PagedJudgement } from '../core/bundle/day-pages.ts';
import type { Verdict } from '../core/verify/verdict.ts';
import type { Io } from './io.ts';
import type { Knowledge } from './knowledge.ts';
import { pageGetter } from './page-source.ts';

/** A way to judge, by what is known. */
export interface Judging<Judged> {
  readonly judge: (known: Knowledge) => Promise<Judged>;
  /** The verdict on each code. */
  readonly partsOf: (judged: Judged) => readonly Verdict[];
}

export type PagedCheck = <Judged>(judging: Judging<Judged>) => Promise<PagedJudgement<Judged>>;

/** @param from where `pages/` lies, a folder or an address; a replica drops nothing, and needs none */
export function pagedCheck(knowledge: Knowledge, from: string | undefined, io: Io): PagedCheck {
  const { device } = knowledge;
  if (device === undefined || from === undefined) {
    return async ({ judge }) => ({ judged: await judge(knowledge) });
  }
  const pages = new DayPages(pageGetter(from, io));
  const context = { ...device.context, signers: device.held.signers };
  return (judging) => judgeWithPages(device.held, { ...judging, pages, context });
}
