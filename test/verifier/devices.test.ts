/** Devices at gates: invited once, proven each time, and gone the moment they are revoked. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect } from 'chai';
import { afterEach, before, beforeEach, describe, it } from 'mocha';
import { toBase64url } from '../../core/bytes/base64url.ts';
import { toUtf8 } from '../../core/bytes/utf8.ts';
import { createRandomBytes } from '../../service/clock.ts';
import { toSvg } from '../../core/qr/image.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { deviceMessage, enrolMessage, type Device } from '../../verifier/devices/device.ts';
import { Devices } from '../../verifier/devices/devices.ts';
import { DEVICE_PROBLEMS } from '../../verifier/devices/errors.ts';
import { makeConsortium, vaccinationRecord } from '../support/consortium.ts';
import { makeHolder, type Holder } from '../support/holder.ts';
import { expectRejects } from '../support/throws-code.ts';
import { until } from '../support/until.ts';
import { buildTestVerifier, type TestVerifier } from './support/test-verifier.ts';

const TOKEN = 'an-operator-token-of-32-characters';
const operator = { authorization: `Bearer ${TOKEN}` };
const POST = { gate: 7, group: 'north', policy: 'staff' } as const;

describe('devices', () => {
  const consortium = makeConsortium({ seed: 15 });
  const key: Holder = makeHolder();
  const publicKey = toBase64url(key.publicKey);
  let good: string;
  let folder: string;
  let now: number;
  let devices: Devices;
  let verifier: TestVerifier;

  before(async () => {
    good = (await consortium.issueCodes([vaccinationRecord()]))[0]?.text ?? '';
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hcl-devices-'));
    now = consortium.nowSeconds;
    const staff = { id: 'staff', version: 1, enrolledDevicesOnly: true };
    await writeFile(join(folder, 'staff.json'), JSON.stringify(staff));
    devices = await open();
    verifier = await buildTestVerifier(consortium, {
      policies: [join(folder, 'staff.json'), 'base'],
      enrolment: { devices, operatorToken: TOKEN },
    });
  });
  afterEach(async () => {
    await verifier.app.close();
    await devices[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  const open = (): Promise<Devices> =>
    Devices.open(join(folder, 'devices'), {
      crypto: nodeCrypto,
      randomBytes: createRandomBytes(),
      nowSeconds: () => now,
    });
  const proofOfKey = (secret: string, holder = key): string =>
    toBase64url(holder.sign(enrolMessage(nodeCrypto.sha256(toUtf8(secret)))));
  const enrol = async (): Promise<Device> => {
    const { secret } = await devices.invite(POST, 600);
    return devices.enrol(secret, publicKey, proofOfKey(secret));
  };
  const proofOf = (id: string, timeSeconds = now, holder = key): string =>
    `${id}.${timeSeconds}.${toBase64url(holder.sign(deviceMessage(id, timeSeconds)))}`;
  async function verify(proof?: string, more: object = {}): Promise<string> {
    const headers = proof === undefined ? {} : { 'hcl-device': proof };
    const payload = { code: good, ...more };
    const response = await verifier.app.inject({ method: 'POST', url: '/verify', headers, payload });
    const answer = response.json<{ code?: string; verdicts?: readonly { outcome: string }[] }>();
    return answer.code ?? answer.verdicts?.[0]?.outcome ?? '';
  }

  it('are invited by the operator, enrol with their key, and then serve their gate', async () => {
    const invited = await verifier.app.inject({
      method: 'POST',
      url: '/devices/enrolments',
      headers: operator,
      payload: POST,
    });
    const { secret, svg, text, untilSeconds } = invited.json<{
      secret: string;
      svg: string;
      text: string;
      untilSeconds: number;
    }>();
    expect(text).to.equal(`HCL-ENROL:${secret}`);
    expect(svg).to.equal(toSvg(text));
    expect(invited.headers['cache-control']).to.equal('no-store');
    expect(untilSeconds).to.equal(now + 600);
    const payload = { secret, publicKey, signature: proofOfKey(secret) };
    const enrolled = await verifier.app.inject({ method: 'POST', url: '/devices', payload });
    const { id, ...post } = enrolled.json<Device>();
    expect(post).to.deep.equal(POST);
    expect(await verify(proofOf(id))).to.equal('pass');
    const listed = await verifier.app.inject({ url: '/devices', headers: operator });
    expect(listed.json()).to.deep.equal({
      devices: [
        {
          id,
          ...POST,
          publicKey,
          enrolledAtSeconds: now,
          told: { pass: 1, condition: 0, refer: 0, stop: 0 },
        },
      ],
    });
  });

  it('that are not enrolled are refused where the policy says so, and nowhere else', async () => {
    expect(await verify()).to.equal('DEVICE_NEEDED');
    expect(await verify(undefined, { policy: 'base' })).to.equal('pass');
    const together = await verifier.app.inject({
      method: 'POST',
      url: '/verify/together',
      payload: { codes: [good] },
    });
    expect(together.json()).to.include({ code: 'DEVICE_NEEDED' });
    const headers = { 'content-type': 'application/x-ndjson' };
    const lines = await verifier.app.inject({ method: 'POST', url: '/verify', headers, payload: good });
    expect(lines.json<{ problem: object }>().problem).to.include({ code: 'DEVICE_NEEDED' });
  });

  it('serve their gate and policy, whatever they ask', async () => {
    const { id } = await enrol();
    expect(await verify(proofOf(id), { gate: 8 })).to.equal('DEVICE_OTHER_GATE');
    expect(await verify(proofOf(id), { policy: 'base' })).to.equal('DEVICE_OTHER_POLICY');
    expect(await verify(proofOf(id), { gate: 7, policy: 'staff' })).to.equal('pass');
  });

  it('cannot enrol twice on one invitation, not even at once', async () => {
    const { secret } = await devices.invite(POST, 600);
    const other = makeHolder();
    const attempts = await Promise.allSettled([
      devices.enrol(secret, publicKey, proofOfKey(secret)),
      devices.enrol(secret, toBase64url(other.publicKey), proofOfKey(secret, other)),
    ]);
    expect(attempts.map(({ status }) => status).toSorted()).to.deep.equal(['fulfilled', 'rejected']);
    expect(devices.list()).to.have.length(1);
    await expectRejects(devices.enrol(secret, publicKey, proofOfKey(secret)), 'ENROLMENT_UNKNOWN');
  });

  it('cannot enrol late, on a made up invitation, or with a key that they do not have', async () => {
    const { secret } = await devices.invite(POST, 600);
    const stolen = proofOfKey(secret, makeHolder());
    await expectRejects(devices.enrol(secret, publicKey, stolen), 'ENROLMENT_PROOF_INVALID');
    await expectRejects(devices.enrol(secret, 'AAAA', stolen), 'ENROLMENT_PROOF_INVALID');
    await expectRejects(devices.enrol('A'.repeat(32), publicKey, stolen), 'ENROLMENT_UNKNOWN');
    now += 600;
    await expectRejects(devices.enrol(secret, publicKey, proofOfKey(secret)), 'ENROLMENT_UNKNOWN');
  });

  it('prove themselves within a minute, with their own key', async () => {
    const { id } = await enrol();
    expect(await verify(proofOf(id, now - 60))).to.equal('pass');
    expect(await verify(proofOf(id, now - 61))).to.equal('DEVICE_PROOF_INVALID');
    expect(await verify(proofOf(id, now + 61))).to.equal('DEVICE_PROOF_INVALID');
    expect(await verify(proofOf(id, now, makeHolder()))).to.equal('DEVICE_PROOF_INVALID');
    expect(await verify(`${proofOf(id)}.x`)).to.equal('DEVICE_PROOF_INVALID');
    expect(await verify(`${id}.${now}.!`)).to.equal('DEVICE_PROOF_INVALID');
    expect(await verify('nobody')).to.equal('DEVICE_UNKNOWN');
  });

  it('are refused from the moment they are revoked, though their proof was good before', async () => {
    const { id } = await enrol();
    const proof = proofOf(id);
    expect(await verify(proof)).to.equal('pass');
    const url = `/devices/${id}`;
    expect((await verifier.app.inject({ method: 'DELETE', url, headers: operator })).statusCode).to.equal(
      204,
    );
    expect(await verify(proof)).to.equal('DEVICE_UNKNOWN');
    expect((await verifier.app.inject({ method: 'DELETE', url, headers: operator })).json()).to.include({
      code: 'DEVICE_UNKNOWN',
    });
  });

  it('prove themselves once for a stream of lines, and are served in it until they are revoked', async () => {
    const { id } = await enrol();
    const told: string[] = [];
    const hasPassed = (times: number): Promise<true> =>
      until(() => (devices.list()[0]?.told.pass === times ? true : undefined));
    const lines = Readable.from(
      (async function* () {
        yield `${good}\n`;
        await hasPassed(1);
        now += 3600;
        yield `${good}\n`;
        await hasPassed(2);
        await devices.revoke(id);
        yield `${good}\n`;
      })(),
    );
    const headers = { 'content-type': 'application/x-ndjson', 'hcl-device': proofOf(id) };
    const request = { method: 'POST', url: '/verify', headers } as const;
    const { body } = await verifier.app.inject({ ...request, payload: lines });
    for (const line of body.split('\n').filter(Boolean)) {
      // What the route says.
      const { problem, verdict } = JSON.parse(line) as {
        problem?: { code: string };
        verdict?: { outcome: string };
      };
      told.push(problem?.code ?? verdict?.outcome ?? '');
    }
    expect(told).to.deep.equal(['pass', 'pass', 'DEVICE_UNKNOWN']);
    const late = await verifier.app.inject({ ...request, payload: good });
    expect([late.statusCode, late.json<{ code: string }>().code]).to.deep.equal([403, 'DEVICE_UNKNOWN']);
  });

  it('have their streams whatever nobody enrolled keeps open', async () => {
    const { id } = await enrol();
    const none = { maxOpen: 0, silenceMs: 600_000 };
    const { app } = await buildTestVerifier(consortium, {
      streamLimits: { ofAnybody: none, ofDevices: { ...none, maxOpen: 1 } },
      enrolment: { devices, operatorToken: TOKEN },
    });
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    const statusOf = async (proof: Readonly<Record<string, string>>): Promise<number> => {
      const headers = { 'content-type': 'application/x-ndjson', ...proof };
      return (await fetch(`${url}/verify`, { method: 'POST', headers, body: 'hello\n' })).status;
    };
    expect(await statusOf({})).to.equal(503);
    expect(await statusOf({ 'hcl-device': proofOf(id) })).to.equal(200);
    await app.close();
  });

  it('are not taken for revoked until that is on the disk, but are refused at once', async () => {
    const { id } = await enrol();
    // As a disk that fails: nothing more is written.
    await devices[Symbol.asyncDispose]();
    for (let attempt = 0; attempt < 2; attempt++) {
      await expectRejects(devices.revoke(id), 'STORE_CLOSED');
      await expectRejects(devices.proven(proofOf(id)), 'DEVICE_UNKNOWN');
    }
    devices = await open();
    await devices.revoke(id);
    await expectRejects(devices.revoke(id), 'DEVICE_UNKNOWN');
    await devices[Symbol.asyncDispose]();
    devices = await open();
    expect(devices.list()).to.deep.equal([]);
  });

  it('and invitations outlive a restart, and so does their end', async () => {
    const kept = await enrol();
    const gone = await enrol();
    await devices.revoke(gone.id);
    const { secret } = await devices.invite(POST, 600);
    await devices[Symbol.asyncDispose]();
    devices = await open();
    expect(devices.list().map(({ id }) => id)).to.deep.equal([kept.id]);
    expect((await devices.proven(proofOf(kept.id))).gate).to.equal(7);
    await expectRejects(devices.proven(proofOf(gone.id)), 'DEVICE_UNKNOWN');
    expect(await devices.enrol(secret, publicKey, proofOfKey(secret))).to.include(POST);
  });

  it('are the operator’s to invite, list and revoke', async () => {
    for (const [method, url] of [
      ['POST', '/devices/enrolments'],
      ['GET', '/devices'],
      ['DELETE', '/devices/x'],
    ] as const) {
      expect((await verifier.app.inject({ method, url })).statusCode, url).to.equal(401);
    }
    const payload = { ...POST, policy: 'nowhere' };
    const refused = await verifier.app.inject({
      method: 'POST',
      url: '/devices/enrolments',
      headers: operator,
      payload,
    });
    expect(refused.json()).to.include({ code: 'POLICY_UNKNOWN' });
  });

  it('leave no key, proof or secret in the log', async () => {
    const { id } = await enrol();
    const proof = proofOf(id);
    await verify(proof);
    await verify(`${id}.${now}.${'A'.repeat(86)}`);
    for (const secret of [proof, publicKey, good]) expect(verifier.logged()).not.to.include(secret);
    expect(Object.values(DEVICE_PROBLEMS).every(({ status }) => status === 403)).to.equal(true);
  });
});
