/**
 * The issuer on HTTP: builds, does not listen. Operators send records and act on them, auditors read what explains
 * the lists, anyone reads what is public.
 */
import type { FastifyBaseLogger } from 'fastify';
import { BOOKING_PROBLEMS } from '../booking/errors.ts';
import { addBookingRoutes, gateTokenOf } from '../booking/routes/all.ts';
import { buildService, type Service, type ServiceLimits } from '../service/app.ts';
import { requireBearer } from '../service/bearer.ts';
import type { Clock } from '../service/clock.ts';
import { silentLogger } from '../service/logging.ts';
import { CONVERSION_PROBLEMS } from './conversion/problems.ts';
import { addConversions } from './conversion/routes.ts';
import { ISSUER_PROBLEMS } from './errors.ts';
import { FOREIGN_PROBLEMS } from './foreign/problems.ts';
import type { Issuer } from './issuer.ts';
import { KEY_PROBLEMS } from './keys/problems.ts';
import { addActAudit } from './routes/act-audit.ts';
import { addActBatches } from './routes/act-batches.ts';
import { addActs } from './routes/acts.ts';
import { addGetBatch } from './routes/get-batch.ts';
import { addGetCredential } from './routes/get-credential.ts';
import { addGetCredentialActs } from './routes/get-credential-acts.ts';
import { addGetForeign } from './routes/get-foreign.ts';
import { addGetIssuer } from './routes/get-issuer.ts';
import { addGetKeys } from './routes/get-keys.ts';
import { addGetRecord } from './routes/get-record.ts';
import { addGetRecordFhir } from './routes/get-record-fhir.ts';
import { addGetStatus } from './routes/get-status.ts';
import { addPostForeign } from './routes/post-foreign.ts';
import { addPostImports } from './routes/post-imports.ts';
import { addPostKeyReSign } from './routes/post-key-re-sign.ts';
import { addPostKeyUse } from './routes/post-key-use.ts';
import { addPostRecords } from './routes/post-records.ts';
import { addGetUploads } from './routes/get-uploads.ts';
import { addPostReceipts } from './routes/post-receipts.ts';
import { Uploads } from './uploads.ts';
import { addColourChanges } from './routes/colour-changes.ts';
import { addOrders } from './routes/orders.ts';
import { addRulings } from './routes/rulings.ts';
import { addStatuses } from './routes/statuses.ts';
import { addErasures } from './routes/erasures.ts';
import { addHolds } from './routes/holds.ts';
import { addGetBatchAccount } from './routes/get-batch-account.ts';
import { addPostReports } from './routes/post-reports.ts';
import { addRetention } from './routes/retention.ts';
import { addPostCorrections } from './routes/post-corrections.ts';

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
    problems: {
      ...ISSUER_PROBLEMS,
      ...KEY_PROBLEMS,
      ...FOREIGN_PROBLEMS,
      ...CONVERSION_PROBLEMS,
      ...BOOKING_PROBLEMS,
    },
    ...(limits === undefined ? {} : { limits }),
  });
  const operator = { issuer, onRequest: requireBearer(operatorToken) };
  const uploads = new Uploads(now);
  addPostRecords(app, { ...operator, uploads, nowMs: now });
  addGetRecord(app, operator);
  addGetCredential(app, operator);
  addPostForeign(app, operator);
  addPostImports(app, operator);
  addActs(app, operator);
  addPostCorrections(app, { ...operator, nowMs: now });
  addActBatches(app, operator);
  addGetCredentialActs(app, operator);
  addGetBatch(app, issuer);
  addGetStatus(app, issuer);
  addGetIssuer(app, issuer);
  addGetForeign(app, issuer);
  addGetUploads(app, { ...operator, uploads });
  addPostReceipts(app, operator);
  addGetKeys(app, operator);
  addPostKeyUse(app, operator);
  addPostKeyReSign(app, operator);
  addGetRecordFhir(app, operator);
  addErasures(app, operator);
  addHolds(app, operator);
  addPostReports(app, operator);
  addRetention(app, operator);
  addOrders(app, { ...operator, nowMs: now });
  addStatuses(app, { ...operator, nowMs: now });
  addRulings(app, { ...operator, nowMs: now });
  const auditorTokens = auditorToken === undefined ? [] : [auditorToken];
  const auditor = { issuer, onRequest: requireBearer(operatorToken, ...auditorTokens) };
  addActAudit(app, auditor);
  if (issuer.isConverting)
    addConversions(app, {
      issuer,
      operatorToken,
      operator: operator.onRequest,
      auditor: auditor.onRequest,
    });
  addGetBatchAccount(app, auditor);
  addColourChanges(app, auditor);
  addBookingRoutes(app, {
    desk: () => issuer.bookings,
    now,
    operator: operator.onRequest,
    gate: requireBearer(operatorToken, gateTokenOf(operatorToken)),
    auditor: auditor.onRequest,
  });
  return app;
}
