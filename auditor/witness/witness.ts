/**
 * A witness (C2SP tlog-witness): cosigns a checkpoint of a log when the log only grew since the one it cosigned last, and
 * holds what the witness has read on the ledger itself (`own-log.ts`). One that is told to be `log-only` sees growth and no
 * content. One authority runs one, apart from whoever publishes bundles.
 *
 *   check → wait for our own replica, at the same time as others do → check again → write down → sign → answer
 *
 * What is signed is on the disk before the signature exists, so a crash at any point leaves a record that is not
 * behind. From the second check on requests are taken one after the other, so it never signs two roots for one size, and
 * never a smaller tree.
 *
 * A disk that was restored from an old copy is behind. It gives itself away where something that this witness signed
 * is seen with a larger size than the record: in a request, or at the start in what publishers hold (`seen`). Then
 * it refuses to sign until somebody decides.
 */
import { equalBytes } from '../../core/bytes/equal.ts';
import { parseCheckpoint, type Checkpoint } from '../../core/bundle/checkpoint.ts';
import { cosign, cosignedAt, isSignedByLog, type NoteSigner } from '../../core/bundle/cosignature.ts';
import { NoteError } from '../../core/bundle/errors.ts';
import { parseNote, signatureLine, type SignedNote } from '../../core/bundle/signed-note.ts';
import { parseWitnessRequest, type WitnessRequest } from '../../core/bundle/witness-request.ts';
import { CommitmentError } from '../../core/commitment/errors.ts';
import { verifyConsistency } from '../../core/commitment/proof.ts';
import type { Crypto } from '../../core/crypto.ts';
import { WitnessError } from './errors.ts';
import type { OwnLog } from './own-log.ts';
import type { SignedTree, WitnessRecord } from './record.ts';

/** A log that is followed. */
export interface WitnessedLog {
  readonly origin: string;
  /** Ed25519 keys of those who may submit its checkpoints, 32 bytes each: one suffices. */
  readonly keys: readonly Uint8Array[];
  /** What its content is compared with; `log-only`: with nothing. */
  readonly content: Pick<OwnLog, 'reach' | 'compare'> | 'log-only';
}

export interface WitnessOptions {
  readonly logs: readonly WitnessedLog[];
  readonly signer: NoteSigner;
}

export interface WitnessDeps {
  readonly crypto: Crypto;
  readonly record: WitnessRecord;
  /** Unix seconds. */
  readonly nowSeconds: () => number;
}

interface Submission {
  readonly request: WitnessRequest;
  readonly note: SignedNote;
  readonly checkpoint: Checkpoint;
}

const NOTHING: SignedTree = { size: 0, root: new Uint8Array(0) };

