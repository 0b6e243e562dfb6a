/**
 * Finishes records whose signatures come from elsewhere (`signer-port.ts`): asked for on this thread, some at a time,
 * over all callers. What limits the rate is whoever signs.
 */
import { sealSigned, type FinishedRecord, type FinishingParts, type UnsignedRecord } from './finish.ts';
import { IssuerError } from './errors.ts';
import { finisherClosed } from './finisher-closed.ts';
import type { CredentialKey } from './signing.ts';

export interface FinishingByPort extends Omit<FinishingParts, 'key'> {
  readonly key: CredentialKey;
  /** Signatures under way at a time. */
  readonly maxConcurrent: number;
}

export class FinisherByPort implements AsyncDisposable {
  readonly #parts: FinishingByPort;
  /** Whoever waits for a signature to end, longest first. */
  readonly #waiting: PromiseWithResolvers<void>[] = [];
  #underWay = 0;
  #isClosed = false;

  constructor(parts: FinishingByPort) {
    this.#parts = parts;
  }

  /** In the order of the records. Throws `ISSUER_SIGNING_FAILED`: nothing of them is finished then. */
  async finish(records: readonly UnsignedRecord[]): Promise<readonly FinishedRecord[]> {
    return await Promise.all(
      records.map(async (record) => {
        const signatures = await Promise.all(record.payloads.map((payload) => this.#sign(payload)));
        return sealSigned(record, signatures, this.#parts);
      }),
    );
  }

  /** Nothing to do: it seals in this thread, with the envelope that knows all keys. */
  useKeys(): void {}

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    for (const { reject } of this.#waiting.splice(0)) reject(finisherClosed());
  }

  async #sign(payload: Uint8Array): Promise<Uint8Array> {
    await this.#turn();
    try {
      return await this.#parts.key.signCredential(payload);
    } catch (cause) {
      throw new IssuerError('ISSUER_SIGNING_FAILED', 'whoever holds the signing key did not sign', { cause });
    } finally {
      this.#pass();
    }
  }

  async #turn(): Promise<void> {
    if (this.#isClosed) throw finisherClosed();
    if (this.#underWay < this.#parts.maxConcurrent) {
      this.#underWay++;
      return;
    }
    const turn = Promise.withResolvers<void>();
    this.#waiting.push(turn);
    await turn.promise;
  }

  /** Hands the turn on, so that the number under way stays the same, or gives it back. */
  #pass(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#underWay--;
    else next.resolve();
  }
}
