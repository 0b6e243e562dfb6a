/**
 * The trust list as a value: who may issue what, with which keys and accounts, and when. It is the fold of
 * `ITrustList`'s events and follows the contract's rules; `trust-at.ts` asks it about an instant.
 *
 * Shared by every reader of a replica: only `apply` writes, and only its `LedgerState` calls it.
 */
import { toBase64url } from '../bytes/base64url.ts';
import { fromHex } from '../bytes/hex.ts';
import { LedgerStateError } from './errors.ts';
import type { Hex, LedgerEvent } from './ledger-event.ts';
import { reinstate, suspend, type Suspensions } from './window.ts';

export interface Authority {
  readonly id: Hex;
  readonly name: string;
  /** ISO 3166-1 alpha-2. */
  readonly jurisdiction: string;
  readonly admin: Hex;
  readonly checkpointKey: Hex;
  readonly suspensions: Suspensions;
}

/** What an issuer may do from an instant on, until the next period begins or `until` comes. */
export interface Accreditation {
  readonly from: number;
  readonly until: number;
  /** Bit mask over `CREDENTIAL_TYPES`. */
  readonly types: number;
}

export interface Issuer {
  readonly id: Hex;
  readonly did: string;
  readonly authority: Authority;
  readonly admin: Hex;
  /** Absent: the issuer never accepted, and may do nothing. */
  readonly acceptedAt?: number;
  /** By `from`, ascending. */
  readonly accreditations: readonly Accreditation[];
  readonly suspensions: Suspensions;
}

/** A power with a window; what was done with it counts only before `compromisedFrom`. */
export interface Grant {
  readonly issuer: Hex;
  readonly from: number;
  readonly until: number;
  readonly compromisedFrom?: number;
}

export interface TrustedKey extends Grant {
  /** RFC 7638 thumbprint, base64url: the `kid` of credentials. */
  readonly kid: string;
  /** 1 = ES256. */
  readonly algorithm: number;
  /** 65 bytes, SEC 1 uncompressed. */
  readonly publicKey: Uint8Array;
}

export interface Account extends Grant {
  readonly address: Hex;
}

export interface CheckpointSet {
  readonly version: number;
  readonly threshold: number;
  /** Ed25519 public keys. */
  readonly keys: readonly Hex[];
}

/** A trust event and the time of its block: the list is rebuilt from these. */
export interface TrustEntry {
  readonly timeSeconds: number;
  readonly event: LedgerEvent;
}

export class TrustList {
  readonly #history: TrustEntry[] = [];
  readonly #authorities = new Map<Hex, Authority>();
  readonly #issuers = new Map<Hex, Issuer>();
  readonly #issuerIds = new Map<string, Hex>();
  readonly #keys = new Map<string, TrustedKey[]>();
  readonly #accounts = new Map<Hex, Account>();
  readonly #approvers = new Map<string, Grant>();
  #checkpointSet: CheckpointSet | undefined;

  /** Every trust event so far, oldest first. */
  get history(): readonly TrustEntry[] {
    return this.#history;
  }

  get checkpointSet(): CheckpointSet | undefined {
    return this.#checkpointSet;
  }

  authorities(): Iterable<Authority> {
    return this.#authorities.values();
  }

