/**
 * `POST /turnstile`: one code in, one signed decision out (`core/verify/decision.ts`). It says nothing of the person or the
 * credential, so whatever stands between here and the motor may see it.
 *
 *   application/json  {"code": "HCL1:…", "gate": 7, "nonce": "<18 random bytes, base64url>"} and what the scan asks
 *   answer            {"outcome": "pass", "decision": "<base64url>"}
 *
 * What an enrolled turnstile's scan asks stands in its enrolment alone: policy, passage, trip, and whether a document is
 * compared.
 */
import type { NoteSigner } from '../../core/bundle/cosignature.ts';
import { fromBase64url } from '../../core/bytes/base64url.ts';
import { decisionOf, signDecision } from '../../core/verify/decision.ts';
import { OUTCOMES, type Outcome } from '../../core/verify/reasons.ts';
import type { Service } from '../../service/app.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { Closed, Type } from '../../service/schema.ts';
import type { ScanAsker } from '../devices/scan-asker.ts';
import type { VerifierMetrics } from '../metrics.ts';
import { GateNumber, ScanMembers, scanRequestOf } from '../routes/scan-request.ts';
import type { Checkpoint } from '../verifier.ts';

const Body = Closed({
  code: Type.String(),
  ...ScanMembers,
  gate: Type.Unsafe<number>(GateNumber),
  // 18 bytes are 24 characters, each of which counts.
  nonce: Type.String({ pattern: '^[A-Za-z0-9_-]{24}$' }),
});
const Answer = Closed({
  outcome: Type.Unsafe<Outcome>(Type.Enum([...OUTCOMES])),
  decision: Type.String(),
});

export interface TurnstileOptions {
  readonly verifier: Pick<Checkpoint, 'verify' | 'state'>;
  readonly metrics: VerifierMetrics;
  readonly askedBy: ScanAsker;
  readonly signer: Pick<NoteSigner, 'sign'>;
  readonly nowSeconds: () => number;
}

export function addTurnstileRoute(app: Service, options: TurnstileOptions): void {
  const { askedBy, metrics, nowSeconds, signer, verifier } = options;
  app.post(
    '/turnstile',
    {
      schema: {
        tags: ['verify'],
        summary: 'One code in, one signed decision without identity out',
        body: Body,
        response: { 200: Answer },
      },
    },
    async (request, reply) => {
      void reply.header('cache-control', 'no-store');
      const { code, nonce, ...asked } = request.body;
      const scan = await (await askedBy(request, { isAttended: false }))(scanRequestOf(asked));
      const verdict = await verifier.verify(code, scan);
      metrics.count(verdict, scan.device);
      const decision = decisionOf(
        verdict,
        {
          code,
          gate: scan.gate ?? asked.gate,
          nonce: fromBase64url(nonce),
          timeSeconds: nowSeconds(),
          block: Math.max(0, verifier.state.head.number),
          stateVersion: verifier.state.version,
        },
        nodeCrypto,
      );
      return { outcome: verdict.outcome, decision: await signDecision(decision, signer.sign) };
    },
  );
}
