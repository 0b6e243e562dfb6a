/** npm `base45` has no types; its decoder accepts too much to be an oracle of what is refused. */
declare module 'base45' {
  export function encode(bytes: Uint8Array): string;
  export function decode(text: string): Uint8Array;
}
