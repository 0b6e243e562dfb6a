/**
 * Signs again, with the present key, what a former key signed and no batch holds yet: its window may end before its queue
 * is anchored, or it is known to be stolen. A leaf commits to the header, which names the key, so the leaf changes too:
 * record and leaf in one batch, row of leaves by row, so that a crash leaves each credential with the one or the other.
 *
 * Handle, payload and status entry stay, and so does what the issuer has answered. Nothing may be issued or staged
 * meanwhile; erasing and the turn of an epoch wait for the row under way. What is staged already has its root, and goes
 * to the ledger as it is. Codes of other systems stay too: nobody looks their key up on the ledger, and asked for again
 * they are made with the present key.
 */
import { equalBytes } from '../../core/bytes/equal.ts';
import { commitmentOf, leafHash } from '../../core/commitment/leaf.ts';
import type { Crypto } from '../../core/crypto.ts';
import { invariant } from '../../core/errors.ts';
import { toUint64 } from '../../service/big-endian.ts';
import { WriteBatch, type Store } from '../../service/store.ts';
import { COLOUR_PLACE, type LaneLeaf, type LaneRow, type Lanes } from '../lanes.ts';
import type { Lock } from '../lock.ts';
import type { KeyRing } from '../privacy/key-ring.ts';
import { putChanged } from '../privacy/traces.ts';
import type { RecordEntry, RecordSealer, SignedParts } from '../record-entry.ts';
import type { CredentialKey } from '../signing.ts';
import type { IssuerTables } from '../store.ts';
import type { LaneSpan } from './key-runs.ts';

export interface ReSignDependencies {
  readonly crypto: Crypto;
  readonly store: Store;
  readonly tables: IssuerTables;
  readonly lanes: Pick<Lanes, 'rows' | 'writeRow'>;
  readonly sealer: RecordSealer;
  readonly ring: KeyRing;
  /** As in `privacy/erasure.ts`: a record that is erased between its being read and written would come back. */
  readonly recordsLock: Lock;
}

/** How many credentials were signed again. */
export async function reSign(span: LaneSpan, key: CredentialKey, deps: ReSignDependencies): Promise<number> {
  let count = 0;
  for await (const row of deps.lanes.rows(span.lane, span.first, span.end)) {
    count += await deps.recordsLock.run(() => reSignRow(row, span, key, deps));
  }
  return count;
}

async function reSignRow(
  { first, leaves }: LaneRow,
  span: LaneSpan,
  key: CredentialKey,
  deps: ReSignDependencies,
): Promise<number> {
  const batch = new WriteBatch();
  const changed = await Promise.all(
    leaves.map(async (leaf, i) => {
      const isWithin = first + i >= span.first && first + i < span.end;
      return isWithin ? ((await reSignOne(leaf, key, batch, deps)) ?? leaf) : leaf;
    }),
  );
  deps.lanes.writeRow(span.lane, first, changed, batch);
  // Commit point: record and leaf change together.
  await deps.store.commit(batch);
  return changed.filter((leaf, i) => leaf !== leaves[i]).length;
}

/** Nothing when it has this key's signature already, or is of another system. The two credentials of a record are never in one lane. */
async function reSignOne(
  leaf: LaneLeaf,
  key: CredentialKey,
  batch: WriteBatch,
  { crypto, tables, sealer, ring }: ReSignDependencies,
): Promise<LaneLeaf | undefined> {
  const { recordNumber: number } = leaf;
  // No key signed a colour act.
  if (leaf.place === COLOUR_PLACE) return undefined;
  const sealed = await tables.records.get(toUint64(number));
  // Erased: the leaf stays and means nothing.
  if (sealed === undefined) return undefined;
  const entry = sealer.open(number, sealed);
  const former = entry.credentials[leaf.place];
  invariant(former !== undefined, 'a leaf has its credential');
  const isForeign = former.foreign !== undefined;
  if (isForeign || equalBytes(former.headerBytes, key.headerBytes)) return undefined;
  const { payloadBytes } = former;
  const signed = {
    headerBytes: key.headerBytes,
    payloadBytes,
    signature: await key.signCredential(payloadBytes),
  };
  putChanged(batch, number, replaced(entry, leaf.place, signed), { ring, sealer });
  const commitment = commitmentOf(crypto, key.headerBytes, payloadBytes);
  return { ...leaf, leafHash: leafHash(crypto, commitment) };
}

function replaced(entry: RecordEntry, place: number, signed: SignedParts): RecordEntry {
  return { ...entry, credentials: entry.credentials.map((one, i) => (i === place ? signed : one)) };
}
