/**
 * Health codes of one issuer: orders and rulings in, colours out. Every colour is derived anew from what is known, and
 * every change of one is recorded and anchored (`recolour.ts`). There is no other way to change a colour: no route and
 * no caller hands one in.
 */
import type { DerivedColour } from '../../core/health/derive.ts';
import { endOf } from '../../core/health/orders.ts';
import { shippedHealthPolicies } from '../../core/health/policies.ts';
import { SCHEME_FORMS } from '../../core/health/schemes.ts';
import type { Policy } from '../../core/policy/policy.ts';
import { SCHEMES, type Scheme } from '../../core/record/derived.ts';
import type { Subject } from '../../core/record/record.ts';
import { fromBase64url } from '../../core/bytes/base64url.ts';
import { concatBytes } from '../../core/bytes/concat.ts';
import { readUint64, toUint64 } from '../../service/big-endian.ts';
import { EnvelopeError } from '../../service/envelope.ts';
import type { Log } from '../../service/logging.ts';
import { WriteBatch, type Entry, type Range } from '../../service/store.ts';
import { chunksOf } from '../chunks.ts';
import { IssuerError } from '../errors.ts';
import type { IssuerMetrics } from '../metrics.ts';
import { recordOf } from '../record-entry.ts';
import type { Forgotten } from '../privacy/erasure.ts';
import type { DocumentReference } from '../privacy/key-ring.ts';
import type { Release } from '../release.ts';
import { TABLES } from '../store.ts';
import { ActedFacts } from './acted-facts.ts';
import { EndedCodes, type EndedCodesDependencies } from './ended-codes.ts';
import { documentsOf, type HealthFile } from './health-file.ts';
import { hasRecords, type KnownFactsDependencies } from './known-facts.ts';
import { isSplit } from './merge.ts';
import { indexLinkedDocuments } from './linked-documents.ts';
import { ManualAlarm } from './manual-alarm.ts';
import { orSkip } from './or-skip.ts';
import type { OnFile } from './one-file.ts';
import { Orders } from './orders.ts';
import { People, type Person } from './people.ts';
import {
  edgeKey,
  Recolour,
  validCodes,
  type Asked,
  type IssuedStatus,
  type RecolourDependencies,
} from './recolour.ts';
import { Rulings } from './rulings.ts';
import { isSamePerson } from './same-person.ts';
import { shownOf, type ShownColour } from './shown-colours.ts';
import type { RulingTerms } from './ruling.ts';

export interface HealthDependencies
  extends
    EndedCodesDependencies,
    KnownFactsDependencies,
    Pick<RecolourDependencies, 'colourActs' | 'records' | 'onDue'> {
  /** ISO 3166-1 alpha-2: its schemes are those that count there. */
  readonly jurisdiction: string;
  readonly release: Pick<Release, 'content' | 'statusPlaces'>;
  readonly metrics: IssuerMetrics;
  readonly log: Log;
  readonly policies?: readonly Policy[];
}

export interface StatusRequest extends Omit<Asked, 'presented'> {
  readonly person: Person;
}

/** What is done with is deleted so many at a time. */
const CHUNK_ROWS = 500;
const NOTHING = new Uint8Array(0);
const DAY_SECONDS = 86_400;
/** A file that nothing happens to, and that no order or ruling needs, is destroyed after so long. */
const KEEP_SECONDS: number = 31 * DAY_SECONDS;

export class Health {
  readonly orders: Orders;
  readonly #deps: HealthDependencies;
  readonly #people: People;
  readonly #recolour: Recolour;
  readonly #rulings: Rulings;
  readonly #ended: EndedCodes;
  readonly #acted: ActedFacts;
  /** Those whose colours this issuer gives. */
  readonly schemes: readonly Scheme[];
  #prunedOn = 0;
  /** Codes wait to be ended: after a start perhaps. */
  #isDue = true;
  /** When the next colour may turn by itself, Unix seconds. */
  #nextEdge = 0;

