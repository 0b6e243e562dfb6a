/**
 * Every status version on the ledger, from the first, explained by acts: replayed from what the issuer shows
 * (`replay-versions.ts`), with every change put down to an act that two people had approved by then. An entry that
 * changed without one, or a version that nobody explains, is a finding.
 */
import { HclError } from '../core/errors.ts';
import type { Crypto } from '../core/crypto.ts';
import type { Hex, LedgerBlock, LedgerEvent } from '../core/trust/ledger-event.ts';
import type { StatusValue } from '../core/status/token-status-list.ts';
import { parseHistory, type PublishedHistory } from './published-acts.ts';
import { placeOf, type ActsAudit } from './rederive-acts.ts';
import { Replay, unapprovedActs, type ReplayedVersion } from './replay-versions.ts';
import type { Finding } from './report.ts';
import type { Source } from './source.ts';

type Published = Extract<LedgerEvent, { readonly event: 'StatusPublished' }>;

export interface ExplanationAudit {
  /** On the ledger. */
  readonly versions: number;
  readonly explained: number;
  /** Entries that they changed. */
  readonly changes: number;
  /** Of these, by erasures. */
  readonly erased: number;
  readonly findings: readonly Finding[];
}

export interface ExplanationDeps {
  readonly crypto: Crypto;
  readonly source: Source;
  readonly approved: ActsAudit['approved'];
}

interface Anchored {
  readonly event: Published;
  readonly block: number;
  readonly place: number;
}

const NOTHING: ExplanationAudit = { versions: 0, explained: 0, changes: 0, erased: 0, findings: [] };

export async function explainStatus(
  blocks: readonly LedgerBlock[],
  deps: ExplanationDeps,
): Promise<ExplanationAudit> {
  const byIssuer = Map.groupBy(versionsIn(blocks), ({ event }) => event.issuer);
  const audits = await Promise.all(
    Array.from(byIssuer, ([issuer, versions]) => new Explanation(issuer, versions, deps).run()),
  );
  return audits.reduce(sum, NOTHING);
}

/** The versions of one issuer, page by page of what it shows. */
class Explanation {
  readonly #issuer: Hex;
  readonly #waiting: Map<number, Anchored>;
  readonly #deps: ExplanationDeps;
  readonly #replay: Replay;
  readonly #findings: Finding[] = [];
  #explained = 0;
  #changes = 0;
  #erased = 0;

  constructor(issuer: Hex, versions: readonly Anchored[], deps: ExplanationDeps) {
    this.#issuer = issuer;
    this.#waiting = new Map(versions.map((anchored) => [anchored.event.version, anchored]));
    this.#deps = deps;
    this.#replay = new Replay(deps.crypto);
  }

  async run(): Promise<ExplanationAudit> {
    const versions = this.#waiting.size;
    const problem = await this.#readPages();
    for (const anchored of this.#waiting.values()) {
      this.#findings.push(findingOf(anchored, problem ?? UNEXPLAINED));
    }
    return {
      versions,
      explained: this.#explained,
      changes: this.#changes,
      erased: this.#erased,
      findings: this.#findings,
    };
  }

  /** Until every version on the ledger is seen, or nothing more comes; what is in the way, if anything. */
  async #readPages(): Promise<Problem | undefined> {
    for (let after = 0; this.#waiting.size > 0;) {
      const answer = await this.#deps.source.history(this.#issuer, after);
      if (answer.kind === 'missing') return UNEXPLAINED;
      if (answer.kind === 'unreachable') return { code: 'STATUS_UNREACHABLE', detail: answer.detail };
      try {
        const page = parseHistory(answer.value);
        this.#replayPage(page, after);
        const last = page.versions.at(-1)?.version;
        // A page that leads no further would be asked for again and again.
        if (!page.more || last === undefined || last <= after) return undefined;
        after = last;
      } catch (error) {
        if (!(error instanceof HclError)) throw error;
        return { code: 'STATUS_UNEXPLAINED', detail: error.message };
      }
    }
    return undefined;
  }

  #replayPage(page: PublishedHistory, after: number): void {
    const unapproved = unapprovedActs(this.#deps.crypto, page);
    let last = after;
    for (const version of page.versions) {
      const anchored = this.#waiting.get(version.version);
      // What was published since we read the ledger is for the next audit; what comes twice is no history.
      if (anchored === undefined || version.version <= last) return;
      last = version.version;
      this.#waiting.delete(version.version);
      this.#check(anchored, version, page, unapproved);
    }
  }

  #check(
    anchored: Anchored,
    version: ReplayedVersion,
    page: PublishedHistory,
    unapproved: ReadonlyMap<Hex, StatusValue>,
  ): void {
    const difference =
      this.#replay.apply(version, page, anchored.event) ?? this.#unapproved(anchored, version, unapproved);
    if (difference !== undefined) {
      this.#findings.push(findingOf(anchored, { code: 'STATUS_UNEXPLAINED', detail: difference }));
      return;
    }
    this.#explained++;
    for (const { act, lists } of version.changes) {
      const count = lists.reduce((total, { indices }) => total + indices.length, 0);
      this.#changes += count;
      if (unapproved.get(act) === 'revoked') this.#erased += count;
    }
  }

  /** A change by an act that nobody had approved by then, in words. */
  #unapproved(
    { place }: Anchored,
    { changes }: ReplayedVersion,
    unapproved: ReadonlyMap<Hex, StatusValue>,
  ): string | undefined {
    for (const { act, lists } of changes) {
      const allowed = unapproved.get(act);
      if (allowed !== undefined) {
        if (lists.some(({ value }) => value !== allowed))
          return `act ${act}, which nobody approved, sets something else than ${allowed}`;
        continue;
      }
      const approvedAt = this.#deps.approved.get(`${this.#issuer} ${act}`);
      if (approvedAt === undefined || approvedAt > place)
        return `act ${act} is in no approved batch before it`;
    }
    return undefined;
  }
}

type Problem = Pick<Finding, 'code' | 'detail'>;
const UNEXPLAINED: Problem = { code: 'STATUS_UNEXPLAINED', detail: 'the issuer shows no acts for it' };

function versionsIn(blocks: readonly LedgerBlock[]): readonly Anchored[] {
  return blocks.flatMap(({ number, events }) =>
    events.flatMap((event, index) =>
      event.event === 'StatusPublished' ? [{ event, block: number, place: placeOf(number, index) }] : [],
    ),
  );
}

function findingOf({ event, block }: Anchored, problem: Problem): Finding {
  return { ...problem, issuer: event.issuer, block, root: event.listsRoot };
}

function sum(a: ExplanationAudit, b: ExplanationAudit): ExplanationAudit {
  return {
    versions: a.versions + b.versions,
    explained: a.explained + b.explained,
    changes: a.changes + b.changes,
    erased: a.erased + b.erased,
    findings: [...a.findings, ...b.findings],
  };
}
