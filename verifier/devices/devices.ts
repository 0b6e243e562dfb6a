/**
 * The devices at the gates. An operator invites one with a code that is shown as a QR, once and for a few minutes; the
 * device answers with a public key and the proof that it has the private one. Whatever is answered has been synced to
 * disk; a device that was revoked is refused from that moment, disk or not.
 *
 * A device proves itself with `<id>.<time>.<signature>`, good for a minute either way, in each request. It says who asks,
 * not what: the line keeps others from reading and repeating it (TLS).
 */
import { fromBase64url, toBase64url } from '../../core/bytes/base64url.ts';
import { BytesError } from '../../core/bytes/errors.ts';
import { toHex } from '../../core/bytes/hex.ts';
import { toUtf8 } from '../../core/bytes/utf8.ts';
import type { Crypto, Es256PublicKey } from '../../core/crypto.ts';
import type { Outcome } from '../../core/verify/reasons.ts';
import type { RandomBytes } from '../../service/clock.ts';
import { Store, WriteBatch } from '../../service/store.ts';
import {
  TABLES,
  deviceMessage,
  enrolMessage,
  readDevice,
  readEnrolment,
  toJsonBytes,
  type Device,
  type Enrolment,
  type Post,
} from './device.ts';
import { DeviceError } from './errors.ts';

export interface DevicesDeps {
  readonly crypto: Crypto;
  readonly randomBytes: RandomBytes;
  /** Unix seconds. */
  readonly nowSeconds: () => number;
}

/** What a device has been told since the service started. */
export type Told = Readonly<Record<Outcome, number>>;

interface Served {
  readonly device: Device;
  readonly key: Es256PublicKey;
  told: Told;
  /** Verified once: for its minute it is known. */
  lastProof: string | undefined;
}

const SECRET_BYTES = 24;
const ID_BYTES = 12;
/** How far the clock of a device may be off, either way. */
const PROOF_SECONDS = 60;
const NOTHING: Told = { pass: 0, condition: 0, refer: 0, stop: 0 };

/** Devices as routes need them, kept here or in another process. */
export interface DeviceDesk extends Pick<Devices, 'invite' | 'enrol' | 'revoke' | 'proven' | 'count'> {
  served(id: string): Device | Promise<Device>;
  list(): ReturnType<Devices['list']> | Promise<ReturnType<Devices['list']>>;
}

export class Devices implements AsyncDisposable {
  readonly #store: Store;
  readonly #deps: DevicesDeps;
  readonly #served = new Map<string, Served>();
  /** Refused already, though the disk may still have them. */
  readonly #ending = new Set<string>();
  /** By the hash of the secret; taken out before the device is written, so that one secret makes one device. */
  readonly #enrolments = new Map<string, Enrolment>();

  private constructor(store: Store, deps: DevicesDeps) {
    this.#store = store;
    this.#deps = deps;
  }

  /** Throws what the store throws when another process holds the folder. */
  static async open(folder: string, deps: DevicesDeps): Promise<Devices> {
    const devices = new Devices(await Store.open(folder), deps);
    await devices.#load();
    return devices;
  }

