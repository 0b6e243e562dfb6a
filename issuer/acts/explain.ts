/**
 * What auditors are shown of the status lists: for each version on the ledger, which entries it changed, to what,
 * and because of which act, by the act's leaf. The acts themselves stay here, but for erasures, which needed no
 * approval and therefore show that they are erasures and nothing else.
 */
import type { Hex } from '../../core/bytes/hex.ts';
import { toBase64url } from '../../core/bytes/base64url.ts';
import type { ActChanges } from '../../core/act/places.ts';
import { toUint64 } from '../../service/big-endian.ts';
import { LIST_SIZE, type ListAllocator } from '../list-allocator.ts';
import { explained, readChanges } from '../status-changes.ts';
import { decodeStatusVersion, type StatusVersion } from '../status-version.ts';
import type { IssuerTables } from '../store.ts';
import type { ActHistory } from './history.ts';
import type { Proposals } from './proposals.ts';

export interface ExplainedVersion {
  readonly version: number;
  /** Lists 1 … count of those below. */
  readonly listCount: number;
  readonly changes: readonly ActChanges[];
}

export interface StatusHistory {
  /** Uris of all lists, oldest first. */
  readonly lists: readonly string[];
  /** Entries in each of them. */
  readonly size: number;
  readonly versions: readonly ExplainedVersion[];
  /** Erasures among the acts that these versions name: leaf and base64url of the act's bytes. */
  readonly erasures: readonly { readonly leaf: Hex; readonly act: string }[];
  /** There are later ones. */
  readonly more: boolean;
}

export interface ExplainDependencies {
  readonly tables: IssuerTables;
  readonly lists: ListAllocator;
  readonly proposals: Proposals;
  readonly history: ActHistory;
  /** What goes into one answer; smaller in tests. */
  readonly page?: { readonly versions: number; readonly changes: number };
}

const PAGE = { versions: 1000, changes: 262_144 };

/** The versions after `after` up to and with `through`, as many as go into one answer. */
export async function explainVersions(
  { after, through }: { readonly after: number; readonly through: number },
  deps: ExplainDependencies,
): Promise<StatusHistory> {
  const { tables, lists, history, page = PAGE } = deps;
  const naming = {
    uriOf: (list: number) => lists.uriOf(list),
    leafOf: (order: number) => history.at(order).leaf,
  };
  const versions: ExplainedVersion[] = [];
  const orders = new Set<number>();
  let count = 0;
  let more = false;
  for await (const { version, listCount, changes } of versionsIn({ after, through }, tables)) {
    more = versions.length === page.versions || (count > 0 && count + changes > page.changes);
    if (more) break;
    const rows = changes === 0 ? [] : await readChanges(tables, version);
    for (const { order } of rows) orders.add(order);
    versions.push({ version, listCount, changes: explained(rows, naming) });
    count += changes;
  }
  return {
    lists: Array.from({ length: versions.at(-1)?.listCount ?? 0 }, (_, i) => lists.uriOf(i + 1)),
    size: LIST_SIZE,
    versions,
    erasures: await erasuresAmong(orders, deps),
    more,
  };
}

async function* versionsIn(
  { after, through }: { readonly after: number; readonly through: number },
  tables: IssuerTables,
): AsyncGenerator<StatusVersion> {
  const range = { from: toUint64(after + 1), before: toUint64(through + 1) };
  for await (const { value } of tables.statuses.entries(range)) yield decodeStatusVersion(value);
}

async function erasuresAmong(
  orders: ReadonlySet<number>,
  { history, proposals }: ExplainDependencies,
): Promise<StatusHistory['erasures']> {
  const acts = [...orders]
    .map((order) => history.at(order))
    .filter(({ isDerived, isErasure }) => isErasure === true || isDerived === true);
  return await Promise.all(
    acts.map(async ({ number, leaf }) => ({
      leaf,
      act: toBase64url((await proposals.load(number)).actBytes),
    })),
  );
}
