/** A second authority with an issuer of its own, for what takes two: mappings and conversions. */
import { getBytes, id } from 'ethers';
import type { Hex } from '../../../core/trust/ledger-event.ts';
import { consentToServe } from '../../../ledger/consent.ts';
import type { Deployment } from '../../../ledger/deployment.ts';
import { authorityIdOf, issuerIdOf } from '../../../ledger/identifiers.ts';
import { addressOf, FAR_FUTURE, keyOf, type Hand } from './test-ledger.ts';

export const OTHER_DID = 'did:web:lab.example';
export const OTHER_AUTHORITY: Hex = authorityIdOf('MO-SSM');
export const OTHER_ISSUER: Hex = issuerIdOf(OTHER_DID);
const window = { from: 0, until: FAR_FUTURE };

/** Four acts. Its authority's admin is its issuer's, too: `otherAuthority`; its account is `otherAccount`. */
export function secondIssuerSteps(
  hands: { readonly governor: Hand; readonly otherAuthority: Hand },
  deployment: Deployment,
): readonly (() => Promise<unknown>)[] {
  const { governor, otherAuthority } = hands;
  const admin = addressOf('otherAuthority');
  const wish = { deployment, issuer: OTHER_ISSUER, deadline: FAR_FUTURE };
  return [
    () =>
      governor.trust.admitAuthority({
        name: 'MO-SSM',
        jurisdiction: 'MO',
        admin,
        checkpointKey: getBytes(id('other checkpoint key')),
      }),
    () =>
      otherAuthority.trust.accredit({
        authority: OTHER_AUTHORITY,
        did: OTHER_DID,
        types: ['status', 'conversion'],
        admin,
        ...window,
      }),
    () => otherAuthority.trust.acceptAccreditation(OTHER_ISSUER),
    () => otherAuthority.trust.addAccount(OTHER_ISSUER, consentToServe(keyOf('otherAccount'), wish), window),
  ];
}

/** So many values that nobody has seen before. */
export function valuesOf(name: string, size = 8): readonly Uint8Array[] {
  return Array.from({ length: size }, (_, i) => getBytes(id(`${name} ${i}`)));
}
