/**
 * `POST /verify/together`: all codes that one person shows, and one decision on all of them.
 *
 *   application/json  {"codes": ["HC1:…", "shc:/…", …], "policy"?, "passage"?, "trip"?, "document"?}
 *   answer            {"codes": 3, "verdict": {"outcome": …, "parts": [ … ]}}
 *
 * Each code that is looked at counts as one request; where one would be too many, none is. As with `POST /verify`,
 * answers are never cached and bodies never logged.
 */
import type { Service } from '../../service/app.ts';
import { Closed, Type } from '../../service/schema.ts';
import { Scan } from '../../core/verify/scan.ts';
import type { VerifierMetrics } from '../metrics.ts';
import type { Checkpoint } from '../verifier.ts';
import { CombinedVerdictSchema } from '../verdict-schema.ts';
import { ScanMembers, scanRequestOf } from './scan-request.ts';
import { MAX_BODY_BYTES, MAX_CODES, type VerifyRouteOptions } from './verify.ts';
import { refusalOfOneMore } from './verify-lines.ts';

const Body = Closed({ codes: Type.Array(Type.String(), { maxItems: MAX_CODES }), ...ScanMembers });
const Answer = Closed({ codes: Type.Integer(), verdict: CombinedVerdictSchema });

export function addVerifyTogetherRoute(
  app: Service,
  verifier: Pick<Checkpoint, 'verifyTogether'>,
  metrics: VerifierMetrics,
  { askedBy, isFull }: Pick<VerifyRouteOptions, 'askedBy' | 'isFull'>,
): void {
  app.post(
    '/verify/together',
    {
      bodyLimit: MAX_BODY_BYTES,
      schema: {
        tags: ['verify'],
        summary: 'All codes of one person in, one verdict out',
        body: Body,
        response: { 200: Answer },
      },
    },
    async (request, reply) => {
      const scan = new Scan();
      for (const code of request.body.codes) scan.add(code);
      // The first one is the request itself, which was let in.
      for (const _ of scan.codes.slice(1)) {
        const refused = refusalOfOneMore({ isBehind: app.isBehind, isFull });
        if (refused !== undefined) throw refused;
      }
      const asked = await (await askedBy(request))(scanRequestOf(request.body));
      const verdict = await verifier.verifyTogether(scan.codes, asked);
      metrics.count(verdict, asked.device);
      void reply.header('cache-control', 'no-store');
      return { codes: scan.count, verdict };
    },
  );
}
