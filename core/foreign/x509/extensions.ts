/** The certificate extensions that decide here (RFC 5280 §4.2.1, ICAO 9303-12 for document types). */
import { DER, DerReader, invalidDer, oidText, type DerNode } from '../../bytes/der.ts';
import { toHex, type Hex } from '../../bytes/hex.ts';
import { fromUtf8 } from '../../bytes/utf8.ts';

export interface Extensions {
  /** Object identifiers; absent: good for every use. */
  readonly extendedKeyUsage?: readonly string[];
  readonly subjectKeyId?: Hex;
  readonly authorityKeyId?: Hex;
  readonly isAuthority: boolean;
  /** URIs of the subject alternative name. */
  readonly uris: readonly string[];
  /** Absent: every use. */
  readonly keyUsage?: {
    readonly digitalSignature: boolean;
    readonly certSign: boolean;
    readonly crlSign: boolean;
  };
}

const SUBJECT_KEY_ID = '2.5.29.14';
const KEY_USAGE = '2.5.29.15';
const SUBJECT_ALTERNATIVE_NAME = '2.5.29.17';
const BASIC_CONSTRAINTS = '2.5.29.19';
const AUTHORITY_KEY_ID = '2.5.29.35';
const EXTENDED_KEY_USAGE = '2.5.29.37';

export function readExtensions(node: DerNode | undefined): Extensions {
  const values = node === undefined ? new Map<string, Uint8Array>() : valuesOf(node);
  const usage = values.get(EXTENDED_KEY_USAGE);
  const subjectKeyId = values.get(SUBJECT_KEY_ID);
  const authorityKeyId = authorityKeyIdOf(values.get(AUTHORITY_KEY_ID));
  const keyUsage = values.get(KEY_USAGE);
  return {
    isAuthority: isAuthority(values.get(BASIC_CONSTRAINTS)),
    uris: urisOf(values.get(SUBJECT_ALTERNATIVE_NAME)),
    ...(usage === undefined ? {} : { extendedKeyUsage: oidsOf(usage) }),
    ...(subjectKeyId === undefined
      ? {}
      : { subjectKeyId: toHex(readerOf(subjectKeyId).next(DER.OCTET_STRING).content) }),
    ...(authorityKeyId === undefined ? {} : { authorityKeyId }),
    ...(keyUsage === undefined ? {} : { keyUsage: keyUsageOf(keyUsage) }),
  };
}

function valuesOf(node: DerNode): Map<string, Uint8Array> {
  const values = new Map<string, Uint8Array>();
  const outer = new DerReader(node.content);
  const list = outer.within(DER.SEQUENCE);
  outer.end();
  while (!list.isAtEnd) {
    const extension = list.within(DER.SEQUENCE);
    const id = oidText(extension.next(DER.OID).content);
    extension.optional(DER.BOOLEAN);
    const { content } = extension.next(DER.OCTET_STRING);
    extension.end();
    // §4.2: not more than one instance.
    if (values.has(id)) throw invalidDer('an extension that is repeated');
    values.set(id, content);
  }
  return values;
}

function oidsOf(value: Uint8Array): readonly string[] {
  const list = readerOf(value).within(DER.SEQUENCE);
  const oids: string[] = [];
  while (!list.isAtEnd) oids.push(oidText(list.next(DER.OID).content));
  return oids;
}

function urisOf(value: Uint8Array | undefined): readonly string[] {
  if (value === undefined) return [];
  const names = readerOf(value).within(DER.SEQUENCE);
  const uris: string[] = [];
  while (!names.isAtEnd) {
    const { tag, content } = names.next();
    // §4.2.1.6: [6] IA5String.
    const uri = tag === 0x86 ? fromUtf8(content) : undefined;
    if (uri !== undefined) uris.push(uri);
  }
  return uris;
}

function authorityKeyIdOf(value: Uint8Array | undefined): Hex | undefined {
  if (value === undefined) return undefined;
  const keyId = readerOf(value).within(DER.SEQUENCE).optional(0x80);
  return keyId === undefined ? undefined : toHex(keyId.content);
}

function isAuthority(value: Uint8Array | undefined): boolean {
  if (value === undefined) return false;
  const flag = readerOf(value).within(DER.SEQUENCE).optional(DER.BOOLEAN);
  return flag?.content[0] === 0xff;
}

function keyUsageOf(value: Uint8Array): NonNullable<Extensions['keyUsage']> {
  // §4.2.1.3: bit 0 is the highest of the first byte.
  const bits = readerOf(value).next(DER.BIT_STRING).content[1] ?? 0;
  return {
    digitalSignature: (bits & 0x80) !== 0,
    certSign: (bits & 0x04) !== 0,
    crlSign: (bits & 0x02) !== 0,
  };
}

function readerOf(value: Uint8Array): DerReader {
  return new DerReader(value);
}
