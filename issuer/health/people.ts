/** From whom something is about to the file that is held of them. */
import { toBase64url } from '../../core/bytes/base64url.ts';
import type { Subject } from '../../core/record/record.ts';
import { withNormalDocuments } from '../../core/record/validate.ts';
import type { RandomBytes } from '../../service/clock.ts';
import { IssuerError } from '../errors.ts';
import type { DocumentReference } from '../privacy/key-ring.ts';
import type { Release } from '../release.ts';
import { makeSecret } from './file-secret.ts';
import { documentsOf, type HealthFile } from './health-file.ts';
import { knownRecords } from './known-facts.ts';
import { isSplit, mergeFiles } from './merge.ts';
import type { Look } from './look.ts';
import { OneFile, type OneFileDependencies, type OnFile, type Sought } from './one-file.ts';
import { isOnePerson } from './same-person.ts';

/** A record of theirs, a document of theirs, or all of their identity. */
export type Person =
  { readonly recordId: string } | { readonly document: DocumentReference } | { readonly subject: Subject };

export interface PeopleDependencies extends OneFileDependencies {
  readonly release: Pick<Release, 'content'>;
  readonly randomBytes: RandomBytes;
}

/** What is asked of a person's file. */
interface AskedOf extends Partial<Pick<Sought, 'isWhole'>> {
  /** Nobody has seen the person's document: their name is as it was typed. */
  readonly isTyped?: boolean;
  /** It is an order: see `Sought.isOrder`. */
  readonly isOrder?: boolean;
}

/** A person's file, and what was seen of them when it was found. */
export interface SeenFile {
  readonly file: HealthFile;
  readonly look: Look;
}

const RANDOM_BYTES = 16;

export class People {
  readonly #deps: PeopleDependencies;
  readonly #oneFile: OneFile;

  constructor(deps: PeopleDependencies) {
    this.#deps = deps;
    this.#oneFile = new OneFile(deps);
  }

  /**
   * Runs `action` on the person's file while nobody else writes it; makes one where there is none, and one of several.
   * Throws `HEALTH_PERSON_UNKNOWN` where nothing says who the person is, `HEALTH_PERSON_SPLIT` where files of theirs cannot be
   * one (with `isWhole` also those that the request does not name), `HEALTH_FILE_TOUCHED`, `RECORD_NOT_FOUND`.
   */
  async whileAlone<Result>(person: Person, action: OnFile<Result>, asked: AskedOf = {}): Promise<Result> {
    const sought = await this.#soughtBy(person, asked);
    const create = (subject: Subject): HealthFile => this.#fresh(subject, asked.isTyped);
    return await this.#oneFile.whileAlone(sought, create, action);
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

  /** To be read; the file of somebody who has none is empty. Throws as {@link whileAlone}, of all that is theirs. */
  async fileOf(person: Person): Promise<SeenFile> {
    const sought = await this.#soughtBy(person, { isWhole: true });
    const { files, look, subject } = await this.#oneFile.find(sought);
    if (files.length === 0) return { file: this.#fresh(subject), look };
    return { file: mergeFiles(files, subject, Math.floor(this.#deps.now() / 1000)).file, look };
  }

  /** To be read, each as it is: those that the person's documents lead to, whether or not they can be one. */
  async filesOf(person: Person): Promise<readonly HealthFile[]> {
    const { files, subject } = await this.#look(await this.#soughtBy(person));
    return files.length === 0 && subject !== undefined ? [this.#fresh(subject)] : files;
  }

  /** As {@link filesOf}, of the person with this document; none where nothing is held. */
  async heldUnder(document: DocumentReference): Promise<readonly HealthFile[]> {
    try {
      return (await this.#look(await this.#soughtBy({ document }))).files;
    } catch (error) {
      if (error instanceof IssuerError && error.code === 'HEALTH_PERSON_UNKNOWN') return [];
      throw error;
    }
  }

  /**
   * Whether all that is known under the person's documents, one by one, is of the very person: held under the document
   * that the person is named by, with the same name and birth date.
   */
  async isAllOf(person: Subject): Promise<boolean> {
    const sought = await this.#soughtBy({ subject: person });
    const records = await knownRecords(sought.named, this.#deps);
    const held = await this.#oneFile.filesUnder(sought);
    const subjects = [...records.map(({ record }) => record), ...held];
    return subjects.every(({ subject }) => isOnePerson(person, subject));
  }

  /** The person's files, and who that is; where that cannot be said, what stands under the named documents themselves. */
  async #look(
    sought: Sought,
  ): Promise<{ readonly files: readonly HealthFile[]; readonly subject?: Subject }> {
    try {
      const { files, subject } = await this.#oneFile.find(sought);
      return { files: files.map(({ file }) => file), subject };
    } catch (error) {
      if (!isSplit(error)) throw error;
      return { files: await this.#oneFile.filesUnder(sought) };
    }
  }

  async #soughtBy(
    person: Person,
    { isWhole = false, isTyped = false, isOrder = false }: AskedOf = {},
  ): Promise<Sought> {
    const asked = { isWhole, isTyped, isOrder };
    if ('document' in person) return { named: [person.document], presented: undefined, ...asked };
    const given = 'subject' in person ? person.subject : await this.#subjectOf(person.recordId);
    const presented = withNormalDocuments(given);
    return { named: documentsOf(presented), presented, ...asked };
  }

  async #subjectOf(recordId: string): Promise<Subject> {
    return (await this.#deps.release.content(recordId)).subject;
  }

  #fresh(subject: Subject, isTyped = false): HealthFile {
    const { now, randomBytes } = this.#deps;
    return {
      version: 1,
      ref: toBase64url(randomBytes(RANDOM_BYTES)),
      secret: makeSecret(randomBytes),
      subject,
      ...(isTyped ? { isTyped } : {}),
      orders: [],
      rulings: [],
      colours: {},
      ended: [],
      usedAtSeconds: Math.floor(now() / 1000),
    };
  }
}
