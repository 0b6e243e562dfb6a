/** Certificate revocation lists (RFC 5280 §5.1) of country signing authorities. */
import type { SignatureAlgorithm } from '../../crypto.ts';
import { DER, DerReader, invalidDer, wholeBytes } from '../../bytes/der.ts';
import { toHex, type Hex } from '../../bytes/hex.ts';
import { readAlgorithm } from './algorithm.ts';
import { readExtensions, type Extensions } from './extensions.ts';
import { readName, type DistinguishedName } from './name.ts';
import { readTime } from './time.ts';

export interface CertificateRevocationList {
  readonly signedBytes: Uint8Array;
  readonly algorithm: SignatureAlgorithm | undefined;
  readonly signature: Uint8Array;
  readonly issuer: DistinguishedName;
  readonly thisUpdateSeconds: number;
  /** Absent in lists that are not renewed. */
  readonly nextUpdateSeconds?: number;
  readonly revokedSerials: ReadonlySet<Hex>;
  readonly extensions: Extensions;
}

const MAX_LIST_BYTES = 4 * 1024 * 1024;
const EXTENSIONS = 0xa0;

/** Throws `DER_INVALID`. */
export function parseRevocationList(der: Uint8Array): CertificateRevocationList {
  if (der.length > MAX_LIST_BYTES) throw invalidDer('longer than any list');
  const outer = new DerReader(der);
  const list = outer.within(DER.SEQUENCE);
  outer.end();
  const signed = list.next(DER.SEQUENCE);
  const algorithm = readAlgorithm(list.next(DER.SEQUENCE));
  const signature = wholeBytes(list.next(DER.BIT_STRING).content);
  list.end();
  const body = new DerReader(signed.content);
  body.optional(DER.INTEGER);
  if (readAlgorithm(body.next(DER.SEQUENCE)) !== algorithm) throw invalidDer('two different algorithms');
  const issuer = readName(body);
  const thisUpdateSeconds = readTime(body);
  const isRenewed = body.nextTag === DER.UTC_TIME || body.nextTag === DER.GENERALIZED_TIME;
  const nextUpdate = isRenewed ? { nextUpdateSeconds: readTime(body) } : {};
  const revokedSerials = serialsOf(body.optional(DER.SEQUENCE)?.content);
  const extensions = readExtensions(body.optional(EXTENSIONS));
  body.end();
  return {
    signedBytes: signed.whole,
    algorithm,
    signature,
    issuer,
    thisUpdateSeconds,
    ...nextUpdate,
    revokedSerials,
    extensions,
  };
}

function serialsOf(content: Uint8Array | undefined): ReadonlySet<Hex> {
  const serials = new Set<Hex>();
  const entries = new DerReader(content ?? new Uint8Array(0));
  while (!entries.isAtEnd) serials.add(toHex(entries.within(DER.SEQUENCE).next(DER.INTEGER).content));
  return serials;
}
