/** Two gates that see one credential within a minute, found without keeping anything about it. */
import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { toHex } from '../../core/bytes/hex.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { Sightings, tagOf } from '../../verifier/sightings.ts';
import { buildTestVerifier } from './support/test-verifier.ts';
import { makeConsortium, vaccinationRecord } from '../support/consortium.ts';
import { makeHolder } from '../support/holder.ts';
import { Random } from '../support/random.ts';
import { testSeed } from '../support/scale.ts';
import type { Verdict } from '../../core/verify/verdict.ts';

const DAY = 86_400;
const NOON = 20_000 * DAY + DAY / 2;
const WITHIN = 60;
const random = new Random(testSeed);
const commitment = random.bytes(75);

interface Watched {
  readonly sightings: Sightings;
  /** The day keys that were drawn, themselves and not copies. */
  readonly keys: readonly Uint8Array[];
}

function watched(maxTags?: number): Watched {
  const keys: Uint8Array[] = [];
  const randomBytes = (length: number): Uint8Array => {
    const key = random.bytes(length);
    keys.push(key);
    return key;
  };
  const bound = maxTags === undefined ? {} : { maxTags };
  return {
    sightings: new Sightings({ crypto: nodeCrypto, randomBytes, withinSeconds: WITHIN, ...bound }),
    keys,
  };
}

const at = (gate: number, group = ''): { readonly gate: number; readonly group: string } => ({ gate, group });

describe('sightings of a code', () => {
  it('at a second gate within the time raise an alarm, 100 times of 100', () => {
    for (let i = 0; i < 100; i++) {
      const { sightings } = watched();
      expect(sightings.note(commitment, at(1), NOON)).to.equal(false);
      expect(sightings.note(commitment, at(2), NOON + (i % (WITHIN + 1)))).to.equal(true);
    }
  });

  it('at the same gate, later, or of another code raise none', () => {
    const { sightings } = watched();
    sightings.note(commitment, at(1), NOON);
    expect(sightings.note(commitment, at(1), NOON + 1)).to.equal(false);
    expect(sightings.note(random.bytes(75), at(2), NOON + 1)).to.equal(false);
    expect(sightings.note(commitment, at(2), NOON + 1 + WITHIN + 1)).to.equal(false);
  });

  it('go on raising it for the time, however often the second gate reads the code again', () => {
    const { sightings } = watched();
    sightings.note(commitment, at(1), NOON);
    for (let second = 5; second <= 5 + WITHIN; second++) {
      expect(sightings.note(commitment, at(2), NOON + second), `${second} s`).to.equal(true);
    }
    expect(sightings.note(commitment, at(2), NOON + 5 + WITHIN + 1)).to.equal(false);
  });

  it('are told to the gates of the same group only', () => {
    const { sightings } = watched();
    sightings.note(commitment, at(1, 'north'), NOON);
    expect(sightings.note(commitment, at(2, 'south'), NOON)).to.equal(false);
    expect(sightings.note(commitment, at(2, 'north'), NOON)).to.equal(true);
  });

  it('are forgotten when they can raise no alarm, and beyond their bound the oldest first', () => {
    const { sightings } = watched(10);
    for (let i = 0; i < 50; i++) sightings.note(random.bytes(75), at(1), NOON);
    expect(sightings.size).to.equal(10);
    sightings.forget(NOON + WITHIN + 1);
    expect(sightings.size).to.equal(0);
  });

  it('of two days have nothing in common, and the key of the day before is gone', () => {
    const codes = fc.uniqueArray(fc.uint8Array({ minLength: 75, maxLength: 75 }), {
      minLength: 1,
      maxLength: 20,
      selector: toHex,
    });
    fc.assert(
      fc.property(codes, (commitments) => {
        const { sightings, keys } = watched();
        for (const each of commitments) sightings.note(each, at(1), NOON);
        const first = keys.map((key) => key.slice());
        for (const each of commitments) sightings.note(each, at(1), NOON + DAY);
        expect(keys).to.have.length(2);
        // What made yesterday's tags is nowhere any more: not even we can make them again.
        expect(keys[0]).to.deep.equal(new Uint8Array(32));
        expect(sightings.size).to.equal(commitments.length);
        const tagsOf = (key: Uint8Array | undefined): readonly string[] =>
          commitments.map((each) => toHex(tagOf(nodeCrypto, key ?? new Uint8Array(0), each)));
        const yesterday = new Set(tagsOf(first[0]));
        expect(tagsOf(keys[1]).filter((tag) => yesterday.has(tag))).to.deep.equal([]);
      }),
      { numRuns: 50 },
    );
  });

  it('are kept when somebody asks whose clock is still in the day before', () => {
    const { sightings } = watched();
    const midnight = NOON + DAY / 2;
    sightings.note(commitment, at(1), midnight + 1);
    sightings.note(random.bytes(75), at(3), midnight - 1);
    expect(sightings.note(commitment, at(2), midnight + 2)).to.equal(true);
  });

  it('are forgotten in time, and the key with its day, when nobody comes any more', () => {
    const timers: { readonly run: () => void; readonly ms: number }[] = [];
    const later = (run: () => void, ms: number): void => void timers.push({ run, ms });
    const keys: Uint8Array[] = [];
    const randomBytes = (length: number): Uint8Array => {
      keys.push(random.bytes(length));
      return keys.at(-1) ?? new Uint8Array(0);
    };
    const sightings = new Sightings({ crypto: nodeCrypto, randomBytes, withinSeconds: WITHIN, later });
    const midnight = 20_001 * DAY;
    let now = midnight - 400;
    sightings.note(commitment, at(1), now);
    sightings.note(commitment, at(1, 'north'), now);
    let emptyAt: number | undefined;
    for (let timer = timers.shift(); timer !== undefined; timer = timers.shift()) {
      now += timer.ms / 1000;
      timer.run();
      if (sightings.size === 0) emptyAt ??= now;
      const isKept = keys.some((key) => key.some((byte) => byte !== 0));
      expect(isKept, `a key ${now - midnight} s after midnight`).to.equal(now < midnight);
    }
    expect(emptyAt).to.equal(midnight - 400 + WITHIN + 1);
    expect(now).to.equal(midnight);
    expect(keys).to.have.length(2);
    // Nothing waits now; the next code starts it again.
    sightings.note(commitment, at(1), midnight + 10);
    expect(timers).to.have.length(1);
  });

  it('of one moment before and after midnight are not compared', () => {
    const { sightings } = watched();
    const midnight = 20_001 * DAY;
    sightings.note(commitment, at(1), midnight - 1);
    expect(sightings.note(commitment, at(2), midnight)).to.equal(false);
  });
});

