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
import { concatBytes } from '../../core/bytes/concat.ts';
import { fromBase64url, toBase64url } from '../../core/bytes/base64url.ts';
import { fromHex, toHex, type Hex } from '../../core/bytes/hex.ts';
import { acknowledgementOf, DECISIONS, type Decision } from '../../core/conversion/acknowledgement.ts';
import { acceptCarried, UnreadLists, type CarriedList } from '../../core/conversion/carried-list.ts';
import { signConversionReceipt } from '../../core/conversion/conversion-receipt.ts';
import { ConversionError } from '../../core/conversion/errors.ts';
import { evaluateConversion, evaluateReferred, type Evaluation } from '../../core/conversion/evaluate.ts';
import type { Mapping } from '../../core/conversion/mapping.ts';
import type { RefusalCode } from '../../core/conversion/refusals.ts';
import { isBetter } from '../../core/conversion/strictness.ts';
import type { ConversionClaims, ConversionCredential } from '../../core/credential/claims.ts';
import type { P256Jwk } from '../../core/credential/key.ts';
import { toUnixSeconds } from '../../core/record/calendar.ts';
import type { Colour, ConversionEvidence, Scheme } from '../../core/record/derived.ts';
import type { Subject } from '../../core/record/record.ts';
import type { StatusLists } from '../../core/status/accepted-lists.ts';
import type { StatusAnchor } from '../../core/trust/ledger-state.ts';
import { timeOf } from '../../core/verify/context.ts';
import { readUint64, toUint64 } from '../../service/big-endian.ts';
import { WriteBatch } from '../../service/store.ts';
import { TABLES } from '../store.ts';
import type { ConversionHouse } from './house.ts';
import { claimedIssuer, judgeCode, type JudgedCode } from './judged-code.ts';
import { FORGOTTEN_AT_ONCE, KEPT_SECONDS, TO_REWRITE } from './kept.ts';
import { mappingInForce, withdrawnFrom, type Between } from './mapping-in-force.ts';
import type { PlaceInUse, QuotaPort, StatusGrant, StatusPort } from './decision-ports.ts';
import { StateCounts } from './state-counts.ts';
import { toSubject } from './subject-of.ts';

export interface Arrival {
  /** The conversion credential as a dynamic code. */
  readonly code: string;
  readonly list: CarriedList;
  /** Of the booked place that is used with it. */
  readonly booking?: string;
}

/** What is kept of a decision. Who it is about stands in the record of the code that was issued, and is erased there. */
interface TargetEntry {
  /** The source, as the ledger names it, and its DID. */
  readonly source: Hex;
  readonly sourceDid: string;
  /** Of the conversion credential: 75 bytes, base64url, and its handle. */
  readonly commitment: string;
  readonly jti: string;
  readonly nullifier: Hex;
  readonly decision: Decision;
  readonly reason?: RefusalCode;
  readonly decidedAtSeconds: number;
  readonly ruleId: string;
  readonly mappingVersion: number;
  readonly sourceState: Colour;
  readonly state?: Colour;
  readonly recordId?: string;
  /** Who decided, where the table did not. */
  readonly officer?: string;
  /** While an officer has to decide: all that the decision needs. */
  readonly referred?: Referred;
}

interface Referred {
  readonly subject: Subject;
  readonly holderKey: P256Jwk;
  readonly sourceScheme: Scheme;
  readonly scheme: Scheme;
  readonly proposedState: Colour;
  readonly evidence: readonly ConversionEvidence[];
  readonly validUntilSeconds: number;
  readonly port?: string;
  readonly plannedOn?: string;
  /** Of the booked place that is used when it is accepted. */
  readonly booking?: string;
}

export interface DecisionAnswer {
  readonly decision: Decision;
  readonly reason?: RefusalCode;
  readonly state?: Colour;
  /** The travel code that was issued; absent until it is released. */
  readonly code?: string;
  /** The target's word, for the holder and the source. */
  readonly receipt: string;
}

/** What an officer is shown of a conversion that no table decides. */
export interface Referral extends Referred {
  readonly number: number;
  readonly source: string;
  readonly sourceState: Colour;
  readonly reason: RefusalCode;
  readonly referredAtSeconds: number;
}

export interface OfficerDecision {
  readonly decision: 'accepted' | 'refused';
  /** Who it was, by number. */
  readonly officer: string;
}

