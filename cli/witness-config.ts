/**
 * A witness's settings, from a file:
 *
 *   { "dataFolder": "record", "keyFile": "witness-key.jwk.json", "name": "witness.example/hk-dh",
 *     "logs": [{ "origin": "hcl/…", "keys": [{ "key": "0x<Ed25519, 64 hex digits>" }],
 *                "deployment": "deployment.json", "rpc": [{ "url": "http://127.0.0.1:8545" }] }],
 *     "host": "127.0.0.1", "port": 4200 }
 *
 * Paths are relative to the file; host and port may be left out. Instead of deployment and rpc, `"content": "log-only"`:
 * what the log says is not compared with a ledger.
 */
import { dirname, resolve } from 'node:path';
import type { FollowedLog, WitnessConfig } from '../auditor/witness/server.ts';
import { fromHex } from '../core/bytes/hex.ts';
import { parseDeployment } from '../ledger/deployment.ts';
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
    logs: await Promise.all(file.list('logs').map((log) => readLog(log, path))),
    host: file.optional('host') ? file.text('host') : '127.0.0.1',
    port: file.optional('port') ? file.integer('port') : DEFAULT_PORT,
  };
}

async function readLog(log: JsonReader, path: string): Promise<FollowedLog> {
  const followed = { origin: log.text('origin'), keys: log.list('keys').map(keyOf) };
  if (log.optional('content')) {
    log.only(['origin', 'keys', 'content']);
    if (log.text('content') !== 'log-only') log.fail('content', 'is not log-only');
    return { ...followed, ledger: 'log-only' };
  }
  log.only(['origin', 'keys', 'deployment', 'rpc']);
  const bytes = await readBytes(resolve(dirname(path), log.text('deployment')));
  const deployment = parseDeployment(new TextDecoder().decode(bytes));
  return { ...followed, ledger: { deployment, rpcUrls: log.list('rpc').map(urlOf) } };
}

function urlOf(entry: JsonReader): string {
  entry.only(['url']);
  return entry.httpUrl('url');
}

function keyOf(entry: JsonReader): Uint8Array {
  entry.only(['key']);
  const key = entry.text('key');
  return KEY.test(key) ? fromHex(key) : entry.fail('key', 'is not 0x and 64 hex digits');
}
