/**
 * The one health file of a person, by whatever documents it is asked for. Documents belong together when a request, a
 * file or a record names them together; what is found under them is brought into one file before anything is done with
 * it, so that no green code comes out of a file beside the one that has the order.
 */
import { fromBase64url } from '../../core/bytes/base64url.ts';
import type { Scheme } from '../../core/record/derived.ts';
import type { Subject } from '../../core/record/record.ts';
import { toUint64 } from '../../service/big-endian.ts';
import type { Clock } from '../../service/clock.ts';
import type { Log } from '../../service/logging.ts';
import type { WriteBatch } from '../../service/store.ts';
import { IssuerError } from '../errors.ts';
import type { DocumentReference } from '../privacy/key-ring.ts';
import { TABLES } from '../store.ts';
import { dispute, isDisputedBy } from './disputes.ts';
import { documentsOf, type HealthFile } from './health-file.ts';
import { recordsNaming, subjectIn, type KnownRecord } from './known-facts.ts';
import { Look, type FoundFile, type LookDependencies } from './look.ts';
import {
  isSplit,
  MAX_DOCUMENTS,
  mergeFiles,
  split,
  withDocuments,
  type Merged,
  type NumberedFile,
} from './merge.ts';
import { distinct, isOtherPerson, isSamePerson, textOf } from './same-person.ts';

export interface OneFileDependencies extends LookDependencies {
  readonly now: Clock;
  readonly log: Log;
  /** Stores a file with the colours that follow, and what `addTo` adds, in one commit. */
  readonly update: (number: number, merged: MergedUpdate) => Promise<void>;
}

export interface MergedUpdate {
  readonly file: HealthFile;
  /** Schemes to say a colour in, though this file has said none. */
  readonly told: readonly Scheme[];
  /** See `Update.isSplit`. */
  readonly isSplit?: boolean;
  readonly addTo: (batch: WriteBatch) => void;
}

export interface Sought {
  /** Those that the request itself names. */
  readonly named: readonly DocumentReference[];
  /** The person, as the request says; `undefined` where it names a document alone. */
  readonly presented: Subject | undefined;
  /** Refuses also where a record, not the request, leads to what cannot be brought together. */
  readonly isWhole: boolean;
  /** Of an order or a ruling: it is entered, however many documents are claimed to be theirs. */
  readonly isTyped: boolean;
  /** Of an order: it is entered on whom it names, though somebody else has named their document. See `disputes.ts`. */
  readonly isOrder: boolean;
}

/** What stands under the documents of a person. */
interface Found {
  readonly files: readonly FoundFile[];
  /** Those of them that the request itself leads to. */
  readonly named: readonly FoundFile[];
  /** The person under all of them. */
  readonly subject: Subject;
  /** Numbers of files of others, who only claim one of them. */
  readonly claiming: readonly number[];
  /** The file that the own document leads to, of somebody born on another day who only named it. */
  readonly disputed: { readonly number: number; readonly by: Subject } | undefined;
  /** What was read of it. */
  readonly look: Look;
}

/** What is done with a person's one file, and with what was seen of them when it was found. */
export type OnFile<Result> = (number: number, file: HealthFile, look: Look) => Promise<Result>;

export class OneFile {
  readonly #deps: OneFileDependencies;

  constructor(deps: OneFileDependencies) {
    this.#deps = deps;
  }

  /**
   * Runs `action` on the file while nobody else writes it; `create` makes one where there is none. Throws
   * `HEALTH_PERSON_SPLIT`, `HEALTH_PERSON_UNKNOWN`, `HEALTH_FILE_TOUCHED`.
   */
  async whileAlone<Result>(
    sought: Sought,
    create: (subject: Subject) => HealthFile,
    action: OnFile<Result>,
  ): Promise<Result> {
    const { files } = this.#deps;
    for (;;) {
      const seen = await this.find(sought);
      for (const number of seen.claiming) await this.#letGo(number);
      if (seen.disputed !== undefined && sought.isOrder) {
        await this.#dispute(seen.disputed.number, create(seen.disputed.by));
        continue;
      }
      const isNew = seen.files.length === 0;
      const numbers = isNew ? [await files.findOrCreate(create(seen.subject))] : numbersOf(seen);
      const done = await files.whileAllAlone(numbers, async () => {
        const found = await this.find(sought);
        // Somebody came between: what there is now needs other turns.
        if (numbersOf(found).join() !== numbers.join()) return undefined;
        if (found.disputed !== undefined && sought.isOrder) return undefined;
        const one = await this.#together(found, sought);
        return one === undefined ? undefined : { result: await action(one.number, one.file, found.look) };
      });
      if (done !== undefined) return done.result;
    }
  }