describe('a code shown at two gates', () => {
  const consortium = makeConsortium({ seed: 12 });

  it('is referred, static or live, one code or several, and counted', async () => {
    const holder = makeHolder();
    const [bound, other] = await consortium.issueCodes([vaccinationRecord(), vaccinationRecord()], {
      holderKey: holder.jwk,
    });
    const print = bound?.text ?? '';
    const live = holder.present(print, { timeSeconds: consortium.nowSeconds, gate: 0 });
    const { app } = await buildTestVerifier(consortium);
    const show = async (payload: object): Promise<readonly string[]> => {
      const response = await app.inject({ method: 'POST', url: '/verify', payload });
      return response
        .json<{ verdicts: Verdict[] }>()
        .verdicts.flatMap(({ outcome, reasons }) => [outcome, ...reasons]);
    };
    expect(await show({ code: live, gate: 1 })).to.deep.equal(['pass']);
    expect(await show({ code: live, gate: 1 })).to.deep.equal(['pass']);
    expect(await show({ code: live, gate: 2 })).to.deep.equal(['refer', 'SHOWN_ELSEWHERE']);
    expect(await show({ code: print, gate: 2 })).to.deep.equal(['refer', 'SHOWN_ELSEWHERE']);
    expect(await show({ code: print })).to.deep.equal(['pass']);
    const payload = { codes: [other?.text, print], gate: 3 };
    const together = await app.inject({ method: 'POST', url: '/verify/together', payload });
    expect(together.json<{ verdict: Verdict }>().verdict.reasons).to.deep.equal(['SHOWN_ELSEWHERE']);
    const metrics = (await app.inject('/metrics')).body;
    expect(metrics).to.include('hcl_verdict_reasons_total{reason="SHOWN_ELSEWHERE"} 3');
    await app.close();
  });

  it('that are no good is not noted', async () => {
    const [code] = await consortium.issueCodes([vaccinationRecord()], { expiresAtSeconds: 1_000_000_000 });
    const { gate } = await buildTestVerifier(consortium);
    for (const number of [1, 2]) {
      const { reasons } = await gate.verify(code?.text ?? '', { gate: number });
      expect(reasons).to.deep.equal(['EXPIRED']);
    }
  });

  it('is referred, and says why, when nobody can be asked whether it was', async () => {
    const codes = await consortium.issueCodes([vaccinationRecord(), vaccinationRecord()]);
    const texts = codes.map(({ text }) => text);
    const sightings = { note: (): Promise<boolean> => Promise.reject(new Error('does not answer')) };
    const { gate } = await buildTestVerifier(consortium, { sightings });
    const one = await gate.verify(texts[0] ?? '', { gate: 1 });
    const all = await gate.verifyTogether(texts, { gate: 1 });
    for (const { outcome, reasons } of [one, all]) {
      expect([outcome, ...reasons]).to.deep.equal(['refer', 'SIGHTINGS_UNKNOWN']);
    }
    expect((await gate.verify(texts[0] ?? '')).outcome).to.equal('pass');
  });
});
