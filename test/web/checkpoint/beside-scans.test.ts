import { expect } from 'chai';
import { afterEach, describe, it } from 'mocha';
import { acceptBundle } from '../../../core/bundle/accept-bundle.ts';
import { fullBundle, pacedFullBundle } from '../../../core/bundle/make-bundle.ts';
import { toUtf8 } from '../../../core/bytes/utf8.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { besideScans } from '../../../web/checkpoint/engine/beside-scans.ts';
import { AGEING_SECONDS } from '../../../web/checkpoint/engine/checkpoint-policy.ts';
import { Engine } from '../../../web/checkpoint/engine/engine.ts';
import { makeConsortium, vaccinationRecord } from '../../support/consortium.ts';
import { Publishing } from '../../support/publishing.ts';

/** As browsers had it before raw deflate. */
function OnlyFramed(format: string): void {
  if (format !== 'deflate') throw new TypeError('Unsupported compression format');
}

describe('a list that is written down beside scans', () => {
  const { CompressionStream } = globalThis;
  afterEach(() => Object.assign(globalThis, { CompressionStream }));

  for (const [where, has] of [
    ['raw deflate', CompressionStream],
    ['deflate in its frame alone', OnlyFramed],
    ['no compression', undefined],
  ] as const) {
    it(`is the one that is held, in a browser that has ${where}`, async () => {
      Object.assign(globalThis, { CompressionStream: has });
      const consortium = makeConsortium({ seed: 31 });
      await consortium.issueCodes([vaccinationRecord()]);
      const publishing = new Publishing(consortium);
      const full = fullBundle(await publishing.source());
      const held = await acceptBundle(full, undefined, publishing.context());
      const written = await pacedFullBundle(held, besideScans());
      expect(await acceptBundle(written, undefined, publishing.context())).to.deep.equal(held);
    });
  }

  it('lets a code be decided between two pieces of it', async () => {
    const consortium = makeConsortium({ seed: 32 });
    const [code] = await consortium.issueCodes([vaccinationRecord()]);
    const publishing = new Publishing(consortium);
    const source = await publishing.source();
    const { nowSeconds } = consortium;
    const pieces = Promise.withResolvers<void>();
    let isWriting = false;
    const pause = async (): Promise<void> => (isWriting ? pieces.promise : undefined);
    const pace = { ...besideScans(), pause };
    const engine = new Engine({ crypto: nodeCrypto, get: async () => fullBundle(source), pace });
    const trust = toUtf8(JSON.stringify(publishing.context().trust));
    await engine.answer({ kind: 'trust-bundles-of', bytes: trust });
    const kept = { bundle: fullBundle(source), trust, deltas: [] };
    await engine.answer({ kind: 'restore', kept });
    let isWritten = false;
    isWriting = true;
    const writing = engine.answer({ kind: 'write-down' }).then(() => (isWritten = true));
    const policy = { mode: 'venue', ageingSeconds: AGEING_SECONDS.venue } as const;
    const question = { texts: [code?.text ?? ''], policy, nowSeconds };
    const answer = await engine.answer({ kind: 'verify', question });
    expect(answer).to.have.nested.property('decision.outcome', 'pass');
    expect(isWritten).to.equal(false);
    pieces.resolve();
    await writing;
  });
});
