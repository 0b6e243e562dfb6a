/**
 * What is measured: a kind of code, the inputs that all verifiers of it get, and these verifiers. What each does is
 * not claimed but found out, by what it refuses.
 */
import type { JsonObject } from '../../../core/bytes/strict-json.ts';
import type { Load } from './packages.ts';

export interface Sample {
  readonly text: string;
  /** When it is judged, Unix seconds. */
  readonly nowSeconds: number;
}

/**
 * Why a code should be refused: other content under the same signature; signed by nobody on the list; expired;
 * content that breaks its schema, well signed; taken back.
 */
export type Flaw = 'tampered' | 'stranger' | 'expired' | 'malformed' | 'revoked';

/** What is left of a code when everything but its signature is done. */
export interface BareSignature {
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
  readonly message: Uint8Array;
  readonly der: Uint8Array;
}

/** All of it can be sent to another process. */
export interface Inputs {
  readonly valid: readonly Sample[];
  readonly flawed: ReadonlyMap<Flaw, Sample>;
  /** By text; of the valid codes, and of the tampered one. */
  readonly bare: ReadonlyMap<string, BareSignature>;
  /** The operator's file of signers (core/foreign/parse-trust.ts). */
  readonly trust: JsonObject;
  /** Of our replica, where the kind needs one. */
  readonly snapshot?: Uint8Array;
  /** Of the chain that documents are anchored on. */
  readonly rpcUrl?: string;
}

/** Whether it accepts a code; what is refused may also throw. */
export type Verifier = (sample: Sample) => boolean | Promise<boolean>;

export interface Peer {
  readonly name: string;
  /**
   * `limit`: the bare signature. `ours`. `whole`: a package that takes the text and answers. `parts`: packages put
   * together here, as anyone would who finds no whole one.
   */
  readonly role: 'limit' | 'ours' | 'whole' | 'parts';
  /** npm packages, the one that decides first. */
  readonly packages: readonly string[];
  /** Loads what it needs, imports keys; not timed. */
  open(inputs: Inputs, load: Load): Promise<Verifier>;
  /** For verifiers that read documents of their own: these, in place of the kind's codes. */
  makeInputs?(options: InputOptions): Promise<Inputs>;
}

export interface InputOptions {
  /** How many distinct codes. */
  readonly codes: number;
  readonly seed: number;
  readonly load: Load;
  /** What must be closed after measuring. */
  readonly resources: AsyncDisposableStack;
}

export interface Kind {
  readonly name: string;
  /** What ours should reach: `overLimit` × the bare signature, `overWhole` × the fastest whole verifier. */
  readonly targets: { readonly overLimit?: number; readonly overWhole?: number };
  readonly peers: readonly Peer[];
  makeInputs(options: InputOptions): Promise<Inputs>;
}
