/**
 * PKCS#11 (OASIS, version 2.40) through `pkcs11js`, which builds natively and is therefore no dependency of ours:
 * whoever has a hardware module installs it beside (`npm install --no-save pkcs11js`). Only what signing needs is
 * declared here.
 */
import type { Buffer } from 'node:buffer';
import { createRequire } from 'node:module';
import { KeyError } from './errors.ts';

export type Handle = Buffer;

export interface Attribute {
  readonly type: number;
  readonly value?: number | boolean | string | Buffer;
}

/** The class `PKCS11` of pkcs11js 2.x. Calls throw; an error's message names the return value: `CKR_PIN_INCORRECT`. */
export interface Pkcs11Library {
  load(path: string): void;
  close(): void;
  C_Initialize(options: { readonly flags: number }): void;
  C_Finalize(): void;
  C_GetSlotList(tokenPresent: boolean): Handle[];
  C_GetTokenInfo(slot: Handle): { readonly label: string };
  C_OpenSession(slot: Handle, flags: number): Handle;
  C_CloseSession(session: Handle): void;
  C_Login(session: Handle, userType: number, pin: string): void;
  C_Logout(session: Handle): void;
  C_FindObjectsInit(session: Handle, template: readonly Attribute[]): void;
  C_FindObjects(session: Handle, maxCount: number): Handle[];
  C_FindObjectsFinal(session: Handle): void;
  C_GetAttributeValue(
    session: Handle,
    object: Handle,
    template: readonly Attribute[],
  ): { readonly value: Buffer }[];
  C_SignInit(session: Handle, mechanism: { readonly mechanism: number }, key: Handle): void;
  C_SignAsync(session: Handle, input: Buffer, output: Buffer): Promise<Buffer>;
}

/** Names and numbers of the specification (`pkcs11t.h`). */
export const CK = {
  CKF_RW_SESSION: 0x2,
  CKF_SERIAL_SESSION: 0x4,
  /** In `C_Initialize`: we call from several threads. */
  CKF_OS_LOCKING_OK: 0x2,
  CKU_USER: 1,
  CKO_PUBLIC_KEY: 2,
  CKO_PRIVATE_KEY: 3,
  CKK_EC: 3,
  CKA_CLASS: 0x0,
  CKA_LABEL: 0x3,
  CKA_KEY_TYPE: 0x100,
  CKA_EXTRACTABLE: 0x162,
  CKA_EC_PARAMS: 0x180,
  CKA_EC_POINT: 0x181,
  CKM_ECDSA: 0x1041,
} as const;

/** @param name of the package, or its folder. Throws `KEY_HSM_NOT_INSTALLED`. */
export function loadPkcs11js(name: string): Pkcs11Library {
  try {
    const loaded = createRequire(import.meta.url)(name) as { readonly PKCS11: new () => Pkcs11Library };
    return new loaded.PKCS11();
  } catch (cause) {
    throw new KeyError(
      'KEY_HSM_NOT_INSTALLED',
      `the package pkcs11js is not here: run "npm install --no-save pkcs11js" (it needs a C++ compiler)`,
      { cause },
    );
  }
}