  /** Each, with what it was told since the start. */
  list(): readonly (Device & { readonly told: Told })[] {
    return [...this.#served.values()].map(({ device, told }) => ({ ...device, told }));
  }

  /** The secret of a new invitation, which is kept nowhere. */
  async invite(
    post: Post,
    ttlSeconds: number,
  ): Promise<{ readonly secret: string; readonly untilSeconds: number }> {
    const secret = toBase64url(this.#deps.randomBytes(SECRET_BYTES));
    const untilSeconds = this.#deps.nowSeconds() + ttlSeconds;
    const enrolment = { ...post, untilSeconds };
    const hash = this.#hashOf(secret);
    const batch = new WriteBatch().put(TABLES.enrolments, hash, toJsonBytes(enrolment));
    this.#dropOld(batch);
    await this.#store.commit(batch);
    this.#enrolments.set(toHex(hash), enrolment);
    return { secret, untilSeconds };
  }

  /** Throws `ENROLMENT_UNKNOWN`, `ENROLMENT_PROOF_INVALID`; a secret with a wrong proof is not used up. */
  async enrol(secret: string, publicKey: string, signature: string): Promise<Device> {
    const hash = this.#hashOf(secret);
    const invited = this.#enrolments.get(toHex(hash));
    const now = this.#deps.nowSeconds();
    if (invited === undefined || now >= invited.untilSeconds) throw unknownEnrolment();
    const key = this.#importKey(publicKey);
    const isGood = key !== undefined && (await this.#isSigned(key, enrolMessage(hash), signature));
    if (!isGood) throw new DeviceError('ENROLMENT_PROOF_INVALID', 'no proof of the key');
    // The proof took a turn: another request may have been faster. From here on no other can be.
    if (!this.#enrolments.delete(toHex(hash))) throw unknownEnrolment();
    const { untilSeconds: _, ...post } = invited;
    const id = toBase64url(this.#deps.randomBytes(ID_BYTES));
    const device: Device = { id, ...post, publicKey, enrolledAtSeconds: now };
    await this.#store.commit(
      new WriteBatch().delete(TABLES.enrolments, hash).put(TABLES.devices, toUtf8(id), toJsonBytes(device)),
    );
    this.#serve(device, key);
    return device;
  }

  /** Throws `DEVICE_UNKNOWN`, and what the store throws until it is written: a restart would bring the device back. */
  async revoke(id: string): Promise<void> {
    if (this.#served.delete(id)) this.#ending.add(id);
    if (!this.#ending.has(id)) throw new DeviceError('DEVICE_UNKNOWN', 'no such device');
    await this.#store.commit(new WriteBatch().delete(TABLES.devices, toUtf8(id)));
    this.#ending.delete(id);
  }

  /** The device that made this proof. Throws `DEVICE_UNKNOWN`, `DEVICE_PROOF_INVALID`. */
  async proven(proof: string): Promise<Device> {
    const [id = '', time = '', signature = '', ...rest] = proof.split('.');
    const served = this.#served.get(id);
    if (served === undefined) throw new DeviceError('DEVICE_UNKNOWN', 'no such device');
    const isNow =
      /^\d{1,10}$/.test(time) && Math.abs(this.#deps.nowSeconds() - Number(time)) <= PROOF_SECONDS;
    if (!isNow || rest.length > 0) throw badProof();
    if (served.lastProof !== proof) {
      if (!(await this.#isSigned(served.key, deviceMessage(id, Number(time)), signature))) throw badProof();
      served.lastProof = proof;
    }
    // It may have been revoked while the signature was checked.
    return this.served(id);
  }

  /** A device that has proven itself before. Throws `DEVICE_UNKNOWN`. */
  served(id: string): Device {
    const served = this.#served.get(id);
    if (served === undefined) throw new DeviceError('DEVICE_UNKNOWN', 'no such device');
    return served.device;
  }

  /** Notes what a device was told. */
  count(id: string, outcome: Outcome): void {
    const served = this.#served.get(id);
    if (served !== undefined) served.told = { ...served.told, [outcome]: served.told[outcome] + 1 };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#store.close();
  }

  async #load(): Promise<void> {
    for await (const { key, value } of this.#store.table(TABLES.enrolments).entries()) {
      this.#enrolments.set(toHex(key), readEnrolment(value));
    }
    for await (const { value } of this.#store.table(TABLES.devices).entries()) {
      const device = readDevice(value);
      this.#serve(device, this.#deps.crypto.importEs256(fromBase64url(device.publicKey)));
    }
  }

  #serve(device: Device, key: Es256PublicKey): void {
    this.#served.set(device.id, { device, key, told: NOTHING, lastProof: undefined });
  }

  /** Invitations that nobody took. */
  #dropOld(batch: WriteBatch): void {
    const now = this.#deps.nowSeconds();
    for (const [hash, { untilSeconds }] of this.#enrolments) {
      if (now < untilSeconds) continue;
      this.#enrolments.delete(hash);
      batch.delete(TABLES.enrolments, Buffer.from(hash.slice(2), 'hex'));
    }
  }

  #hashOf(secret: string): Uint8Array {
    return this.#deps.crypto.sha256(toUtf8(secret));
  }

  /** `undefined` when it is no P-256 key. */
  #importKey(publicKey: string): Es256PublicKey | undefined {
    try {
      return this.#deps.crypto.importEs256(fromBase64url(publicKey));
    } catch {
      return undefined;
    }
  }

  async #isSigned(key: Es256PublicKey, message: Uint8Array, signature: string): Promise<boolean> {
    try {
      return await this.#deps.crypto.verifyEs256(key, message, fromBase64url(signature));
    } catch (error) {
      if (error instanceof BytesError) return false;
      throw error;
    }
  }
}

function unknownEnrolment(): DeviceError {
  return new DeviceError('ENROLMENT_UNKNOWN', 'used up, too old, or none of ours');
}

function badProof(): DeviceError {
  return new DeviceError('DEVICE_PROOF_INVALID', 'not signed by the device, or not of this minute');
}
