import { describe, it } from 'mocha';
import { expect } from 'chai';
import { toCanonicalJson } from '../../core/bytes/canonical-json.ts';
import { toUtf8 } from '../../core/bytes/utf8.ts';
import { commitmentOf, leafHash } from '../../core/commitment/leaf.ts';
import { verifyJwsWithDidJwt } from '../../core/credential/jwt.ts';
import { signingInput } from '../../core/credential/signing-input.ts';
import { toJws } from '../../core/qr/jws.ts';
import type { UnsignedRecord } from '../../issuer/finish.ts';
import { Finisher } from '../../issuer/finisher.ts';
import { finishingPartsOf } from '../../issuer/finishing-parts.ts';
import { FinishingThread } from '../../issuer/finishing-thread.ts';
import { createSecrets } from '../../issuer/secrets.ts';
import { createRandomBytes } from '../../service/clock.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { expectRejects } from './support/rejects-code.ts';

const randomBytes = createRandomBytes();
const secrets = { did: 'did:web:hk-dh.example', ...createSecrets(randomBytes) };
const parts = finishingPartsOf(secrets, { crypto: nodeCrypto, randomBytes });

function unsigned(count: number): readonly UnsignedRecord[] {
  const bytes = (value: unknown): Uint8Array => toUtf8(toCanonicalJson(value));
  return Array.from({ length: count }, (_, i) => ({
    number: i + 1,
    recordBytes: bytes({ record: i }),
    payloads: [bytes({ place: 0, record: i }), bytes({ place: 1, record: i })],
  }));
}

describe('finishing', () => {
  for (const count of [1, 16, 17, 640]) {
    it(`gives each of ${count} records its entry and its leaves, in order`, async () => {
      await using finisher = new Finisher(secrets, parts);
      const records = unsigned(count);
      const finished = await finisher.finish(records);
      expect(finished).to.have.lengthOf(count);
      const key = nodeCrypto.importEs256(parts.key.publicKey);
      for (const [i, { number, recordBytes, payloads }] of records.entries()) {
        const { sealed, leafHashes } = finished[i]!;
        const entry = parts.sealer.open(number, sealed);
        expect(Buffer.from(entry.recordBytes).equals(recordBytes)).to.equal(true);
        expect(leafHashes).to.have.lengthOf(2);
        for (const [place, payload] of payloads.entries()) {
          const { headerBytes, payloadBytes, signature } = entry.credentials[place]!;
          expect(Buffer.from(payloadBytes).equals(payload)).to.equal(true);
          const good = nodeCrypto.verifyEs256(key, signingInput(headerBytes, payload), signature);
          expect(await good).to.equal(true);
          const leaf = leafHash(nodeCrypto, commitmentOf(nodeCrypto, headerBytes, payload));
          expect(Buffer.from(leafHashes[place]!).equals(leaf)).to.equal(true);
        }
      }
    });
  }

  it('by the thread makes signatures that did-jwt accepts', async () => {
    const thread = new FinishingThread(secrets);
    const [record] = unsigned(1);
    const [finished] = await thread.finish([record!]);
    await thread.end();
    const { credentials } = parts.sealer.open(1, finished!.sealed);
    for (const credential of credentials) {
      expect(verifyJwsWithDidJwt(toJws(credential), parts.key.publicKey)).to.equal(true);
    }
  });

  it('that a dying thread was asked for fails, and the next is done by another', async () => {
    const thread = new FinishingThread(secrets);
    const lost = thread.finish(unsigned(200)).catch((error: unknown) => error);
    await thread.end();
    expect(await lost).to.be.instanceOf(Error);
    expect(thread.isAlive).to.equal(false);
    expect(thread.atHand).to.equal(0);
    await using finisher = new Finisher(secrets, parts);
    expect(await finisher.finish(unsigned(100))).to.have.lengthOf(100);
  });

  it('that waits when the issuer closes fails, and starts no other thread', async () => {
    const finisher = new Finisher(secrets, parts);
    const cut = finisher.finish(unsigned(640)).catch((error: unknown) => error);
    await finisher[Symbol.asyncDispose]();
    // Whoever sent the records is told to send them again, as when the store fails under them.
    expect(await cut).to.have.property('code', 'STORE_FAILED');
    for (const count of [1, 640]) await expectRejects(() => finisher.finish(unsigned(count)), 'STORE_FAILED');
  });

  it('serves several callers at once, each with its own', async () => {
    await using finisher = new Finisher(secrets, parts);
    const sizes = [120, 3, 75, 500];
    const answers = await Promise.all(sizes.map((size) => finisher.finish(unsigned(size))));
    for (const [i, answer] of answers.entries()) {
      expect(answer).to.have.lengthOf(sizes[i]!);
      answer.forEach(({ sealed }, place) => {
        expect(Buffer.from(parts.sealer.open(place + 1, sealed).recordBytes).toString()).to.equal(
          `{"record":${place}}`,
        );
      });
    }
  });
});
