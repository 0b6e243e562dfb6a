/**
 * The key that an issuer signs with now, and whoever finishes records with it: a thread with the key
 * (`finisher.ts`), or this thread with a signer elsewhere (`finisher-by-port.ts`). Everybody else holds the desk, and so
 * sees a rotation at once.
 */
import type { SigningKey } from '../../core/credential/jwt.ts';
import type { Crypto } from '../../core/crypto.ts';
import type { RandomBytes } from '../../service/clock.ts';
import { Envelope } from '../../service/envelope.ts';
import type { FinishedRecord, UnsignedRecord } from '../finish.ts';
import { FinisherByPort } from '../finisher-by-port.ts';
import { Finisher } from '../finisher.ts';
import { finishingPartsOf } from '../finishing-parts.ts';
import { RecordSealer } from '../record-entry.ts';
import type { SigningSource, WorkingSecrets } from '../secrets.ts';
import { credentialKeyOf, type CredentialKey } from '../signing.ts';

export interface DeskSecrets extends Pick<WorkingSecrets, 'signingKey' | 'keyEncryption'> {
  readonly did: string;
}

export interface DeskDependencies {
  readonly crypto: Crypto;
  readonly randomBytes: RandomBytes;
  /** Seals what this thread finishes; default: one with the keys of the secrets. */
  readonly envelope?: Envelope;
}

/** The present key; its members change with a rotation, so nobody keeps a copy of them. */
export interface PresentKey extends SigningKey {
  /** 65 bytes, SEC 1 uncompressed. */
  readonly publicKey: Uint8Array;
}

interface Place {
  readonly key: CredentialKey;
  readonly source: SigningSource;
  readonly finisher: Pick<Finisher, 'finish' | 'useKeys' | typeof Symbol.asyncDispose>;
}

export class SigningDesk implements AsyncDisposable {
  /** Opens and closes the records' envelopes. */
  readonly sealer: RecordSealer;
  #secrets: DeskSecrets;
  readonly #dependencies: Required<DeskDependencies>;
  #place: Place;

  /** Throws `ISSUER_SECRET_INVALID`. */
  constructor(secrets: DeskSecrets, dependencies: DeskDependencies) {
    const { randomBytes, envelope = new Envelope(secrets.keyEncryption, randomBytes) } = dependencies;
    this.#secrets = secrets;
    this.#dependencies = { ...dependencies, envelope };
    this.sealer = new RecordSealer(envelope, secrets.did);
    this.#place = this.#placeOf(secrets.signingKey);
  }

  get key(): CredentialKey {
    return this.#place.key;
  }

  /** Where the present key comes from: to open another desk with it. */
  get signingKey(): SigningSource {
    return this.#place.source;
  }

  /** For whoever signs something else than credentials. */
  get presentKey(): PresentKey {
    const current = (): CredentialKey => this.#place.key;
    return {
      get kid() {
        return current().kid;
      },
      get publicKey() {
        return current().publicKey;
      },
      get sign() {
        return current().sign;
      },
    };
  }

  /** In the order of the records, all with one key. */
  async finish(records: readonly UnsignedRecord[]): Promise<readonly FinishedRecord[]> {
    return await this.#place.finisher.finish(records);
  }

  /** From now on this key signs. Nothing may be under way with the former one. */
  async change(source: SigningSource): Promise<void> {
    const former = this.#place;
    this.#place = this.#placeOf(source);
    await former.finisher[Symbol.asyncDispose]();
  }

  /** Other threads seal with these from now on; what they have at hand comes under the former ones. */
  useKeys(keyEncryption: DeskSecrets['keyEncryption']): void {
    this.#secrets = { ...this.#secrets, keyEncryption };
    this.#place.finisher.useKeys(keyEncryption);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#place.finisher[Symbol.asyncDispose]();
  }

  #placeOf(source: SigningSource): Place {
    const { crypto } = this.#dependencies;
    if ('kty' in source) {
      const secrets = { ...this.#secrets, signingKey: source };
      const parts = finishingPartsOf(secrets, this.#dependencies);
      return { key: parts.key, source, finisher: new Finisher(secrets, parts) };
    }
    const key = credentialKeyOf(crypto, source);
    const { maxConcurrent } = source;
    return { key, source, finisher: new FinisherByPort({ crypto, key, sealer: this.sealer, maxConcurrent }) };
  }
}
