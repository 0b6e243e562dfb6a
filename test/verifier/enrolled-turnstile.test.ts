/** What an enrolled device's scan asks stands in its enrolment; at a turnstile, where nobody stands, in nothing else. */
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { toBase64url } from '../../core/bytes/base64url.ts';
import { toUtf8 } from '../../core/bytes/utf8.ts';
import { NONCE_BYTES } from '../../core/verify/decision.ts';
import { createRandomBytes } from '../../service/clock.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { deviceMessage, enrolMessage, type Post } from '../../verifier/devices/device.ts';
import { Devices } from '../../verifier/devices/devices.ts';
import { makeConsortium, testRecord, vaccinationRecord } from '../support/consortium.ts';
import { makeHolder } from '../support/holder.ts';
import { policyJson, ruleJson } from '../support/policies.ts';
import { testSigner } from '../support/signers.ts';
import { buildTestVerifier, type TestVerifier } from './support/test-verifier.ts';

const TOKEN = 'an-operator-token-of-32-characters';
const PASSAGE = { jurisdiction: 'MO', place: 'port:HZMB', route: 'CN-ZH>MO', traveller: 'resident' } as const;
const LAXER = { ...PASSAGE, traveller: 'visitor' } as const;
const MINE = { number: 'A123456(3)', type: 'HKID', name: 'CHAN TAI-MAN', birth: '1980-01-01' };
const ANOTHER = { number: 'Z6833655' };
const BOOKED = { '===': [{ var: 'external.trip.booked' }, true] };

