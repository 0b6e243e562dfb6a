/**
 * What the ledger and the published lists may show of people: nothing but counts rounded up to powers of two, a
 * coarse class, and times of blocks (domain.md §1.13, P1 to P4). A batch of one record looks like one of 64, and a
 * status entry hides among 131,072.
 */
import { MAX_LOG2_SIZE, MIN_LOG2_SIZE } from '../core/commitment/batch.ts';
import { BATCH_CLASSES } from '../core/credential/credential-type.ts';
import type { Hex, LedgerEvent } from '../core/trust/ledger-event.ts';
import type { StatusList } from '../core/status/token-status-list.ts';

/** IETF Token Status List §13.2 asks for lists that hide: this is what DESIGN §3 settled on. */
export const MIN_LIST_ENTRIES = 131_072;
const LEAF_BYTES = 32;

export type Anchored = Extract<LedgerEvent, { readonly event: 'BatchAnchored' }>;

export const PRIVACY_FINDING_CODES = [
  /** A batch too small to hide a person, too large, or of an unknown class. */
  'PRIVACY_BATCH_SHAPE',
  /** The same leaf twice: equal facts gave equal commitments, so the salt is no salt. */
  'PRIVACY_LEAF_REPEATED',
  /** A status list too small to hide in. */
  'PRIVACY_LIST_SMALL',
  /** A leaf that is no record, not erased, and no padding. */
  'PRIVACY_LEAF_UNACCOUNTED',
  /** What is published does not give the anchored root, so nothing can be said of its leaves. */
  'PRIVACY_BATCH_UNREAD',
] as const;

export interface PrivacyFinding {
  readonly code: (typeof PRIVACY_FINDING_CODES)[number];
  /** Root of the batch, or URI of the list. */
  readonly where: string;
  readonly detail: string;
}

export function checkBatchShape({ root, log2Size, class: batchClass }: Anchored): readonly PrivacyFinding[] {
  const finding = (detail: string): PrivacyFinding => ({ code: 'PRIVACY_BATCH_SHAPE', where: root, detail });
  return [
    ...(log2Size < MIN_LOG2_SIZE || log2Size > MAX_LOG2_SIZE ? [finding(`2^${log2Size} leaves`)] : []),
    ...(BATCH_CLASSES[batchClass] === undefined ? [finding(`class ${batchClass}`)] : []),
  ];
}

export function checkListSize(uri: string, list: StatusList): readonly PrivacyFinding[] {
  if (list.size >= MIN_LIST_ENTRIES) return [];
  return [{ code: 'PRIVACY_LIST_SMALL', where: uri, detail: `${list.size} entries` }];
}

/** Remembers all leaves it was shown, 16 bytes each. */
export class LeafCensus {
  readonly #seen = new Set<string>();

  /** @param leafHashes of one batch, 32 bytes each */
  check(root: Hex, leafHashes: Uint8Array): readonly PrivacyFinding[] {
    const findings: PrivacyFinding[] = [];
    for (let at = 0; at < leafHashes.length; at += LEAF_BYTES) {
      const name = String.fromCharCode(...leafHashes.subarray(at, at + LEAF_BYTES / 2));
      if (this.#seen.has(name)) {
        findings.push({
          code: 'PRIVACY_LEAF_REPEATED',
          where: root,
          detail: `the leaf at ${at / LEAF_BYTES} was anchored before`,
        });
      }
      this.#seen.add(name);
    }
    return findings;
  }
}
