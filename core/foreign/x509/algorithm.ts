/** AlgorithmIdentifier (RFC 5280 §4.1.1.2) of a signature → the name under which it is checked here. */
import type { SignatureAlgorithm } from '../../crypto.ts';
import { DER, DerReader, oidText, type DerNode } from '../../bytes/der.ts';
import { equalBytes } from '../../bytes/equal.ts';
import { fromHex } from '../../bytes/hex.ts';

const BY_OID: ReadonlyMap<string, SignatureAlgorithm> = new Map([
  ['1.2.840.10045.4.3.2', 'ES256'],
  ['1.2.840.10045.4.3.3', 'ES384'],
  ['1.2.840.10045.4.3.4', 'ES512'],
  ['1.2.840.113549.1.1.11', 'RS256'],
  ['1.2.840.113549.1.1.12', 'RS384'],
  ['1.2.840.113549.1.1.13', 'RS512'],
  ['1.3.101.112', 'EdDSA'],
]);

const RSA_PSS = '1.2.840.113549.1.1.10';
/** RSASSA-PSS-params (RFC 4055 §3.1) with one hash for both, a salt as long and the default trailer. */
const PSS_PARAMETERS: readonly (readonly [SignatureAlgorithm, Uint8Array])[] = [
  ['PS256', pssParameters('01', '20')],
  ['PS384', pssParameters('02', '30')],
  ['PS512', pssParameters('03', '40')],
];

/** `undefined` for an algorithm that is not checked here. */
export function readAlgorithm(node: DerNode): SignatureAlgorithm | undefined {
  const reader = new DerReader(node.content);
  const oid = oidText(reader.next(DER.OID).content);
  if (oid !== RSA_PSS) return BY_OID.get(oid);
  const parameters = reader.optional(DER.SEQUENCE)?.whole;
  return PSS_PARAMETERS.find(([, known]) => parameters !== undefined && equalBytes(known, parameters))?.[0];
}

function pssParameters(hash: string, salt: string): Uint8Array {
  const sha = `300d06096086480165030402${hash}0500`;
  return fromHex(`0x3034a00f${sha}a11c301a06092a864886f70d010108${sha}a2030201${salt}`);
}