  /** All files of the person, and the person under all documents that belong together. Throws as {@link whileAlone}. */
  async find({ named, presented, isWhole, isTyped, isOrder }: Sought): Promise<Found> {
    const look = new Look(this.#deps);
    const { found: first, claiming } = await look.load(named.slice(0, 1));
    const records = await look.known(named.slice(0, 1));
    const person = subjectIn(records) ?? first[0]?.file.subject ?? presented;
    if (person === undefined)
      throw new IssuerError('HEALTH_PERSON_UNKNOWN', 'no record and no order is of this person');
    const unrecorded = records.length === 0 ? presented : undefined;
    if (isWhole && unrecorded !== undefined) checkNamedAlike(unrecorded, first);
    const disputed = unrecorded === undefined ? undefined : disputedIn(first, unrecorded);
    if (isTyped && disputed !== undefined && !(isOrder && named.length === 1))
      throw split('the document was named by somebody who was born on another day');
    const files = new Map(first.map((one) => [one.number, one]));
    const byName = new Map(files);
    let all = allOf(named.slice(0, 1), first);
    const passedOver: DocumentReference[] = [];
    for (;;) {
      if (all.length > MAX_DOCUMENTS && !isTyped) throw split('these are more documents than one person has');
      const joined = [...files.values()].flatMap((one) => one.joined);
      const next = await this.#next({ named, joined, isWhole, look }, all, passedOver);
      if (next === undefined) break;
      const isBounded = !isWhole && !next.isNamed;
      // The request's own come first, so what is left is claimed, by whomever.
      if (isBounded && all.length >= MAX_DOCUMENTS) break;
      const { found, claiming: others } = await look.load([next.document]);
      const grown = allOf([...all, next.document], found);
      if (isBounded && grown.length > MAX_DOCUMENTS) passedOver.push(next.document);
      else if (isTheirs(person, await look.known([next.document]), found)) {
        for (const one of found) {
          files.set(one.number, one);
          if (next.isNamed) byName.set(one.number, one);
        }
        claiming.push(...others);
        all = grown;
      } else if (next.mustBeTheirs) throw split('the documents lead to people of different names');
      else passedOver.push(next.document);
    }
    const sorted = [...files.values()].toSorted((a, b) => a.number - b.number);
    if (isWhole && sorted.some(({ isDisputed }) => isDisputed))
      throw split('nobody can tell whose a document is before a record of it does');
    const under = withDocuments(person, all);
    return { files: sorted, named: [...byName.values()], subject: under, claiming, disputed, look };
  }

  /** The files of whoever has the named documents, one by one: also of people whose files cannot be one. */
  async filesUnder({ named }: Pick<Sought, 'named'>): Promise<readonly HealthFile[]> {
    const look = new Look(this.#deps);
    const loaded = await Promise.all(named.map((document) => look.load([document])));
    const found = loaded.flatMap((one) => one.found);
    return [...new Map(found.map(({ number, file }) => [number, file])).values()];
  }

  /** The one file there is, or what all of them become; `undefined` when a document was taken meanwhile. */
  async #together(
    { files, named, subject }: Found,
    { isWhole }: Pick<Sought, 'isWhole'>,
  ): Promise<NumberedFile | undefined> {
    const merged = this.#tryMerge(files, subject);
    // An order is entered all the same; whoever asks for a code is refused.
    const [own, ...others] = named;
    if (merged === undefined && !isWhole && own !== undefined && others.length === 0) return own;
    if (merged === undefined) throw split('rulings hold in several files of this person');
    const documents = documentsOf(subject);
    const isComplete = files.every(
      ({ claimed, names }) => claimed.length === 0 && documents.length === names,
    );
    if (isComplete && files.length === 1) return merged;
    return await this.#deps.files.whileNamesStand(async () => {
      const taken = await this.#deps.files.findAll(documents);
      if (!taken.every((number) => files.some((one) => one.number === number))) return undefined;
      await this.#store(merged, claimedIn(files));
      const file = await this.#deps.files.load(merged.number);
      return file === undefined ? undefined : { number: merged.number, file };
    });
  }

  #tryMerge(files: readonly FoundFile[], subject: Subject): Merged | undefined {
    try {
      return mergeFiles(files, subject, Math.floor(this.#deps.now() / 1000));
    } catch (error) {
      if (isSplit(error)) return undefined;
      throw error;
    }
  }

  async #store(
    { number, file, others, told }: Merged,
    claimed: readonly DocumentReference[],
    isSplit = false,
  ): Promise<void> {
    await this.#deps.update(number, {
      file,
      told,
      isSplit,
      addTo: (batch) => {
        for (const other of others) moveTo(number, other, batch);
        this.#deps.files.deleteNames(batch, claimed);
      },
    });
  }

  /**
   * Stores a file without the documents that are of others, as their records say, and that lead to nobody then. Where a record says that they are
   * its person's, no code is given until that is corrected, and those in hand are ended.
   */
  async #letGo(number: number): Promise<void> {
    await this.#deps.files.whileAlone(number, async () => {
      const look = new Look(this.#deps);
      const one = await look.loadOne(number);
      if (one === undefined || one.claimed.length === 0) return;
      const recorded = documentsIn(await look.known(documentsOf(one.file.subject))).map(textOf);
      const isSplit = one.claimed.some((document) => recorded.includes(textOf(document)));
      await this.#store({ ...one, others: [], told: [] }, one.claimed, isSplit);
    });
  }

  async #dispute(number: number, fresh: HealthFile): Promise<void> {
    const { files, log, update } = this.#deps;
    await dispute(number, fresh, {
      files,
      log,
      load: (taken) => new Look(this.#deps).loadOne(taken),
      endCodes: (taken, file, addTo) => update(taken, { file, told: [], isSplit: true, addTo }),
    });
  }

  /** A document that was not looked at: named by the request, by a record of theirs, or by a record that names theirs. */
  async #next(
    {
      named,
      joined,
      isWhole,
      look,
    }: Pick<Sought, 'named' | 'isWhole'> & Pick<FoundFile, 'joined'> & { readonly look: Look },
    documents: readonly DocumentReference[],
    passedOver: readonly DocumentReference[],
  ): Promise<Next | undefined> {
    const seen = new Set([...documents, ...passedOver].map(textOf));
    const unseen = (
      all: readonly DocumentReference[],
      mustBeTheirs: boolean,
      isNamed = false,
    ): Next | undefined => {
      const document = all.find((one) => !seen.has(textOf(one)));
      return document === undefined ? undefined : { document, mustBeTheirs, isNamed };
    };
    // Anybody may claim somebody else's document, and that alone must not stop its owner.
    return (
      unseen(named, true, true) ??
      unseen(joined, isWhole) ??
      unseen(documentsIn(await look.known(documents)), isWhole) ??
      unseen(documentsIn(await recordsNaming(documents, this.#deps)), false)
    );
  }
}

/** Whether nothing under a document is of somebody else. */
function isTheirs(person: Subject, records: readonly KnownRecord[], found: readonly NumberedFile[]): boolean {
  const subjects = [...records.map(({ record }) => record.subject), ...found.map(({ file }) => file.subject)];
  return subjects.every((one) => isSamePerson(person, one));
}

/**
 * Nobody can tell who is red where the file is of somebody who was born on another day, or of one who has only named the
 * document and has another name. A name that was typed, or that is on the document itself, may be spelled otherwise.
 */
function checkNamedAlike(presented: Subject, found: readonly FoundFile[]): void {
  const maySpell = ({ isTyped, subject }: HealthFile): boolean =>
    isTyped === true || textOf(subject) === textOf(presented);
  const isAlike = ({ file }: FoundFile): boolean =>
    maySpell(file) ? !isOtherPerson(presented, file.subject) : isSamePerson(presented, file.subject);
  if (!found.every(isAlike)) throw split('the document leads to somebody of another name or birth date');
}

function disputedIn(found: readonly FoundFile[], by: Subject): Found['disputed'] {
  const one = found.find(({ file }) => isDisputedBy(by, file));
  return one === undefined ? undefined : { number: one.number, by };
}

interface Next {
  readonly document: DocumentReference;
  /** By the request. */
  readonly isNamed: boolean;
  /** Refused, and not passed over, when something under it is of somebody else. */
  readonly mustBeTheirs: boolean;
}

function documentsIn(records: readonly KnownRecord[]): readonly DocumentReference[] {
  return records.flatMap(({ record }) => documentsOf(record.subject));
}

function allOf(
  documents: readonly DocumentReference[],
  found: readonly NumberedFile[],
): readonly DocumentReference[] {
  return distinct([...documents, ...found.flatMap(({ file }) => documentsOf(file.subject))]);
}

function numbersOf({ files }: Found): readonly number[] {
  return files.map(({ number }) => number);
}

/** All that led to a file that is no more leads to the one that stays; names are written with it. */
function moveTo(number: number, { number: former, file }: NumberedFile, batch: WriteBatch): void {
  batch.delete(TABLES.healthFiles, toUint64(former));
  batch.delete(TABLES.healthWork, toUint64(former));
  for (const { id } of file.orders) batch.put(TABLES.healthOrders, fromBase64url(id), toUint64(number));
}

function claimedIn(files: readonly FoundFile[]): readonly DocumentReference[] {
  return files.flatMap(({ claimed }) => claimed);
}
