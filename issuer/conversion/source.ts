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
import { toBase64url } from '../../core/bytes/base64url.ts';
import { toCanonicalJson } from '../../core/bytes/canonical-json.ts';
import { fromHex, toHex, type Hex } from '../../core/bytes/hex.ts';
import { toUtf8 } from '../../core/bytes/utf8.ts';
import type { AnsweredNullifier, Decision } from '../../core/conversion/acknowledgement.ts';
import type { CarriedList } from '../../core/conversion/carried-list.ts';
import {
  consentMessage,
  isPresentConsent,
  withdrawalMessage,
  type ConsentTerms,
} from '../../core/conversion/consent.ts';
import { signConversionReceipt } from '../../core/conversion/conversion-receipt.ts';
import { ConversionError } from '../../core/conversion/errors.ts';
import { evaluateConversion, type ConversionFacts, type Evaluation } from '../../core/conversion/evaluate.ts';
import { toEvidence } from '../../core/conversion/evidence.ts';
import type { Mapping } from '../../core/conversion/mapping.ts';
import { nullifierOf } from '../../core/conversion/nullifier.ts';
import { inScheme } from '../../core/conversion/strictness.ts';
import type { StatusCredential } from '../../core/credential/claims.ts';
import type { P256Jwk } from '../../core/credential/key.ts';
import { commitmentOf } from '../../core/commitment/leaf.ts';
import { invariant } from '../../core/errors.ts';
import { decodeCode } from '../../core/qr/code.ts';
import type { Colour, ConversionEvidence, ConversionRecord } from '../../core/record/derived.ts';
import { issuerTrustAt } from '../../core/trust/trust-at.ts';
import { timeOf } from '../../core/verify/context.ts';
import { onePersonProblems } from '../../core/verify/one-person.ts';
import { readUint64, toUint64 } from '../../service/big-endian.ts';
import { WriteBatch } from '../../service/store.ts';
import { TABLES } from '../store.ts';
import { answersOf, AwaitedAnswers, type Answer } from './awaited-answers.ts';
import type { ConversionHouse } from './house.ts';
import {
  claimedIssuer,
  isSignedByHolder,
  judgeCode,
  type JudgedCode,
  type JudgeOptions,
} from './judged-code.ts';
import { FORGOTTEN_AT_ONCE, KEPT_SECONDS, TO_REWRITE } from './kept.ts';
import { mappingInForce, type Between } from './mapping-in-force.ts';
import { StateCounts, type SourceState } from './state-counts.ts';
import { toRfc3339 } from './times.ts';

export interface ConversionRequest {
  /** The holder's travel code, bound to their key. */
  readonly code: string;
  /** Codes of this issuer: tests, declarations. */
  readonly evidence: readonly string[];
  readonly terms: ConsentTerms;
  /** ES256 by the holder's key over `consentMessage`, 64 bytes. */
  readonly signature: Uint8Array;
}

/** What is kept of a conversion: nothing of the person but names of a record and of a code, erased on their own. */
interface SourceEntry {
  readonly consent: ConsentTerms;
  /** Handle of the code that was converted. */
  readonly from: string;
  /** HMAC of the request, to know it again. */
  readonly request: string;
  readonly recordId: string;
  readonly nullifier: Hex;
  /** As the ledger names it. */
  readonly target: Hex;
  readonly holderKey: P256Jwk;
  readonly convertedAtSeconds: number;
  readonly validUntilSeconds: number;
  /** The last second of the code that was converted. */
  readonly codeUntilSeconds: number;
  readonly withdrawnAtSeconds?: number;
  /** Of one that was withdrawn: by what its target may still answer. Its record cannot tell that any more. */
  readonly answers?: readonly Hex[];
  /** As the target has acknowledged it on the ledger, and the value that says so there. */
  readonly decision?: Decision;
  readonly acknowledgement?: Hex;
}

/** What a holder carries to the target. */
export interface ConversionPackage {
  /** Static: the holder's device adds the presentation. */
  readonly code: string;
  readonly list: CarriedList;
  /** The source's word that it handed this over. */
  readonly receipt: string;
}

