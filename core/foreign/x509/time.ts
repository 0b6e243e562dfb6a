/** Times of certificates (RFC 5280 §4.1.2.5): UTCTime up to 2049, GeneralizedTime after, both in UTC to the second. */
import { DER, invalidDer, type DerReader } from '../../bytes/der.ts';
import { fromUtf8 } from '../../bytes/utf8.ts';
import { toUnixSeconds } from '../../record/calendar.ts';

const TIME = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/;

/** Unix seconds. */
export function readTime(reader: DerReader): number {
  const { tag, content } = reader.next();
  const text = fromUtf8(content) ?? '';
  const full = tag === DER.UTC_TIME ? centuryOf(text) + text : text;
  if (tag !== DER.UTC_TIME && tag !== DER.GENERALIZED_TIME) throw invalidDer('not a time');
  const [, year, month, day, hour, minute, second] = TIME.exec(full) ?? [];
  const seconds = toUnixSeconds(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (seconds === undefined) throw invalidDer('not a time');
  return seconds;
}

function centuryOf(text: string): string {
  return Number(text.slice(0, 2)) >= 50 ? '19' : '20';
}
