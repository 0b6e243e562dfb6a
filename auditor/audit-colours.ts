/**
 * Every change of a colour that issuers show: that it has all its parts (rule version, ground, evidence, actor, and two
 * approvers where people made it), follows on the change before it, is a leaf of an anchored batch, and, by hand, that
 * those two approved on the ledger the very act that it names, which is the ruling of that colour on that person. And how many there were, of nobody by name.
 */
import { fromBase64url } from '../core/bytes/base64url.ts';
import { toHex, type Hex } from '../core/bytes/hex.ts';
import { fromTypeMask } from '../core/credential/credential-type.ts';
import type { Crypto } from '../core/crypto.ts';
import { HclError } from '../core/errors.ts';
import { colourLeaf, isByHand, parseColourAct, type ColourAct } from '../core/health/colour-act.ts';
import type { LedgerBlock } from '../core/trust/ledger-event.ts';
import { parseColours } from './published-colours.ts';
import { placeOf } from './rederive-acts.ts';
import { rulingProblem } from './ruled-colour.ts';
import type { ColourCount, ColoursTally, Finding } from './report.ts';
import type { Source } from './source.ts';

interface Shown {
  readonly issuer: Hex;
  readonly leaf: Hex;
  readonly act: ColourAct;
}

type Problem = Pick<Finding, 'code' | 'issuer' | 'root' | 'detail'>;

export interface ColoursAudit {
  readonly tally: ColoursTally;
  readonly counts: readonly ColourCount[];
  readonly findings: readonly Finding[];
}

export interface ColoursConclusion {
  readonly blocks: readonly LedgerBlock[];
  readonly head: { readonly number: number; readonly timeSeconds: number };
  /** Place on the ledger of every leaf of an approved batch of acts, by issuer and leaf. */
  readonly approved: ReadonlyMap<string, number>;
}

const NONE: Hex = `0x${'00'.repeat(32)}`;
const LEAF_BYTES = 32;
const DAY_SECONDS = 86_400;
/** As for credentials: what is not anchored by then was never meant to be. */
const ANCHORED_WITHIN_SECONDS: number = DAY_SECONDS;

/** First {@link read}, then every batch through {@link see}, then {@link conclude}. */
export class ColourAudit {
  readonly #crypto: Crypto;
  readonly #shown: Shown[] = [];
  readonly #problems: Problem[] = [];
  /** Those that do not know the question. */
  readonly #silent = new Set<Hex>();
  /** Leaves that no batch has shown so far, by issuer. */
  readonly #missing = new Map<Hex, Set<Hex>>();

  constructor(crypto: Crypto) {
    this.#crypto = crypto;
  }

  /** All changes of one issuer. One that does not know the question gives no colours, if the ledger agrees. */
  async read({ issuer, did }: { readonly issuer: Hex; readonly did: string }, source: Source): Promise<void> {
    const last = new Map<string, ColourAct>();
    for (let after = 0; ;) {
      const answer = await source.colours(issuer, after);
      if (answer.kind === 'missing') {
        this.#silent.add(issuer);
        return;
      }
      if (answer.kind === 'unreachable') {
        this.#find('COLOURS_UNREACHABLE', issuer, NONE, answer.detail);
        return;
      }
      try {
        const page = parseColours(answer.value);
        for (const { number, bytes, act } of page.changes) {
          if (number <= after) throw new RangeError('a change comes twice');
          after = number;
          this.#take({ issuer, did }, { bytes: fromBase64url(bytes), shownAct: act }, last);
        }
        if (!page.more || page.changes.length === 0) return;
      } catch (error) {
        if (!(error instanceof HclError) && !(error instanceof RangeError)) throw error;
        this.#find('COLOUR_INCOMPLETE', issuer, NONE, error.message);
        return;
      }
    }
  }

  /** @param leafHashes of an anchored batch, from which its root was derived */
  see(issuer: Hex, leafHashes: Uint8Array): void {
    const missing = this.#missing.get(issuer);
    if (missing === undefined || missing.size === 0) return;
    for (let at = 0; at < leafHashes.length; at += LEAF_BYTES) {
      missing.delete(toHex(leafHashes.subarray(at, at + LEAF_BYTES)));
    }
  }

