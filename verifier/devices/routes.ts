/**
 * Devices at the gates (`devices.ts`):
 *
 *   POST /devices/enrolments   operator  {"gate", "group"?, "policy"?, "ttlSeconds"?} → {"secret", "text", "untilSeconds"}
 *   POST /devices              device    {"secret", "publicKey", "signature"} → {"id", "gate", "group", "policy"?}
 *   GET /devices               operator  all of them, and what they were told since the start
 *   DELETE /devices/:id        operator  no longer served, at once
 *
 * `text` is what the QR shows: `HCL-ENROL:` and the secret.
 */
import type { Service } from '../../service/app.ts';
import type { Guard } from '../../service/bearer.ts';
import { Closed, Type, type Static } from '../../service/schema.ts';
import { GateNumber } from '../routes/scan-request.ts';
import type { Post } from './device.ts';
import type { DeviceDesk } from './devices.ts';

/** The clerk walks from the desk to the gate. */
const TTL_SECONDS = 600;
const MAX_TTL_SECONDS = 3600;
const PREFIX = 'HCL-ENROL:';

const Word = Type.String({ minLength: 1, maxLength: 100 });
const Base64url = (length: number): ReturnType<typeof Type.String> =>
  Type.String({ pattern: `^[A-Za-z0-9_-]{${length}}$` });
const Gate = Type.Unsafe<number>(GateNumber);
const PostMembers = {
  gate: Gate,
  group: Type.Optional(Type.String({ maxLength: 100 })),
  policy: Type.Optional(Word),
};
const Invitation = Closed({
  ...PostMembers,
  ttlSeconds: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_TTL_SECONDS })),
});
const Invited = Closed({ secret: Type.String(), text: Type.String(), untilSeconds: Type.Integer() });
// 24, 65 and 64 bytes.
const Claim = Closed({ secret: Base64url(32), publicKey: Base64url(87), signature: Base64url(86) });
const Enrolled = Closed({ id: Type.String(), gate: Gate, group: Type.String(), policy: Type.Optional(Word) });
const Count = Type.Integer();
const Listed = Closed({
  id: Type.String(),
  gate: Gate,
  group: Type.String(),
  policy: Type.Optional(Word),
  publicKey: Type.String(),
  enrolledAtSeconds: Type.Integer(),
  told: Closed({ pass: Count, condition: Count, refer: Count, stop: Count }),
});

export interface DeviceRoutesOptions {
  readonly devices: DeviceDesk;
  readonly operator: Guard;
  /** Ids of the policies that the checkpoint knows. Throws `PolicyError` for another. */
  readonly checkPolicy: (id: string | undefined) => unknown;
}

export function addDeviceRoutes(app: Service, options: DeviceRoutesOptions): void {
  const { checkPolicy, devices, operator: onRequest } = options;
  const operator = { tags: ['operator'], security: [{ operator: [] }] };
  app.post(
    '/devices/enrolments',
    { onRequest, schema: { ...operator, body: Invitation, response: { 200: Invited } } },
    async ({ body }) => {
      checkPolicy(body.policy);
      const { secret, untilSeconds } = await devices.invite(postOf(body), body.ttlSeconds ?? TTL_SECONDS);
      return { secret, text: PREFIX + secret, untilSeconds };
    },
  );
  app.post(
    '/devices',
    { schema: { tags: ['devices'], body: Claim, response: { 200: Enrolled } } },
    async ({ body }, reply) => {
      void reply.header('cache-control', 'no-store');
      const { gate, group, id, policy } = await devices.enrol(body.secret, body.publicKey, body.signature);
      return { id, gate, group, ...(policy === undefined ? {} : { policy }) };
    },
  );
  app.get(
    '/devices',
    { onRequest, schema: { ...operator, response: { 200: Closed({ devices: Type.Array(Listed) }) } } },
    async () => ({ devices: [...(await devices.list())] }),
  );
  app.delete(
    '/devices/:id',
    { onRequest, schema: { ...operator, params: Closed({ id: Word }), response: { 204: Type.Null() } } },
    async ({ params }, reply) => {
      await devices.revoke(params.id);
      return await reply.code(204).send(null);
    },
  );
}

function postOf({ gate, group = '', policy }: Static<typeof Invitation>): Post {
  return { gate, group, ...(policy === undefined ? {} : { policy }) };
}
