/** From whom something is about to the file that is held of them. */
import { toBase64url } from '../../core/bytes/base64url.ts';
import type { Subject } from '../../core/record/record.ts';
import { onePersonProblems } from '../../core/verify/one-person.ts';
import { withNormalNumber } from '../../core/record/validate.ts';
import type { Clock, RandomBytes } from '../../service/clock.ts';
import { IssuerError } from '../errors.ts';
import type { DocumentReference } from '../privacy/key-ring.ts';
import type { Release } from '../release.ts';
import { documentsOf, type HealthFile, type HealthFiles } from './health-file.ts';
import { knownRecords, subjectIn, type KnownFactsDependencies } from './known-facts.ts';

/** A record of theirs, a document of theirs, or all of their identity. */
export type Person =
  { readonly recordId: string } | { readonly document: DocumentReference } | { readonly subject: Subject };

export interface PeopleDependencies extends KnownFactsDependencies {
  readonly files: HealthFiles;
  readonly release: Pick<Release, 'content'>;
  readonly now: Clock;
  readonly randomBytes: RandomBytes;
}

const REF_BYTES = 16;

export class People {
  readonly #deps: PeopleDependencies;

  constructor(deps: PeopleDependencies) {
    this.#deps = deps;
  }

  /**
   * Runs `action` on the person's file while nobody else writes it; makes one where there is none. Throws
   * `HEALTH_PERSON_UNKNOWN` where nothing says who the person is, `HEALTH_FILE_TOUCHED`, `RECORD_NOT_FOUND`.
   */
  async whileAlone<Result>(
    person: Person,
    action: (number: number, file: HealthFile) => Promise<Result>,
  ): Promise<Result> {
    const documents = await this.#documentsOf(person);
    const number = await this.#numberOf(person, documents);
    return await this.whileAloneWith(number, async (_, file) => {
      checkIsOf(documents, file);
      return await action(number, file);
    });
  }

  /** As {@link whileAlone}, of a person's number. */
  async whileAloneWith<Result>(
    number: number,
    action: (number: number, file: HealthFile) => Promise<Result>,
  ): Promise<Result> {
    const { files } = this.#deps;
    return await files.whileAlone(number, async () => {
      const file = await files.load(number);
      if (file === undefined)
        throw new IssuerError('HEALTH_PERSON_UNKNOWN', 'there is no such file any more');
      return await action(number, file);
    });
  }

  /** To be read; that of somebody who has none is empty. Throws as {@link whileAlone}. */
  async fileOf(person: Person): Promise<HealthFile> {
    const { files } = this.#deps;
    const documents = await this.#documentsOf(person);
    const number = await files.find(documents);
    const file = number === undefined ? undefined : await files.load(number);
    if (file !== undefined) checkIsOf(documents, file);
    return file ?? this.#fresh(await this.#subjectOf(person, documents));
  }

  /**
   * Whether all that is known under the person's documents, one by one, is of the very person: held under the document
   * that the person is named by, with the same name and birth date.
   */
  async isAllOf(person: Subject): Promise<boolean> {
    const { files } = this.#deps;
    const documents = documentsOf(normal(person));
    const records = await knownRecords(documents, this.#deps);
    const numbers = await Promise.all(documents.map((document) => files.find([document])));
    const held = await Promise.all(
      numbers.filter((number) => number !== undefined).map((number) => files.load(number)),
    );
    const subjects = [...records.map(({ record }) => record), ...held.filter((file) => file !== undefined)];
    return subjects.every(({ subject }) => isOnePerson(person, subject));
  }

  async #numberOf(person: Person, documents: readonly DocumentReference[]): Promise<number> {
    const { files } = this.#deps;
    const known = await files.find(documents);
    return known ?? (await files.findOrCreate(this.#fresh(await this.#subjectOf(person, documents))));
  }

  async #documentsOf(person: Person): Promise<readonly DocumentReference[]> {
    if ('document' in person) return [person.document];
    if ('subject' in person) return documentsOf(normal(person.subject));
    return documentsOf((await this.#deps.release.content(person.recordId)).subject);
  }

  async #subjectOf(person: Person, documents: readonly DocumentReference[]): Promise<Subject> {
    if ('subject' in person) return normal(person.subject);
    const subject = subjectIn(await knownRecords(documents, this.#deps));
    if (subject === undefined)
      throw new IssuerError('HEALTH_PERSON_UNKNOWN', 'no record and no order is of this person');
    return subject;
  }

  #fresh(subject: Subject): HealthFile {
    const { now, randomBytes } = this.#deps;
    return {
      version: 1,
      ref: toBase64url(randomBytes(REF_BYTES)),
      subject,
      orders: [],
      rulings: [],
      colours: {},
      ended: [],
      usedAtSeconds: Math.floor(now() / 1000),
    };
  }
}

/** A name that was touched leads to somebody else's file. Throws `HEALTH_FILE_TOUCHED`. */
function checkIsOf(documents: readonly DocumentReference[], { subject }: HealthFile): void {
  const own = documentsOf(subject).map(textOf);
  if (documents.some((document) => own.includes(textOf(document)))) return;
  throw new IssuerError('HEALTH_FILE_TOUCHED', 'the file that was found is of other documents');
}

/** Whether what is held of `known` is of `person`, by their own document, name and birth date; alike is not enough. */
export function isOnePerson(person: Subject, known: Subject): boolean {
  const [own, ...others] = [person, known].map(normal);
  const document = own === undefined ? '' : textOf(own);
  return (
    others.every((other) => documentsOf(other).some((one) => textOf(one) === document)) &&
    onePersonProblems(
      [person, known].map((one) => ({ ...one, doc: person.docNumber, docType: person.docType })),
    ).length === 0
  );
}

function textOf({ docType, docIssuer, docNumber }: DocumentReference): string {
  return [docType, docIssuer, docNumber].join(' ');
}

/** As records have it, however the numbers are written. */
function normal({ linked, ...subject }: Subject): Subject {
  const others = linked === undefined ? {} : { linked: linked.map(withNormalNumber) };
  return { ...withNormalNumber(subject), ...others };
}
