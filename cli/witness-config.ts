/**
 * A witness's settings, from a file:
 *
 *   { "dataFolder": "record", "keyFile": "witness-key.jwk.json", "name": "witness.example/hk-dh",
 *     "logs": [{ "origin": "hcl/…", "keys": [{ "key": "0x<Ed25519, 64 hex digits>" }] }],
 *     "host": "127.0.0.1", "port": 4200 }
 *
 * Paths are relative to the file; host and port may be left out.
 */
import { dirname, resolve } from 'node:path';
import type { WitnessConfig } from '../auditor/witness/server.ts';
import { fromHex } from '../core/bytes/hex.ts';
import { readBytes } from './bundle-trust.ts';
import { jsonReader, type JsonReader } from './json-reader.ts';

const KEY = /^0x[0-9a-f]{64}$/;
const DEFAULT_PORT = 4200;

/** Throws `CLI_FILE_UNREADABLE`, `CLI_FILE_INVALID`. */
export async function readWitnessConfig(path: string): Promise<WitnessConfig> {
  const file = jsonReader(new TextDecoder().decode(await readBytes(path)), path);
  file.only(['dataFolder', 'keyFile', 'name', 'logs', 'host', 'port']);
  const at = (name: string): string => resolve(dirname(path), file.text(name));
  return {
    dataFolder: at('dataFolder'),
    keyFile: at('keyFile'),
    name: file.text('name'),
    logs: file.list('logs').map((log) => {
      log.only(['origin', 'keys']);
      return { origin: log.text('origin'), keys: log.list('keys').map(keyOf) };
    }),
    host: file.optional('host') ? file.text('host') : '127.0.0.1',
    port: file.optional('port') ? file.integer('port') : DEFAULT_PORT,
  };
}

function keyOf(entry: JsonReader): Uint8Array {
  entry.only(['key']);
  const key = entry.text('key');
  return KEY.test(key) ? fromHex(key) : entry.fail('key', 'is not 0x and 64 hex digits');
}
