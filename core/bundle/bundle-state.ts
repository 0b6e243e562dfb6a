/**
 * What a device knows once it has accepted a bundle: a value, from which the next bundle makes another one. It holds
 * all that a full bundle says, so that it can be written down as one (`make-bundle.ts`), and what verdicts rest on.
 */
import { ByteReader } from '../bytes/byte-reader.ts';
import type { Crypto } from '../crypto.ts';
import type { StatusLists } from '../status/accepted-lists.ts';
import type { Hex } from '../bytes/hex.ts';
import type { StatusAnchor } from '../trust/ledger-state.ts';
import { dayText, SECONDS_PER_DAY } from '../trust/section-reader.ts';
import { sectionDigest } from '../trust/sections.ts';
import { readTrustEntries } from '../trust/trust-entry-reader.ts';
import { TrustList, type CheckpointSet } from '../trust/trust-list.ts';
import type { LedgerKnowledge } from '../verify/context.ts';
import type { StateLeaf } from './bundle-head.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { Cover } from './covered-leaves.ts';
import { DeviceRoots } from './device-roots.ts';
import { BundleError } from './errors.ts';
import type { Pause } from './pause.ts';

/** A section that is held, or a fence, of which only the digest is. */
export interface HeldSection {
  readonly digest: Uint8Array;
  readonly bytes?: Uint8Array;
}

/** By name, in the order of the names: all leaves that the cover shows. */
export type HeldSections = ReadonlyMap<string, HeldSection>;

/** What a bundle is made of; a publisher has it from its own replica. */
export interface BundleSource {
  readonly checkpoint: Checkpoint;
  /** The checkpoint with its signatures. */
  readonly note: string;
  readonly leaf: StateLeaf;
  /** Of the log's last leaf. */
  readonly leafPath: Uint8Array;
  /** First day whose short-lived roots are held, `2022-12-21`. */
  readonly shortFrom: string;
  readonly cover: Cover;
  /** Roots of what the cover hides. */
  readonly hidden: Uint8Array;
  readonly sections: HeldSections;
  readonly statusLists: StatusLists;
}

export interface BundleState extends BundleSource {
  /** As of when the checkpoint holds, Unix seconds: k of the signers signed it then or later. */
  readonly timeSeconds: number;
  /** Whose word this state is: by them it is judged again where it was written down. */
  readonly signedBy: CheckpointSet;
  /** Who has to sign the next one. */
  readonly signers: CheckpointSet;
  /** For `VerifyContext.state`. */
  readonly state: LedgerKnowledge;
}

const WORD = 32;

export function holdSection(crypto: Crypto, bytes: Uint8Array): HeldSection {
  return { digest: sectionDigest(crypto, bytes), bytes };
}

/** The bytes of all sections whose names begin so. */
export function* sectionsUnder(
  sections: HeldSections,
  prefix: string,
): Generator<readonly [name: string, bytes: Uint8Array]> {
  for (const [name, { bytes }] of sections) {
    if (bytes !== undefined && name.startsWith(prefix)) yield [name, bytes];
  }
}

/** Throws a `BytesError` or a `LedgerStateError` for sections that no ledger state has. */
export function readTrust(sections: HeldSections): TrustList {
  const trust = new TrustList();
  for (const [, bytes] of sectionsUnder(sections, 'trust/')) {
    for (const { event, timeSeconds } of readTrustEntries(bytes)) trust.apply(event, timeSeconds);
  }
  return trust;
}

/** By issuer. */
export function readStatusAnchors(sections: HeldSections): ReadonlyMap<Hex, StatusAnchor> {
  const anchors = new Map<Hex, StatusAnchor>();
  for (const [name, bytes] of sectionsUnder(sections, 'status/')) {
    const issuer: Hex = `0x${name.slice('status/'.length)}`;
    const input = new ByteReader(bytes);
    const version = input.u64();
    const listsRoot = input.fixed(WORD);
    const actsDigest = input.fixed(WORD);
    const nextUpdate = input.u64();
    const timeSeconds = input.u64();
    input.end();
    anchors.set(issuer, { issuer, version, listsRoot, actsDigest, nextUpdate, timeSeconds });
  }
  return anchors;
}

/** What verdicts rest on: the state as of the checkpoint's time. Rejects with `BUNDLE_MALFORMED` where there is no such day. */
export async function knowledgeOf(
  {
    leaf,
    shortFrom,
    sections,
    timeSeconds,
  }: Pick<BundleState, 'leaf' | 'shortFrom' | 'sections' | 'timeSeconds'>,
  trust: TrustList,
  pause?: Pause,
): Promise<LedgerKnowledge> {
  const shortRootsFromSeconds = Date.parse(`${shortFrom}T00:00:00Z`) / 1000;
  const isDay =
    Number.isInteger(shortRootsFromSeconds) && dayText(shortRootsFromSeconds / SECONDS_PER_DAY) === shortFrom;
  if (!isDay) throw new BundleError('BUNDLE_MALFORMED', 'there is no such day');
  return {
    head: { ...leaf.block, timeSeconds },
    version: leaf.block.number,
    trust,
    statusAnchors: readStatusAnchors(sections),
    roots: await DeviceRoots.of(sectionsUnder(sections, ''), pause),
    shortRootsFromSeconds,
  };
}