export interface ConversionAnswer {
  readonly id: string;
  /** `ended`: the code it was made of holds no more, so nothing is handed over. */
  readonly state: 'under-way' | 'ready' | 'withdrawn' | 'ended';
  readonly target: string;
  readonly validUntil: string;
  readonly decision?: Decision;
  readonly package?: ConversionPackage;
}

/** A conversion that nobody has answered yet. */
export interface OpenConversion {
  readonly number: number;
  readonly target: Hex;
  readonly ageSeconds: number;
  /** The credential is destroyed: nobody need answer it any more. */
  readonly isErased: boolean;
}

const CLOCK_SECONDS = 300;

export class ConversionSource {
  /** Of all that are kept. */
  readonly counts: StateCounts<SourceState> = new StateCounts();
  readonly #house: ConversionHouse<SourceEntry>;
  /** Nullifiers between being looked up and the disk. */
  readonly #underWay = new Map<string, Promise<unknown>>();

  /** Conversions that the target has not finally answered. */
  readonly #awaited = new AwaitedAnswers();
  /** Withdrawn ones whose erasure was cut short. */
  readonly #toErase = new Set<number>();

  private constructor(house: ConversionHouse<SourceEntry>) {
    this.#house = house;
  }

  static async open(house: ConversionHouse<SourceEntry>): Promise<ConversionSource> {
    const source = new ConversionSource(house);
    for await (const { number, entry } of house.entries.all()) {
      source.counts.move(undefined, stateOf(entry));
      if (!isAnswered(entry)) source.#await(number, entry, await source.#answersOf(entry));
      if (entry.withdrawnAtSeconds !== undefined) source.#toErase.add(number);
    }
    house.ledger.onAcknowledged((target, values) => source.#awaited.hear(target, values));
    return source;
  }

  /** Throws `ConversionError`s and what `RecordIssuer.issueDerived` throws; nothing has then happened. */
  async convert(request: ConversionRequest): Promise<ConversionAnswer> {
    // One consent is one conversion, also where it comes for two targets at once.
    return await this.#alone(`consent ${request.terms.id}`, () => this.#convert(request));
  }

  async #convert(request: ConversionRequest): Promise<ConversionAnswer> {
    const { terms } = request;
    const known = await this.#find(this.#idKey(terms.id));
    if (known !== undefined) return await this.#again(known, request);
    const judged = await this.#judge(request.code);
    await this.#checkConsent(request, judged);
    const between = this.#between(terms.target);
    const evidence = await this.#evidenceOf(request.evidence, judged);
    const { crypto, secret } = this.#house;
    const nullifier = nullifierOf(crypto, secret, { jti: judged.claims.jti, target: terms.target });
    const { source, target } = between;
    return await this.#alone(toHex(nullifier), async () => {
      // The ledger also knows what this store has forgotten, or never knew: it may be an older copy.
      const isSpent = this.#house.ledger.state.conversions.isSpent(source.id, target.id, nullifier);
      if (isSpent || (await this.#find(nullifier)) !== undefined)
        throw new ConversionError('CONVERSION_ALREADY_DONE');
      return await this.#issue(request, { judged, between, evidence, nullifier });
    });
  }

  /** Throws `CONVERSION_NOT_FOUND`. */
  async conversion(id: string): Promise<ConversionAnswer> {
    return await this.#describe(await this.#byId(id));
  }

