/** SD-JWTs made for tests: which members and items are disclosed apart, and which of these are shown. */
import { Buffer } from 'node:buffer';
import type { JsonValue } from '../../../../core/bytes/canonical-json.ts';
import { isJsonArray, isJsonObject, type JsonObject } from '../../../../core/bytes/strict-json.ts';
import { toUtf8 } from '../../../../core/bytes/utf8.ts';
import { toBase64url } from '../../../../core/bytes/base64url.ts';
import { nodeCrypto } from '../../../../service/node-crypto.ts';

export interface Concealed {
  readonly payload: JsonObject;
  readonly disclosures: readonly { readonly path: string; readonly text: string }[];
}

/** @param frame as sd-jwt-js has it: `_sd` names what is disclosed apart, other members lead deeper */
export function conceal(claims: JsonObject, frame: JsonObject): Concealed {
  const disclosures: { path: string; text: string }[] = [];
  let salt = 0;
  const apart = (path: string, parts: readonly JsonValue[]): string => {
    const text = Buffer.from(JSON.stringify([`salt-${salt++}`, ...parts])).toString('base64url');
    disclosures.push({ path, text });
    return toBase64url(nodeCrypto.sha256(toUtf8(text)));
  };
  const walk = (value: JsonValue, frame: JsonValue | undefined, path: string): JsonValue => {
    const { _sd, ...deeper } = isJsonObject(frame) ? frame : {};
    const names = isJsonArray(_sd) ? _sd.map(String) : [];
    if (isJsonArray(value)) {
      return value.map((item, i) => {
        const inner = walk(item, deeper[i], `${path}.${i}`);
        return names.includes(String(i)) ? { '...': apart(`${path}.${i}`, [inner]) } : inner;
      });
    }
    if (!isJsonObject(value)) return value;
    const digests: string[] = [];
    const kept: [string, JsonValue][] = [];
    for (const [name, member] of Object.entries(value)) {
      const inner = walk(member, deeper[name], `${path}.${name}`);
      if (names.includes(name)) digests.push(apart(`${path}.${name}`, [name, inner]));
      else kept.push([name, inner]);
    }
    return Object.fromEntries([...kept, ...(digests.length === 0 ? [] : [['_sd', digests] as const])]);
  };
  // An object is walked to an object.
  const payload = walk(claims, frame, '') as JsonObject;
  return { payload, disclosures };
}

/** Whether a frame such as `{a: {0: true}}` shows what is at `.a.0`, or something within it. */
export function isShown(frame: JsonObject, path: string): boolean {
  let at: JsonValue | undefined = frame;
  for (const name of path.split('.').slice(1)) {
    if (!isJsonObject(at)) return false;
    at = at[name];
  }
  return at !== undefined && at !== false;
}
