/**
 * The issuer on HTTP: builds, does not listen. Operators send records and act on them, auditors read what explains
 * the lists, anyone reads what is public.
 */
import type { FastifyBaseLogger } from 'fastify';
import { buildService, type Service, type ServiceLimits } from '../service/app.ts';
import { requireBearer } from '../service/bearer.ts';
import type { Clock } from '../service/clock.ts';
import { silentLogger } from '../service/logging.ts';
import { ISSUER_PROBLEMS } from './errors.ts';
import type { Issuer } from './issuer.ts';
import { addActAudit } from './routes/act-audit.ts';
import { addActBatches } from './routes/act-batches.ts';
import { addActs } from './routes/acts.ts';
import { addGetBatch } from './routes/get-batch.ts';
import { addGetCredential } from './routes/get-credential.ts';
import { addGetCredentialActs } from './routes/get-credential-acts.ts';
import { addGetIssuer } from './routes/get-issuer.ts';
import { addGetRecord } from './routes/get-record.ts';
import { addGetStatus } from './routes/get-status.ts';
import { addPostCorrections } from './routes/post-corrections.ts';
import { addPostRecords } from './routes/post-records.ts';

export interface IssuerAppOptions {
  readonly issuer: Issuer;
  readonly operatorToken: string;
  readonly auditorToken?: string | undefined;
  readonly now: Clock;
  readonly logger?: FastifyBaseLogger;
  readonly limits?: Partial<ServiceLimits>;
}

export async function buildIssuerApp(options: IssuerAppOptions): Promise<Service> {
  const { issuer, operatorToken, auditorToken, now, logger = silentLogger, limits } = options;
  const app = await buildService({
    name: 'Health Code Ledger issuer',
    description: 'Records in, credentials with their proofs out; batches and status lists for everybody.',
    logger,
    metrics: issuer.metrics,
    readiness: [
      { name: 'store', isReady: () => issuer.isStoreHealthy },
      { name: 'ledger-agreement', isReady: () => issuer.isOpen },
    ],
    problems: ISSUER_PROBLEMS,
    ...(limits === undefined ? {} : { limits }),
  });
  const operator = { issuer, onRequest: requireBearer(operatorToken) };
  addPostRecords(app, { ...operator, nowMs: now });
  addGetRecord(app, operator);
  addGetCredential(app, operator);
  addActs(app, operator);
  addPostCorrections(app, { ...operator, nowMs: now });
  addActBatches(app, operator);
  addGetCredentialActs(app, operator);
  addGetBatch(app, issuer);
  addGetStatus(app, issuer);
  addGetIssuer(app, issuer);
  const auditors = auditorToken === undefined ? [] : [auditorToken];
  addActAudit(app, { issuer, onRequest: requireBearer(operatorToken, ...auditors) });
  return app;
}
