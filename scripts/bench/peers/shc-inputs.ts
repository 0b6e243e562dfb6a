/** SMART Health Cards made by our own encoder. */
import { prepareShc, type ShcToIssue } from '../../../core/foreign/shc/encode.ts';
import { cardTypesOf, toFhirBundle } from '../../../core/foreign/shc/from-record.ts';
import { benchRecord } from '../world.ts';
import { bareSignature, makeKey, signEs256, type Es256Key } from './es256.ts';
import { DAY, JUDGED_AT, toInputs, type Signed } from './inputs.ts';
import type { InputOptions, Inputs } from './peer.ts';

const ISSUER = 'https://hk-dh.example/shc';
const REVOKED = 'revoked';

export function shcInputs({ codes }: InputOptions): Promise<Inputs> {
  const key = makeKey();
  const card = cardOf(0, key);
  const inputs = toInputs(
    Array.from({ length: codes }, (_, i) => issue(cardOf(i, key), { key })),
    {
      tampered: issue(card, { key, signed: cardOf(1, key) }),
      stranger: issue(card, { key, signer: makeKey() }),
      malformed: issue({ ...card, bundle: { ...card.bundle, entry: 'none' } }, { key }),
      revoked: issue({ ...card, rid: REVOKED }, { key }),
    },
    {
      shc: [
        {
          iss: ISSUER,
          keys: [{ ...key.jwk, crlVersion: 1 }],
          crls: [{ kid: key.jwk.kid, method: 'rid', ctr: 1, rids: [REVOKED] }],
        },
      ],
    },
  );
  return Promise.resolve(inputs);
}

function cardOf(i: number, { jwk }: Es256Key): ShcToIssue {
  const record = benchRecord(i);
  return {
    iss: ISSUER,
    issuedAtSeconds: JUDGED_AT - 10 * DAY,
    types: cardTypesOf(record),
    bundle: toFhirBundle(record),
    kid: jwk.kid,
  };
}

interface Signing {
  /** The issuer's. */
  readonly key: Es256Key;
  readonly signer?: Es256Key;
  /** What is signed in place of the card. */
  readonly signed?: ShcToIssue;
}

function issue(card: ShcToIssue, { key, signer = key, signed = card }: Signing): Signed {
  const signature = signEs256(prepareShc(signed).signedBytes, signer.privateKey);
  const unsigned = prepareShc(card);
  return {
    sample: { text: unsigned.toText(signature), nowSeconds: JUDGED_AT },
    bare: bareSignature(unsigned.signedBytes, signature, key.publicKey),
  };
}
