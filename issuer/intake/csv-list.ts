/**
 * A list in one cell: items parted by semicolons, and where an item has members, these in their order parted by
 * colons. An empty member is an absent fact, and so are those left out at the end.
 *
 *   sct|386661006; sct|49727002            symptoms
 *   HVP:H12345678; PASSPORT:CA123456:PT    linked: docType:docNumber:docIssuer
 */

/** An item with more parts than members stays a text, which no schema takes for one. */
export function parseListCell(cell: string, members: readonly string[]): readonly unknown[] {
  const items = cell.split(';').map((item) => item.trim());
  return members.length === 0 ? items : items.map((item) => toItem(item, members));
}

function toItem(item: string, members: readonly string[]): unknown {
  const parts = item.split(':').map((part) => part.trim());
  if (parts.length > members.length) return item;
  const pairs = parts.map((part, index) => [members[index], part] as const);
  return Object.fromEntries(pairs.filter(([, part]) => part !== ''));
}
