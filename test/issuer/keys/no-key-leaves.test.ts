/**
 * K3, the issuer's part: the bytes of keys and salts stand nowhere but in memory. An issuer works, fails in every way that
 * has to do with keys, and stops; then everything it has written and said is searched for them, in each form that bytes
 * take.
 */
import { Writable } from 'node:stream';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { expect } from 'chai';
import { fromBase64url } from '../../../core/bytes/base64url.ts';
import { fromHex } from '../../../core/bytes/hex.ts';
import { toUtf8 } from '../../../core/bytes/utf8.ts';
import { buildIssuerApp } from '../../../issuer/app.ts';
import { Issuer } from '../../../issuer/issuer.ts';
import { fileKeyStore } from '../../../issuer/keys/file-key-store.ts';
import { keyFilesIn, openIssuerKeys, openOrCreateIssuerKeys } from '../../../issuer/keys/issuer-keys.ts';
import { writeAccountKeys } from '../../../issuer/keys/ledger-account-file.ts';
import { SigningKeyStore } from '../../../issuer/keys/signing-key-store.ts';
import { createUnlockFile, readUnlock } from '../../../issuer/keys/unlock.ts';
import { createRandomBytes } from '../../../service/clock.ts';
import { createLogger, toSafeError } from '../../../service/logging.ts';
import { issueAll, IssuerHouse, labTest, vaccination } from '../support/issuer-house.ts';

const randomBytes = createRandomBytes();

/** A secret as bytes, and as the texts that might hold it: hex, and base64 at each of its three alignments. */
function formsOf(secret: Uint8Array): readonly Buffer[] {
  const bytes = Buffer.from(secret);
  const hex = bytes.toString('hex');
  const aligned = [0, 1, 2].flatMap((shift) => {
    const padded = Buffer.concat([Buffer.alloc(shift), bytes]);
    // The first and last characters also hold bits of what stands beside.
    const inner = (text: string): string =>
      text.slice(shift === 0 ? 0 : 4, Math.floor((padded.length / 3) | 0) * 4);
    return [inner(padded.toString('base64')), inner(padded.toString('base64url'))];
  });
  return [bytes, ...[hex, hex.toUpperCase(), ...aligned].map((text) => Buffer.from(text, 'latin1'))];
}

async function* filesIn(folder: string): AsyncGenerator<{ readonly path: string; readonly bytes: Buffer }> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if ((await stat(path)).isDirectory()) yield* filesIn(path);
    else yield { path, bytes: await readFile(path) };
  }
}

describe('K3: keys and salts', () => {
  it('would be found: every form is one that the search knows', () => {
    const secret = randomBytes(32);
    const bytes = Buffer.from(secret);
    const around = (shift: number): Buffer => Buffer.concat([randomBytes(shift), bytes, randomBytes(5)]);
    const hidden = [
      bytes,
      Buffer.from(`key=${bytes.toString('hex')}`),
      ...[0, 1, 2, 3].flatMap((shift) => [
        Buffer.from(around(shift).toString('base64')),
        Buffer.from(around(shift).toString('base64url')),
      ]),
    ];
    for (const place of hidden) expect(formsOf(secret).some((form) => place.includes(form))).to.equal(true);
    const elsewhere = Buffer.from(Buffer.from(randomBytes(64)).toString('base64'));
    expect(formsOf(secret).some((form) => elsewhere.includes(form))).to.equal(false);
  });

  it('stand in no file, log, metric, answer or error of the issuer', async function () {
    this.timeout(60_000);
    await using house = await IssuerHouse.create();
    const said: Buffer[] = [];
    const destination = new Writable({
      write(chunk: Buffer, _, done) {
        said.push(chunk);
        done();
      },
    });
    const unlock = await createUnlockFile(join(house.folder, 'unlock.key'), randomBytes);
    const folder = join(house.folder, 'keys');
    const options = { folder, unlock, randomBytes, nowSeconds: () => 1 };
    const { secrets, signing } = await openOrCreateIssuerKeys({
      ...options,
      plainFile: join(house.folder, 'none'),
    });
    const next = await signing.add(2);
    const files = keyFilesIn(folder, { secret: await readUnlock(unlock), randomBytes });
    const handles: string[] = [];
    {
      await using issuer = await Issuer.open(
        house.config(),
        secrets,
        house.ports({
          keyStore: fileKeyStore(files.signing),
          log: createLogger({ name: 'issuer', level: 'debug', destination }),
        }),
      );
      const app = await buildIssuerApp({
        issuer,
        operatorToken: secrets.operatorToken,
        now: () => house.nowMs,
        logger: createLogger({ name: 'issuer', level: 'debug', destination }),
        limits: { maxEventLoopDelayMs: 0 },
      });
      const ask = async (method: 'GET' | 'POST', url: string, payload?: object): Promise<void> => {
        const headers = { authorization: `Bearer ${secrets.operatorToken}` };
        const answer = await app.inject({
          method,
          url,
          headers,
          ...(payload === undefined ? {} : { payload }),
        });
        said.push(Buffer.from(answer.body));
      };
      const rows = await issueAll(issuer, [vaccination(1), labTest(2)]);
      handles.push(...rows.flatMap(({ credentials }) => credentials.map(({ handle }) => handle)));
      await issuer.settle();
      await ask('POST', '/keys/use', { kid: 'A'.repeat(43) });
      await ask('POST', '/keys/use', { kid: next.kid });
      await ask('POST', '/keys/re-sign');
      for (const url of ['/keys', '/issuer', '/metrics', '/status', '/health/ready']) await ask('GET', url);
      house.ledger.isDown = true;
      await issuer
        .settle()
        .catch((error: unknown) => said.push(Buffer.from(JSON.stringify(toSafeError(error)))));
      await app.close();
    }
    await writeAccountKeys(files.account, { current: `0x${'00'.repeat(31)}01` });
    for (const attempt of [
      () => openIssuerKeys(options),
      () => openIssuerKeys({ ...options, unlock: { kind: 'key-file', path: join(house.folder, 'gone') } }),
      () => SigningKeyStore.open({ ...files.signing, secret: { bytes: randomBytes(32), cost: 1024 } }),
    ]) {
      await attempt().catch((error: unknown) => {
        const { message, stack } = error as Error; // all three reject with one
        said.push(Buffer.from(JSON.stringify([message, stack, toSafeError(error)])));
      });
    }

    const searched: Readonly<Record<string, Uint8Array>> = {
      'signing key': fromBase64url(secrets.signingKey.d),
      'next signing key': fromBase64url(next.jwk.d),
      'ledger account': fromHex(secrets.ledgerAccountKey),
      'key-encryption key': secrets.keyEncryption[0].key,
      'index key': secrets.indexKey,
      'batch seed': secrets.batchSeed,
      'operator token as text': toUtf8(secrets.operatorToken),
      'operator token': fromBase64url(secrets.operatorToken),
      ...Object.fromEntries(handles.map((handle, i) => [`salt ${i}`, fromBase64url(handle)])),
    };
    expect(said.length).to.be.greaterThan(10);
    const places: { readonly path: string; readonly bytes: Buffer }[] = [
      { path: 'what was said', bytes: Buffer.concat(said) },
    ];
    for await (const file of filesIn(house.folder)) places.push(file);
    expect(places.length).to.be.greaterThan(5);
    for (const { path, bytes } of places) {
      for (const [name, secret] of Object.entries(searched)) {
        const isThere = formsOf(secret).some((form) => bytes.includes(form));
        expect(isThere, `${name} in ${path}`).to.equal(false);
      }
    }
  });
});
