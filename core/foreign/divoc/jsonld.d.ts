/** The one function of npm `jsonld` that is used here; the package brings no types. */
declare module 'jsonld' {
  interface LoadedDocument {
    readonly contextUrl: null;
    readonly documentUrl: string;
    readonly document: unknown;
  }

  interface CanonizeOptions {
    readonly algorithm: 'URDNA2015';
    readonly format: 'application/n-quads';
    readonly documentLoader: (url: string) => Promise<LoadedDocument>;
    /** Fail where something would be left out of the result. */
    readonly safe: boolean;
  }

  const jsonld: { canonize(document: unknown, options: CanonizeOptions): Promise<string> };
  export default jsonld;
}
