/**
 * Whom to trust for visible digital seals: certificates of country signing authorities (from an ICAO master list the
 * operator checked), or of signers themselves, and the authorities' revocation lists.
 */
import type { Crypto } from '../../crypto.ts';
import { BytesError } from '../../bytes/errors.ts';
import { equalBytes } from '../../bytes/equal.ts';
import type { SignerSearch } from '../foreign-code.ts';
import type { ListLife } from '../list-life.ts';
import type { TrustEntry } from '../trust-entry.ts';
import { TrustListError } from '../trust-error.ts';
import { isSignedByAuthority, namedAuthorities } from '../x509/authority.ts';
import type { Certificate } from '../x509/certificate.ts';
import { certificateOf, signerOf } from '../x509/pinned.ts';
import { parseRevocationList, type CertificateRevocationList } from '../x509/revocation-list.ts';

export interface VdsncTrust {
  readonly pinned: readonly Certificate[];
  /** The newest list of each authority, by its place in `pinned`. */
  readonly lists: ReadonlyMap<number, CertificateRevocationList>;
}

/** @param entries `{certificate}` @param lists `{crl}`, each signed by one of the certificates */
export async function loadVdsncTrust(
  crypto: Crypto,
  entries: readonly TrustEntry[],
  lists: readonly TrustEntry[],
): Promise<VdsncTrust> {
  const pinned = entries.map((entry) => {
    entry.only(['certificate']);
    return certificateOf(entry);
  });
  const newest = new Map<number, CertificateRevocationList>();
  for (const entry of lists) {
    entry.only(['crl']);
    const list = listOf(entry);
    const place = await placeOfSigner(crypto, list, pinned);
    if (place === undefined) {
      throw new TrustListError(
        'TRUST_LIST_SIGNATURE',
        `${entry.place}.crl is not signed by any certificate of vdsnc`,
      );
    }
    const known = newest.get(place);
    if (known === undefined || known.thisUpdateSeconds < list.thisUpdateSeconds) newest.set(place, list);
  }
  return { pinned, lists: newest };
}

/** Who may have made a seal with this certificate in it. */
export async function findSealSigner(
  { pinned, lists }: VdsncTrust,
  crypto: Crypto,
  certificate: Certificate,
): Promise<SignerSearch> {
  const signer = signerOf(crypto, certificate, certificate.subject.country);
  if (pinned.some(({ der }) => equalBytes(der, certificate.der))) return { signers: [signer] };
  const above = namedAuthorities(certificate, pinned).filter(mayCertify(certificate));
  for (const authority of above) {
    if (!(await isSignedByAuthority(crypto, certificate, authority))) continue;
    const list = lists.get(pinned.indexOf(authority));
    if (list?.revokedSerials.has(certificate.serialNumber) === true) return { problem: 'SIGNER_REVOKED' };
    return { signers: [list === undefined ? signer : { ...signer, listLife: lifeOf(list) }] };
  }
  return { problem: isNamed(certificate, above) ? 'SIGNER_NOT_CERTIFIED' : 'SIGNER_UNKNOWN' };
}

/** The last second of a revocation list is `nextUpdate`; one that is not renewed has none. */
function lifeOf({ nextUpdateSeconds, thisUpdateSeconds }: CertificateRevocationList): ListLife {
  const untilSeconds = nextUpdateSeconds === undefined ? {} : { untilSeconds: nextUpdateSeconds + 1 };
  return { fromSeconds: thisUpdateSeconds, ...untilSeconds };
}

/** An authority certifies while it is valid itself. */
function mayCertify({ notBeforeSeconds }: Certificate): (authority: Certificate) => boolean {
  return (authority) =>
    authority.extensions.keyUsage?.certSign !== false &&
    notBeforeSeconds >= authority.notBeforeSeconds &&
    notBeforeSeconds <= authority.notAfterSeconds;
}

/** Whether it claims, by key identifier, to be from one of them. */
function isNamed({ extensions }: Certificate, authorities: readonly Certificate[]): boolean {
  const { authorityKeyId } = extensions;
  return (
    authorityKeyId !== undefined &&
    authorities.some((authority) => authority.extensions.subjectKeyId === authorityKeyId)
  );
}

async function placeOfSigner(
  crypto: Crypto,
  list: CertificateRevocationList,
  pinned: readonly Certificate[],
): Promise<number | undefined> {
  for (const authority of namedAuthorities(list, pinned)) {
    if (authority.extensions.keyUsage?.crlSign === false) continue;
    if (await isSignedByAuthority(crypto, list, authority)) return pinned.indexOf(authority);
  }
  return undefined;
}

function listOf(entry: TrustEntry): CertificateRevocationList {
  try {
    return parseRevocationList(entry.bytes('crl'));
  } catch (cause) {
    if (cause instanceof BytesError) throw entry.invalid('crl', 'is not a revocation list', { cause });
    throw cause;
  }
}