  conclude({ blocks, head, approved }: ColoursConclusion): ColoursAudit {
    const approvers = approversByPlace(blocks);
    let waiting = 0;
    for (const issuer of this.#silent) {
      if (mayGiveColours(issuer, blocks))
        this.#find('COLOURS_UNREACHABLE', issuer, NONE, 'it may give health codes and shows no changes');
    }
    for (const { issuer, leaf, act } of this.#shown) {
      if (this.#missing.get(issuer)?.has(leaf) === true) {
        if (act.at + ANCHORED_WITHIN_SECONDS > head.timeSeconds) waiting++;
        else this.#find('COLOUR_NOT_ANCHORED', issuer, leaf, 'the change is a leaf of no anchored batch');
      }
      const place = act.act === undefined ? undefined : approved.get(`${issuer} ${act.act}`);
      if (isByHand(act) && !isSamePair(act.approvers, place === undefined ? undefined : approvers.get(place)))
        this.#find('COLOUR_NOT_APPROVED', issuer, leaf, 'the ledger knows no approval of it by these two');
    }
    const byHand = this.#shown.filter(({ act }) => isByHand(act)).length;
    const byOrder = this.#shown.filter(({ act }) => act.cause !== undefined).length;
    return {
      tally: { changes: this.#shown.length, byHand, byOrder, waiting },
      counts: countsOf(this.#shown),
      findings: this.#problems.map((problem) => ({ ...problem, block: head.number })),
    };
  }

  #take(
    { issuer, did }: { readonly issuer: Hex; readonly did: string },
    { bytes, shownAct }: { readonly bytes: Uint8Array; readonly shownAct: string | undefined },
    last: Map<string, ColourAct>,
  ): void {
    const act = parseColourAct(bytes);
    const leaf = toHex(colourLeaf(this.#crypto, bytes));
    const line = `${act.subject} ${act.scheme}`;
    const before = last.get(line);
    if (act.issuer !== did) this.#find('COLOUR_INCOMPLETE', issuer, leaf, 'it names another issuer');
    if (act.from !== before?.to || act.at < (before?.at ?? 0))
      this.#find('COLOUR_INCOMPLETE', issuer, leaf, 'it does not follow on the change before it');
    const ruled = isByHand(act) ? rulingProblem(this.#crypto, act, shownAct) : undefined;
    if (ruled !== undefined) this.#find('COLOUR_NOT_APPROVED', issuer, leaf, ruled);
    last.set(line, act);
    this.#shown.push({ issuer, leaf, act });
    const missing = this.#missing.get(issuer) ?? new Set();
    this.#missing.set(issuer, missing.add(leaf));
  }

  #find(code: Finding['code'], issuer: Hex, root: Hex, detail: string): void {
    this.#problems.push({ code, issuer, root, detail });
  }
}

/** It was accredited for health codes at any time. */
function mayGiveColours(issuer: Hex, blocks: readonly LedgerBlock[]): boolean {
  return blocks.some(({ events }) =>
    events.some(
      (event) => 'types' in event && event.issuer === issuer && fromTypeMask(event.types).includes('status'),
    ),
  );
}

function approversByPlace(blocks: readonly LedgerBlock[]): ReadonlyMap<number, readonly Hex[]> {
  return new Map(
    blocks.flatMap(({ number, events }) =>
      events.flatMap((event, index) =>
        event.event === 'ActsAnchored'
          ? [[placeOf(number, index), [event.firstApprover, event.secondApprover]] as const]
          : [],
      ),
    ),
  );
}

function isSamePair(told: readonly Hex[] | undefined, onLedger: readonly Hex[] | undefined): boolean {
  if (told === undefined || onLedger === undefined) return false;
  return [...told].toSorted().join(' ') === [...onLedger].toSorted().join(' ');
}

function countsOf(shown: readonly Shown[]): readonly ColourCount[] {
  const rows = Map.groupBy(shown, ({ issuer, act }) =>
    [issuer, dayOf(act.at), act.scheme, act.from ?? '', act.to, isByHand(act), act.cause ?? ''].join(' '),
  );
  return Array.from(rows.values(), (same) => {
    // A group has a first.
    const { issuer, act } = same[0]!;
    const { scheme, from, to, cause } = act;
    const before = from === undefined ? {} : { from };
    return {
      issuer,
      day: dayOf(act.at),
      scheme,
      ...before,
      to,
      byHand: isByHand(act),
      ...(cause === undefined ? {} : { cause }),
      count: same.length,
    };
  });
}

function dayOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10);
}
