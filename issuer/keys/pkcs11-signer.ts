/**
 * The signing key in a hardware security module, through PKCS#11. The module signs digests (`CKM_ECDSA`) and gives
 * r ‖ s; the key never leaves it. One key pair of the token has the label that the settings name.
 *
 * Sessions are the concurrency: each has one signature under way. A module that restarts ends its sessions, and every
 * signature fails (`KEY_HSM_FAILED`) until this process is restarted: somebody has to enter the PIN again anyway.
 */
import { Buffer } from 'node:buffer';
import type { Crypto } from '../../core/crypto.ts';
import { toUtf8 } from '../../core/bytes/utf8.ts';
import type { Es256Signer } from '../signer-port.ts';
import { KeyError } from './errors.ts';
import { CK, type Attribute, type Handle, type Pkcs11Library } from './pkcs11-library.ts';

export interface Pkcs11Options {
  /** The vendor's library: `/usr/lib/softhsm/libsofthsm2.so`. */
  readonly modulePath: string;
  readonly tokenLabel: string;
  readonly keyLabel: string;
  readonly pin: string;
  /** Signatures under way at a time. */
  readonly sessions: number;
}

export interface Pkcs11Signer extends Es256Signer, AsyncDisposable {}

interface OpenToken {
  readonly library: Pkcs11Library;
  readonly sessions: readonly Handle[];
  readonly privateKey: Handle;
}

const SIGNATURE_BYTES = 64;
/** DER: OCTET STRING of 65 bytes. */
const POINT_HEADER = Buffer.from([0x04, 0x41]);
/** DER: the object identifier of P-256, 1.2.840.10045.3.1.7. */
const P256_PARAMETERS = Buffer.from('06082a8648ce3d030107', 'hex');
const PROBE: Uint8Array = toUtf8('hcl/probe/1');

/**
 * Opens the module and has it sign once. Throws `KEY_HSM_FAILED`, `KEY_PASSPHRASE_WRONG` for the PIN, `KEY_UNKNOWN`,
 * `KEY_WEAK` for a key that could be read out, `KEY_MISMATCH` when its public part is another's.
 */
export async function openPkcs11Signer(
  options: Pkcs11Options,
  { library, crypto }: { readonly library: Pkcs11Library; readonly crypto: Crypto },
): Promise<Pkcs11Signer> {
  attempt(() => library.load(options.modulePath));
  try {
    attempt(() => library.C_Initialize({ flags: CK.CKF_OS_LOCKING_OK }));
    const slot = findSlot(library, options.tokenLabel);
    const sessions = Array.from({ length: options.sessions }, () =>
      attempt(() => library.C_OpenSession(slot, CK.CKF_SERIAL_SESSION)),
    );
    // There is one at least; logging in holds for all sessions of the token.
    const first = sessions[0]!;
    attempt(() => library.C_Login(first, CK.CKU_USER, options.pin));
    const find = (kind: number): Handle => findKey(library, first, { kind, label: options.keyLabel });
    const privateKey = find(CK.CKO_PRIVATE_KEY);
    refuseExtractable(library, first, privateKey);
    const publicKey = readPoint(library, first, find(CK.CKO_PUBLIC_KEY));
    const signer = signerOf({ library, sessions, privateKey }, publicKey, crypto);
    await probe(signer, crypto);
    return signer;
  } catch (error) {
    closeModule(library);
    throw error;
  }
}

function signerOf(
  { library, sessions, privateKey }: OpenToken,
  publicKey: Uint8Array,
  crypto: Crypto,
): Pkcs11Signer {
  const free = [...sessions];
  const waiting: ((session: Handle) => void)[] = [];
  const take = async (): Promise<Handle> =>
    free.pop() ?? (await new Promise<Handle>((resolve) => waiting.push(resolve)));
  const giveBack = (session: Handle): void => {
    const next = waiting.shift();
    if (next === undefined) free.push(session);
    else next(session);
  };
  return {
    publicKey,
    maxConcurrent: sessions.length,
    async sign(message) {
      const digest = Buffer.from(crypto.sha256(message));
      const session = await take();
      try {
        library.C_SignInit(session, { mechanism: CK.CKM_ECDSA }, privateKey);
        const signature = await library.C_SignAsync(session, digest, Buffer.alloc(SIGNATURE_BYTES));
        if (signature.length !== SIGNATURE_BYTES) throw failed('its signature is not 64 bytes long');
        return new Uint8Array(signature);
      } catch (error) {
        throw toKeyError(error);
      } finally {
        giveBack(session);
      }
    },
    async [Symbol.asyncDispose]() {
      // Every session comes back first: closing one at work would take the process with it.
      for (let i = 0; i < sessions.length; i++) await take();
      closeModule(library);
    },
  };
}

