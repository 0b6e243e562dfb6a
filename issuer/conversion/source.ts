/**
 * The source's part of a conversion. A holder brings their code, the records it rests on and a consent; what they get
 * is a conversion credential of their own, which they carry to the target: the two services never talk.
 *
 *   consent → judge the code as any verifier → mapping in force → evaluate → [reserve the nullifier and issue, in one
 *   synced batch] → spend in a padded batch, anchor → hand over
 *
 * Up to the synced batch nothing has happened; after it everything else follows by itself, also after a restart. One
 * code is converted once for one target, whoever asks how often: the same request is answered the same.
 */
import { fromHex, toHex, type Hex } from '../../core/bytes/hex.ts';
import type { AnsweredNullifier } from '../../core/conversion/acknowledgement.ts';
import { ConversionError } from '../../core/conversion/errors.ts';
import { invariant } from '../../core/errors.ts';
import { nullifierOf } from '../../core/conversion/nullifier.ts';
import { commitmentOf } from '../../core/commitment/leaf.ts';
import { decodeCode } from '../../core/qr/code.ts';
import type { ConversionRecord } from '../../core/record/derived.ts';
import { toUint64 } from '../../service/big-endian.ts';
import { TABLES } from '../store.ts';
import { answersOf } from './awaited-answers.ts';
import { ownSeconds } from './house-time.ts';
import { OneAtATime } from './one-at-a-time.ts';
import { SourceAnswers, type OpenConversion } from './source/answers.ts';
import { AwaitedCodes } from './source/awaited-codes.ts';
import { checkConsent, checkSigned, checkWithdrawal } from './source/consent-check.ts';
import type { SourceEntry, SourceHouse } from './source/entry.ts';
import { forgetConversions } from './source/forgetting.ts';
import { Handover, type ConversionAnswer } from './source/handover.ts';
import { listAllConversions } from './source/list-all.ts';
import { betweenUsAnd, judgeEvidence, judgeStatus } from './source/judged-request.ts';
import { holderKeyOf, lastSecondOf, propose, toRecord, type Asked } from './source/proposal.ts';
import { consentKey, findConversion, requestName, type ConversionRequest } from './source/request.ts';
import { Withdrawals } from './source/withdrawals.ts';
import { StateCounts, type SourceState } from './state-counts.ts';
import { Turns } from './turns.ts';

/** Enough to keep disk and processor busy at once. */
const AT_ONCE = 8;

export class ConversionSource {
  /** Of all that are kept. */
  readonly counts: StateCounts<SourceState>;
  readonly #house: SourceHouse;
  readonly #oneAtATime = new OneAtATime();
  readonly #turns = new Turns(AT_ONCE);
  readonly #answers: SourceAnswers;
  readonly #withdrawals: Withdrawals;
  readonly #handover: Handover;
  readonly #awaited = new AwaitedCodes();

  private constructor(house: SourceHouse, counts: StateCounts<SourceState>) {
    this.counts = counts;
    this.#house = house;
    this.#answers = new SourceAnswers(house, counts);
    this.#handover = new Handover(house);
    this.#withdrawals = new Withdrawals(house, { answers: this.#answers, counts });
  }

  static async open(house: SourceHouse): Promise<ConversionSource> {
    const counted = { side: 'source', ...house } as const;
    const counts = await StateCounts.open<SourceState>(counted, (all) => listAllConversions(house, all));
    const source = new ConversionSource(house, counts);
    await source.#answers.resume();
    await source.#withdrawals.resume();
    source.#answers.listen();
    return source;
  }

  /** Throws `ConversionError`s and what `RecordIssuer.issueDerived` throws; nothing has then happened. */
  async convert(request: ConversionRequest): Promise<ConversionAnswer> {
    // One consent is one conversion, also where it comes for two targets at once.
    const convert = (): Promise<ConversionAnswer> => this.#turns.run(() => this.#convert(request));
    return await this.#oneAtATime.run(`consent ${request.terms.id}`, convert);
  }

