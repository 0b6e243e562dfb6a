/**
 * One look at a person: the files and records under their documents. A file is of whom the records under its documents
 * name, and not of the owner of a document that its person has only claimed, as a record says.
 */
import type { Subject } from '../../core/record/record.ts';
import { IssuerError } from '../errors.ts';
import type { DocumentReference } from '../privacy/key-ring.ts';
import { documentsIn, standingOf, type Standing } from './disputes.ts';
import { documentsOf, type Dispute, type HealthFile, type HealthFiles } from './health-file.ts';
import { knownRecords, subjectIn, type KnownFactsDependencies, type KnownRecord } from './known-facts.ts';
import { withDocuments, type NumberedFile } from './merge.ts';
import { isSamePerson, textOf } from './same-person.ts';

export interface LookDependencies extends KnownFactsDependencies {
  readonly files: HealthFiles;
}

/** A file as it was found, without the documents that it only claims, and with how many it names in all. */
export interface FoundFile extends NumberedFile {
  readonly names: number;
  readonly claimed: readonly DocumentReference[];
  /** Their own though it does not name them: disputed ones that a record gives to its person. */
  readonly joined: readonly DocumentReference[];
  /** Nobody can tell whether a document is its person's: it gives no code. */
  readonly isDisputed: boolean;
}

export interface Loaded {
  readonly found: readonly FoundFile[];
  /** Numbers of those that only claim the document. */
  readonly claiming: number[];
}

/** What was read for some documents is not read again. */
export class Look {
  readonly #deps: LookDependencies;
  readonly #known = new Map<string, Promise<readonly KnownRecord[]>>();

  constructor(deps: LookDependencies) {
    this.#deps = deps;
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
    return {
      number,
      names: all.length,
      claimed,
      ...(await this.#disputed(file)),
      file: { ...file, subject: withDocuments(subject, own) },
    };
  }

  async #disputed({ disputes = [] }: HealthFile): Promise<Pick<FoundFile, 'joined' | 'isDisputed'>> {
    const standings = await Promise.all(disputes.map((one) => this.#standingOf(one)));
    const joined = disputes.filter((_, i) => standings[i] === 'same').flatMap(documentsIn);
    return { joined, isDisputed: standings.includes('open') };
  }

  async #standingOf({ document, claimer }: Dispute): Promise<Standing> {
    const claimerNow = subjectIn(await this.known(documentsOf(claimer))) ?? claimer;
    return standingOf(subjectIn(await this.known([document])), claimerNow);
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
    return recorded !== undefined && !isSamePerson(person, recorded);
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
