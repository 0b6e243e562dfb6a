/** The parts that deal in other systems' formats: what is made in them, what is taken in, and what is published for both. */
import type { Log } from '../../service/logging.ts';
import type { IssuerConfig } from '../config.ts';
import type { RecordIssuer } from '../issue.ts';
import type { Status } from '../status.ts';
import { DocumentSigners, type DocumentSignersDependencies } from './document-signers.ts';
import { ForeignCodes, type ForeignCodesDependencies } from './foreign-codes.ts';
import { Imports, type ImportsDependencies } from './imports.ts';
import { readCertificates } from './pem.ts';
import { PinnedTrust } from './pinned-trust.ts';
import { ForeignPublication } from './publication.ts';
import { Revocations } from './revocations.ts';

export interface ForeignPartsDependencies
  extends
    Omit<DocumentSignersDependencies, 'subject' | 'certificates'>,
    Omit<ForeignCodesDependencies, 'signers' | 'naming' | 'records'>,
    Omit<ImportsDependencies, 'trust' | 'records'> {
  readonly did: string;
  readonly records: RecordIssuer;
  readonly status: Status;
  readonly log: Log;
}

export interface ForeignParts {
  readonly foreign: ForeignCodes;
  readonly imports: Imports;
  readonly foreignPublication: ForeignPublication;
}

export async function openForeignParts(
  { name, jurisdiction: country, documentSigners, foreignTrust, publicBaseUrl: url }: IssuerConfig,
  deps: ForeignPartsDependencies,
): Promise<ForeignParts> {
  const { crypto, did, status, tables } = deps;
  const naming = { country, name, url };
  const signers = new DocumentSigners({
    ...deps,
    subject: { country, organization: name, commonName: did },
    certificates: documentSigners === undefined ? undefined : await readCertificates(documentSigners),
  });
  const revocations = new Revocations(tables, status);
  return {
    foreign: new ForeignCodes({ ...deps, signers, naming }),
    imports: new Imports({ ...deps, trust: await PinnedTrust.open(foreignTrust, deps) }),
    foreignPublication: new ForeignPublication({ crypto, signers, revocations, naming }),
  };
}
