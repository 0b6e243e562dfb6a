/** Times and ages as each language writes them. All three places are eight hours ahead of UTC, and say so. */
import type { Language } from './languages.ts';

const OFFSET_SECONDS = 8 * 3600;
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `26-11-2026 17:30 UTC+8`, `2026年11月26日 17:30 UTC+8`, `26/11/2026 17:30 UTC+8`. */
export function timeText(seconds: number, language: Language): string {
  const [date = '', time = ''] = new Date((seconds + OFFSET_SECONDS) * 1000).toISOString().split('T');
  return `${dateText(date, language)} ${time.slice(0, 5)} UTC+8`;
}

/** @param iso `2026-11-26` */
export function dateText(iso: string, language: Language): string {
  const [year = '', month, day] = iso.split('-');
  if (month === undefined || day === undefined) return iso;
  switch (language) {
    case 'en':
      return `${day}-${month}-${year}`;
    case 'pt':
      return `${day}/${month}/${year}`;
    case 'zh-Hant':
    case 'zh-Hans':
      return `${year}年${Number(month)}月${Number(day)}日`;
  }
}

/** One unit, rounded down: an age that is shown smaller than it is would deceive by less than that unit. */
export function ageText(seconds: number, language: Language): string {
  const [unit, size] = unitOf(seconds);
  return new Intl.NumberFormat(LOCALES[language], { style: 'unit', unit, unitDisplay: 'long' }).format(
    Math.floor(Math.max(0, seconds) / size),
  );
}

const LOCALES: Readonly<Record<Language, string>> = {
  en: 'en-HK',
  'zh-Hant': 'zh-HK',
  'zh-Hans': 'zh-CN',
  pt: 'pt-PT',
};

function unitOf(seconds: number): readonly [unit: 'second' | 'minute' | 'hour' | 'day', size: number] {
  if (seconds < MINUTE) return ['second', 1];
  if (seconds < HOUR) return ['minute', MINUTE];
  // 72 hours is how people at borders speak of it.
  return seconds < 4 * DAY ? ['hour', HOUR] : ['day', DAY];
}
