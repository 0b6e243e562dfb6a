/** Witnesses and publishers refuse to start with a key that anybody could have (K6). */
import { Buffer } from 'node:buffer';
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { readNoteKey } from '../../service/note-key.ts';
import { toHex } from '../../core/bytes/hex.ts';
import { HclError } from '../../core/errors.ts';

/** RFC 8032 §7.1, TEST 1, TEST 2 and TEST 3. */
const PUBLISHED = [
  '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
  '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
  'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
];

function jwkOf(seed: string): Record<string, unknown> {
  const der = Buffer.concat([
    Buffer.from('302e020100300506032b657004220420', 'hex'),
    Buffer.from(seed, 'hex'),
  ]);
  return { ...createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }).export({ format: 'jwk' }) };
}

const good = { ...generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }) };
const other = { ...generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }) };
const p256 = { ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }) };
const publicKey = new Uint8Array(Buffer.from(String(good['x']), 'base64url'));

describe('a key that signs checkpoints', () => {
  let folder: string;
  before(async () => (folder = await mkdtemp(join(tmpdir(), 'hcl-witness-key-'))));
  after(async () => rm(folder, { recursive: true, force: true }));

  async function read(
    content: unknown,
    options: { mode?: number; otherThan?: readonly Uint8Array[] } = {},
  ): Promise<string> {
    const { mode = 0o600, otherThan = [] } = options;
    const path = join(folder, 'key.jwk.json');
    await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
    await chmod(path, mode);
    return outcome(path, otherThan);
  }

  async function outcome(path: string, otherThan: readonly Uint8Array[] = []): Promise<string> {
    try {
      return toHex((await readNoteKey({ name: 'witness.example', path, otherThan })).publicKey);
    } catch (error) {
      if (error instanceof HclError) return error.code;
      throw error;
    }
  }

  it('opens when it is good', async () => {
    expect(await read(good)).to.equal(toHex(publicKey));
    expect(await read(good, { otherThan: [new Uint8Array(32)] })).to.equal(toHex(publicKey));
  });

  const bad: readonly (readonly [
    what: string,
    code: string,
    content: unknown,
    options?: Parameters<typeof read>[1],
  ])[] = [
    ['readable by a group', 'FILE_READABLE_BY_OTHERS', good, { mode: 0o640 }],
    ['readable by all', 'FILE_READABLE_BY_OTHERS', good, { mode: 0o604 }],
    ['empty', 'NOTE_KEY_DAMAGED', ''],
    ['not JSON', 'NOTE_KEY_DAMAGED', '-----BEGIN PRIVATE KEY-----'],
    ['cut short', 'NOTE_KEY_DAMAGED', JSON.stringify(good).slice(0, -5)],
    ['a public key', 'NOTE_KEY_DAMAGED', { kty: 'OKP', crv: 'Ed25519', x: good['x'] }],
    ['a key of another kind', 'NOTE_KEY_DAMAGED', p256],
    ['with something beside it', 'NOTE_KEY_DAMAGED', { ...good, use: 'sig' }],
    ['of two halves', 'NOTE_KEY_MISMATCH', { ...good, x: other['x'] }],
    ['all zero', 'NOTE_KEY_WEAK', jwkOf('00'.repeat(32))],
    [
      'counting up',
      'NOTE_KEY_WEAK',
      jwkOf(Buffer.from(Array.from({ length: 32 }, (_, i) => i)).toString('hex')),
    ],
    ['somebody else’s', 'NOTE_KEY_SHARED', good, { otherThan: [publicKey] }],
    ...PUBLISHED.map((seed, i) => [`published, ${i + 1}`, 'NOTE_KEY_WELL_KNOWN', jwkOf(seed)] as const),
  ];
  for (const [what, code, content, options] of bad) {
    it(`is refused when it is ${what}: ${code}`, async () =>
      expect(await read(content, options)).to.equal(code));
  }

  it('is refused when it is not there, or a folder', async () => {
    await mkdir(join(folder, 'folder'), { mode: 0o700 });
    expect(await outcome(join(folder, 'nothing'))).to.equal('NOTE_KEY_MISSING');
    expect(await outcome(join(folder, 'folder'))).to.equal('NOTE_KEY_MISSING');
  });

  it('signs as node:crypto does', async () => {
    await read(good);
    const { sign } = await readNoteKey({ name: 'w', path: join(folder, 'key.jwk.json') });
    expect(await sign(new Uint8Array(3))).to.have.length(64);
    expect(createPublicKey({ key: good, format: 'jwk' }).asymmetricKeyType).to.equal('ed25519');
  });
});