export class Witness {
  readonly #options: WitnessOptions;
  readonly #deps: WitnessDeps;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(options: WitnessOptions, deps: WitnessDeps) {
    this.#options = options;
    this.#deps = deps;
  }

  /** The record of a new witness: that it has signed nothing. Throws `WITNESS_RECORD_EXISTS`. */
  static async found(record: WitnessRecord, origin: string): Promise<void> {
    if ((await record.last(origin)) !== undefined) {
      throw new WitnessError('WITNESS_RECORD_EXISTS', 'this witness has a record of the log already');
    }
    await record.put(origin, NOTHING);
  }

  /**
   * Throws `WITNESS_RECORD_MISSING`: an empty disk is no reason to begin anew. Throws `WITNESS_RECORD_OLD` when one of
   * `seen`, checkpoints that others hold, was signed by us and is beyond our record.
   */
  static async open(
    options: WitnessOptions,
    deps: WitnessDeps,
    seen: readonly string[] = [],
  ): Promise<Witness> {
    const witness = new Witness(options, deps);
    for (const { origin } of options.logs) await witness.#lastOf(origin);
    for (const note of seen) await witness.#checkSeen(note);
    return witness;
  }

  /** The signature line for a request's body. Rejects with a {@link WitnessError} or `STORE_FAILED`. */
  async addCheckpoint(body: string): Promise<string> {
    const submission = parse(body);
    const log = await this.#checkLog(submission);
    await this.#checkGrowth(submission); // what cannot be signed waits for nothing
    if (log.content !== 'log-only') await log.content.reach(submission.checkpoint.size);
    const turn = this.#turn.then(() => this.#sign(submission, log));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** In its turn: another one may have been signed meanwhile. */
  async #sign(submission: Submission, log: WitnessedLog): Promise<string> {
    await this.#checkGrowth(submission);
    const { checkpoint, note } = submission;
    checkContent(log, checkpoint);
    const { record, crypto, nowSeconds } = this.#deps;
    // Commit point: from here on this size has this root for us, whether anybody hears of it or not.
    await record.put(checkpoint.origin, { size: checkpoint.size, root: checkpoint.root });
    const { signer } = this.#options;
    return signatureLine(await cosign(crypto, note.text, { signer, timeSeconds: nowSeconds() }));
  }

  async #checkLog({ note, checkpoint }: Submission): Promise<WitnessedLog> {
    const log = this.#options.logs.find(({ origin }) => origin === checkpoint.origin);
    if (log === undefined) throw new WitnessError('WITNESS_ORIGIN_UNKNOWN', 'this log is not followed here');
    for (const key of log.keys) if (await isSignedByLog(this.#deps.crypto, note, key)) return log;
    throw new WitnessError('WITNESS_LOG_SIGNATURE', 'no key of the log has signed this');
  }

  async #checkGrowth({ request, note, checkpoint }: Submission): Promise<void> {
    const { size, root } = checkpoint;
    const last = await this.#lastOf(checkpoint.origin);
    await this.#checkOwn(note, checkpoint, last);
    if (request.oldSize > size) throw malformed();
    if (request.oldSize !== last.size) throw conflict('WITNESS_OLD_SIZE', last);
    if (size === last.size && !equalBytes(root, last.root)) throw conflict('WITNESS_ROOT_OTHER', last);
    if (last.size === 0 ? request.proof.length > 0 : !this.#isGrown(last, checkpoint, request.proof)) {
      throw new WitnessError('WITNESS_PROOF_WRONG', 'the log did not grow from what was signed last');
    }
  }

  #isGrown(last: SignedTree, { size, root }: Checkpoint, path: Uint8Array): boolean {
    try {
      const { crypto } = this.#deps;
      verifyConsistency(crypto, { size1: last.size, root1: last.root, size2: size, root2: root, path });
      return true;
    } catch (error) {
      if (error instanceof CommitmentError) return false;
      throw error;
    }
  }

  async #lastOf(origin: string): Promise<SignedTree> {
    const last = await this.#deps.record.last(origin);
    if (last !== undefined) return last;
    throw new WitnessError(
      'WITNESS_RECORD_MISSING',
      'there is no record of what was signed: found it, or restore it',
    );
  }

  async #checkSeen(text: string): Promise<void> {
    const note = asMalformed(() => parseNote(text));
    const checkpoint = asMalformed(() => parseCheckpoint(note.text));
    if (!this.#options.logs.some(({ origin }) => origin === checkpoint.origin)) return;
    await this.#checkOwn(note, checkpoint, await this.#lastOf(checkpoint.origin));
  }

  /** Our own signature on more than we remember. */
  async #checkOwn(note: SignedNote, { size }: Checkpoint, last: SignedTree): Promise<void> {
    if (size <= last.size) return;
    const isOurs = (await cosignedAt(this.#deps.crypto, note, this.#options.signer.publicKey)) !== undefined;
    if (isOurs)
      throw new WitnessError(
        'WITNESS_RECORD_OLD',
        `we signed size ${size}, and our record says ${last.size}`,
      );
  }
}

/** That the leaves are the ledger's, all of them. */
function checkContent({ content }: WitnessedLog, checkpoint: Checkpoint): void {
  if (content === 'log-only') return;
  const comparison = content.compare(checkpoint);
  switch (comparison) {
    case 'same':
      return;
    case 'other':
      throw new WitnessError('WITNESS_CONTENT_OTHER', 'our own replica has other blocks or states');
    case 'behind':
      throw new WitnessError('WITNESS_NOT_THERE_YET', 'our own replica has not read that far');
  }
}

function parse(body: string): Submission {
  return asMalformed(() => {
    const request = parseWitnessRequest(body);
    const note = parseNote(request.note);
    const checkpoint = parseCheckpoint(note.text);
    // Of no leaves there is nothing to say.
    if (checkpoint.size === 0) throw malformed();
    return { request, note, checkpoint };
  });
}

function asMalformed<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof NoteError) throw malformed(cause);
    throw cause;
  }
}

function malformed(cause?: unknown): WitnessError {
  return new WitnessError('WITNESS_REQUEST_MALFORMED', 'not a request to a witness', { cause });
}

function conflict(code: 'WITNESS_OLD_SIZE' | 'WITNESS_ROOT_OTHER', { size }: SignedTree): WitnessError {
  return new WitnessError(code, `the size signed last is ${size}`, { size });
}
