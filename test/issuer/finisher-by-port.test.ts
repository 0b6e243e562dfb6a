import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, it } from 'mocha';
import { expect } from 'chai';
import { toUtf8 } from '../../core/bytes/utf8.ts';
import { isLowS } from '../../core/credential/low-s.ts';
import { signingInput } from '../../core/credential/signing-input.ts';
import type { UnsignedRecord } from '../../issuer/finish.ts';
import { FinisherByPort } from '../../issuer/finisher-by-port.ts';
import { finishingPartsOf } from '../../issuer/finishing-parts.ts';
import { createSecrets } from '../../issuer/secrets.ts';
import type { Es256Signer } from '../../issuer/signer-port.ts';
import { credentialKeyOf } from '../../issuer/signing.ts';
import { createRandomBytes } from '../../service/clock.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { Issuer } from '../../issuer/issuer.ts';
import { collect, IssuerHouse, rowsOf, vaccination } from './support/issuer-house.ts';
import { expectRejects } from './support/rejects-code.ts';

const randomBytes = createRandomBytes();
const parts = finishingPartsOf(
  { did: 'did:web:hk-dh.example', ...createSecrets(randomBytes) },
  { crypto: nodeCrypto, randomBytes },
);

/** Signs as a module would: later, the newest request first, and only so many at a time. */
class SlowSigner implements Es256Signer {
  readonly publicKey: Uint8Array = parts.key.publicKey;
  readonly maxConcurrent = 3;
  most = 0;
  failsFrom = Number.POSITIVE_INFINITY;
  #asked = 0;
  #waiting: (() => void)[] = [];

  async sign(message: Uint8Array): Promise<Uint8Array> {
    if (++this.#asked > this.failsFrom) throw new Error('the module is gone');
    const turn = Promise.withResolvers<void>();
    this.#waiting.push(turn.resolve);
    this.most = Math.max(this.most, this.#waiting.length);
    void nextTurn().then(() => this.#waiting.pop()?.());
    await turn.promise;
    return parts.key.sign(message);
  }
}

function finisherOf(signer: Es256Signer): FinisherByPort {
  const { crypto, sealer } = parts;
  const key = credentialKeyOf(crypto, signer);
  return new FinisherByPort({ crypto, sealer, key, maxConcurrent: signer.maxConcurrent });
}

function unsigned(count: number): readonly UnsignedRecord[] {
  return Array.from({ length: count }, (_, i) => ({
    number: i + 1,
    recordBytes: toUtf8(`{"record":${i}}`),
    payloads: [toUtf8(`{"place":0,"record":${i}}`), toUtf8(`{"place":1,"record":${i}}`)],
  }));
}

describe('finishing by a signer elsewhere', () => {
  it('gives each its own signature, low-S, in order, and never asks for more at a time than allowed', async () => {
    const signer = new SlowSigner();
    await using finisher = finisherOf(signer);
    const key = nodeCrypto.importEs256(signer.publicKey);
    const records = unsigned(60);
    const [first, second] = await Promise.all([
      finisher.finish(records.slice(0, 40)),
      finisher.finish(records.slice(40)),
    ]);
    for (const [i, { sealed }] of [...first, ...second].entries()) {
      const { credentials } = parts.sealer.open(i + 1, sealed);
      for (const [place, { headerBytes, payloadBytes, signature }] of credentials.entries()) {
        expect(payloadBytes).to.deep.equal(records[i]!.payloads[place]);
        expect(headerBytes).to.deep.equal(parts.key.headerBytes);
        expect(isLowS(signature)).to.equal(true);
        const input = signingInput(headerBytes, payloadBytes);
        expect(await nodeCrypto.verifyEs256(key, input, signature)).to.equal(true);
      }
    }
    expect(signer.most).to.equal(3);
  });

  it('fails as a whole when one signature fails, and goes on with the next rows', async () => {
    const signer = new SlowSigner();
    await using finisher = finisherOf(signer);
    signer.failsFrom = 7;
    await expectRejects(() => finisher.finish(unsigned(10)), 'ISSUER_SIGNING_FAILED');
    signer.failsFrom = Number.POSITIVE_INFINITY;
    expect(await finisher.finish(unsigned(10))).to.have.lengthOf(10);
  });

  it('that waits when the issuer closes fails', async () => {
    const finisher = finisherOf(new SlowSigner());
    const cut = finisher.finish(unsigned(10)).catch((error: unknown) => error);
    await finisher[Symbol.asyncDispose]();
    expect(await cut).to.be.instanceOf(Error);
  });

  it('leaves no row half done: what could not be signed is new when it comes again', async () => {
    const signer = new SlowSigner();
    await using house = await IssuerHouse.create();
    await using issuer = await Issuer.open(
      house.config(),
      { ...house.secrets, signingKey: signer },
      house.ports(),
    );
    const rows = rowsOf(Array.from({ length: 20 }, (_, n) => vaccination(n)));
    signer.failsFrom = 5;
    await expectRejects(() => collect(issuer.issueRows(rows)), 'ISSUER_SIGNING_FAILED');
    signer.failsFrom = Number.POSITIVE_INFINITY;
    const results = await collect(issuer.issueRows(rows));
    expect(results.every((row) => 'duplicate' in row && !row.duplicate)).to.equal(true);
  });
});
