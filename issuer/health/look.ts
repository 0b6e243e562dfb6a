/**
 * One look at a person: the files and records under their documents. A file is of whom the records under its documents
 * name, and not of the owner of a document that its person has only claimed.
 */
import type { Subject } from '../../core/record/record.ts';
import { IssuerError } from '../errors.ts';
import type { DocumentReference } from '../privacy/key-ring.ts';
import { documentsOf, type HealthFile, type HealthFiles } from './health-file.ts';
import { knownRecords, subjectIn, type KnownFactsDependencies, type KnownRecord } from './known-facts.ts';
import { withDocuments, type NumberedFile } from './merge.ts';
import { isOtherPerson, isSamePerson, textOf } from './same-person.ts';

export interface LookDependencies extends KnownFactsDependencies {
  readonly files: HealthFiles;
}

/** A file as it was found, without the documents that it only claims, and with how many it names in all. */
export interface FoundFile extends NumberedFile {
  readonly names: number;
  readonly claimed: readonly DocumentReference[];
}

export interface Loaded {
  readonly found: readonly FoundFile[];
  /** Numbers of those that only claim the document. */
  readonly claiming: number[];
}

/** What was read for some documents is not read again. */
export class Look {
  readonly #deps: LookDependencies;
  readonly #presented: Subject | undefined;
  readonly #known = new Map<string, Promise<readonly KnownRecord[]>>();

  /** @param presented whom the look is for: the owner of their document, as long as no record says who that is */
  constructor(deps: LookDependencies, presented?: Subject) {
    this.#deps = deps;
    this.#presented = presented;
  }

  known(documents: readonly DocumentReference[]): Promise<readonly KnownRecord[]> {
    const key = documents.map(textOf).join();
    const records = this.#known.get(key) ?? knownRecords(documents, this.#deps);
    this.#known.set(key, records);
    return records;
  }

  /**
   * The files under a document, each of the person whom the records under its own documents name; apart from them those
   * that only claim it.
   */
  async load(documents: readonly DocumentReference[]): Promise<Loaded> {
    const { files } = this.#deps;
    for (;;) {
      const numbers = await files.findAll(documents);
      const loaded = await Promise.all(numbers.map((number) => this.loadOne(number)));
      const all = loaded.filter((one) => one !== undefined);
      for (const one of all) checkIsOf(documents, one);
      if (all.length === numbers.length) {
        const claims = new Set(all.filter(({ claimed }) => isAnyOf(documents, claimed)));
        return {
          found: all.filter((one) => !claims.has(one)),
          claiming: [...claims].map(({ number }) => number),
        };
      }
      // It was merged or destroyed just now, or its name leads to nothing.
      if ((await files.findAll(documents)).join() === numbers.join())
        throw new IssuerError('HEALTH_PERSON_UNKNOWN', 'there is no such file any more');
    }
  }

  /** As {@link load}, of a number; `undefined` where there is no such file. */
  async loadOne(number: number): Promise<FoundFile | undefined> {
    const file = await this.#deps.files.load(number);
    if (file === undefined) return undefined;
    const all = documentsOf(file.subject);
    const claimed = await this.#claimedIn(file);
    const own = all.filter((document) => !isAnyOf([document], claimed));
    const subject = subjectIn(await this.known(own)) ?? file.subject;
    return { number, names: all.length, claimed, file: { ...file, subject: withDocuments(subject, own) } };
  }

  /**
   * Documents that a file came to name beside its person's own, and that are somebody else's: anybody may have claimed
   * them before anything was known of their owner. A name that was only typed proves nothing of the kind.
   */
  async #claimedIn({ subject, isTyped }: HealthFile): Promise<readonly DocumentReference[]> {
    const [own, ...linked] = documentsOf(subject);
    const recorded = subjectIn(await this.known(own === undefined ? [] : [own]));
    if (recorded === undefined && isTyped === true) return [];
    const person = recorded ?? subject;
    const areOthers = await Promise.all(linked.map((one) => this.#isOfAnother(one, person)));
    return linked.filter((_, i) => areOthers[i]);
  }

  async #isOfAnother(document: DocumentReference, person: Subject): Promise<boolean> {
    const recorded = subjectIn(await this.known([document]));
    if (recorded !== undefined) return !isSamePerson(person, recorded);
    const shown = this.#presented;
    return shown !== undefined && textOf(document) === textOf(shown) && isOtherPerson(person, shown);
  }
}

/** A name that was touched leads to somebody else's file. Throws `HEALTH_FILE_TOUCHED`. */
function checkIsOf(documents: readonly DocumentReference[], { file, claimed }: FoundFile): void {
  if (isAnyOf(documents, [...documentsOf(file.subject), ...claimed])) return;
  throw new IssuerError('HEALTH_FILE_TOUCHED', 'the file that was found is of other documents');
}

function isAnyOf(documents: readonly DocumentReference[], all: readonly DocumentReference[]): boolean {
  const texts = all.map(textOf);
  return documents.some((document) => texts.includes(textOf(document)));
}
