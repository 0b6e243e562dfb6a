/** Times as derived records write them: RFC 3339 in the zone of all three places, UTC+8. */
const OFFSET_SECONDS = 8 * 3600;

/** 1671610000 → `2022-12-21T16:06:40+08:00`. */
export function toRfc3339(unixSeconds: number): string {
  return new Date((unixSeconds + OFFSET_SECONDS) * 1000).toISOString().replace('.000Z', '+08:00');
}
