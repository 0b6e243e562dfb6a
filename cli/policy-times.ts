/** Moments on pages about policies: in the clock of the policy, with its offset. */

/** 1671552000 at +08:00 → `2022-12-21 00:00:00 +08:00`. */
export function showLocal(seconds: number, offsetSeconds: number): string {
  if (!Number.isFinite(seconds)) return seconds < 0 ? 'always' : 'for ever';
  const local = new Date((seconds + offsetSeconds) * 1000).toISOString();
  return `${local.slice(0, 10)} ${local.slice(11, 19)} ${showOffset(offsetSeconds)}`;
}

function showOffset(offsetSeconds: number): string {
  const minutes = Math.abs(offsetSeconds) / 60;
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${offsetSeconds < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
