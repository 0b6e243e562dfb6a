/**
 * Devices at the gates (`devices.ts`):
 *
 *   POST /devices/enrolments   operator  a post, {"ttlSeconds"?} → {"secret", "text", "svg", "untilSeconds"}
 *   POST /devices              device    {"secret", "publicKey", "signature"} → {"id"} and its post
 *   GET /devices               operator  all of them, and what they were told since the start
 *   DELETE /devices/:id        operator  no longer served, at once
 *
 * A post is {"gate", "group"?, "policy"?, "passage"?, "trip"?, "comparesDocument"?} (`device.ts`).
 *
 * `text` is what the QR shows: `HCL-ENROL:` and the secret; `svg` is the QR, a picture to put on a screen.
 */
import type { Service } from '../../service/app.ts';
import type { Guard } from '../../service/bearer.ts';
import { Closed, Type } from '../../service/schema.ts';
import { toSvg } from '../../core/qr/image.ts';
import { GateNumber, ScanMembers } from '../routes/scan-request.ts';
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
  passage: ScanMembers.passage,
  trip: ScanMembers.trip,
  comparesDocument: Type.Optional(Type.Boolean()),
};
/** A device says its group always. */
const PostShown = { ...PostMembers, group: Type.String() };
const Invitation = Closed({
  ...PostMembers,
  ttlSeconds: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_TTL_SECONDS })),
});
const Invited = Closed({
  secret: Type.String(),
  text: Type.String(),
  svg: Type.String(),
  untilSeconds: Type.Integer(),
});
// 24, 65 and 64 bytes.
const Claim = Closed({ secret: Base64url(32), publicKey: Base64url(87), signature: Base64url(86) });
const Enrolled = Closed({ id: Type.String(), ...PostShown });
const Count = Type.Integer();
const Listed = Closed({
  id: Type.String(),
  ...PostShown,
  publicKey: Type.String(),
  enrolledAtSeconds: Type.Integer(),
  told: Closed({ pass: Count, condition: Count, refer: Count, stop: Count }),
});

export interface DeviceRoutesOptions {
  readonly devices: DeviceDesk;
  readonly operator: Guard;
  /** Throws `PolicyError` for a post that the checkpoint's policies cannot serve. */
  readonly checkPost: (post: Post) => Promise<unknown>;
}

export function addDeviceRoutes(app: Service, options: DeviceRoutesOptions): void {
  const { checkPost, devices, operator: onRequest } = options;
  const operator = { tags: ['operator'], security: [{ operator: [] }] };
  app.post(
    '/devices/enrolments',
    { onRequest, schema: { ...operator, body: Invitation, response: { 200: Invited } } },
    async ({ body }, reply) => {
      void reply.header('cache-control', 'no-store');
      const { ttlSeconds = TTL_SECONDS, group = '', ...rest } = body;
      const post = { ...rest, group };
      await checkPost(post);
      const { secret, untilSeconds } = await devices.invite(post, ttlSeconds);
      const text = PREFIX + secret;
      return { secret, text, svg: toSvg(text), untilSeconds };
    },
  );
  app.post(
    '/devices',
    { schema: { tags: ['devices'], body: Claim, response: { 200: Enrolled } } },
    async ({ body }, reply) => {
      void reply.header('cache-control', 'no-store');
      const device = await devices.enrol(body.secret, body.publicKey, body.signature);
      const { enrolledAtSeconds: _, publicKey: __, ...told } = device;
      return told;
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