/** What was made of codes of one source: for the authority that withdraws its recognition. */
export interface ConvertedCode {
  readonly number: number;
  readonly decision: Decision;
  readonly decidedAtSeconds: number;
  readonly ruleId: string;
  readonly mappingVersion: number;
  readonly state?: Colour;
  /** The record of the code that was issued: what an act would select. */
  readonly recordId?: string;
}

export interface Recognition {
  /** Unix seconds, perhaps ahead; absent: a mapping holds that nobody has ended, or none ever was ended. */
  readonly withdrawnFrom?: number;
  /** Oldest first. */
  readonly converted: readonly ConvertedCode[];
}

export interface TargetHouse extends ConversionHouse<TargetEntry> {
  readonly status: StatusPort;
  readonly quota: QuotaPort;
}

interface Judged extends JudgedCode {
  readonly claims: ConversionCredential;
}

/** Whose code, for whom, by which nullifier. */
interface Arrived {
  readonly judged: Judged;
  readonly facts: Required<Pick<ConversionClaims, 'nullifier' | 'proposedState' | 'sourceValidUntil'>> &
    ConversionClaims;
  readonly between: Between;
  readonly nullifier: Uint8Array;
  /** Version of the source's lists by which the code holds. */
  readonly listsVersion: number;
}

/** When a referred code was shown last, and by which lists of the source it held then. */
interface Showing {
  readonly atSeconds: number;
  readonly listsVersion: number;
}

/** An officer accepts whom they have before them. */
const SHOWN_SECONDS = 900;

export class ConversionTarget {
  /** Of all that are kept. */
  readonly counts: StateCounts<Decision> = new StateCounts();
  readonly #house: TargetHouse;
  /** Decisions between being looked up and the disk. */
  readonly #underWay = new Map<string, Promise<unknown>>();
  /** What waits for an officer; none: not shown since the start. */
  readonly #referred = new Map<number, Showing | undefined>();
  /** What was carried last, and what the ledger made of it. */
  #accepted:
    | { readonly anchor: StatusAnchor | undefined; readonly list: CarriedList; readonly lists: StatusLists }
    | undefined;

  private constructor(house: TargetHouse) {
    this.#house = house;
  }

  static async open(house: TargetHouse): Promise<ConversionTarget> {
    const target = new ConversionTarget(house);
    for await (const { number, entry } of house.entries.all()) {
      target.counts.move(undefined, entry.decision);
      if (entry.referred !== undefined) target.#referred.set(number, undefined);
    }
    return target;
  }

