/**
 * The demonstration consortium: who takes part and under which names. Ports count from `HCL_PORT` (7540):
 * the ledger node first, then the verifier, the issuers after them.
 */
import process from 'node:process';
import { CREDENTIAL_TYPES, type CredentialType } from '../../core/credential/credential-type.ts';

export interface DemoMember {
  /** Name of the authority and of its one issuer here. */
  readonly name: string;
  readonly title: string;
  /** ISO 3166-1 alpha-2. */
  readonly jurisdiction: string;
  readonly did: string;
  /** Base of the URIs of its status lists: a name, not an address anybody connects to. */
  readonly publicBaseUrl: string;
  readonly types: readonly CredentialType[];
  /** What it issues when the demonstration starts. */
  readonly seedFiles: readonly SeedFile[];
}

export interface SeedFile {
  /** In `scripts/demo/`. */
  readonly name: string;
  readonly mediaType: 'text/csv' | 'application/fhir+json';
  /** Its records end, so it is taken in as if its day were that of the first start (`seed-file.ts`). */
  readonly isMoved?: true;
  /** Where the codes of its records go, in the folder of codes. */
  readonly codes: string;
}

export const DEMO_MEMBERS: readonly DemoMember[] = [
  {
    name: 'HK-DH',
    title: 'Department of Health, Hong Kong',
    jurisdiction: 'HK',
    did: 'did:web:hk-dh.example',
    publicBaseUrl: 'https://hk-dh.example',
    types: CREDENTIAL_TYPES,
    seedFiles: [
      { name: 'hk-vaccinations.csv', mediaType: 'text/csv', codes: 'hk-dh-venue.txt' },
      {
        name: 'hk-other-records.csv',
        mediaType: 'text/csv',
        isMoved: true,
        codes: 'hk-dh-other-venue.txt',
      },
    ],
  },
  {
    name: 'CN-GD',
    title: 'Health Commission of Guangdong',
    jurisdiction: 'CN',
    did: 'did:web:cn-gd.example',
    publicBaseUrl: 'https://cn-gd.example',
    types: CREDENTIAL_TYPES,
    seedFiles: [{ name: 'gd-tests.csv', mediaType: 'text/csv', codes: 'cn-gd-venue.txt' }],
  },
  {
    name: 'MO-SSM',
    title: 'Health Bureau, Macao',
    jurisdiction: 'MO',
    did: 'did:web:mo-ssm.example',
    publicBaseUrl: 'https://mo-ssm.example',
    types: CREDENTIAL_TYPES,
    seedFiles: [{ name: 'mo-bundle.json', mediaType: 'application/fhir+json', codes: 'mo-ssm-venue.txt' }],
  },
];

export const DEMO_CHAIN_ID = 8_520_300;

/** Loopback ports of the demonstration; `HCL_PORT=0` takes any free ones. */
export function demoPorts(): {
  readonly node: number;
  readonly verifier: number;
  readonly issuer: (index: number) => number;
} {
  const base = Number(process.env['HCL_PORT'] ?? 7540);
  if (base === 0) return { node: 0, verifier: 0, issuer: () => 0 };
  if (!Number.isInteger(base) || base < 1024 || base > 65_000) {
    throw new Error('HCL_PORT must be 0 or a port number between 1024 and 65000');
  }
  return { node: base, verifier: base + 1, issuer: (index) => base + 10 + index };
}
