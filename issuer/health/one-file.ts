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
import type { WriteBatch } from '../../service/store.ts';
import { IssuerError } from '../errors.ts';
import type { DocumentReference } from '../privacy/key-ring.ts';
import { TABLES } from '../store.ts';
import { documentsOf, type HealthFile, type HealthFiles } from './health-file.ts';
import {
  knownRecords,
  recordsNaming,
  subjectIn,
  type KnownFactsDependencies,
  type KnownRecord,
} from './known-facts.ts';
import {
  isSplit,
  MAX_DOCUMENTS,
  mergeFiles,
  split,
  withDocuments,
  type Merged,
  type NumberedFile,
} from './merge.ts';
import { distinct, isSamePerson, textOf } from './same-person.ts';

export interface OneFileDependencies extends KnownFactsDependencies {
  readonly files: HealthFiles;
  readonly now: Clock;
  /** Stores a file with the colours that follow, and what `addTo` adds, in one commit. */
  readonly update: (number: number, merged: MergedUpdate) => Promise<void>;
}

export interface MergedUpdate {
  readonly file: HealthFile;
  /** Schemes to say a colour in, though this file has said none. */
  readonly told: readonly Scheme[];
  readonly addTo: (batch: WriteBatch) => void;
}

export interface Sought {
  /** Those that the request itself names. */
  readonly named: readonly DocumentReference[];
  /** The person, where nothing else says who they are; throws where the request does not either. */
  readonly subject: () => Subject;
  /** Refuses also where a record, not the request, leads to what cannot be brought together. */
  readonly isWhole: boolean;
  /** Of an order or a ruling: it is entered, however many documents are claimed to be theirs. */
  readonly isTyped: boolean;
}

