/**
 * A witness on HTTP (C2SP tlog-witness): `POST /add-checkpoint`. A conflict answers the size that was signed last as
 * `text/x.tlog.size`, everything else that is refused a problem.
 */
import { buildService, type Service, type ServiceLimits } from '../../service/app.ts';
import type { createLogger } from '../../service/logging.ts';
import { createMetrics } from '../../service/metrics.ts';
import { Type } from '../../service/schema.ts';
import { WITNESS_PROBLEMS, WitnessError } from './errors.ts';
import type { Witness } from './witness.ts';

export interface WitnessAppOptions {
  readonly witness: Pick<Witness, 'addCheckpoint'>;
  readonly logger: ReturnType<typeof createLogger>;
  readonly limits?: Partial<ServiceLimits>;
}

const MAX_BODY_BYTES = 64 * 1024;

export async function buildWitnessApp({ witness, logger, limits }: WitnessAppOptions): Promise<Service> {
  const app = await buildService({
    name: 'Health Code Ledger witness',
    description: 'Cosigns checkpoints of a log that only grew (C2SP tlog-witness).',
    logger,
    metrics: createMetrics(),
    readiness: [],
    problems: WITNESS_PROBLEMS,
    limits: { maxBodyBytes: MAX_BODY_BYTES, ...limits },
  });
  // Any media type, or none: the protocol names none.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  app.post(
    '/add-checkpoint',
    {
      schema: {
        tags: ['witness'],
        summary: 'Cosign a checkpoint',
        body: Type.String({ description: 'old size, consistency proof, checkpoint' }),
        response: { 200: Type.String(), 409: Type.String() },
      },
    },
    async (request, reply) => {
      try {
        const line = await witness.addCheckpoint(request.body);
        return await reply.type('text/plain; charset=utf-8').send(line);
      } catch (error) {
        if (!(error instanceof WitnessError) || error.size === undefined) throw error;
        return reply.code(409).type('text/x.tlog.size').send(`${error.size}\n`);
      }
    },
  );
  return app;
}
