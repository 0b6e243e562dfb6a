/** A log that grows, and what it submits to a witness. */
import { checkpointText, type Checkpoint } from '../../../../core/bundle/checkpoint.ts';
import { signNote, type NoteSigner } from '../../../../core/bundle/cosignature.ts';
import { writeNote, type NoteSignature } from '../../../../core/bundle/signed-note.ts';
import { StateLog } from '../../../../core/bundle/state-log.ts';
import { writeWitnessRequest } from '../../../../core/bundle/witness-request.ts';
import { nodeCrypto } from '../../../../service/node-crypto.ts';
import { ORIGIN } from '../../../support/publishing.ts';
import { Random } from '../../../support/random.ts';
import { testSigner } from '../../../support/signers.ts';

export const LOG_SIGNER: NoteSigner = testSigner(90);

/** A log of random leaves: two of one seed and length are one log, of two seeds a fork from the first leaf on. */
export function logOf(seed: number, size: number): StateLog {
  const random = new Random(seed);
  const log = new StateLog(nodeCrypto);
  for (let i = 0; i < size; i++) log.append(random.bytes(32));
  return log;
}

export interface Submitted {
  readonly oldSize: number;
  readonly size: number;
  readonly origin?: string;
  readonly signer?: NoteSigner;
  readonly proof?: Uint8Array;
  /** Beside the log's. */
  readonly signatures?: readonly NoteSignature[];
}

export function checkpointAt(log: StateLog, size: number, origin: string = ORIGIN): Checkpoint {
  return { origin, size, root: log.rootAt(size) };
}

/** The body of a request. */
export async function submission(log: StateLog, submitted: Submitted): Promise<string> {
  const { oldSize, size, origin, signer = LOG_SIGNER, signatures = [] } = submitted;
  const { proof = log.consistency(Math.min(oldSize, size), size) } = submitted;
  const text = checkpointText(checkpointAt(log, size, origin));
  const note = writeNote({ text, signatures: [await signNote(nodeCrypto, text, signer), ...signatures] });
  return writeWitnessRequest({ oldSize, proof, note });
}