  /**
   * Takes the consent back: the credential is erased and revoked, and where it was not spent yet, never is. Again: the
   * same answer. What the target has decided by then stands. Throws `CONVERSION_NOT_FOUND`, `…_WRONG_HOLDER`,
   * `…_CLOCK_OFF`.
   */
  async withdraw(id: string, at: number, signature: Uint8Array): Promise<ConversionAnswer> {
    const number = await this.#byId(id);
    const { crypto, store, queue, entries, passing } = this.#house;
    this.#checkClock(at);
    const { holderKey } = await entries.get(number);
    const signed = { message: withdrawalMessage({ id, at }), signature };
    if (!(await isSignedByHolder(crypto, { cnf: { jwk: holderKey } }, signed))) {
      throw new ConversionError('CONVERSION_WRONG_HOLDER');
    }
    await passing.run(async () => {
      const entry = await entries.get(number);
      if (entry.withdrawnAtSeconds !== undefined) return;
      const batch = new WriteBatch();
      await queue.remove(batch, { side: 'spent', peer: entry.target, number });
      const answers = await this.#answersOf(entry);
      entries.put(batch, number, { ...entry, answers, withdrawnAtSeconds: this.#nowSeconds() });
      // Commit point: from here on the credential is handed to nobody; what is left of it goes with the next line, or
      // with the next pass.
      await store.commit(batch);
      this.counts.move(stateOf(entry), 'withdrawn');
    });
    this.#toErase.add(number);
    await this.#eraseWithdrawn(number);
    return await this.#describe(number);
  }

  /** Finishes withdrawals that were cut short, and reads what targets have acknowledged since. */
  async settle(): Promise<void> {
    for (const number of this.#toErase) await this.#eraseWithdrawn(number);
    this.#awaited.dropEnded(this.#nowSeconds());
    await this.#awaited.noteHeard((answer) => this.#note(answer));
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
        const number = await this.#find(nullifierOf(crypto, secret, { jti, target: did }));
        if (number !== undefined) found.push((await entries.get(number)).recordId);
      }
    }
    return found;
  }

  /** What was spent and not answered, oldest first, with how long it has been waiting. */
  async open(): Promise<readonly OpenConversion[]> {
    const found: OpenConversion[] = [];
    for (const number of this.#awaited.numbers()) {
      const entry = await this.#house.entries.get(number);
      const { convertedAtSeconds, decision, recordId, target } = entry;
      const isSpent = (await this.#house.queue.sentIn('spent', number)) !== undefined;
      if (!isSpent || decision !== undefined) continue;
      const isErased = (await this.#house.handleOf(recordId)) === undefined;
      found.push({ number, target, ageSeconds: this.#nowSeconds() - convertedAtSeconds, isErased });
    }
    return found;
  }

  /** What this target has answered, as the ledger holds both: its last word on each nullifier. */
  async answers(target: Hex): Promise<readonly AnsweredNullifier[]> {
    const found: AnsweredNullifier[] = [];
    for await (const { entry } of this.#house.entries.all()) {
      const { nullifier, acknowledgement } = entry;
      if (entry.target === target && acknowledgement !== undefined)
        found.push({ nullifier, acknowledgement });
    }
    return found;
  }

  /** Erases some of what ended {@link KEPT_SECONDS} ago, with every name it had; false when nothing is left to erase. */
  async forget(): Promise<boolean> {
    const { entries, store } = this.#house;
    const before = this.#nowSeconds() - KEPT_SECONDS;
    const batch = new WriteBatch();
    const forgotten = new Map<number, SourceState>();
    for await (const { number, entry } of entries.all()) {
      // Entries are in the order of their times, and none ends before it begins.
      if (entry.convertedAtSeconds >= before || forgotten.size === FORGOTTEN_AT_ONCE) break;
      if (entry.codeUntilSeconds >= before || this.#toErase.has(number)) continue;
      forgotten.set(number, stateOf(entry));
      entries.delete(batch, number);
      batch.delete(TABLES.conversionIds, this.#idKey(entry.consent.id));
      batch.delete(TABLES.conversionIds, fromHex(entry.nullifier));
    }
    if (forgotten.size === 0) return false;
    batch.put(TABLES.meta, TO_REWRITE, new Uint8Array(0));
    for (const number of forgotten.keys()) this.#awaited.drop(number);
    await store.commit(batch);
    for (const state of forgotten.values()) this.counts.move(state, undefined);
    return true;
  }

  async #eraseWithdrawn(number: number): Promise<void> {
    await this.#house.erase((await this.#house.entries.get(number)).recordId);
    this.#toErase.delete(number);
  }

  /** In turn with withdrawals: neither takes back what the other has written. */
  async #note({ number, decision, acknowledgement }: Answer): Promise<void> {
    const { entries, passing, store } = this.#house;
    await passing.run(async () => {
      const entry = await entries.get(number);
      if (isAnswered(entry) || decision === entry.decision) return;
      const next = { ...entry, decision, acknowledgement };
      const batch = new WriteBatch();
      entries.put(batch, number, next);
      await store.commit(batch);
      this.counts.move(stateOf(entry), stateOf(next));
    });
    if (isAnswered({ decision })) this.#awaited.drop(number);
  }

  #await(
    number: number,
    { target, validUntilSeconds }: Pick<SourceEntry, 'target' | 'validUntilSeconds'>,
    answers: readonly Hex[],
  ): void {
    const untilSeconds = validUntilSeconds + KEPT_SECONDS;
    this.#awaited.add({ number, target, answers, untilSeconds });
  }

  /** None where the record was erased before anybody withdrew: its holder alone reads the answer then. */
  async #answersOf({ answers, recordId }: SourceEntry): Promise<readonly Hex[]> {
    if (answers !== undefined) return answers;
    const jti = await this.#house.handleOf(recordId);
    return jti === undefined ? [] : answersOf(this.#house.crypto, jti);
  }

  async #judge(code: string): Promise<JudgedCode & { readonly claims: StatusCredential }> {
    const issuer = claimedIssuer(code);
    if (issuer !== '' && issuer !== this.#house.did) throw new ConversionError('CONVERSION_CODE_NOT_OURS');
    const judged = await judgeCode(code, { ...this.#context(), isPresented: false });
    const { claims } = judged;
    if (claims.iss !== this.#house.did || claims.vct !== 'urn:hcl:status:1') {
      throw new ConversionError('CONVERSION_CODE_NOT_OURS');
    }
    return { ...judged, claims };
  }

  async #checkConsent(
    { terms, signature }: ConversionRequest,
    { claims, commitment }: JudgedCode,
  ): Promise<void> {
    const message = consentMessage(commitment, terms);
    if (!(await isSignedByHolder(this.#house.crypto, claims, { message, signature }))) {
      throw new ConversionError('CONVERSION_WRONG_HOLDER');
    }
    if (!isPresentConsent(terms.text)) throw new ConversionError('CONVERSION_CONSENT_INVALID');
    this.#checkClock(terms.at);
  }

  #checkClock(at: number): void {
    if (Math.abs(at - this.#nowSeconds()) > CLOCK_SECONDS) throw new ConversionError('CONVERSION_CLOCK_OFF');
  }

  #between(did: string): Between {
    const { trust } = this.#house.ledger.state;
    const source = trust.issuerByDid(this.#house.did);
    const target = trust.issuerByDid(did);
    if (source === undefined || target === undefined || source === target) {
      throw new ConversionError('CONVERSION_TARGET_UNKNOWN');
    }
    // The ledger takes nothing for an issuer that may not issue now.
    if (issuerTrustAt(target, 'status', this.#ledgerSeconds()) !== 'good')
      throw new ConversionError('CONVERSION_TARGET_UNKNOWN');
    return { source, target };
  }

  /** Of the same person, and authentic, each of it. */
  async #evidenceOf(
    codes: readonly string[],
    { claims }: JudgedCode,
  ): Promise<readonly ConversionEvidence[]> {
    const judged = await Promise.all(
      codes.map((code) => judgeCode(code, { ...this.#context(), isPresented: false })),
    );
    const people = [claims, ...judged.map((one) => one.claims)].map(({ subject }) => subject);
    if (onePersonProblems(people).length > 0) throw new ConversionError('CONVERSION_OTHER_PERSON');
    return judged.map((one) => toEvidence(one.claims)).filter((one) => one !== undefined);
  }

  async #issue(
    request: ConversionRequest,
    {
      judged,
      between,
      evidence,
      nullifier,
    }: {
      readonly judged: JudgedCode & { readonly claims: StatusCredential };
      readonly between: Between;
      readonly evidence: readonly ConversionEvidence[];
      readonly nullifier: Uint8Array;
    },
  ): Promise<ConversionAnswer> {
    const { claims } = judged;
    const { cnf, jti, exp, iat, facts } = claims;
    invariant(
      cnf !== undefined && exp !== undefined,
      'a consent is checked by the key, and a health code ends',
    );
    const nowSeconds = this.#nowSeconds();
    const { terms } = request;
    // A colour that has changed a moment ago is not on the list yet that the code was judged by.
    if (!(await this.#house.isStanding(jti))) throw new ConversionError('CONVERSION_CODE_NOT_VALID');
    const judgedAtSeconds = this.#ledgerSeconds();
    const mapping = mappingInForce(between, judgedAtSeconds, {
      ...this.#house,
      state: this.#house.ledger.state,
    });
    if (facts.scheme !== mapping.source.scheme) throw new ConversionError('CONVERSION_MAPPING_NOT_IN_FORCE');
    const crossing = {
      ...(terms.port === undefined ? {} : { port: terms.port }),
      ...(terms.plannedOn === undefined ? {} : { plannedOn: terms.plannedOn }),
    };
    const sourceValidUntilSeconds = exp - 1;
    const asked = { state: facts.state, sourceValidUntilSeconds, evidence, ...crossing };
    const proposal = proposalOf(evaluateConversion(mapping, asked, judgedAtSeconds), asked, mapping);
    const record: ConversionRecord = {
      type: 'conversion',
      subject: await this.#house.subjectOf(jti),
      holderKey: cnf.jwk,
      country: between.target.authority.jurisdiction,
      nullifier: toBase64url(nullifier),
      sourceScheme: facts.scheme,
      sourceState: facts.state,
      sourceIssuedAt: toRfc3339(iat),
      sourceValidUntil: toRfc3339(sourceValidUntilSeconds),
      evidence: proposal.evidence,
      targetScheme: mapping.target.scheme,
      target: terms.target,
      ...crossing,
      ruleId: mapping.id,
      mappingVersion: mapping.version,
      proposedState: proposal.state,
      consentTextVersion: terms.text,
      consentAt: toRfc3339(terms.at),
      validUntil: toRfc3339(proposal.validUntilSeconds),
    };
    const entry = {
      consent: terms,
      from: jti,
      request: this.#requestName(request),
      nullifier: toHex(nullifier),
      target: between.target.id,
      holderKey: cnf.jwk,
      convertedAtSeconds: nowSeconds,
      validUntilSeconds: proposal.validUntilSeconds,
      codeUntilSeconds: sourceValidUntilSeconds,
    };
    return await this.#describe(await this.#reserve(record, entry));
  }

  /** The credential, its entry, its nullifier's name and its place in the queue: all of it on the disk, or none. */
  async #reserve(record: ConversionRecord, entry: Omit<SourceEntry, 'recordId'>): Promise<number> {
    const { entries, queue, issueDerived } = this.#house;
    const number = entries.next();
    const nullifier = fromHex(entry.nullifier);
    const [result] = await issueDerived([record], {
      addTo: (batch, [recordId]) => {
        if (recordId === undefined) return;
        entries.put(batch, number, { ...entry, recordId });
        batch.put(TABLES.conversionIds, this.#idKey(entry.consent.id), toUint64(number));
        batch.put(TABLES.conversionIds, nullifier, toUint64(number));
        queue.add(batch, { side: 'spent', peer: entry.target, number, value: nullifier });
      },
    });
    if (result === undefined || 'problems' in result) throw new ConversionError('CONVERSION_CODE_NOT_VALID');
    this.counts.move(undefined, 'open');
    this.#await(number, entry, await this.#answersOf({ ...entry, recordId: result.recordId }));
    queue.added({ side: 'spent', peer: entry.target });
    this.#house.onDue();
    return number;
  }

  async #again(number: number, request: ConversionRequest): Promise<ConversionAnswer> {
    const entry = await this.#house.entries.get(number);
    if (entry.request !== this.#requestName(request))
      throw new ConversionError('CONVERSION_CONSENT_REPLAYED');
    // The same request, so its code is the one that was judged.
    const { headerBytes, payloadBytes } = decodeCode(request.code);
    const commitment = commitmentOf(this.#house.crypto, headerBytes, payloadBytes);
    const { terms, signature } = request;
    const signed = { message: consentMessage(commitment, terms), signature };
    if (!(await isSignedByHolder(this.#house.crypto, { cnf: { jwk: entry.holderKey } }, signed)))
      throw new ConversionError('CONVERSION_WRONG_HOLDER');
    return await this.#describe(number);
  }

  async #describe(number: number): Promise<ConversionAnswer> {
    const entry = await this.#house.entries.get(number);
    const { consent, decision, validUntilSeconds } = entry;
    const common = {
      id: consent.id,
      target: consent.target,
      validUntil: toRfc3339(validUntilSeconds),
      ...(decision === undefined ? {} : { decision }),
    };
    if (entry.withdrawnAtSeconds !== undefined) return { ...common, state: 'withdrawn' };
    if (!(await this.#house.isStanding(entry.from))) return { ...common, state: 'ended' };
    const carried = await this.#packageOf(number, entry);
    return carried === undefined
      ? { ...common, state: 'under-way' }
      : { ...common, state: 'ready', package: carried };
  }

  /** Once it is spent and anchored, and its list is on the ledger. */
  async #packageOf(number: number, entry: SourceEntry): Promise<ConversionPackage | undefined> {
    const { crypto, queue, did, key, codeOf, carriedList } = this.#house;
    const sequence = await queue.sentIn('spent', number);
    const code = sequence === undefined ? undefined : await codeOf(entry.recordId);
    if (sequence === undefined || code === undefined) return undefined;
    const { headerBytes, payloadBytes } = decodeCode(code);
    const receipt = await signConversionReceipt(
      {
        role: 'source',
        issuer: did,
        peer: entry.consent.target,
        issuedAtSeconds: this.#nowSeconds(),
        commitment: commitmentOf(crypto, headerBytes, payloadBytes),
        sequence,
      },
      key,
    );
    return { code, list: await carriedList(payloadBytes), receipt };
  }

  async #alone<Result>(key: string, action: () => Promise<Result>): Promise<Result> {
    while (this.#underWay.has(key)) await this.#underWay.get(key)?.catch(() => undefined);
    const running = action();
    this.#underWay.set(key, running);
    try {
      return await running;
    } finally {
      this.#underWay.delete(key);
    }
  }

  async #byId(id: string): Promise<number> {
    const number = await this.#find(this.#idKey(id));
    if (number === undefined) throw new ConversionError('CONVERSION_NOT_FOUND');
    return number;
  }

  async #find(key: Uint8Array): Promise<number | undefined> {
    const number = await this.#house.tables.conversionIds.get(key);
    return number === undefined ? undefined : readUint64(number);
  }

  #idKey(id: string): Uint8Array {
    return this.#house.index.ofIdempotencyKey(`conversion ${id}`);
  }

  #requestName({ code, evidence, terms }: ConversionRequest): string {
    const name = toUtf8(toCanonicalJson({ code, evidence: [...evidence], terms: { ...terms } }));
    return toBase64url(this.#house.index.ofRows(name));
  }

  #context(): Omit<JudgeOptions, 'isPresented'> {
    const { crypto, ledger, statusLists } = this.#house;
    return { crypto, state: ledger.state, statusLists: statusLists(), nowSeconds: this.#nowSeconds() };
  }

  /** Our clock, but never before the last block that was read. */
  #ledgerSeconds(): number {
    return timeOf({ nowSeconds: this.#nowSeconds(), state: this.#house.ledger.state });
  }

  #nowSeconds(): number {
    return Math.floor(this.#house.now() / 1000);
  }
}

function stateOf({ decision, withdrawnAtSeconds }: SourceEntry): SourceState {
  return withdrawnAtSeconds === undefined ? (decision ?? 'open') : 'withdrawn';
}

/** `referred` is no last word: an officer gives it. */
function isAnswered({ decision }: Pick<SourceEntry, 'decision'>): boolean {
  return decision === 'accepted' || decision === 'refused';
}

interface Proposal {
  readonly state: Colour;
  readonly validUntilSeconds: number;
  readonly evidence: readonly ConversionEvidence[];
}

/** What is for an officer goes there as it is: the same rank in the target's scheme, with all that speaks for or against. */
function proposalOf(evaluation: Evaluation, asked: ConversionFacts, mapping: Mapping): Proposal {
  switch (evaluation.result) {
    case 'convert':
      return evaluation;
    case 'refer':
      return {
        state: inScheme(asked.state, mapping.target.scheme),
        validUntilSeconds: asked.sourceValidUntilSeconds,
        evidence: asked.evidence,
      };
    case 'refuse':
      throw new ConversionError(evaluation.reason);
  }
}
