/** The parts of an X.501 name that are shown: country and common name. Names are compared byte by byte. */
import { DER, DerReader, oidText } from '../../bytes/der.ts';
import { fromUtf8 } from '../../bytes/utf8.ts';

export interface DistinguishedName {
  /** DER of the whole name. */
  readonly der: Uint8Array;
  /** ISO 3166-1 alpha-2 in capitals. */
  readonly country?: string;
  readonly commonName?: string;
}

const COUNTRY = '2.5.4.6';
const COMMON_NAME = '2.5.4.3';
const MAX_SHOWN = 120;

export function readName(reader: DerReader): DistinguishedName {
  const node = reader.next(DER.SEQUENCE);
  const found = new Map<string, string>();
  const sets = new DerReader(node.content);
  while (!sets.isAtEnd) {
    const set = sets.within(DER.SET);
    while (!set.isAtEnd) {
      const attribute = set.within(DER.SEQUENCE);
      const type = oidText(attribute.next(DER.OID).content);
      const text = fromUtf8(attribute.next().content);
      if (text !== undefined && !found.has(type)) found.set(type, text.slice(0, MAX_SHOWN));
    }
  }
  const country = found.get(COUNTRY)?.toUpperCase();
  const commonName = found.get(COMMON_NAME);
  return {
    der: node.whole,
    ...(country === undefined ? {} : { country }),
    ...(commonName === undefined ? {} : { commonName }),
  };
}
