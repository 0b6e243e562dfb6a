/**
 * Asks witnesses for their signatures (C2SP tlog-witness). Which size a witness signed last it says itself: a request
 * that goes on from another one is answered with it, and asked again.
 */
import type { StateLog } from '../../core/bundle/state-log.ts';
import type { Checkpoint } from '../../core/bundle/checkpoint.ts';
import { NoteError } from '../../core/bundle/errors.ts';
import { parseSignatureLine, type NoteSignature } from '../../core/bundle/signed-note.ts';
import { writeWitnessRequest } from '../../core/bundle/witness-request.ts';
import { PublishError } from './errors.ts';

export interface WitnessAddress {
  /** Base address, without a trailing slash. */
  readonly url: string;
}

export interface AskDeps {
  readonly fetch: typeof globalThis.fetch;
  readonly timeoutMs: number;
}

export interface SignedCheckpoint {
  readonly checkpoint: Checkpoint;
  /** The checkpoint with the log's own signature. */
  readonly note: string;
}

const MAX_ANSWER_CHARACTERS = 16_384;
const SIZE = /^(0|[1-9][0-9]{0,15})\n$/;

export class WitnessClient {
  readonly #url: string;
  readonly #deps: AskDeps;
  #lastSize = 0;

  constructor({ url }: WitnessAddress, deps: AskDeps) {
    this.#url = url;
    this.#deps = deps;
  }

  /** Its signatures. Rejects with `PUBLISH_WITNESS_FAILED`. */
  async cosign(
    signed: SignedCheckpoint,
    log: Pick<StateLog, 'consistency'>,
  ): Promise<readonly NoteSignature[]> {
    const first = await this.#post(signed, log);
    // A size that it told us: once more from there.
    return Array.isArray(first) ? first : expectSignatures(await this.#post(signed, log));
  }

  /** Its signatures, or nothing when it answered with the size that it signed last. */
  async #post(
    { checkpoint, note }: SignedCheckpoint,
    log: Pick<StateLog, 'consistency'>,
  ): Promise<readonly NoteSignature[] | undefined> {
    const oldSize = this.#lastSize;
    if (oldSize > checkpoint.size) throw failed('the witness has signed a larger log');
    const proof = log.consistency(oldSize, checkpoint.size);
    const { status, body } = await this.#send(writeWitnessRequest({ oldSize, proof, note }));
    if (status === 200) {
      this.#lastSize = checkpoint.size;
      return signaturesIn(body);
    }
    const size = status === 409 ? SIZE.exec(body)?.[1] : undefined;
    if (size === undefined || Number(size) === oldSize)
      throw failed(`the witness answered with status ${status}`);
    this.#lastSize = Number(size);
    return undefined;
  }

  async #send(body: string): Promise<{ readonly status: number; readonly body: string }> {
    const { fetch, timeoutMs } = this.#deps;
    try {
      const response = await fetch(`${this.#url}/add-checkpoint`, {
        method: 'POST',
        body,
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
      });
      return { status: response.status, body: await boundedText(response) };
    } catch (cause) {
      if (cause instanceof PublishError) throw cause;
      throw failed('the witness cannot be reached', cause);
    }
  }
}

async function boundedText(response: Response): Promise<string> {
  const decoder = new TextDecoder('utf-8');
  let text = '';
  for await (const part of response.body ?? []) {
    text += decoder.decode(part, { stream: true });
    if (text.length > MAX_ANSWER_CHARACTERS) throw failed('the witness answers without end');
  }
  return text + decoder.decode();
}

function signaturesIn(body: string): readonly NoteSignature[] {
  try {
    return body.replace(/\n$/, '').split('\n').map(parseSignatureLine);
  } catch (cause) {
    if (cause instanceof NoteError) throw failed('the witness answers with no signature', cause);
    throw cause;
  }
}

function expectSignatures(signatures: readonly NoteSignature[] | undefined): readonly NoteSignature[] {
  if (signatures === undefined) throw failed('the witness goes on from yet another size');
  return signatures;
}

function failed(what: string, cause?: unknown): PublishError {
  return new PublishError('PUBLISH_WITNESS_FAILED', what, { cause });
}