/** What stands under the documents of a person. */
interface Found {
  readonly files: readonly FoundFile[];
  /** Those of them that the request itself leads to. */
  readonly named: readonly FoundFile[];
  /** The person under all of them. */
  readonly subject: Subject;
}

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
    action: (number: number, file: HealthFile) => Promise<Result>,
  ): Promise<Result> {
    const { files } = this.#deps;
    for (;;) {
      const seen = await this.find(sought);
      const isNew = seen.files.length === 0;
      const numbers = isNew ? [await files.findOrCreate(create(seen.subject))] : numbersOf(seen);
      const done = await files.whileAllAlone(numbers, async () => {
        const found = await this.find(sought);
        // Somebody came between: what there is now needs other turns.
        if (numbersOf(found).join() !== numbers.join()) return undefined;
        const one = await this.#together(found, sought);
        return one === undefined ? undefined : { result: await action(one.number, one.file) };
      });
      if (done !== undefined) return done.result;
    }
  }

  /** All files of the person, and the person under all documents that belong together. Throws as {@link whileAlone}. */
  async find({ named, subject, isWhole, isTyped }: Sought): Promise<Found> {
    const look = new Look(this.#deps);
    const first = await this.#load(named.slice(0, 1), look);
    const records = await look.known(named.slice(0, 1));
    const person = subjectIn(records) ?? first[0]?.file.subject ?? subject();
    const files = new Map(first.map((one) => [one.number, one]));
    const byName = new Map(files);
    let all = allOf(named.slice(0, 1), first);
    const passedOver: DocumentReference[] = [];
    for (;;) {
      if (all.length > MAX_DOCUMENTS && !isTyped) throw split('these are more documents than one person has');
      const next = await this.#next({ named, isWhole, look }, all, passedOver);
      if (next === undefined) break;
      const isBounded = !isWhole && !next.isNamed;
      // The request's own come first, so what is left is claimed, by whomever.
      if (isBounded && all.length >= MAX_DOCUMENTS) break;
      const found = await this.#load([next.document], look);
      const grown = allOf([...all, next.document], found);
      if (isBounded && grown.length > MAX_DOCUMENTS) passedOver.push(next.document);
      else if (isTheirs(person, await look.known([next.document]), found)) {
        for (const one of found) {
          files.set(one.number, one);
          if (next.isNamed) byName.set(one.number, one);
        }
        all = grown;
      } else if (next.mustBeTheirs) throw split('the documents lead to people of different names');
      else passedOver.push(next.document);
    }
    const sorted = [...files.values()].toSorted((a, b) => a.number - b.number);
    return { files: sorted, named: [...byName.values()], subject: withDocuments(person, all) };
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
    const isComplete = files.length === 1 && files.every(({ names }) => documents.length === names);
    if (isComplete) return merged;
    return await this.#deps.files.whileNamesStand(async () => {
      const taken = await this.#deps.files.findAll(documents);
      if (!taken.every((number) => files.some((one) => one.number === number))) return undefined;
      await this.#store(merged);
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

  async #store({ number, file, others, told }: Merged): Promise<void> {
    await this.#deps.update(number, {
      file,
      told,
      addTo: (batch) => {
        for (const other of others) moveTo(number, other, batch);
      },
    });
  }

  /** A document that was not looked at: named by the request, by a record of theirs, or by a record that names theirs. */
  async #next(
    { named, isWhole, look }: Pick<Sought, 'named' | 'isWhole'> & { readonly look: Look },
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
      unseen(documentsIn(await look.known(documents)), isWhole) ??
      unseen(documentsIn(await recordsNaming(documents, this.#deps)), false)
    );
  }

  /** The files under these documents, each of the person whom the records under its own documents name. */
  async #load(documents: readonly DocumentReference[], look: Look): Promise<readonly FoundFile[]> {
    const { files } = this.#deps;
    for (;;) {
      const numbers = await files.findAll(documents);
      const loaded = await Promise.all(numbers.map((number) => this.#loadOne(number, documents, look)));
      const found = loaded.filter((one) => one !== undefined);
      if (found.length === numbers.length) return found;
      // It was merged or destroyed just now, or its name leads to nothing.
      if ((await files.findAll(documents)).join() === numbers.join())
        throw new IssuerError('HEALTH_PERSON_UNKNOWN', 'there is no such file any more');
    }
  }

  async #loadOne(
    number: number,
    documents: readonly DocumentReference[],
    look: Look,
  ): Promise<FoundFile | undefined> {
    const file = await this.#deps.files.load(number);
    if (file === undefined) return undefined;
    checkIsOf(documents, file);
    const own = documentsOf(file.subject);
    const subject = subjectIn(await look.known(own)) ?? file.subject;
    return { number, names: own.length, file: { ...file, subject: withDocuments(subject, own) } };
  }
}

/** One look at a person: what was read for some documents is not read again. */
class Look {
  readonly #deps: OneFileDependencies;
  readonly #known = new Map<string, Promise<readonly KnownRecord[]>>();

  constructor(deps: OneFileDependencies) {
    this.#deps = deps;
  }

  known(documents: readonly DocumentReference[]): Promise<readonly KnownRecord[]> {
    const key = documents.map(textOf).join();
    const records = this.#known.get(key) ?? knownRecords(documents, this.#deps);
    this.#known.set(key, records);
    return records;
  }
}

/** Whether nothing under a document is of somebody else. */
function isTheirs(person: Subject, records: readonly KnownRecord[], found: readonly NumberedFile[]): boolean {
  const subjects = [...records.map(({ record }) => record.subject), ...found.map(({ file }) => file.subject)];
  return subjects.every((one) => isSamePerson(person, one));
}

/** A file as it was found, with how many documents it names itself. */
interface FoundFile extends NumberedFile {
  readonly names: number;
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

/** A name that was touched leads to somebody else's file. Throws `HEALTH_FILE_TOUCHED`. */
function checkIsOf(documents: readonly DocumentReference[], { subject }: HealthFile): void {
  const own = documentsOf(subject).map(textOf);
  if (documents.some((document) => own.includes(textOf(document)))) return;
  throw new IssuerError('HEALTH_FILE_TOUCHED', 'the file that was found is of other documents');
}
