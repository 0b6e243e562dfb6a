/**
 * The demonstration's traveller: a specimen person with a test and a declaration of these hours, and the health code
 * that the issuer derives from what it knows. In real life the records come from a laboratory and a form, and the code
 * from the holder's device.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { SCHEME_FORMS } from '../../core/health/schemes.ts';
import { SCHEMES, type Scheme } from '../../core/record/derived.ts';
import type { HealthRecord, Subject } from '../../core/record/record.ts';
import type { IssuedCredential } from '../../issuer/row.ts';
import type { ConsortiumIssuer } from '../consortium-file.ts';
import { CliError } from '../errors.ts';
import type { Io } from '../io.ts';
import { issuerClient, type IssuerClient } from '../issuer-client.ts';
import { toRfc3339 } from '../../issuer/conversion/times.ts';
import type { HolderDevice } from './holder.ts';

export interface TravellerCodes {
  readonly code: string;
  readonly evidence: readonly string[];
}

const HOUR = 3_600;
const WAIT_MS = 100;
const PATIENCE_MS = 30_000;

interface Places {
  /** Issues the code and the declaration. */
  readonly issuer: ConsortiumIssuer;
  /** Issues the test. */
  readonly testedBy: ConsortiumIssuer;
}

/** Throws what an issuer refuses, `CLI_TIMED_OUT`. */
export async function demoTraveller(
  { issuer, testedBy }: Places,
  device: HolderDevice,
  io: Io,
): Promise<TravellerCodes> {
  const [here, laboratory] = [await issuerClient(issuer, io), await issuerClient(testedBy, io)];
  const subject = specimenOf(device);
  const nowSeconds = io.nowSeconds();
  const test = await record(testOf(subject, testedBy.jurisdiction, nowSeconds), laboratory);
  const declaration = await record(declarationOf(subject, issuer.jurisdiction, nowSeconds), here);
  const asked = { person: { subject }, scheme: schemeOf(issuer), holderKey: device.jwk };
  // The route's response.
  const status = (await post(here, '/statuses', asked)) as IssuedRecord;
  const evidence = [await releasedCode(test, laboratory), await releasedCode(declaration, here)];
  return { code: await releasedCode(status.credentials, here), evidence };
}

interface IssuedRecord {
  readonly credentials: readonly IssuedCredential[];
}

async function record(value: HealthRecord, client: IssuerClient): Promise<IssuedRecord['credentials']> {
  // The route's response; the record is one that intake takes.
  const { rows } = (await post(client, '/records', [value])) as { readonly rows: readonly IssuedRecord[] };
  return rows[0]?.credentials ?? [];
}

async function post(client: IssuerClient, path: string, body: unknown): Promise<unknown> {
  const contentType = 'application/json';
  return (await client({ method: 'POST', path, contentType, body: JSON.stringify(body) })).json();
}

/** The one that people of a place show at its boundary. */
export function schemeOf({ jurisdiction, name }: ConsortiumIssuer): Scheme {
  const scheme = SCHEMES.filter((one) => one !== 'HK-VP').find(
    (one) => SCHEME_FORMS[one].country === jurisdiction,
  );
  if (scheme === undefined) throw new CliError('CLI_USAGE', `${name} gives no health codes`);
  return scheme;
}

async function releasedCode(credentials: readonly IssuedCredential[], client: IssuerClient): Promise<string> {
  const handle = credentials.find(({ profile }) => profile === 'travel')?.handle ?? '';
  for (let waitedMs = 0; waitedMs < PATIENCE_MS; waitedMs += WAIT_MS) {
    // The route's response.
    const held = (await client({ method: 'GET', path: `/credentials/${handle}` })).json() as {
      readonly code?: string;
    };
    if (held.code !== undefined) return held.code;
    await delay(WAIT_MS);
  }
  throw new CliError('CLI_TIMED_OUT', 'the issuer has not released the code yet');
}

/** Another number for each device, so that nobody is in anybody's way. */
export function specimenOf({ jwk }: HolderDevice): Subject {
  const digits = [...jwk.x].reduce((number, letter) => (number * 31 + letter.charCodeAt(0)) % 100_000_000, 7);
  return {
    nameEn: 'SPECIMEN, TRAVELLER',
    dob: '1980-01-01',
    sex: 'F',
    docType: 'PASSPORT',
    docNumber: `T${String(digits).padStart(8, '0')}`,
    docIssuer: 'HK',
  };
}

function testOf(subject: Subject, country: string, nowSeconds: number): HealthRecord {
  return {
    type: 'test',
    subject,
    disease: 'sct|840539006',
    method: 'loinc|LP6464-4',
    result: 'sct|260415000',
    collectedAt: toRfc3339(nowSeconds - HOUR),
    laboratory: 'Specimen Laboratory',
    country,
  };
}

function declarationOf(subject: Subject, country: string, nowSeconds: number): HealthRecord {
  return {
    type: 'declaration',
    subject,
    direction: 'hcl|outbound',
    symptoms: ['hcl|none'],
    contact: 'hcl|no',
    statement: '2022-12-en-3',
    declaredAt: toRfc3339(nowSeconds - 60),
    country,
  };
}
