/**
 * The target's part of a conversion. The holder shows the conversion credential, as a dynamic code that their own key
 * made, with the status list it names; all else is known from the ledger:
 *
 *   judge the code as any verifier → for us? → spent? → mapping in force → evaluate → [decide and issue our own code,
 *   with the acknowledgement and the place that was used, in one synced batch] → acknowledge in a padded batch
 *
 * Up to the synced batch nothing has happened; after it the rest follows by itself, also after a restart. One
 * nullifier is decided once: shown again, it is answered the same. What no table decides waits for an officer.
 */
import { toBase64url } from '../../core/bytes/base64url.ts';
import { concatBytes } from '../../core/bytes/concat.ts';
import { fromHex, toHex, type Hex } from '../../core/bytes/hex.ts';
import type { Decision } from '../../core/conversion/acknowledgement.ts';
import { ConversionError } from '../../core/conversion/errors.ts';
import type { Mapping } from '../../core/conversion/mapping.ts';
import type { ConversionCredential } from '../../core/credential/claims.ts';
import { readUint64 } from '../../service/big-endian.ts';
import { ledgerSeconds } from './house-time.ts';
import { OneAtATime } from './one-at-a-time.ts';
import { StateCounts } from './state-counts.ts';
import { toSubject } from './subject-of.ts';
import { answerTo, watchAnswer, type DecisionAnswer } from './target/answer.ts';
import { Arrivals, type Arrival, type Arrived } from './target/arrivals.ts';
import { decisionNumber, Decisions } from './target/decisions.ts';
import { decisionKey, type Referred } from './target/entry.ts';
import { evaluateArrived } from './target/evaluation.ts';
import { forgetDecisions } from './target/forgetting.ts';
import type { TargetHouse } from './target/house.ts';
import { listAllDecisions } from './target/list-all.ts';
import { checkBooked, mappingNow } from './target/mapping-now.ts';
import { onceABlock } from './target/once-a-block.ts';
import { recognitionOf, type Recognition } from './target/recognition.ts';
import { Referrals, type OfficerDecision, type Referral } from './target/referrals.ts';
import { Turns } from './turns.ts';

/** Enough to keep disk and processor busy at once. */
const AT_ONCE = 8;

export class ConversionTarget {
  readonly #house: TargetHouse;
  readonly #arrivals: Arrivals;
  readonly #decisions: Decisions;
  readonly #referrals: Referrals;
  readonly #oneAtATime = new OneAtATime();
  readonly #turns = new Turns(AT_ONCE);

  private constructor(house: TargetHouse, counts: StateCounts<Decision>) {
    this.#house = house;
    this.#arrivals = new Arrivals(house);
    this.#decisions = new Decisions(house, counts);
    this.#referrals = new Referrals(house, this.#decisions);
  }

  static async open(house: TargetHouse): Promise<ConversionTarget> {
    const counted = { side: 'target', ...house } as const;
    const counts = await StateCounts.open<Decision>(counted, (all) => listAllDecisions(house, all));
    const target = new ConversionTarget(house, counts);
    await target.#referrals.resume();
    return target;
  }

  /** Of all that are kept. */
  get counts(): StateCounts<Decision> {
    return this.#decisions.counts;
  }

  /** How many wait for an officer. */
  get waiting(): number {
    return this.#referrals.size;
  }

  /**
   * Decides a conversion, or answers again what was decided. Throws `ConversionError`s for what is no conversion for
   * us, or not one yet, and `BookingError`s for a booking that is of no use to it; nothing is then decided.
   */
  async admit(arrival: Arrival): Promise<DecisionAnswer> {
    return await answerTo(this.#house, await this.#admit(arrival));
  }

  /** As {@link admit}, once our own code is released or `waitMs` are over; what has yet to be read is waited for. */
  async admitPatiently(arrival: Arrival, waitMs: number): Promise<DecisionAnswer> {
    const { ledger, progress } = this.#house;
    const untilMs = performance.now() + waitMs;
    const admit = onceABlock(ledger, () => this.#admit(arrival));
    const number = await progress.until(admit, { isEnough: () => true, isEarly: isNotReadYet, waitMs });
    const isWhole = await watchAnswer(this.#house, number);
    const isOver = (): Promise<boolean> => Promise.resolve(isWhole());
    await progress.until(isOver, { isEnough: Boolean, waitMs: untilMs - performance.now() });
    return await answerTo(this.#house, number);
  }

  async #admit(arrival: Arrival): Promise<number> {
    return await this.#turns.run(() => this.#admitNow(arrival));
  }

  async #admitNow(arrival: Arrival): Promise<number> {
    const arrived = await this.#arrivals.judge(arrival);
    const key = decisionKey({ source: arrived.between.source.id, nullifier: toHex(arrived.nullifier) });
    return await this.#oneAtATime.run(toHex(key), async () => {
      const known = await this.#house.tables.decisionIds.get(key);
      if (known !== undefined) return await this.#again(readUint64(known), arrived);
      const mapping = mappingNow(this.#house, arrived.between, arrived.facts);
      return await this.#decide(arrived, toReferred(arrived, arrival, mapping), mapping);
    });
  }

  /** What waits for an officer, oldest first. */
  async referrals(): Promise<readonly Referral[]> {
    return await this.#referrals.all();
  }

  /**
   * An officer's word on a referral. Whom they accept gets the colour that this house derives: where it should be
   * another one, two people rule on that first, as on any colour. Nobody is accepted whose code may have ended since, or
   * on a way that is closed. Throws `CONVERSION_NOT_FOUND` where none waits, `CONVERSION_LIST_OUTDATED` where the holder
   * has to show it again first, `CONVERSION_MAPPING_NOT_IN_FORCE`, `CONVERSION_OTHER_PERSON` while the document is
   * another person's here, `CONVERSION_STATE_NOT_CONVERTIBLE` where the colour would be better than the source's or the
   * table's, or nobody has said one, `CONVERSION_BOOKING_NEEDED`, what `evaluateReferred` refuses with, and
   * `BookingError`s where the place that was booked is no longer there to be used.
   */
  async rule(number: number, ruling: OfficerDecision): Promise<DecisionAnswer> {
    return await this.#oneAtATime.run(`referral ${number}`, async () => {
      await this.#referrals.rule(number, ruling);
      return await answerTo(this.#house, number);
    });
  }