function findSlot(library: Pkcs11Library, label: string): Handle {
  const slots = attempt(() => library.C_GetSlotList(true));
  const found = slots.find((slot) => {
    // 32 characters, filled up with spaces, or by some with zeros.
    return attempt(() => library.C_GetTokenInfo(slot)).label.replace(/[\0 ]+$/, '') === label;
  });
  if (found !== undefined) return found;
  throw new KeyError('KEY_UNKNOWN', `the module has no token labelled "${label}"`);
}

function findKey(
  library: Pkcs11Library,
  session: Handle,
  { kind, label }: { readonly kind: number; readonly label: string },
): Handle {
  const template: readonly Attribute[] = [
    { type: CK.CKA_CLASS, value: kind },
    { type: CK.CKA_KEY_TYPE, value: CK.CKK_EC },
    { type: CK.CKA_LABEL, value: label },
  ];
  const found = attempt(() => {
    library.C_FindObjectsInit(session, template);
    const objects = library.C_FindObjects(session, 2);
    library.C_FindObjectsFinal(session);
    return objects;
  });
  const [key, another] = found;
  if (key !== undefined && another === undefined) return key;
  throw new KeyError('KEY_UNKNOWN', `the token must hold exactly one P-256 pair labelled "${label}"`);
}

function refuseExtractable(library: Pkcs11Library, session: Handle, key: Handle): void {
  const [attribute] = attempt(() =>
    library.C_GetAttributeValue(session, key, [{ type: CK.CKA_EXTRACTABLE }]),
  );
  if (attribute?.value[0] === 0) return;
  throw new KeyError(
    'KEY_WEAK',
    'the key can be read out of the module: make one with CKA_EXTRACTABLE false',
  );
}

/** 65 bytes, SEC 1 uncompressed. */
function readPoint(library: Pkcs11Library, session: Handle, key: Handle): Uint8Array {
  const [parameters, point] = attempt(() =>
    library.C_GetAttributeValue(session, key, [{ type: CK.CKA_EC_PARAMS }, { type: CK.CKA_EC_POINT }]),
  );
  const isP256 = parameters?.value.equals(P256_PARAMETERS) === true;
  if (!isP256 || point?.value.subarray(0, POINT_HEADER.length).equals(POINT_HEADER) !== true) {
    throw new KeyError('KEY_MISMATCH', 'the public key in the module is no point of P-256');
  }
  return new Uint8Array(point.value.subarray(POINT_HEADER.length));
}

async function probe(signer: Es256Signer, crypto: Crypto): Promise<void> {
  const key = crypto.importEs256(signer.publicKey);
  if (await crypto.verifyEs256(key, PROBE, await signer.sign(PROBE))) return;
  throw new KeyError('KEY_MISMATCH', 'the private and the public key of this label are no pair');
}

function closeModule(library: Pkcs11Library): void {
  try {
    // Ends all sessions and the login with them.
    library.C_Finalize();
    library.close();
  } catch {
    // It was never initialised, or is gone already.
  }
}

function attempt<Result>(call: () => Result): Result {
  try {
    return call();
  } catch (error) {
    throw toKeyError(error);
  }
}

function toKeyError(error: unknown): KeyError {
  if (error instanceof KeyError) return error;
  const reason =
    error instanceof Error ? (/CKR_[A-Z0-9_]+/.exec(error.message)?.[0] ?? error.name) : 'unknown';
  if (reason.startsWith('CKR_PIN_')) {
    return new KeyError('KEY_PASSPHRASE_WRONG', `the module does not take this PIN (${reason})`);
  }
  return failed(reason);
}

function failed(reason: string): KeyError {
  return new KeyError('KEY_HSM_FAILED', `the hardware module: ${reason}`);
}
