/**
 * Which policies and mappings hold, and when: the fold of `IPolicyRegistry`'s events. What holds at an instant is the
 * version with the highest number of those whose `effectiveFrom` has come; a withdrawal is a version too, and where it
 * is the highest, nothing holds. So a later decision wins from its beginning on, and the past stays as it was.
 *
 * Shared by every reader of a replica: only `apply` writes, and only its `LedgerState` calls it.
 */
import { LedgerStateError } from './errors.ts';
import type { Hex, LedgerEvent } from './ledger-event.ts';
import { expectNext } from './sequence.ts';

export type PolicyEvent = Extract<
  LedgerEvent,
  {
    readonly event:
      | 'PolicyPublished'
      | 'PolicyWithdrawn'
      | 'PolicyExpedited'
      | 'MappingPublished'
      | 'MappingWithdrawn'
      | 'MappingExpedited';
  }
>;

/** An event and the time of its block: the list is rebuilt from these. */
export interface PolicyEntry {
  readonly timeSeconds: number;
  readonly event: PolicyEvent;
}

export interface PolicyVersion {
  /** The first is 1. */
  readonly version: number;
  /** Of its content; absent: a withdrawal. */
  readonly digest?: Hex;
  readonly effectiveFrom: number;
  /** When it was published. */
  readonly timeSeconds: number;
  /** The consortium waived the rest of the lead time, in an emergency. */
  readonly isExpedited: boolean;
}

/** A version with content. */
export type PolicyInForce = PolicyVersion & { readonly digest: Hex };

const POLICY_EVENTS: ReadonlySet<string> = new Set<PolicyEvent['event']>([
  'PolicyPublished',
  'PolicyWithdrawn',
  'PolicyExpedited',
  'MappingPublished',
  'MappingWithdrawn',
  'MappingExpedited',
]);

export class PolicyList {
  readonly #history: PolicyEntry[] = [];
  /** In order of their numbers, from 1. */
  readonly #policies = new Map<string, readonly PolicyVersion[]>();
  readonly #mappings = new Map<string, readonly PolicyVersion[]>();

  /** Every event so far, oldest first. */
  get history(): readonly PolicyEntry[] {
    return this.#history;
  }

  /** The policy in force; `undefined` before the first version and where it is withdrawn. */
  policyAt(authority: Hex, policy: Hex, atSeconds: number): PolicyInForce | undefined {
    return inForce(this.policyVersions(authority, policy), atSeconds);
  }

  /** The mapping in force from the source authority's schemes to the target's, as {@link policyAt}. */
  mappingAt(source: Hex, target: Hex, atSeconds: number): PolicyInForce | undefined {
    return inForce(this.mappingVersions(source, target), atSeconds);
  }

  /** All versions there ever were, withdrawals included, oldest first. */
  policyVersions(authority: Hex, policy: Hex): readonly PolicyVersion[] {
    return this.#policies.get(keyOf(authority, policy)) ?? [];
  }

  /** All versions there ever were, withdrawals included, oldest first. */
  mappingVersions(source: Hex, target: Hex): readonly PolicyVersion[] {
    return this.#mappings.get(keyOf(source, target)) ?? [];
  }

  /**
   * Folds one event in; `false` when it is not about policies.
   *
   * Throws `LEDGER_STATE_SEQUENCE_GAP`, and `LEDGER_STATE_INCONSISTENT` for an event that the contract could not have
   * emitted.
   */
  apply(event: LedgerEvent, timeSeconds: number): boolean {
    if (!isPolicyEvent(event)) return false;
    const versions = 'policy' in event ? this.#policies : this.#mappings;
    const key = 'policy' in event ? keyOf(event.authority, event.policy) : keyOf(event.source, event.target);
    versions.set(key, withEvent(versions.get(key) ?? [], event, timeSeconds));
    this.#history.push({ timeSeconds, event });
    return true;
  }
}

function inForce(versions: readonly PolicyVersion[], atSeconds: number): PolicyInForce | undefined {
  const last = versions.findLast(({ effectiveFrom }) => effectiveFrom <= atSeconds);
  return last?.digest === undefined ? undefined : { ...last, digest: last.digest };
}

function withEvent(
  versions: readonly PolicyVersion[],
  event: PolicyEvent,
  timeSeconds: number,
): readonly PolicyVersion[] {
  const last = versions.at(-1);
  const { version } = event;
  switch (event.event) {
    case 'PolicyPublished':
    case 'MappingPublished': {
      expectNext(version, last?.version, 'policy version');
      const { digest, effectiveFrom } = event;
      return [...versions, { version, digest, effectiveFrom, timeSeconds, isExpedited: false }];
    }
    case 'PolicyWithdrawn':
    case 'MappingWithdrawn':
      expectNext(version, last?.version, 'policy version');
      return [...versions, { version, effectiveFrom: event.effectiveFrom, timeSeconds, isExpedited: false }];
    case 'PolicyExpedited':
    case 'MappingExpedited': {
      // A withdrawal after it, which then lies ahead, stays what it is.
      const at = versions.findLastIndex(({ digest }) => digest !== undefined);
      const hastened = versions[at];
      if (hastened?.version !== version) {
        throw new LedgerStateError(
          'LEDGER_STATE_INCONSISTENT',
          'not the last version with content was made to hold at once',
        );
      }
      return versions.with(at, { ...hastened, effectiveFrom: timeSeconds, isExpedited: true });
    }
  }
}

function isPolicyEvent(event: LedgerEvent): event is PolicyEvent {
  return POLICY_EVENTS.has(event.event);
}

function keyOf(owner: Hex, subject: Hex): string {
  return `${owner} ${subject}`;
}