  /**
   * How far it is, once it is no more under way or `waitMs` are over. Throws `CONVERSION_NOT_FOUND`.
   */
  async conversion(id: string, waitMs = 0): Promise<ConversionAnswer> {
    const number = await this.#byId(id);
    if (waitMs === 0) return await this.#handover.answer(number);
    const { from } = await this.#house.entries.get(number);
    return await this.#awaited.during(await this.#house.recordIdOf(from), async (hasEnded) => {
      const now = await this.#handover.answer(number);
      if (now.state !== 'under-way') return now;
      const isThere = await this.#handover.watch(number);
      const isOver = async (): Promise<boolean> =>
        hasEnded() ? (await this.#handover.answer(number)).state !== 'under-way' : await isThere();
      await this.#house.progress.until(isOver, { isEnough: Boolean, waitMs });
      return await this.#handover.answer(number);
    });
  }

  /** The codes of these records hold no more: whoever waits for what is made of one looks again. */
  codesEnded(recordIds: readonly string[]): void {
    this.#awaited.end(recordIds);
    this.#house.progress.made();
  }

  /**
   * Takes the consent back: the credential is erased and revoked, and where it was not spent yet, never is. Again: the
   * same answer. What the target has decided by then stands. Throws `CONVERSION_NOT_FOUND`, `…_WRONG_HOLDER`,
   * `…_CLOCK_OFF`.
   */
  async withdraw(id: string, at: number, signature: Uint8Array): Promise<ConversionAnswer> {
    const number = await this.#byId(id);
    const { holderKey } = await this.#house.entries.get(number);
    await checkWithdrawal(this.#house, { id, at, signature }, { cnf: { jwk: holderKey } });
    await this.#withdrawals.withdraw(number);
    return await this.#handover.answer(number);
  }

  /** Finishes withdrawals that were cut short, and reads what targets have acknowledged since. */
  async settle(): Promise<void> {
    await this.#withdrawals.settle();
    await this.#answers.settle();
  }

  /** The records of the conversions that were made of these records' codes, whatever their target. */
  async madeOf(recordIds: readonly string[]): Promise<readonly string[]> {
    const { crypto, entries, handleOf, ledger, secret } = this.#house;
    // After a start nothing is read yet, and no target is known.
    if (ledger.state.head.number < 0) await ledger.sync();
    const found: string[] = [];
    for (const recordId of recordIds) {
      const jti = await handleOf(recordId);
      if (jti === undefined) continue;
      for (const { did } of ledger.state.trust.issuers()) {
        const nullifier = nullifierOf(crypto, secret, { jti, target: did });
        const number = await findConversion(this.#house, nullifier);
        if (number !== undefined) found.push((await entries.get(number)).recordId);
      }
    }
    return found;
  }

  /** What was spent and not answered, oldest first, with how long it has been waiting. */
  async open(): Promise<readonly OpenConversion[]> {
    return await this.#answers.open();
  }

  /** How long the oldest of those has been waiting; `undefined`: none is. */
  async oldestOpenSeconds(): Promise<number | undefined> {
    return (await this.#answers.openOnes().next()).value?.ageSeconds;
  }

  /** What this target has answered, as the ledger holds both: its last word on each nullifier. */
  async answers(target: Hex): Promise<readonly AnsweredNullifier[]> {
    return await this.#answers.of(target);
  }

  /** See {@link forgetConversions}. */
  async forget(): Promise<boolean> {
    const parts = { answers: this.#answers, counts: this.counts, withdrawals: this.#withdrawals };
    return await forgetConversions(this.#house, parts);
  }

  async #convert(request: ConversionRequest): Promise<ConversionAnswer> {
    const { terms } = request;
    const known = await findConversion(this.#house, consentKey(this.#house, terms.id));
    if (known !== undefined) return await this.#again(known, request);
    const judged = await judgeStatus(this.#house, request.code);
    await checkConsent(this.#house, request, judged);
    const between = betweenUsAnd(this.#house, terms.target);
    const evidence = await judgeEvidence(this.#house, request, judged);
    const { crypto, secret } = this.#house;
    const nullifier = nullifierOf(crypto, secret, { jti: judged.claims.jti, target: terms.target });
    return await this.#oneAtATime.run(toHex(nullifier), async () => {
      const asked = { terms, judged, between, evidence, nullifier };
      await this.#checkUnspent(asked);
      return this.#handover.begun(await this.#issue(request, asked));
    });
  }

  /** The ledger also knows what this store has forgotten, or never knew: it may be an older copy. */
  async #checkUnspent({ between: { source, target }, nullifier }: Asked): Promise<void> {
    const isSpent = this.#house.ledger.state.conversions.isSpent(source.id, target.id, nullifier);
    if (isSpent || (await findConversion(this.#house, nullifier)) !== undefined)
      throw new ConversionError('CONVERSION_ALREADY_DONE');
  }

  async #issue(request: ConversionRequest, asked: Asked): Promise<SourceEntry> {
    const { terms, judged, between, nullifier } = asked;
    const { jti } = judged.claims;
    const nowSeconds = ownSeconds(this.#house);
    // A colour that has changed a moment ago is not on the list yet that the code was judged by.
    const standing = await this.#house.standing(jti);
    if (standing === undefined) throw new ConversionError('CONVERSION_CODE_NOT_VALID');
    const proposal = propose(this.#house, asked);
    return await this.#reserve(toRecord(asked, proposal, standing.subject), {
      consent: terms,
      from: jti,
      request: requestName(this.#house, request),
      nullifier: toHex(nullifier),
      target: between.target.id,
      holderKey: holderKeyOf(judged),
      convertedAtSeconds: nowSeconds,
      validUntilSeconds: proposal.validUntilSeconds,
      codeUntilSeconds: lastSecondOf(judged),
    });
  }

  /** The credential, its entry, its nullifier's name and its place in the queue: all of it on the disk, or none. */
  async #reserve(record: ConversionRecord, entry: Omit<SourceEntry, 'recordId'>): Promise<SourceEntry> {
    const { crypto, entries, queue, issueDerived } = this.#house;
    const number = entries.next();
    const value = fromHex(entry.nullifier);
    const to = { side: 'spent', peer: entry.target } as const;
    const [result] = await issueDerived([record], {
      addTo: (batch, [recordId]) => {
        if (recordId === undefined) return;
        entries.put(batch, number, { ...entry, recordId });
        batch.put(TABLES.conversionIds, consentKey(this.#house, entry.consent.id), toUint64(number));
        batch.put(TABLES.conversionIds, value, toUint64(number));
        queue.add(batch, { ...to, number, value });
        this.counts.write(batch, number, { to: 'open' });
        this.#answers.expect(batch, number);
      },
    });
    if (result === undefined || 'problems' in result) throw new ConversionError('CONVERSION_CODE_NOT_VALID');
    this.counts.moved({ to: 'open' });
    const travel = result.credentials.find(({ profile }) => profile === 'travel');
    invariant(travel !== undefined, 'every record has a travel credential');
    const reserved = { ...entry, recordId: result.recordId };
    this.#answers.await(number, reserved, answersOf(crypto, travel.handle));
    queue.added(to);
    this.#house.onDue();
    return reserved;
  }

  async #again(number: number, request: ConversionRequest): Promise<ConversionAnswer> {
    const entry = await this.#house.entries.get(number);
    if (entry.request !== requestName(this.#house, request))
      throw new ConversionError('CONVERSION_CONSENT_REPLAYED');
    // The same request, so its code is the one that was judged.
    const { headerBytes, payloadBytes } = decodeCode(request.code);
    const commitment = commitmentOf(this.#house.crypto, headerBytes, payloadBytes);
    await checkSigned(this.#house, request, { claims: { cnf: { jwk: entry.holderKey } }, commitment });
    return await this.#handover.answer(number);
  }

  async #byId(id: string): Promise<number> {
    const number = await findConversion(this.#house, consentKey(this.#house, id));
    if (number === undefined) throw new ConversionError('CONVERSION_NOT_FOUND');
    return number;
  }
}
