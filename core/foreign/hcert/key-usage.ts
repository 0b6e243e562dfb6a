/**
 * What a document signer may sign (EU technical specifications, volume 4 §7.3): object identifiers for test,
 * vaccination and recovery. None at all: everything. Purposes of the Internet (RFC 5280 §4.2.1.12: servers, clients,
 * mail) say nothing of documents; those of other documents do, so a signer with them only may sign none of these.
 */
import type { ForeignRecord } from '../foreign-record.ts';

/** The second root is a slip of the pen that certificates in use have. */
const ROOTS = ['1.3.6.1.4.1.1847.2021.1.', '1.3.6.1.4.1.0.1847.2021.1.'];
const INTERNET = '1.3.6.1.5.5.7.3.';
const LAST: Readonly<Record<ForeignRecord['type'], string | undefined>> = {
  test: '1',
  vaccination: '2',
  recovery: '3',
  exemption: undefined,
};

export function maySign(
  extendedKeyUsage: readonly string[] | undefined,
  type: ForeignRecord['type'],
): boolean {
  const ofDocuments = (extendedKeyUsage ?? []).filter((usage) => !usage.startsWith(INTERNET));
  return ofDocuments.length === 0 || ROOTS.some((root) => ofDocuments.includes(`${root}${LAST[type]}`));
}