  /**
   * Decides a conversion, or answers again what was decided. Throws `ConversionError`s for what is no conversion for
   * us, or not one yet, and `BookingError`s for a booking that is of no use to it; nothing is then decided.
   */
  async admit(arrival: Arrival): Promise<DecisionAnswer> {
    const arrived = await this.#arrived(arrival);
    const key = idKey({ source: arrived.between.source.id, nullifier: toHex(arrived.nullifier) });
    return await this.#alone(toHex(key), async () => {
      const known = await this.#house.tables.decisionIds.get(key);
      if (known !== undefined) return await this.#again(readUint64(known), arrived);
      const nowSeconds = this.#nowSeconds();
      const mapping = this.#mapping(arrived.between, arrived.facts, nowSeconds);
      return await this.#decide(arrived, { arrival, mapping, nowSeconds });
    });
  }

  /** How many wait for an officer. */
  get waiting(): number {
    return this.#referred.size;
  }

  /** What waits for an officer, oldest first. */
  async referrals(): Promise<readonly Referral[]> {
    const found: Referral[] = [];
    for (const number of [...this.#referred.keys()].sort((a, b) => a - b)) {
      const { referred, sourceDid, sourceState, reason, decidedAtSeconds } =
        await this.#house.entries.get(number);
      if (referred === undefined || reason === undefined) continue;
      found.push({
        ...referred,
        number,
        source: sourceDid,
        sourceState,
        reason,
        referredAtSeconds: decidedAtSeconds,
      });
    }
    return found;
  }

  /**
   * An officer's word on a referral. Whom they accept gets the colour that this house derives: where it should be
   * another one, two people rule on that first, as on any colour. Nobody is accepted whose code may have ended since, or
   * on a way that is closed. Throws `CONVERSION_NOT_FOUND` where none waits, `CONVERSION_LIST_OUTDATED` where the holder
   * has to show it again first, `CONVERSION_MAPPING_NOT_IN_FORCE`, `CONVERSION_OTHER_PERSON` while the document is
   * another person's here, `CONVERSION_STATE_NOT_CONVERTIBLE` where the colour would be better than the source's or the
   * table's, or nobody has said one, what `evaluateReferred` refuses with, and `BookingError`s where the place that was
   * booked is no longer there to be used.
   */
  async rule(number: number, ruling: OfficerDecision): Promise<DecisionAnswer> {
    return await this.#alone(`referral ${number}`, async () => {
      const entry = this.#referred.has(number) ? await this.#house.entries.get(number) : undefined;
      if (entry?.referred === undefined) throw new ConversionError('CONVERSION_NOT_FOUND');
      const { referred, reason: _, ...rest } = entry;
      const next = { ...rest, decidedAtSeconds: this.#nowSeconds(), officer: ruling.officer };
      if (ruling.decision === 'refused') {
        await this.#keep(number, { ...next, decision: 'refused', reason: 'CONVERSION_REFUSED' });
      } else {
        this.#checkShown(number, entry);
        const mapping = this.#mappingOf(entry, referred);
        if (!(await this.#house.status.isAllOf(referred.subject))) {
          throw new ConversionError('CONVERSION_OTHER_PERSON');
        }
        const { state, validUntilSeconds } = await this.#judgeReferred(entry, referred, mapping);
        await this.#grant(
          number,
          { ...next, decision: 'accepted', state },
          { ...referred, validUntilSeconds },
        );
      }
      this.counts.move('referred', undefined);
      this.#referred.delete(number);
      return await this.#describe(number);
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
    return (acknowledgement) => found.get(Math.floor(acknowledgement / DECISIONS.length));
  }

  /** By lists that are still the source's last: who was withdrawn, or is red since, stands in later ones. */
  #checkShown(number: number, { source }: TargetEntry): void {
    const shown = this.#referred.get(number);
    const last = this.#house.ledger.state.statusAnchors.get(source)?.version;
    const isFresh = shown !== undefined && this.#nowSeconds() - shown.atSeconds <= SHOWN_SECONDS;
    if (!isFresh || shown.listsVersion !== last) throw new ConversionError('CONVERSION_LIST_OUTDATED');
  }

  /** What may be given for what was referred, by the mapping that holds now. */
  async #judgeReferred(
    { sourceState }: TargetEntry,
    referred: Referred,
    mapping: Mapping,
  ): Promise<Extract<Evaluation, { readonly result: 'convert' }>> {
    const { subject, scheme, proposedState, validUntilSeconds: sourceValidUntilSeconds } = referred;
    const own = await this.#house.status.ownColour(subject, scheme);
    if (own === undefined || isBetter(own.state, proposedState)) {
      throw new ConversionError('CONVERSION_STATE_NOT_CONVERTIBLE');
    }
    const facts = { ...referred, state: sourceState, sourceValidUntilSeconds };
    const evaluation = evaluateReferred(mapping, facts, { own, nowSeconds: this.#nowSeconds() });
    if (evaluation.result === 'refuse') throw new ConversionError(evaluation.reason);
    return evaluation;
  }

  /** The mapping that holds now for what was referred. */
  #mappingOf(
    { source: id, ruleId, mappingVersion }: TargetEntry,
    { sourceScheme, scheme }: Referred,
  ): Mapping {
    const { trust } = this.#house.ledger.state;
    const [source, target] = [trust.issuer(id), trust.issuerByDid(this.#house.did)];
    if (source === undefined || target === undefined)
      throw new ConversionError('CONVERSION_MAPPING_NOT_IN_FORCE');
    const named = { ruleId, mappingVersion, sourceScheme, targetScheme: scheme };
    return this.#mapping({ source, target }, named, this.#nowSeconds());
  }

  /** What was made of one source's codes, and from when on they count no more. @param source DID */
  async recognition(source: string): Promise<Recognition> {
    const { did, ledger } = this.#house;
    const [from, to] = [source, did].map((one) => ledger.state.trust.issuerByDid(one)?.authority.id);
    const way = from === undefined || to === undefined ? undefined : { source: from, target: to };
    const until = way === undefined ? undefined : withdrawnFrom(ledger.state, way, this.#nowSeconds());
    return {
      ...(until === undefined ? {} : { withdrawnFrom: until }),
      converted: await this.#converted(source),
    };
  }

  /**
   * Erases some of what was decided {@link KEPT_SECONDS} ago, with the names it had, and whom an officer has not decided
   * on by then; false when nothing is left to erase.
   */
  async forget(): Promise<boolean> {
    const { entries, store } = this.#house;
    const before = this.#nowSeconds() - KEPT_SECONDS;
    const batch = new WriteBatch();
    const forgotten = new Map<number, Decision>();
    for await (const { number, entry } of entries.all()) {
      const isOver = entry.decidedAtSeconds < before;
      // Entries are in the order of their times but for those that an officer has decided since.
      if ((!isOver && entry.officer === undefined) || forgotten.size === FORGOTTEN_AT_ONCE) break;
      if (!isOver) continue;
      forgotten.set(number, entry.decision);
      entries.delete(batch, number);
      batch.delete(TABLES.decisionIds, idKey(entry));
    }
    if (forgotten.size === 0) return false;
    batch.put(TABLES.meta, TO_REWRITE, new Uint8Array(0));
    for (const number of forgotten.keys()) this.#referred.delete(number);
    await store.commit(batch);
    for (const decision of forgotten.values()) this.counts.move(decision, undefined);
    return true;
  }

  async #converted(source: string): Promise<readonly ConvertedCode[]> {
    const found: ConvertedCode[] = [];
    for await (const { number, entry } of this.#house.entries.all()) {
      if (entry.sourceDid !== source) continue;
      const { decision, decidedAtSeconds, ruleId, mappingVersion, state, recordId } = entry;
      const kept = { number, decision, decidedAtSeconds, ruleId, mappingVersion };
      found.push({
        ...kept,
        ...(state === undefined ? {} : { state }),
        ...(recordId === undefined ? {} : { recordId }),
      });
    }
    return found;
  }

  async #arrived({ code, list }: Arrival): Promise<Arrived> {
    const { crypto, did, ledger } = this.#house;
    const { state } = ledger;
    const source = state.trust.issuerByDid(claimedIssuer(code));
    const anchor = source === undefined ? undefined : state.statusAnchors.get(source.id);
    const statusLists = new UnreadLists(() => this.#accept(anchor, list));
    const nowSeconds = this.#nowSeconds();
    const judged = await judgeCode(code, { crypto, state, statusLists, nowSeconds, isPresented: true });
    const target = state.trust.issuerByDid(did);
    const { claims } = judged;
    if (claims.vct !== 'urn:hcl:conversion:1' || claims.facts.target !== did) {
      throw new ConversionError('CONVERSION_NOT_FOR_HERE');
    }
    const { facts } = claims;
    const { nullifier: text, proposedState, sourceValidUntil } = facts;
    const isWhole = text !== undefined && proposedState !== undefined && sourceValidUntil !== undefined;
    if (!isWhole || source === undefined || target === undefined || anchor === undefined)
      throw new ConversionError('CONVERSION_NOT_FOR_HERE');
    const nullifier = fromBase64url(text);
    if (!state.conversions.isSpent(source.id, target.id, nullifier))
      throw new ConversionError('CONVERSION_NOT_SPENT');
    return {
      judged: { ...judged, claims },
      facts: { ...facts, nullifier: text, proposedState, sourceValidUntil },
      between: { source, target },
      nullifier,
      listsVersion: anchor.version,
    };
  }

  /** Whoever comes after carries the same list, as a rule: it is read once. */
  #accept(anchor: StatusAnchor | undefined, list: CarriedList): StatusLists {
    const last = this.#accepted;
    if (last !== undefined && last.anchor === anchor && isSameList(last.list, list)) return last.lists;
    const lists = acceptCarried(this.#house.crypto, anchor, list);
    this.#accepted = { anchor, list, lists };
    return lists;
  }

  /** What holds now decides; a version that is yet to come holds for nobody. */
  #mapping(
    between: Between,
    facts: Pick<ConversionClaims, 'ruleId' | 'mappingVersion' | 'sourceScheme' | 'targetScheme'>,
    nowSeconds: number,
  ): Mapping {
    const mapping = mappingInForce(between, nowSeconds, { ...this.#house, state: this.#house.ledger.state });
    const isKnown = facts.ruleId === mapping.id && facts.mappingVersion <= mapping.version;
    const isBetweenSchemes =
      facts.sourceScheme === mapping.source.scheme && facts.targetScheme === mapping.target.scheme;
    if (!isKnown || !isBetweenSchemes) throw new ConversionError('CONVERSION_MAPPING_NOT_IN_FORCE');
    return mapping;
  }

  async #decide(
    arrived: Arrived,
    {
      arrival,
      mapping,
      nowSeconds,
    }: { readonly arrival: Arrival; readonly mapping: Mapping; readonly nowSeconds: number },
  ): Promise<DecisionAnswer> {
    const { judged, facts, between } = arrived;
    const subject = toSubject(judged.claims.subject);
    const holderKey = judged.claims.cnf?.jwk;
    if (subject === undefined || holderKey === undefined)
      throw new ConversionError('CONVERSION_NOT_FOR_HERE');
    const evaluation = await this.#evaluate(arrived, { mapping, subject, nowSeconds });
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
    const grant = {
      subject,
      holderKey,
      sourceScheme: mapping.source.scheme,
      scheme: mapping.target.scheme,
      proposedState: facts.proposedState,
      evidence: facts.evidence ?? [],
      validUntilSeconds: endOf(judged.claims),
      ...(facts.port === undefined ? {} : { port: facts.port }),
      ...(facts.plannedOn === undefined ? {} : { plannedOn: facts.plannedOn }),
      ...(arrival.booking === undefined ? {} : { booking: arrival.booking }),
    };
    switch (evaluation.result) {
      case 'convert': {
        const { state, validUntilSeconds } = evaluation;
        const until = Math.min(validUntilSeconds, grant.validUntilSeconds);
        await this.#grant(
          number,
          { ...entry, decision: 'accepted', state },
          { ...grant, validUntilSeconds: until },
          arrived,
        );
        break;
      }
      case 'refer':
        await this.#checkPlace(entry, grant);
        await this.#keep(
          number,
          { ...entry, decision: 'referred', reason: evaluation.reason, referred: grant },
          arrived,
        );
        this.#shown(number, arrived);
        break;
      case 'refuse':
        await this.#keep(number, { ...entry, decision: 'refused', reason: evaluation.reason }, arrived);
        break;
    }
    return await this.#describe(number);
  }

  /**
   * The table's word; an officer's where the source proposed less, where our own policies say another colour, and where
   * the document is another person's here.
   */
  async #evaluate(
    { facts }: Arrived,
    {
      mapping,
      subject,
      nowSeconds,
    }: { readonly mapping: Mapping; readonly subject: Subject; readonly nowSeconds: number },
  ): Promise<Evaluation> {
    const evaluation = evaluateConversion(
      mapping,
      {
        state: facts.sourceState,
        sourceValidUntilSeconds: toUnixSeconds(facts.sourceValidUntil) ?? 0,
        evidence: facts.evidence ?? [],
        ...(facts.port === undefined ? {} : { port: facts.port }),
        ...(facts.plannedOn === undefined ? {} : { plannedOn: facts.plannedOn }),
      },
      nowSeconds,
    );
    if (evaluation.result === 'refuse') {
      // A clock that is behind decides nothing for good.
      if (evaluation.isEarly) throw new ConversionError(evaluation.reason);
      return evaluation;
    }
    if (!(await this.#house.status.isAllOf(subject))) {
      return { result: 'refer', reason: 'CONVERSION_OTHER_PERSON' };
    }
    if (evaluation.result === 'refer') return evaluation;
    const own = await this.#house.status.ownColour(subject, mapping.target.scheme);
    const isAgreed = own?.state === evaluation.state && !isBetter(evaluation.state, facts.proposedState);
    return isAgreed ? evaluation : { result: 'refer', reason: 'CONVERSION_STATE_REFERRED' };
  }

  /** Issues our own code: it, the decision, its acknowledgement and the place that is used, on the disk together. */
  async #grant(
    number: number,
    entry: TargetEntry & { readonly state: Colour },
    granted: Referred,
    arrived?: Arrived,
  ): Promise<void> {
    const { subject, holderKey, scheme, validUntilSeconds } = granted;
    const { ruleId, mappingVersion, state, commitment } = entry;
    const basis = [commitment, `${ruleId} ${mappingVersion}`];
    const grant: StatusGrant = { subject, holderKey, scheme, state, validUntilSeconds, basis };
    await using place = await this.#placeOf(entry, granted);
    await this.#house.status.issue(grant, (batch, recordId) => {
      place?.writeTo(batch);
      this.#write(batch, number, { ...entry, recordId }, arrived);
    });
    this.#kept(entry);
  }

  /** The booked place, for who comes with one: nobody else gets at it until it is disposed. */
  async #placeOf(
    { commitment }: Pick<TargetEntry, 'commitment'>,
    { booking, subject, port, plannedOn }: Referred,
  ): Promise<PlaceInUse | undefined> {
    if (booking === undefined) return undefined;
    const use = { subject, port, date: plannedOn, conversion: commitment };
    return await this.#house.quota.consume(booking, use);
  }

  /** Who waits for an officer hears at once of a booking that is of no use; the place stays free until then. */
  async #checkPlace(entry: Pick<TargetEntry, 'commitment'>, referred: Referred): Promise<void> {
    await using _place = await this.#placeOf(entry, referred);
  }

  /** A decision that issues nothing. */
  async #keep(number: number, entry: TargetEntry, arrived?: Arrived): Promise<void> {
    const batch = new WriteBatch();
    this.#write(batch, number, entry, arrived);
    await this.#house.store.commit(batch);
    this.#kept(entry);
  }

  /** @param arrived of a first decision */
  #write(batch: WriteBatch, number: number, entry: TargetEntry, arrived?: Arrived): void {
    const { crypto, entries, queue } = this.#house;
    entries.put(batch, number, entry);
    if (arrived !== undefined) batch.put(TABLES.decisionIds, idKey(entry), toUint64(number));
    queue.add(batch, {
      side: 'acknowledged',
      peer: entry.source,
      number: acknowledgementNumber(number, entry.decision),
      value: acknowledgementOf(crypto, entry.jti, entry.decision),
    });
  }

  #kept({ source, decision }: TargetEntry): void {
    this.counts.move(undefined, decision);
    this.#house.queue.added({ side: 'acknowledged', peer: source });
    this.#house.onDue();
  }

  /** The same nullifier under another credential: the source has broken its word. */
  async #again(number: number, arrived: Arrived): Promise<DecisionAnswer> {
    const { commitment } = await this.#house.entries.get(number);
    if (commitment !== toBase64url(arrived.judged.commitment))
      throw new ConversionError('CONVERSION_ALREADY_DONE');
    if (this.#referred.has(number)) this.#shown(number, arrived);
    return await this.#describe(number);
  }

  #shown(number: number, { listsVersion }: Arrived): void {
    this.#referred.set(number, { atSeconds: this.#nowSeconds(), listsVersion });
  }

  async #describe(number: number): Promise<DecisionAnswer> {
    const { did, key, entries, codeOf } = this.#house;
    const { decision, reason, state, recordId, commitment, sourceDid, decidedAtSeconds } =
      await entries.get(number);
    const code = recordId === undefined ? undefined : await codeOf(recordId);
    const receipt = await signConversionReceipt(
      {
        role: 'target',
        issuer: did,
        peer: sourceDid,
        issuedAtSeconds: decidedAtSeconds,
        commitment: fromBase64url(commitment),
        decision,
      },
      key,
    );
    return {
      decision,
      receipt,
      ...(reason === undefined ? {} : { reason }),
      ...(state === undefined ? {} : { state }),
      ...(code === undefined ? {} : { code }),
    };
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

  /** Never before the last block that was read: what ended by then has ended, however slow our clock is. */
  #nowSeconds(): number {
    const { ledger, now } = this.#house;
    return timeOf({ nowSeconds: Math.floor(now() / 1000), state: ledger.state });
  }
}

/** A decision may be acknowledged twice: referred, and then by an officer's word. */
function acknowledgementNumber(number: number, decision: Decision): number {
  return number * DECISIONS.length + DECISIONS.indexOf(decision);
}

/** All of it: an anchor vouches for the digests and the list together. */
function isSameList(a: CarriedList, b: CarriedList): boolean {
  const isOfOne = a.uri === b.uri && a.version === b.version && a.lst === b.lst;
  return isOfOne && JSON.stringify(a.digests) === JSON.stringify(b.digests);
}

function idKey({ source, nullifier }: Pick<TargetEntry, 'source' | 'nullifier'>): Uint8Array {
  return concatBytes(fromHex(source), fromHex(nullifier));
}

/** The last second of a credential that ends. */
function endOf({ exp = 0 }: ConversionCredential): number {
  return exp - 1;
}
