/** In which language a request is answered. */
import type { FastifyRequest } from 'fastify';
import { BookingError } from '../../booking/errors.ts';
import { BOOKING_TEXTS, type BookingProblemCode } from '../../booking/texts.ts';
import { ConversionError } from '../../core/conversion/errors.ts';
import { LANGUAGES, type Language } from '../../core/record/value-sets/value-set.ts';

/** A refusal says why in the language of the request; its code is the same in all of them. */
export async function inLanguage<Answer>(
  request: FastifyRequest,
  answer: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await answer();
  } catch (error) {
    throw translated(error, languageOf(request));
  }
}

function translated(error: unknown, language: Language): unknown {
  if (error instanceof ConversionError) return new ConversionError(error.code, { cause: error }, language);
  if (!(error instanceof BookingError) || !isToldToPeople(error.code)) return error;
  return new BookingError(error.code, BOOKING_TEXTS[error.code][language], { cause: error });
}

function isToldToPeople(code: BookingError['code']): code is BookingProblemCode {
  return Object.hasOwn(BOOKING_TEXTS, code);
}

/** As asked for; else the first of `Accept-Language` that there is. */
export function languageOf({ headers, query }: FastifyRequest): Language {
  const asked =
    typeof query === 'object' && query !== null && 'language' in query ? query.language : undefined;
  const wanted = [
    asked,
    ...(headers['accept-language'] ?? '').split(',').map((part) => part.split(';')[0]?.trim()),
  ];
  return wanted.map(toLanguage).find((language) => language !== undefined) ?? 'en';
}

const REGIONS: Readonly<Record<string, Language>> = {
  'zh-HK': 'zh-Hant',
  'zh-MO': 'zh-Hant',
  'zh-TW': 'zh-Hant',
  'zh-CN': 'zh-Hans',
  zh: 'zh-Hans',
  'pt-MO': 'pt',
  'pt-PT': 'pt',
};

function toLanguage(tag: unknown): Language | undefined {
  if (typeof tag !== 'string') return undefined;
  return (
    LANGUAGES.find((language) => language === tag) ?? (Object.hasOwn(REGIONS, tag) ? REGIONS[tag] : undefined)
  );
}
