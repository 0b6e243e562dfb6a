/** Times on the command line: RFC 3339, or a day. */
import { usageError } from './errors.ts';

const RFC_3339 = /^(\d{4}-\d{2}-\d{2})[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2})$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** `2026-11-23T10:00:00+08:00` → Unix seconds; throws `CLI_USAGE` with the option's name. */
export function parseInstant(text: string, option: string): number {
  const day = RFC_3339.exec(text)?.[1];
  const seconds =
    day !== undefined && isRealDay(day) ? secondsOf(text.toUpperCase().replace(' ', 'T')) : undefined;
  if (seconds === undefined) {
    throw usageError(`${option} is not a time like 2026-11-23T10:00:00Z (RFC 3339)`);
  }
  return seconds;
}

/** As {@link parseInstant}; a day alone means its first second, UTC. */
export function parseInstantOrDay(text: string, option: string): number {
  if (!DAY.test(text)) return parseInstant(text, option);
  return parseInstant(`${text}T00:00:00Z`, option);
}

/** JavaScript takes 30 February for 2 March. */
function isRealDay(day: string): boolean {
  const date = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}

function secondsOf(text: string): number | undefined {
  const milliseconds = Date.parse(text);
  return Number.isNaN(milliseconds) ? undefined : Math.floor(milliseconds / 1000);
}