  private constructor(
    deps: HealthDependencies,
    { alarm, acted }: { readonly alarm: ManualAlarm; readonly acted: ActedFacts },
  ) {
    const { jurisdiction, policies = shippedHealthPolicies() } = deps;
    this.#deps = deps;
    this.#acted = acted;
    this.schemes = SCHEMES.filter((scheme) => SCHEME_FORMS[scheme].country === jurisdiction);
    this.#recolour = new Recolour({
      ...deps,
      policies,
      schemes: this.schemes,
      onDue: () => {
        this.#isDue = true;
        deps.onDue();
      },
      onEdge: (atSeconds) => {
        this.#nextEdge = Math.min(this.#nextEdge, atSeconds);
        deps.onDue();
      },
    });
    this.#people = new People({ ...deps, update: (number, merged) => this.#recolour.update(number, merged) });
    this.#ended = new EndedCodes(deps);
    const shared = { ...deps, people: this.#people, recolour: this.#recolour, alarm };
    this.orders = new Orders(shared);
    this.#rulings = new Rulings({ ...shared, placesOf: (recordIds) => this.#ended.placesOf(recordIds) });
  }

  static async open(deps: HealthDependencies): Promise<Health> {
    await indexLinkedDocuments(deps);
    const [alarm, acted] = await Promise.all([ManualAlarm.open(deps), ActedFacts.open(deps)]);
    return new Health(deps, { alarm, acted });
  }

  /** Derives the colour and issues its code. Throws `HEALTH_…`, and as `RecordIssuer.issueDerived`. */
  async issue({ person, ...asked }: StatusRequest): Promise<IssuedStatus> {
    this.#checkOwn(asked.scheme);
    const presented = 'subject' in person ? { presented: person.subject } : {};
    const issue: OnFile<IssuedStatus> = (number, file, look) =>
      this.#recolour.issue(number, { file, look }, { ...asked, ...presented });
    return await this.#people.whileAlone(person, issue, { isWhole: true });
  }

  /** The colour as it follows now; writes nothing. Throws as {@link issue}. */
  async colourOf(person: Person, scheme: Scheme): Promise<DerivedColour> {
    this.#checkOwn(scheme);
    return await this.#recolour.colourOf(await this.#people.fileOf(person), scheme);
  }

  /** Whether nothing is known under the documents of somebody who comes from elsewhere that is not of them. */
  async isAllOf(subject: Subject): Promise<boolean> {
    return await this.#people.isAllOf(subject);
  }

  /** Throws `HEALTH_PERSON_UNKNOWN`. */
  async shown(person: Person): Promise<readonly ShownColour[]> {
    return (await this.#people.filesOf(person)).flatMap(shownOf);
  }

  /** All that is held of the person with this document, each file as it is. */
  async heldUnder(document: DocumentReference): Promise<readonly HealthFile[]> {
    return await this.#people.heldUnder(document);
  }

  /**
   * Whether a colour is what it is because of this record: it cannot go before a rule looks at it no more, since whoever
   * may erase would turn colours. Throws `HEALTH_FILE_TOUCHED`.
   */
  async restsOn(recordId: string): Promise<boolean> {
    try {
      const files = await this.#people.filesOf({ recordId });
      const rests = await Promise.all(files.map((file) => this.#recolour.restsOn(file, recordId)));
      return rests.includes(true);
    } catch (error) {
      // What is gone, or does not open, gives no colour.
      if (error instanceof EnvelopeError) return false;
      if (error instanceof IssuerError && error.code === 'RECORD_NOT_FOUND') return false;
      throw error;
    }
  }

  /** Adds that a record was erased because somebody asked for it, so that its person's files may have to go. */
  async addForgotten(batch: WriteBatch, { number, subject }: Forgotten): Promise<void> {
    for (const person of await this.#deps.files.findAll(documentsOf(subject)))
      batch.put(TABLES.forgotten, concatBytes(toUint64(number), toUint64(person)), NOTHING);
  }

  /** Ends at once the files that {@link addForgotten} named, unless an order, a ruling or any record needs them. */
  async endUnneeded(): Promise<void> {
    const isNeeded = (file: HealthFile): Promise<boolean> => this.#isNeeded(file);
    await this.#doAll('forgotten', {}, ({ key }) => this.#endUnless(readUint64(key, 8), isNeeded));
  }

  /** Proposes another colour than the rules give: the id of the legal act that two people must approve. */
  async rule(person: Person, terms: RulingTerms, idempotencyKey?: string): Promise<string> {
    this.#checkOwn(terms.scheme);
    return await this.#rulings.propose(person, terms, idempotencyKey);
  }

  /**
   * All that waits: new facts, and the time, turn the colours of whom they are about, approved rulings hold, codes of former colours
   * end, files that nobody needs are destroyed. Cut short, the next call goes on.
   */
  async carryOut(): Promise<void> {
    this.#isDue = false;
    await this.#followFacts();
    await this.#followActs();
    await this.#followEdges();
    await this.#rulings.settle((work) => orSkip(work, this.#deps.log));
    await this.#ended.end((work) => orSkip(work, this.#deps.log));
    await this.endUnneeded();
    await this.#prune();
  }

  /** When the next pass is due, milliseconds. */
  get nextDueMs(): number {
    return this.#isDue ? 0 : this.#nextEdge * 1000;
  }

  /** An order that begins, a fact that comes into its window: what turns a colour though nobody does anything. */
  async #followEdges(): Promise<void> {
    const { tables, now } = this.#deps;
    const after = toUint64(Math.floor(now() / 1000) + 1);
    this.#nextEdge = Infinity;
    await this.#doAll('healthEdges', { before: after }, ({ key }) =>
      this.#updateHolder(readUint64(key, 8), () => Promise.resolve(true)),
    );
    const next = await tables.healthEdges.first({ from: after });
    if (next !== undefined) this.#nextEdge = Math.min(this.#nextEdge, readUint64(next.key));
  }

  /** Does what rows of work name, and deletes the rows; those of what fails stay. */
  async #doAll(
    table: 'forgotten' | 'healthEdges',
    range: Range,
    work: (row: Entry) => Promise<void>,
  ): Promise<void> {
    const { store, tables, log } = this.#deps;
    for await (const rows of chunksOf(tables[table].entries(range), CHUNK_ROWS)) {
      const done = new WriteBatch();
      for (const row of rows) {
        const isDone = await orSkip(
          work(row).then(() => true),
          log,
        );
        if (isDone === true) done.delete(TABLES[table], row.key);
      }
      await store.commit(done);
    }
  }

  /** Facts that were revoked or superseded give no colour, from when the act on them is anchored. */
  async #followActs(): Promise<void> {
    const { files, log } = this.#deps;
    await this.#acted.follow(async (isConcerned) => {
      for await (const number of files.numbers()) {
        const work = this.#updateHolder(number, isConcerned).then(() => true);
        if ((await orSkip(work, log)) !== true) await this.#queue(number);
      }
    });
  }

  /** For as long as it fails each pass tries again, whatever it was about. */
  async #queue(number: number): Promise<void> {
    await this.#deps.store.commit(new WriteBatch().put(TABLES.healthEdges, edgeKey(0, number), NOTHING));
  }

  /** Derives the colours of a person anew who holds codes, if `isConcerned`. */
  async #updateHolder(number: number, isConcerned: (file: HealthFile) => Promise<boolean>): Promise<void> {
    const { files } = this.#deps;
    await files.whileAlone(number, async () => {
      const file = await files.load(number);
      const nowSeconds = Math.floor(this.#deps.now() / 1000);
      if (file === undefined || !hasValidCodes(file, nowSeconds) || !(await isConcerned(file))) return;
      await this.#recolour.update(number, { file });
    });
  }

  async #followFacts(): Promise<void> {
    const { store, tables } = this.#deps;
    for await (const chunk of chunksOf(tables.healthFacts.entries(), CHUNK_ROWS)) {
      const idle = new WriteBatch();
      for (const { key } of chunk) {
        if (!(await this.#follow(key))) idle.delete(TABLES.healthFacts, key);
      }
      await store.commit(idle);
    }
  }

  /** False for a fact about nobody with a health code: there is nothing to follow. What was touched waits. */
  async #follow(recordKey: Uint8Array): Promise<boolean> {
    if (!this.#deps.colourActs.isInUse) return false;
    return (await orSkip(this.#followOne(recordKey), this.#deps.log)) ?? true;
  }

  async #followOne(recordKey: Uint8Array): Promise<boolean> {
    const subject = await this.#subjectOf(recordKey);
    if (subject === undefined || (await this.#deps.files.find(documentsOf(subject))) === undefined)
      return false;
    const addTo = (batch: WriteBatch): void => {
      batch.delete(TABLES.healthFacts, recordKey);
    };
    await this.#updateOf(subject, addTo);
    return true;
  }

  /**
   * The one file of a person, or, where they cannot be one, each by itself: those of the person themselves lose their
   * codes, as no new ones are given, and those of whoever else's document was claimed keep theirs.
   */
  async #updateOf(subject: Subject, addTo: (batch: WriteBatch) => void): Promise<void> {
    try {
      await this.#people.whileAlone({ subject }, (number, file) =>
        this.#recolour.update(number, { file, addTo }),
      );
    } catch (error) {
      if (!isSplit(error)) throw error;
      const numbers = await this.#deps.files.findAll(documentsOf(subject));
      // With the last: cut short before it, the fact is followed again, which harms none of the others.
      for (const number of numbers)
        await this.#people.whileAloneWith(number, (_, file) =>
          this.#recolour.update(number, {
            file,
            ...(number === numbers.at(-1) ? { addTo } : {}),
            isSplit: isSamePerson(subject, file.subject),
          }),
        );
    }
  }

  /** Whom a new fact is about. */
  async #subjectOf(recordKey: Uint8Array): Promise<Subject | undefined> {
    const { sealer, tables } = this.#deps;
    const sealed = await tables.records.get(recordKey);
    return sealed === undefined ? undefined : recordOf(sealer.open(readUint64(recordKey), sealed)).subject;
  }

  /** Once a day. */
  async #prune(): Promise<void> {
    const { files, log } = this.#deps;
    const nowSeconds = Math.floor(this.#deps.now() / 1000);
    const today = Math.floor(nowSeconds / DAY_SECONDS);
    if (today === this.#prunedOn) return;
    const isNeeded = (file: HealthFile): Promise<boolean> =>
      Promise.resolve(lastNeeded(file) + KEEP_SECONDS > nowSeconds);
    for await (const number of files.numbers()) await orSkip(this.#endUnless(number, isNeeded), log);
    this.#prunedOn = today;
  }

  /** Destroys a file and all that leads to it. */
  async #endUnless(number: number, isNeeded: (file: HealthFile) => Promise<boolean>): Promise<void> {
    const { files, store } = this.#deps;
    await files.whileAlone(number, async () => {
      const file = await files.load(number);
      if (file === undefined || (await isNeeded(file))) return;
      const batch = new WriteBatch();
      files.delete(batch, number, file);
      for (const { id } of file.orders) batch.delete(TABLES.healthOrders, fromBase64url(id));
      batch.delete(TABLES.healthWork, toUint64(number));
      await store.commit(batch);
    });
  }

  /** What holds, or is to come; and codes are records too. */
  async #isNeeded({ subject, orders, rulings }: HealthFile): Promise<boolean> {
    const nowSeconds = Math.floor(this.#deps.now() / 1000);
    const ends = [...orders.map(endOf), ...rulings.map(({ untilSeconds }) => untilSeconds)];
    return ends.some((end) => end > nowSeconds) || (await hasRecords(documentsOf(subject), this.#deps));
  }

  #checkOwn(scheme: Scheme): void {
    if (!this.schemes.includes(scheme)) {
      throw new IssuerError('HEALTH_SCHEME_ELSEWHERE', 'the scheme is given in another jurisdiction');
    }
  }
}

function hasValidCodes({ colours }: HealthFile, nowSeconds: number): boolean {
  return Object.values(colours).some((held) => validCodes(held, nowSeconds).length > 0);
}

function lastNeeded({ orders, rulings, usedAtSeconds }: HealthFile): number {
  return Math.max(usedAtSeconds, ...orders.map(endOf), ...rulings.map(({ untilSeconds }) => untilSeconds));
}
