/** Vaccination credentials as JWT (W3C data model 1.1) and as SD-JWT VC with six disclosures. */
import type { JsonObject } from '../../../core/bytes/strict-json.ts';
import { conceal } from '../../../test/core/foreign/support/disclosing.ts';
import { benchRecord } from '../world.ts';
import { bareSignatureOf, compactJws, makeKey, underSignatureOf, type Es256Key } from './es256.ts';
import { DAY, JUDGED_AT, toInputs, type Signed } from './inputs.ts';
import type { InputOptions, Inputs } from './peer.ts';

export const JWT_ISSUER = 'did:web:hk-dh.example';
const TIMES = { iat: JUDGED_AT - 10 * DAY, nbf: JUDGED_AT - 10 * DAY, exp: JUDGED_AT + 365 * DAY };
const CONCEALED = {
  credentialSubject: {
    _sd: ['dateOfVaccination', 'recipient', 'order', 'batchNumber', 'vaccine', 'countryOfVaccination'],
  },
};

export function jwtInputs(options: InputOptions): Promise<Inputs> {
  return inputsOf(options, (credentialSubject, changes, key) =>
    compactJws(
      { alg: 'ES256', typ: 'JWT', kid: key.jwk.kid },
      {
        iss: JWT_ISSUER,
        ...TIMES,
        ...changes,
        vc: {
          '@context': ['https://www.w3.org/2018/credentials/v1', 'https://w3id.org/vaccination/v1'],
          type: ['VerifiableCredential', 'VaccinationCertificate'],
          credentialSubject,
        },
      },
      key,
    ),
  );
}

export function sdJwtInputs(options: InputOptions): Promise<Inputs> {
  return inputsOf(options, (credentialSubject, changes, key) => {
    const claims = {
      iss: JWT_ISSUER,
      ...TIMES,
      ...changes,
      vct: 'urn:example:vaccination',
      credentialSubject,
    };
    const { payload, disclosures } = conceal(claims, CONCEALED);
    const token = compactJws(
      { alg: 'ES256', typ: 'dc+sd-jwt', kid: key.jwk.kid },
      { ...payload, _sd_alg: 'sha-256' },
      key,
    );
    return [token, ...disclosures.map(({ text }) => text), ''].join('~');
  });
}

type Issue = (subject: JsonObject, changes: JsonObject, key: Es256Key) => string;

function inputsOf({ codes }: InputOptions, issue: Issue): Promise<Inputs> {
  const key = makeKey();
  const signed = (text: string): Signed => ({
    sample: { text, nowSeconds: JUDGED_AT },
    bare: bareSignatureOf(text, key.publicKey),
  });
  const [subject, another] = [subjectOf(0), subjectOf(1)];
  const inputs = toInputs(
    Array.from({ length: codes }, (_, i) => signed(issue(subjectOf(i), {}, key))),
    {
      tampered: signed(underSignatureOf(issue(another, {}, key), issue(subject, {}, key))),
      stranger: signed(issue(subject, {}, { ...makeKey(), jwk: key.jwk })),
      expired: signed(issue(subject, { exp: JUDGED_AT - DAY }, key)),
      malformed: signed(issue({ ...subject, dateOfVaccination: '2022-13-01' }, {}, key)),
    },
    { jwt: [{ iss: JWT_ISSUER, keys: [key.jwk] }] },
  );
  return Promise.resolve(inputs);
}

function subjectOf(i: number): JsonObject {
  const { subject, ...record } = benchRecord(i);
  const [familyName = '', givenName = ''] = (subject.nameEn ?? '').split(', ');
  // The bench's records are vaccinations.
  const { date, lot, doseNumber, country } = record as typeof record & { readonly type: 'vaccination' };
  return {
    type: 'VaccinationEvent',
    dateOfVaccination: date,
    order: `${doseNumber}/3`,
    batchNumber: lot ?? '',
    countryOfVaccination: country,
    vaccine: { type: 'Vaccine', atcCode: 'J07BX03', medicinalProductName: 'Comirnaty' },
    recipient: { type: 'VaccineRecipient', familyName, givenName, birthDate: subject.dob, gender: 'Female' },
  };
}
