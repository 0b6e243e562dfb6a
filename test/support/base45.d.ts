/** npm `base45` has no types; only its encoder is an oracle of ours, its decoder accepts too much. */
declare module 'base45' {
  export function encode(bytes: Uint8Array): string;
}
