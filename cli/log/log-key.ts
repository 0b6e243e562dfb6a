/**
 * The authority's key pair for logs of checks. The private half is a JWK in a file that its owner alone can read; the
 * public half is the `logKey` of `operator.json`.
 */
import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { LogError } from '../../core/checkpoint-log/errors.ts';
import { fromJwk, type P256Jwk } from '../../core/credential/key.ts';
import { thumbprintOf } from '../../core/credential/thumbprint.ts';
import { readSecretFile } from '../../service/files.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { CliError } from '../errors.ts';
import { writeNewPrivateFile } from '../new-private-file.ts';

export interface LogKey {
  readonly privateKey: KeyObject;
  /** RFC 7638, by which a box names its recipient. */
  readonly thumbprint: Uint8Array;
}

/** Writes a new private key to `path`, mode 0600; throws `CLI_USAGE` where something lies there already. */
export async function createLogKey(path: string): Promise<P256Jwk> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const content = `${JSON.stringify(privateKey.export({ format: 'jwk' }))}\n`;
  await writeNewPrivateFile(path, content, 'a key is made once');
  return publicHalf(privateKey);
}

/** Throws `FILE_READABLE_BY_OTHERS`, `CLI_FILE_UNREADABLE`, `LOG_KEY_INVALID`. */
export async function readLogKey(path: string): Promise<LogKey> {
  const text = await readSecretFile(path).catch((cause: unknown) => {
    if (codeOf(cause) === 'FILE_READABLE_BY_OTHERS') throw cause;
    throw new CliError('CLI_FILE_UNREADABLE', `${path} cannot be read`, { cause });
  });
  const privateKey = parsePrivateKey(text);
  return { privateKey, thumbprint: thumbprintOf(nodeCrypto, fromJwk(publicHalf(privateKey))) };
}

/** Neither the message nor its cause repeats anything of the file. */
function parsePrivateKey(text: string): KeyObject {
  let key: KeyObject | undefined;
  try {
    key = createPrivateKey({ key: JSON.parse(text) as JsonWebKeyOfFile, format: 'jwk' });
  } catch {
    // Told below.
  }
  if (key?.asymmetricKeyDetails?.namedCurve !== 'prime256v1')
    throw new LogError('LOG_KEY_INVALID', 'the file of --key holds no private key of "hcl log key"');
  return key;
}

/** Whatever it is, OpenSSL says whether it is a key. */
type JsonWebKeyOfFile = Extract<Parameters<typeof createPrivateKey>[0], { format?: 'jwk' }>['key'];

function publicHalf(privateKey: KeyObject): P256Jwk {
  const { x, y } = privateKey.export({ format: 'jwk' });
  if (x === undefined || y === undefined) throw new LogError('LOG_KEY_INVALID', 'the key is on no curve');
  return { kty: 'EC', crv: 'P-256', x, y };
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
