/**
 * A token of SoftHSM2 in a folder of its own, with P-256 pairs on it. Needs what a machine may lack: the library
 * (Debian: `softhsm2`) and `pkcs11js` built for this Node. `HCL_PKCS11_MODULE` and `HCL_PKCS11JS` name them.
 */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env } from 'node:process';

export const PKCS11JS: string = env['HCL_PKCS11JS'] ?? 'pkcs11js';
export const MODULE_PATH: string = env['HCL_PKCS11_MODULE'] ?? '/usr/lib/softhsm/libsofthsm2.so';
export const PIN = '5821-9034';
export const TOKEN = 'hcl-test';

/** What the test needs of pkcs11js besides what the issuer uses. */
interface TokenMaker {
  load(path: string): void;
  close(): void;
  C_Initialize(): void;
  C_Finalize(): void;
  C_GetSlotList(): Buffer[];
  C_InitToken(slot: Buffer, pin: string, label: string): void;
  C_OpenSession(slot: Buffer, flags: number): Buffer;
  C_Login(session: Buffer, userType: number, pin: string): void;
  C_Logout(session: Buffer): void;
  C_InitPIN(session: Buffer, pin: string): void;
  C_GenerateKeyPair(
    session: Buffer,
    mechanism: object,
    publicTemplate: object[],
    privateTemplate: object[],
  ): unknown;
}

export interface SoftHsm extends AsyncDisposable {
  readonly modulePath: string;
}

/** Why there is no module here, or nothing when there is. */
export function whyNoSoftHsm(): string | undefined {
  if (!existsSync(MODULE_PATH)) return `no ${MODULE_PATH} (HCL_PKCS11_MODULE)`;
  try {
    createRequire(import.meta.url).resolve(PKCS11JS);
    return undefined;
  } catch {
    return `no package ${PKCS11JS} (HCL_PKCS11JS)`;
  }
}

const RW_SESSION = 0x6;
const SECURITY_OFFICER = 0;
const USER = 1;
const P256 = Buffer.from('06082a8648ce3d030107', 'hex');

/** A fresh token with a pair for each label; those of `extractable` can be read out. */
export async function startSoftHsm(
  labels: readonly string[],
  extractable: readonly string[] = [],
): Promise<SoftHsm> {
  const folder = await mkdtemp(join(tmpdir(), 'hcl-hsm-'));
  await mkdir(join(folder, 'tokens'));
  const config = join(folder, 'softhsm2.conf');
  await writeFile(config, `directories.tokendir = ${join(folder, 'tokens')}\nlog.level = ERROR\n`);
  const before = env['SOFTHSM2_CONF'];
  // The library reads it when it is initialised.
  env['SOFTHSM2_CONF'] = config;
  makeToken(labels, extractable);
  return {
    modulePath: MODULE_PATH,
    async [Symbol.asyncDispose]() {
      if (before === undefined) delete env['SOFTHSM2_CONF'];
      else env['SOFTHSM2_CONF'] = before;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function makeToken(labels: readonly string[], extractable: readonly string[]): void {
  const loaded = createRequire(import.meta.url)(PKCS11JS) as {
    readonly PKCS11: new () => TokenMaker;
    readonly [name: string]: unknown;
  };
  const token = new loaded.PKCS11();
  token.load(MODULE_PATH);
  token.C_Initialize();
  token.C_InitToken(token.C_GetSlotList()[0]!, PIN, TOKEN);
  // Initialising gives the token another slot.
  const session = token.C_OpenSession(token.C_GetSlotList()[0]!, RW_SESSION);
  token.C_Login(session, SECURITY_OFFICER, PIN);
  token.C_InitPIN(session, PIN);
  token.C_Logout(session);
  token.C_Login(session, USER, PIN);
  for (const label of labels) {
    const common = [
      { type: loaded['CKA_TOKEN'], value: true },
      { type: loaded['CKA_LABEL'], value: label },
    ];
    token.C_GenerateKeyPair(
      session,
      { mechanism: loaded['CKM_EC_KEY_PAIR_GEN'] },
      [
        ...common,
        { type: loaded['CKA_EC_PARAMS'], value: P256 },
        { type: loaded['CKA_VERIFY'], value: true },
      ],
      [
        ...common,
        { type: loaded['CKA_PRIVATE'], value: true },
        { type: loaded['CKA_SENSITIVE'], value: true },
        { type: loaded['CKA_EXTRACTABLE'], value: extractable.includes(label) },
        { type: loaded['CKA_SIGN'], value: true },
      ],
    );
  }
  token.C_Finalize();
  token.close();
}
