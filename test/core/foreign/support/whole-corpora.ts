/** All codes of all corpora, and one list of signers for them: what several programs must answer alike. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { corporaFolder } from '../../../support/corpora.ts';
import { readVectors } from './dcc-vectors.ts';
import { trustFile } from './hostile-codes.ts';

/** The command line waits for the rest of JSON that is open at the end of a line; a request has it whole. */
const OPENS_A_DOCUMENT = /^\s*[[{]/;

/** Whether the command line takes it for a code, as it comes. */
export function isOneLine(text: string): boolean {
  return !/[\r\n]/.test(text) && !OPENS_A_DOCUMENT.test(text);
}

/** The signers of the codes made for tests and of all corpora. */
export function wholeTrust(): object {
  const made = trustFile();
  const dcc = join(corporaFolder, 'eu-dcc-testdata');
  const certificates = existsSync(dcc)
    ? readVectors(dcc).flatMap(({ TESTCTX }) => TESTCTX.CERTIFICATE ?? [])
    : [];
  const shc = join(corporaFolder, 'shc', 'spec-examples', 'issuer', '.well-known', 'jwks.json');
  const keys = existsSync(shc)
    ? (JSON.parse(readFileSync(shc, 'utf8')) as { readonly keys: readonly object[] }).keys
    : [];
  return {
    ...made,
    validUntil: '2027-06-01T00:00:00Z',
    hcert: [...made.hcert, ...[...new Set(certificates)].map((certificate) => ({ certificate }))],
    shc: [...made.shc, { iss: 'https://spec.smarthealth.cards/examples/issuer', keys }],
    vdsnc: [...(made['vdsnc'] ?? []), ...sealAuthorities()],
    divoc: divocSigners(),
  };
}

function sealAuthorities(): readonly object[] {
  const path = join(corporaFolder, 'vds-nc', 'au-dfat', 'csca.der');
  return existsSync(path) ? [{ certificate: readFileSync(path).toString('base64') }] : [];
}

function divocSigners(): readonly object[] {
  const folder = join(corporaFolder, 'divoc');
  if (!existsSync(folder)) return [];
  const publicKey = (path: string): string =>
    readFileSync(join(folder, path), 'utf8').replaceAll(/-----[A-Z ]+-----|\s/g, '');
  return [
    { issuer: 'https://divoc.dev/', publicKey: publicKey('divoc/rsa-public-key.pem') },
    { issuer: 'https://cowin.gov.in/', publicKey: publicKey('contexts/did-india.pem'), country: 'IN' },
  ];
}

/** Every code of the corpora that is one line, or JSON that can be written as one. */
export function corpusCodes(): readonly string[] {
  const dcc = join(corporaFolder, 'eu-dcc-testdata');
  const vectors = existsSync(dcc) ? readVectors(dcc).flatMap(({ PREFIX }) => PREFIX ?? []) : [];
  const texts = ['shc', 'vds-nc', 'divoc', 'sd-jwt', 'vc-jose-cose', 'open-attestation'].flatMap((corpus) =>
    filesIn(join(corporaFolder, corpus)).map((path) => readFileSync(path, 'utf8').trim()),
  );
  return [...vectors, ...texts.map(oneLine)].filter((text) => !/[\r\n]/.test(text) && text.length < 100_000);
}

function filesIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(?:txt|json|smart-health-card)$/.test(name))
    .toSorted()
    .map((name) => join(folder, name));
}

function oneLine(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return text;
  }
}
