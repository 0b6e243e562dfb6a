/** Verdicts of `hcl verify --bundle`, with pages of roots where the bundle holds those of a code's day no longer. */
import { DayPages, judgeWithPages, type GetPage, type PagedJudgement } from '../core/bundle/day-pages.ts';
import type { Verdict } from '../core/verify/verdict.ts';
import { fileGetter } from './bundle-source.ts';
import { CliError } from './errors.ts';
import type { Io } from './io.ts';
import type { Knowledge } from './knowledge.ts';

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
  const pages = new DayPages(getPageFrom(from, io));
  const context = { ...device.context, signers: device.held.signers };
  return (judging) => judgeWithPages(device.held, { ...judging, pages, context });
}

function getPageFrom(from: string, io: Io): GetPage {
  const get = fileGetter(from, io);
  return (path) =>
    get(path).catch((error: unknown) => {
      if (!(error instanceof CliError)) throw error;
      return error.code === 'CLI_SERVICE_UNREACHABLE' ? 'OFFLINE' : 'NO_ANSWER';
    });
}
