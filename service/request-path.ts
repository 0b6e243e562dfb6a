/** The path that a request means, in whichever of its forms it is written: the router reads all of them as one. */

const ORIGIN = /^https?:\/\/[^/?#]*/i;
const REST = /[?#;].*$/s;

/** `undefined` for what cannot be read. @param target of the request line: with or without an origin, a query, escapes */
export function pathOf(target: string): string | undefined {
  try {
    return decodeURI(target.replace(ORIGIN, '').replace(REST, '')) || '/';
  } catch {
    return undefined;
  }
}