describe('an enrolled turnstile', () => {
  const consortium = makeConsortium({ seed: 19 });
  const key = makeHolder();
  let dose: string;
  let test: string;
  let folder: string;
  let devices: Devices;
  let verifier: TestVerifier;

  const openDevices = (name: string): Promise<Devices> =>
    Devices.open(join(folder, name), {
      crypto: nodeCrypto,
      randomBytes: createRandomBytes(),
      nowSeconds: () => consortium.nowSeconds,
    });

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hcl-turnstile-'));
    const records = [vaccinationRecord(), testRecord({ subject: vaccinationRecord().subject })];
    const codes = await consortium.issueCodes(records, { profile: 'travel' });
    [dose = '', test = ''] = codes.map(({ text }) => text);
    const policy = policyJson({ id: 'booked', rules: [ruleJson({ logic: BOOKED })] });
    await writeFile(join(folder, 'booked.json'), JSON.stringify(policy));
    devices = await openDevices('devices');
    verifier = await buildTestVerifier(consortium, {
      policies: ['base', join(folder, 'booked.json')],
      turnstile: { signer: testSigner(5), nowSeconds: () => consortium.nowSeconds },
      enrolment: { devices, operatorToken: TOKEN },
    });
  });
  after(async () => {
    await verifier.app.close();
    await devices[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  /** Its proof. */
  async function enrolled(post: Partial<Post>): Promise<string> {
    const { secret } = await devices.invite({ gate: 7, group: '', ...post }, 600);
    const signature = toBase64url(key.sign(enrolMessage(nodeCrypto.sha256(toUtf8(secret)))));
    const { id } = await devices.enrol(secret, toBase64url(key.publicKey), signature);
    const now = consortium.nowSeconds;
    return `${id}.${now}.${toBase64url(key.sign(deviceMessage(id, now)))}`;
  }

  /** Outcome, or why it is refused. */
  async function turnstile(proof: string, code: string, asked: object = {}): Promise<string> {
    const nonce = toBase64url(new Uint8Array(NONCE_BYTES));
    return told('/turnstile', proof, { code, gate: 7, nonce, ...asked });
  }

  async function told(url: string, proof: string, payload: object): Promise<string> {
    const headers = { 'hcl-device': proof };
    const response = await verifier.app.inject({ method: 'POST', url, headers, payload });
    const answer = response.json<{
      code?: string;
      outcome?: string;
      verdicts?: readonly { outcome: string }[];
    }>();
    expect(response.statusCode).to.equal(answer.code === undefined ? 200 : 403);
    return answer.code ?? answer.outcome ?? answer.verdicts?.[0]?.outcome ?? '';
  }

  it('asks the passage that it was enrolled for, and no other', async () => {
    const proof = await enrolled({ passage: PASSAGE });
    expect(await turnstile(await enrolled({}), test), 'without a passage').to.equal('pass');
    expect(await turnstile(proof, test)).to.equal('condition');
    expect(await turnstile(proof, test, { passage: { ...PASSAGE } })).to.equal('condition');
    expect(await turnstile(proof, test, { passage: LAXER })).to.equal('DEVICE_OTHER_PASSAGE');
  });

  it('asks with the trip that it was enrolled for, and no other', async () => {
    const proof = await enrolled({ policy: 'booked', trip: { booked: true } });
    expect(await turnstile(await enrolled({ policy: 'booked' }), dose), 'without a trip').to.equal('stop');
    expect(await turnstile(proof, dose)).to.equal('pass');
    expect(await turnstile(proof, dose, { trip: { booked: false } })).to.equal('DEVICE_OTHER_TRIP');
    expect(await turnstile(proof, dose, { trip: { booked: true, late: true } })).to.equal(
      'DEVICE_OTHER_TRIP',
    );
  });

  it('compares a document with each code, if that is what it was enrolled for', async () => {
    const proof = await enrolled({ comparesDocument: true });
    expect(await turnstile(proof, dose, { document: MINE })).to.equal('pass');
    expect(await turnstile(proof, dose, { document: ANOTHER })).to.equal('stop');
    expect(await turnstile(proof, dose), 'not to be left out').to.equal('DEVICE_OTHER_DOCUMENT');
  });

  it('that was enrolled for none of them asks none of them', async () => {
    const proof = await enrolled({ policy: 'booked' });
    expect(await turnstile(proof, dose, { trip: { booked: true } })).to.equal('DEVICE_OTHER_TRIP');
    expect(await turnstile(proof, dose, { passage: PASSAGE })).to.equal('DEVICE_OTHER_PASSAGE');
    expect(await turnstile(proof, dose, { document: MINE })).to.equal('DEVICE_OTHER_DOCUMENT');
  });

  it('leaves an officer’s device free to say what its enrolment does not, and nothing else', async () => {
    const free = await enrolled({ policy: 'booked' });
    const asked = { code: dose, trip: { booked: true }, document: MINE };
    expect(await told('/verify', free, asked)).to.equal('pass');
    const bound = await enrolled({ policy: 'booked', trip: { booked: false }, comparesDocument: true });
    expect(await told('/verify', bound, asked)).to.equal('DEVICE_OTHER_TRIP');
    expect(await told('/verify', bound, { code: dose })).to.equal('DEVICE_OTHER_DOCUMENT');
    expect(await told('/verify', bound, { code: dose, document: MINE })).to.equal('stop');
  });

  it('is not invited for a passage that its policy does not go by', async () => {
    const response = await verifier.app.inject({
      method: 'POST',
      url: '/devices/enrolments',
      headers: { authorization: `Bearer ${TOKEN}` },
      payload: { gate: 7, policy: 'booked', passage: PASSAGE },
    });
    expect(response.json()).to.include({ status: 400, code: 'POLICY_SETTINGS' });
  });

  it('is told its post when it enrols, and has the same one after a restart', async () => {
    const post = {
      gate: 9,
      group: 'north',
      passage: PASSAGE,
      trip: { booked: true },
      comparesDocument: true,
    };
    const headers = { authorization: `Bearer ${TOKEN}` };
    const url = '/devices/enrolments';
    const invited = await verifier.app.inject({ method: 'POST', url, headers, payload: post });
    const { secret } = invited.json<{ secret: string }>();
    const signature = toBase64url(key.sign(enrolMessage(nodeCrypto.sha256(toUtf8(secret)))));
    const payload = { secret, publicKey: toBase64url(key.publicKey), signature };
    const { id, ...own } = (await verifier.app.inject({ method: 'POST', url: '/devices', payload })).json<{
      id: string;
    }>();
    expect(own).to.deep.equal(post);
    await cp(join(folder, 'devices'), join(folder, 'copy'), { recursive: true });
    await using again = await openDevices('copy');
    expect(again.served(id)).to.deep.include(post);
  });
});