  /** With their authority as it is now. */
  *issuers(): Iterable<Issuer> {
    for (const id of this.#issuers.keys()) yield this.#knownIssuer(id);
  }

  issuer(id: Hex): Issuer | undefined {
    return this.#issuers.get(id);
  }

  issuerByDid(did: string): Issuer | undefined {
    const id = this.#issuerIds.get(did);
    return id === undefined ? undefined : this.#issuers.get(id);
  }

  /** All keys registered under this `kid`: several issuers may claim the same one. */
  keysByThumbprint(kid: string): readonly TrustedKey[] {
    return this.#keys.get(kid) ?? [];
  }

  accountOf(address: Hex): Account | undefined {
    return this.#accounts.get(address);
  }

  approverOf(issuer: Hex, approver: Hex): Grant | undefined {
    return this.#approvers.get(approverKey(issuer, approver));
  }

  /**
   * Folds one event in; `false` when it is not about trust.
   *
   * Throws `LEDGER_STATE_INCONSISTENT` for an event that the contract could not have emitted.
   */
  apply(event: LedgerEvent, timeSeconds: number): boolean {
    if (!this.#fold(event, timeSeconds)) return false;
    this.#history.push({ timeSeconds, event });
    return true;
  }

  #fold(event: LedgerEvent, timeSeconds: number): boolean {
    switch (event.event) {
      case 'AuthorityAdmitted': {
        const { authority: id, name, jurisdiction, admin, checkpointKey } = event;
        this.#authorities.set(id, { id, name, jurisdiction, admin, checkpointKey, suspensions: [] });
        return true;
      }
      case 'AuthorityAdminChanged':
        return this.#changeAuthority(event.authority, () => ({ admin: event.admin }));
      case 'AuthoritySuspended':
        return this.#changeAuthority(event.authority, ({ suspensions }) => ({
          suspensions: suspend(suspensions, timeSeconds),
        }));
      case 'AuthorityReinstated':
        return this.#changeAuthority(event.authority, ({ suspensions }) => ({
          suspensions: reinstate(suspensions, event.effectiveFrom),
        }));
      case 'IssuerAccredited': {
        const { issuer: id, did, admin, from, until, types } = event;
        const authority = known(this.#authorities.get(event.authority), event);
        this.#issuerIds.set(did, id);
        this.#issuers.set(id, {
          id,
          did,
          authority,
          admin,
          accreditations: [{ from, until, types }],
          suspensions: [],
        });
        return true;
      }
      case 'IssuerAccepted':
        return this.#changeIssuer(event.issuer, () => ({ acceptedAt: timeSeconds }));
      case 'IssuerWidened':
        return this.#changeIssuer(event.issuer, ({ accreditations }) => ({
          accreditations: [
            ...accreditations,
            { from: event.effectiveFrom, until: event.until, types: event.types },
          ],
        }));
      case 'IssuerNarrowed':
        // A narrowing holds at once, and a widening that has not begun never will.
        return this.#changeIssuer(event.issuer, ({ accreditations }) => ({
          accreditations: [
            ...accreditations.filter(({ from }) => from < timeSeconds),
            {
              from: Math.max(timeSeconds, accreditations[0]?.from ?? timeSeconds),
              until: event.until,
              types: event.types,
            },
          ],
        }));
      case 'IssuerSuspended':
        return this.#changeIssuer(event.issuer, ({ suspensions }) => ({
          suspensions: suspend(suspensions, timeSeconds),
        }));
      case 'IssuerReinstated':
        return this.#changeIssuer(event.issuer, ({ suspensions }) => ({
          suspensions: reinstate(suspensions, event.effectiveFrom),
        }));
      case 'IssuerAdminNominated':
        // It stays in the history; the present admin is who it was until the nominee takes over.
        return this.#changeIssuer(event.issuer, () => ({}));
      case 'IssuerAdminChanged':
        return this.#changeIssuer(event.issuer, () => ({ admin: event.admin }));
      case 'KeyAdded': {
        const { issuer, algorithm, from, until } = event;
        const kid = toBase64url(fromHex(event.thumbprint));
        const key = { issuer, kid, algorithm, publicKey: fromHex(event.publicKey), from, until };
        this.#keys.set(kid, [...(this.#keys.get(kid) ?? []), key]);
        return true;
      }
      case 'KeyNarrowed':
        return this.#changeKey(event, { until: event.until });
      case 'KeyCompromised':
        return this.#changeKey(event, { compromisedFrom: event.compromisedFrom });
      case 'AccountAdded': {
        const { issuer, account: address, from, until } = event;
        this.#accounts.set(address, { issuer, address, from, until });
        return true;
      }
      case 'AccountNarrowed':
        return this.#changeAccount(event, { until: event.until });
      case 'AccountCompromised':
        return this.#changeAccount(event, { compromisedFrom: event.compromisedFrom });
      case 'ApproverAdded': {
        const { issuer, approver, from, until } = event;
        this.#approvers.set(approverKey(issuer, approver), { issuer, from, until });
        return true;
      }
      case 'ApproverNarrowed': {
        const id = approverKey(event.issuer, event.approver);
        this.#approvers.set(id, { ...known(this.#approvers.get(id), event), until: event.until });
        return true;
      }
      case 'CheckpointSetChanged': {
        const { version, threshold, keys } = event;
        this.#checkpointSet = { version, threshold, keys };
        return true;
      }
      case 'Predecessor':
      case 'ContractReplaced':
        return true;
      case 'BatchAnchored':
      case 'StatusPublished':
      case 'ActsAnchored':
      case 'PolicyPublished':
      case 'PolicyWithdrawn':
      case 'PolicyExpedited':
      case 'MappingPublished':
      case 'MappingWithdrawn':
      case 'MappingExpedited':
      case 'NullifiersSpent':
      case 'ConversionsAcknowledged':
        return false;
    }
  }

  #changeAuthority(id: Hex, change: (authority: Authority) => Partial<Authority>): true {
    const authority = this.#authorities.get(id);
    if (authority === undefined) throw inconsistent('an authority that was never admitted');
    const changed = { ...authority, ...change(authority) };
    this.#authorities.set(id, changed);
    for (const issuer of this.#issuers.values()) {
      if (issuer.authority.id === id) this.#issuers.set(issuer.id, { ...issuer, authority: changed });
    }
    return true;
  }

  #changeIssuer(id: Hex, change: (issuer: Issuer) => Partial<Issuer>): true {
    const issuer = this.#knownIssuer(id);
    this.#issuers.set(id, { ...issuer, ...change(issuer) });
    return true;
  }

  #knownIssuer(id: Hex): Issuer {
    const issuer = this.#issuers.get(id);
    if (issuer === undefined) throw inconsistent('an issuer that was never accredited');
    return issuer;
  }

  #changeKey(event: { readonly issuer: Hex; readonly thumbprint: Hex }, change: Partial<Grant>): true {
    const kid = toBase64url(fromHex(event.thumbprint));
    const keys = this.#keys.get(kid) ?? [];
    if (!keys.some(({ issuer }) => issuer === event.issuer)) throw inconsistent('a key that was never added');
    this.#keys.set(
      kid,
      keys.map((key) => (key.issuer === event.issuer ? { ...key, ...change } : key)),
    );
    return true;
  }

  #changeAccount(event: { readonly issuer: Hex; readonly account: Hex }, change: Partial<Grant>): true {
    const account = this.#accounts.get(event.account);
    if (account?.issuer !== event.issuer) throw inconsistent('an account that was never added');
    this.#accounts.set(event.account, { ...account, ...change });
    return true;
  }
}

function approverKey(issuer: Hex, approver: Hex): string {
  return `${issuer} ${approver}`;
}

function known<T>(value: T | undefined, { event }: LedgerEvent): T {
  if (value === undefined) throw inconsistent(`an unknown subject in ${event}`);
  return value;
}

function inconsistent(about: string): LedgerStateError {
  return new LedgerStateError('LEDGER_STATE_INCONSISTENT', `the ledger speaks of ${about}`);
}