  /**
   * The nullifiers that were decided, by the number of an acknowledgement of theirs; `undefined` for what is forgotten.
   * @param source as the ledger names it
   */
  async nullifiersBy(source: Hex): Promise<(acknowledgement: number) => Hex | undefined> {
    const from = fromHex(source);
    const found = new Map<number, Hex>();
    const range = { from, before: concatBytes(from, new Uint8Array(33).fill(0xff)) };
    for await (const { key, value } of this.#house.tables.decisionIds.entries(range)) {
      found.set(readUint64(value), toHex(key.subarray(from.length)));
    }
    return (acknowledgement) => found.get(decisionNumber(acknowledgement));
  }

  /** What was made of one source's codes, and from when on they count no more. @param source DID */
  async recognition(source: string): Promise<Recognition> {
    return await recognitionOf(this.#house, source);
  }

  /** See {@link forgetDecisions}. */
  async forget(): Promise<boolean> {
    return await forgetDecisions(this.#house, { counts: this.counts, referrals: this.#referrals });
  }

  async #decide(arrived: Arrived, grant: Referred, mapping: Mapping): Promise<number> {
    const { facts, judged, between } = arrived;
    const nowSeconds = ledgerSeconds(this.#house);
    const { subject } = grant;
    const evaluation = await evaluateArrived(this.#house, facts, { mapping, subject, nowSeconds });
    if (evaluation.result !== 'refuse') checkBooked(mapping, grant);
    const number = this.#house.entries.next();
    const entry = {
      source: between.source.id,
      sourceDid: between.source.did,
      commitment: toBase64url(judged.commitment),
      jti: judged.claims.jti,
      nullifier: toHex(arrived.nullifier),
      decidedAtSeconds: nowSeconds,
      ruleId: mapping.id,
      mappingVersion: mapping.version,
      sourceState: facts.sourceState,
    };
    switch (evaluation.result) {
      case 'convert': {
        const { state } = evaluation;
        const validUntilSeconds = Math.min(evaluation.validUntilSeconds, grant.validUntilSeconds);
        const accepted = { ...entry, decision: 'accepted', state } as const;
        await this.#decisions.grant(number, accepted, { ...grant, validUntilSeconds });
        break;
      }
      case 'refer': {
        const { reason } = evaluation;
        await this.#decisions.checkPlace(entry, grant);
        await this.#decisions.keep(number, { ...entry, decision: 'referred', reason, referred: grant });
        this.#referrals.shown(number, arrived);
        break;
      }
      case 'refuse':
        await this.#decisions.keep(number, { ...entry, decision: 'refused', reason: evaluation.reason });
        break;
    }
    return number;
  }

  /** The same nullifier under another credential: the source has broken its word. */
  async #again(number: number, arrived: Arrived): Promise<number> {
    const { commitment } = await this.#house.entries.get(number);
    if (commitment !== toBase64url(arrived.judged.commitment))
      throw new ConversionError('CONVERSION_ALREADY_DONE');
    if (this.#referrals.has(number)) this.#referrals.shown(number, arrived);
    return number;
  }
}

/** All that a decision needs, whoever makes it. */
function toReferred({ facts, judged }: Arrived, { booking }: Arrival, mapping: Mapping): Referred {
  const subject = toSubject(judged.claims.subject);
  const holderKey = judged.claims.cnf?.jwk;
  if (subject === undefined || holderKey === undefined) throw new ConversionError('CONVERSION_NOT_FOR_HERE');
  return {
    subject,
    holderKey,
    sourceScheme: mapping.source.scheme,
    scheme: mapping.target.scheme,
    proposedState: facts.proposedState,
    evidence: facts.evidence ?? [],
    validUntilSeconds: endOf(judged.claims),
    ...(facts.port === undefined ? {} : { port: facts.port }),
    ...(facts.plannedOn === undefined ? {} : { plannedOn: facts.plannedOn }),
    ...(booking === undefined ? {} : { booking }),
  };
}

/** The last second of a credential that ends. */
function endOf({ exp = 0 }: ConversionCredential): number {
  return exp - 1;
}

/** What the source has written and we have not read from the ledger yet. */
export function isNotReadYet(error: unknown): boolean {
  return (
    error instanceof ConversionError &&
    (error.code === 'CONVERSION_NOT_SPENT' || error.code === 'CONVERSION_CODE_UNCONFIRMED')
  );
}
