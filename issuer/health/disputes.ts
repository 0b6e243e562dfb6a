/**
 * A document that somebody has only named, and under which an order came on somebody who was born on another day: two
 * people, or one whose birth date was mistyped. Nobody can tell which, so it is no longer in the file that named it, the
 * order has a file of its own, and neither gives a code until a record of the document says whose it is.
 */
import type { Subject } from '../../core/record/record.ts';
import type { Log } from '../../service/logging.ts';
import type { WriteBatch } from '../../service/store.ts';
import type { DocumentReference } from '../privacy/key-ring.ts';
import { documentsOf, type Dispute, type HealthFile, type HealthFiles } from './health-file.ts';
import { withDocuments } from './merge.ts';
import { isOtherPerson, isSamePerson, textOf } from './same-person.ts';

export interface DisputesDependencies {
  readonly files: HealthFiles;
  readonly log: Log;
  /** The file as it is known now, and the documents that it names though they are of others. */
  readonly load: (
    number: number,
  ) => Promise<{ readonly file: HealthFile; readonly claimed: readonly DocumentReference[] } | undefined>;
  /** Stores a file without its codes, which end, and what `addTo` adds, in one commit. */
  readonly endCodes: (number: number, file: HealthFile, addTo: (batch: WriteBatch) => void) => Promise<void>;
}

/** `open`: nobody can tell. `same`: the document is the claimer's. `other`: it is somebody else's. */
export type Standing = 'open' | 'same' | 'other';

/**
 * @param owner as a record of the document names them, where there is one
 * @param claimer as they are known best
 */
export function standingOf(owner: Subject | undefined, claimer: Subject): Standing {
  if (owner === undefined) return 'open';
  if (isSamePerson(owner, claimer)) return 'same';
  return isOtherPerson(owner, claimer) ? 'other' : 'open';
}

/** Both sides of it. */
export function documentsIn({ document, claimer }: Dispute): readonly DocumentReference[] {
  return [document, ...documentsOf(claimer).slice(0, 1)];
}

/** Whether a file has only named the document by which somebody is presented who was born on another day. */
export function isDisputedBy(presented: Subject, { subject }: HealthFile): boolean {
  return textOf(subject) !== textOf(presented) && isOtherPerson(presented, subject);
}

/**
 * Takes the document that `fresh` is of from the file `number`, which has only named it; in one commit, with the end of
 * that file's codes and with the new file. Nothing where somebody came between: the asker looks again.
 */
export async function dispute(
  number: number,
  fresh: HealthFile,
  { files, log, load, endCodes }: DisputesDependencies,
): Promise<void> {
  const { docType, docNumber, docIssuer } = fresh.subject;
  const document = { docType, docNumber, docIssuer };
  await files.whileAlone(number, () =>
    files.whileNamesStand(async () => {
      const found = await load(number);
      const isThere = (await files.find([document])) === number;
      if (found === undefined || !isThere || !isDisputedBy(fresh.subject, found.file)) return;
      const { file, claimed } = found;
      const one = { document, claimer: withDocuments(file.subject, []) };
      await endCodes(number, withDispute(without(file, document), one), (batch) => {
        files.deleteNames(batch, [document, ...claimed]);
        files.add(batch, withDispute(fresh, one));
      });
      log.error(
        { code: 'HEALTH_DOCUMENT_DISPUTED' },
        'an order is on somebody born on another day than whoever named the document: no codes until a record says whose it is',
      );
    }),
  );
}

function without(file: HealthFile, document: DocumentReference): HealthFile {
  const left = documentsOf(file.subject).filter((one) => textOf(one) !== textOf(document));
  return { ...file, subject: withDocuments(file.subject, left) };
}

function withDispute(file: HealthFile, one: Dispute): HealthFile {
  return { ...file, disputes: [...(file.disputes ?? []), one] };
}
