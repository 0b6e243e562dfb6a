/** Orders, records and requests about one person, some with a mistyped birth date, in any order: never green under an order. */
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { expect } from 'chai';
import type { Subject } from '../../../core/record/record.ts';
import { isSplit } from '../../../issuer/health/merge.ts';
import type { Issuer } from '../../../issuer/issuer.ts';
import { runs, testSeed } from '../../support/scale.ts';
import { issueAll, IssuerHouse, labTest } from '../support/issuer-house.ts';
import { listed, orderOn, personOf } from './support.ts';

const OTHER = { docType: 'HVP', docNumber: 'H12345678', docIssuer: 'CN' } as const;
const PERSON: Subject = { ...personOf(1), dob: '1990-02-01' };
const { docType, docNumber, docIssuer } = PERSON;
/** All ways to come with two documents. */
const SHOWN: readonly Subject[] = [
  PERSON,
  { ...PERSON, linked: [OTHER] },
  { ...PERSON, ...OTHER },
  { ...PERSON, ...OTHER, linked: [{ docType, docNumber, docIssuer }] },
];
const STEP = fc.record({
  what: fc.constantFrom('order', 'release', 'record', 'code', 'code', 'settle'),
  shown: fc.constantFrom(...SHOWN),
  isMistyped: fc.boolean(),
});
type Step = typeof STEP extends fc.Arbitrary<infer Value> ? Value : never;

/** What stands at one time. */
interface Standing {
  /** Ids of orders that hold. */
  readonly orders: Set<string>;
  readonly greenCodes: string[];
}

async function take(
  issuer: Issuer,
  { orders, greenCodes }: Standing,
  { what, shown, isMistyped }: Step,
): Promise<void> {
  const subject = isMistyped ? { ...shown, dob: '1990-01-02' } : shown;
  switch (what) {
    case 'order': {
      const order = orderOn(subject, { reference: `QO-${orders.size}-${greenCodes.length}` });
      orders.add((await issuer.health.orders.place(order)).id);
      break;
    }
    case 'release': {
      const [first] = orders;
      if (first === undefined) break;
      await issuer.health.orders.release(first, { releasedBy: 'HO-18', enteredBy: 'OP-4' });
      orders.delete(first);
      break;
    }
    case 'record':
      await issueAll(issuer, [{ ...labTest(1), subject: shown }]);
      break;
    case 'code': {
      const { colour, issued } = await issuer.health.issue({ person: { subject }, scheme: 'HK-HC' });
      if (colour.state !== 'green') break;
      expect(orders.size, 'green while an order holds').to.equal(0);
      greenCodes.push(issued.credentials[0]?.handle ?? '');
      break;
    }
    case 'settle':
      await issuer.settle();
      break;
  }
}

describe('a person with two documents, whatever is mistyped and in whatever order', () => {
  it('gets no green code while an order holds, and has none in hand', async () => {
    const property = fc.asyncProperty(fc.array(STEP, { minLength: 8, maxLength: 20 }), async (steps) => {
      await using house = await IssuerHouse.create();
      await using issuer = await house.open();
      const standing: Standing = { orders: new Set(), greenCodes: [] };
      // Both documents are known to be theirs by their own word.
      const begin = { what: 'code', shown: { ...PERSON, linked: [OTHER] }, isMistyped: false } as const;
      for (const step of [begin, ...steps]) {
        try {
          await take(issuer, standing, step);
        } catch (error) {
          if (!isSplit(error) && !isKnownOrder(error)) throw error;
        }
      }
      await issuer.settle();
      if (standing.orders.size === 0) return;
      for (const code of standing.greenCodes) expect(await listed(issuer, code)).to.not.equal('valid');
    });
    await fc.assert(property, { numRuns: runs(40, 400), seed: testSeed });
  });
});

/** The same number again, of an order that was released. */
function isKnownOrder(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ORDER_DIFFERS';
}
