/**
 * What an issuer's admin does about keys and ledger accounts, each act complete in itself and harmless when repeated:
 * what the ledger already says is left out. Widening takes effect after the contract's delay, narrowing with its block.
 * Throws what `Sender.send` and `readContract` throw.
 */
import type { Hex } from '../core/trust/ledger-event.ts';
import type { AccountConsent } from './consent.ts';
import type { Deployment } from './deployment.ts';
import type { LedgerRpc } from './rpc.ts';
import type { Sender } from './sender.ts';
import { TrustListClient } from './trust-list.ts';
import { TrustReader, type LedgerGrant } from './trust-reader.ts';
import { LedgerError } from './errors.ts';

export interface IssuerAdminOptions {
  readonly rpc: LedgerRpc;
  /** Of the issuer's admin, or, for narrowing, its authority's. */
  readonly sender: Sender;
  readonly deployment: Deployment;
  readonly issuer: Hex;
}

export interface KeyToRegister {
  /** RFC 7638, 32 bytes. */
  readonly thumbprint: Uint8Array;
  /** 65 bytes, SEC 1 uncompressed. */
  readonly publicKey: Uint8Array;
}

export class IssuerAdmin {
  readonly reader: TrustReader;
  readonly #trust: TrustListClient;
  readonly #issuer: Hex;

  constructor({ rpc, sender, deployment, issuer }: IssuerAdminOptions) {
    this.reader = new TrustReader({ rpc, deployment });
    this.#trust = new TrustListClient({ sender, deployment });
    this.#issuer = issuer;
  }

  /** The key's window, which begins as soon as the contract's delay allows. @param until Unix seconds */
  async registerKey(key: KeyToRegister, until: number): Promise<LedgerGrant> {
    const known = await this.reader.keyGrant(this.#issuer, key.thumbprint);
    if (known !== undefined) return known;
    await this.#trust.addKey(this.#issuer, { ...key, from: 0, until });
    return await this.#keyGrant(key.thumbprint);
  }

  /** The account's window. The account has consented (`consent.ts`). @param until Unix seconds */
  async registerAccount(consent: AccountConsent, until: number): Promise<LedgerGrant> {
    const known = await this.reader.accountGrant(this.#issuer, consent.account);
    if (known !== undefined) return known;
    await this.#trust.addAccount(this.#issuer, consent, { from: 0, until });
    return there(await this.reader.accountGrant(this.#issuer, consent.account));
  }

  /** Ends the key's window, unless it ends earlier. @param until Unix seconds, not before the newest block */
  async endKey(thumbprint: Uint8Array, until: number): Promise<LedgerGrant> {
    const known = await this.#keyGrant(thumbprint);
    if (known.until > until) await this.#trust.narrowKey(this.#issuer, thumbprint, until);
    return await this.#keyGrant(thumbprint);
  }

  /** As {@link IssuerAdmin.endKey}, of an account. */
  async endAccount(account: Hex, until: number): Promise<LedgerGrant> {
    const known = there(await this.reader.accountGrant(this.#issuer, account));
    if (known.until > until) await this.#trust.narrowAccount(this.#issuer, account, until);
    return there(await this.reader.accountGrant(this.#issuer, account));
  }

  /**
   * Nothing signed with the key counts that was anchored at or after `from`; at once. A time that is set can only move
   * earlier: one that is later than it changes nothing.
   */
  async markKeyCompromised(thumbprint: Uint8Array, from: number): Promise<LedgerGrant> {
    const { compromisedFrom } = await this.#keyGrant(thumbprint);
    if (compromisedFrom === undefined || compromisedFrom > from) {
      await this.#trust.setKeyCompromisedFrom(this.#issuer, thumbprint, from);
    }
    return await this.#keyGrant(thumbprint);
  }

  /** Nothing counts that the account anchored or published at or after `from`; as for a key. */
  async markAccountCompromised(account: Hex, from: number): Promise<LedgerGrant> {
    const { compromisedFrom } = there(await this.reader.accountGrant(this.#issuer, account));
    if (compromisedFrom === undefined || compromisedFrom > from) {
      await this.#trust.setAccountCompromisedFrom(this.#issuer, account, from);
    }
    return there(await this.reader.accountGrant(this.#issuer, account));
  }

  async #keyGrant(thumbprint: Uint8Array): Promise<LedgerGrant> {
    return there(await this.reader.keyGrant(this.#issuer, thumbprint));
  }
}

function there(grant: LedgerGrant | undefined): LedgerGrant {
  if (grant !== undefined) return grant;
  throw new LedgerError('LEDGER_NOT_REGISTERED', 'the trust list has no such key or account of this issuer');
}
