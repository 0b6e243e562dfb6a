/**
 * The acts on `TrustList`, each by whom the contract lets: the governor for authorities, an authority's admin
 * for issuers, an issuer's admin for its keys, accounts and approvers. Times are Unix seconds; a window is
 * half open. A widened power takes effect no sooner than the contract's delay; narrowing is immediate.
 * Every method throws what `Sender.send` throws.
 */
import { toTypeMask, type CredentialType } from '../core/credential/credential-type.ts';
import type { Hex } from '../core/trust/ledger-event.ts';
import { trustListAbi } from './abi.ts';
import type { AccountConsent } from './consent.ts';
import * as acts from './consortium-acts.ts';
import type { Deployment } from './deployment.ts';
import type { Receipt, Sender } from './sender.ts';

export interface Window {
  readonly from: number;
  readonly until: number;
}

/** 1 = ES256, the only one. */
const ES256 = 1;
const NO_CERTIFICATE = new Uint8Array(32);

export class TrustListClient {
  readonly #sender: Sender;
  readonly #deployment: Deployment;

  constructor(options: { readonly sender: Sender; readonly deployment: Deployment }) {
    this.#sender = options.sender;
    this.#deployment = options.deployment;
  }

  // The governor, where one account governs; a Safe's governors act through `governors.ts`.

  admitAuthority(authority: Parameters<typeof acts.admitAuthority>[1]): Promise<Receipt> {
    return this.#sender.send(acts.admitAuthority(this.#deployment, authority));
  }

  setAuthorityAdmin(authority: Hex, admin: Hex): Promise<Receipt> {
    return this.#sender.send(acts.setAuthorityAdmin(this.#deployment, authority, admin));
  }

  suspendAuthority(authority: Hex): Promise<Receipt> {
    return this.#sender.send(acts.suspendAuthority(this.#deployment, authority));
  }

  reinstateAuthority(authority: Hex, effectiveFrom: number): Promise<Receipt> {
    return this.#sender.send(acts.reinstateAuthority(this.#deployment, authority, effectiveFrom));
  }

  setCheckpointSet(keys: readonly Uint8Array[], threshold: number): Promise<Receipt> {
    return this.#sender.send(acts.setCheckpointSet(this.#deployment, keys, threshold));
  }

  recordPredecessor(before: Parameters<typeof acts.recordPredecessor>[1]): Promise<Receipt> {
    return this.#sender.send(acts.recordPredecessor(this.#deployment, before));
  }

  recordReplacement(change: Parameters<typeof acts.recordReplacement>[1]): Promise<Receipt> {
    return this.#sender.send(acts.recordReplacement(this.#deployment, change));
  }

  // An authority's admin.

  accredit(
    issuer: {
      readonly authority: Hex;
      readonly did: string;
      readonly types: readonly CredentialType[];
      readonly admin: Hex;
    } & Window,
  ): Promise<Receipt> {
    const { authority, did, types, from, until, admin } = issuer;
    return this.#send('accredit', [authority, did, toTypeMask(types), from, until, admin]);
  }

  widenIssuer(
    issuer: Hex,
    power: {
      readonly types: readonly CredentialType[];
      readonly effectiveFrom: number;
      readonly until: number;
    },
  ): Promise<Receipt> {
    return this.#send('widenIssuer', [issuer, toTypeMask(power.types), power.effectiveFrom, power.until]);
  }

  reinstateIssuer(issuer: Hex, effectiveFrom: number): Promise<Receipt> {
    return this.#send('reinstateIssuer', [issuer, effectiveFrom]);
  }

  // An issuer's admin.

  acceptAccreditation(issuer: Hex): Promise<Receipt> {
    return this.#send('acceptAccreditation', [issuer]);
  }

  /** An ES256 key: `publicKey` is 65 bytes (SEC 1), `thumbprint` RFC 7638, 32 bytes. */
  addKey(
    issuer: Hex,
    key: {
      readonly thumbprint: Uint8Array;
      readonly publicKey: Uint8Array;
      readonly certificateDigest?: Uint8Array;
    } & Window,
  ): Promise<Receipt> {
    const { thumbprint, publicKey, certificateDigest = NO_CERTIFICATE, from, until } = key;
    return this.#send('addKey', [issuer, thumbprint, ES256, publicKey, certificateDigest, from, until]);
  }

  /** `consent` is the account's own (`consentToServe`). */
  addAccount(issuer: Hex, consent: AccountConsent, window: Window): Promise<Receipt> {
    const { account, deadline, signature } = consent;
    return this.#send('addAccount', [issuer, account, window.from, window.until, deadline, signature]);
  }

  addApprover(issuer: Hex, approver: Hex, window: Window): Promise<Receipt> {
    return this.#send('addApprover', [issuer, approver, window.from, window.until]);
  }

  // A new admin for an issuer: named by the present one or by the authority's, accepted by the new one.

  nominateIssuerAdmin(issuer: Hex, admin: Hex, effectiveFrom: number): Promise<Receipt> {
    return this.#send('nominateIssuerAdmin', [issuer, admin, effectiveFrom]);
  }

  acceptIssuerAdmin(issuer: Hex): Promise<Receipt> {
    return this.#send('acceptIssuerAdmin', [issuer]);
  }

  // The issuer's admin or its authority's.

  narrowIssuer(
    issuer: Hex,
    power: { readonly types: readonly CredentialType[]; readonly until: number },
  ): Promise<Receipt> {
    return this.#send('narrowIssuer', [issuer, toTypeMask(power.types), power.until]);
  }

  suspendIssuer(issuer: Hex): Promise<Receipt> {
    return this.#send('suspendIssuer', [issuer]);
  }

  narrowKey(issuer: Hex, thumbprint: Uint8Array, until: number): Promise<Receipt> {
    return this.#send('narrowKey', [issuer, thumbprint, until]);
  }

  /** What the key signed counts only if it was anchored before `compromisedFrom`, which may only move earlier. */
  setKeyCompromisedFrom(issuer: Hex, thumbprint: Uint8Array, compromisedFrom: number): Promise<Receipt> {
    return this.#send('setKeyCompromisedFrom', [issuer, thumbprint, compromisedFrom]);
  }

  narrowAccount(issuer: Hex, account: Hex, until: number): Promise<Receipt> {
    return this.#send('narrowAccount', [issuer, account, until]);
  }

  setAccountCompromisedFrom(issuer: Hex, account: Hex, compromisedFrom: number): Promise<Receipt> {
    return this.#send('setAccountCompromisedFrom', [issuer, account, compromisedFrom]);
  }

  narrowApprover(issuer: Hex, approver: Hex, until: number): Promise<Receipt> {
    return this.#send('narrowApprover', [issuer, approver, until]);
  }

  async #send(name: string, values: readonly unknown[]): Promise<Receipt> {
    const data = trustListAbi.encodeFunctionData(name, values) as Hex; // ethers gives lowercase hex
    return this.#sender.send({ to: this.#deployment.contracts.trustList.address, data });
  }
}
