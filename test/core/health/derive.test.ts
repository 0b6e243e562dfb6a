/** Facts, orders and rulings → a colour, and until when. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { deriveColour, type DerivedColour, type HealthFacts } from '../../../core/health/derive.ts';
import type { Order } from '../../../core/health/orders.ts';
import { healthPolicyAt, shippedHealthPolicies } from '../../../core/health/policies.ts';
import { colourOf, SCHEME_FORMS, severityOf } from '../../../core/health/schemes.ts';
import { invariant } from '../../../core/errors.ts';
import { SCHEMES, type Scheme } from '../../../core/record/derived.ts';
import { OUTCOMES } from '../../../core/verify/reasons.ts';
import { testRecord } from '../../support/consortium.ts';
import { declarationRecord } from '../../support/sample-records.ts';

const at = (text: string): number => Date.parse(text) / 1000;
const NOON = at('2022-12-21T12:00:00+08:00');
const LAST_SECOND = at('2022-12-21T23:59:59+08:00');
const HOUR = 3_600;
const NOTHING: HealthFacts = { records: [], orders: [], rulings: [] };
const positive = testRecord({ result: 'sct|260373001', collectedAt: '2022-12-20T09:00:00+08:00' });

function order(changes: Partial<Order> = {}): Order {
  return {
    kind: 'quarantine',
    ground: 'hcl|under-order',
    fromSeconds: NOON - HOUR,
    untilSeconds: NOON + 30 * HOUR,
    ...changes,
  };
}

function derive(
  facts: Partial<HealthFacts>,
  seconds = NOON,
  scheme: Scheme = 'HK-HC',
): DerivedColour | undefined {
  const policy = healthPolicyAt(shippedHealthPolicies(), scheme, seconds);
  invariant(policy !== undefined, 'a policy is in force');
  return deriveColour({ scheme, policy }, { ...NOTHING, ...facts }, seconds);
}

describe('a colour', () => {
  it('is the best of its scheme when nothing speaks against it, to the last second of the day', () => {
    const common = { basis: 'rules', validUntilSeconds: LAST_SECOND, ruleVersion: 1 };
    expect(derive({})).to.deep.equal({ ...common, state: 'green', ruleId: 'hk.hc' });
    expect(derive({}, NOON, 'GD')).to.deep.equal({ ...common, state: 'green', ruleId: 'gd.code' });
    expect(derive({}, at('2022-12-21T23:59:59+08:00'))?.validUntilSeconds).to.equal(LAST_SECOND);
    expect(derive({}, at('2022-12-22T00:00:00+08:00'))?.validUntilSeconds).to.equal(LAST_SECOND + 86_400);
  });

  it('turns with an order, from its first second to its last', () => {
    const orders = [order({ fromSeconds: NOON, untilSeconds: NOON + HOUR })];
    expect(derive({ orders }, NOON - 1)).to.include({ state: 'green', validUntilSeconds: NOON - 1 });
    const red = { state: 'red', ground: 'hcl|under-order', validUntilSeconds: NOON + HOUR - 1 };
    expect(derive({ orders }, NOON)).to.include(red);
    expect(derive({ orders }, NOON + HOUR - 1)).to.include(red);
    expect(derive({ orders }, NOON + HOUR)).to.include({ state: 'green' });
  });

  it('turns back when the order is released', () => {
    const orders = [order({ releasedAtSeconds: NOON })];
    expect(derive({ orders }, NOON - 1)?.state).to.equal('red');
    expect(derive({ orders }, NOON)?.state).to.equal('green');
  });

  it('is the worst that any fact gives, and names that ground', () => {
    const surveillance = order({ kind: 'medical-surveillance', ground: 'hcl|inbound-surveillance' });
    expect(derive({ orders: [surveillance] })).to.include({
      state: 'amber',
      ground: 'hcl|inbound-surveillance',
    });
    expect(derive({ orders: [surveillance], records: [positive] })).to.include({
      state: 'red',
      ground: 'hcl|case',
    });
  });

  it('follows a declaration: symptoms and contact are red', () => {
    const sick = declarationRecord({ contact: 'hcl|no' });
    expect(derive({ records: [sick] })).to.include({ state: 'red', ground: 'hcl|declared-symptom' });
    const { contactOn: _, ...healthy } = declarationRecord({ symptoms: ['hcl|none'], contact: 'hcl|no' });
    expect(derive({ records: [healthy] })).to.include({ state: 'green' });
  });

  it('is what a ruling says of all that was known then, and nothing better of what came after', () => {
    const ruling = {
      state: 'green',
      ground: 'hcl|court-or-appeal',
      fromSeconds: NOON,
      untilSeconds: NOON + HOUR,
    } as const;
    const known = { orders: [order()], rulings: [ruling] };
    expect(derive(known)).to.deep.include({
      state: 'green',
      ground: 'hcl|court-or-appeal',
      basis: 'ruling',
      validUntilSeconds: NOON + HOUR - 1,
    });
    expect(derive(known, NOON + HOUR)?.state).to.equal('red');
    const later = testRecord({ result: 'sct|260373001', collectedAt: '2022-12-21T12:10:00+08:00' });
    expect(derive({ ...known, records: [later] }, NOON + 1200)).to.include({ state: 'red', basis: 'rules' });
    const worse = { ...ruling, state: 'red' } as const;
    expect(derive({ rulings: [worse] })).to.include({ state: 'red', basis: 'ruling' });
  });

  it('is not said of facts that are too vague', () => {
    const { collectedAt: _, ...timeless } = positive;
    // Intake refuses such a record; a store may hold anything.
    const records = [{ ...timeless, collectedAt: '2022' }];
    expect(derive({ records })).to.equal(undefined);
  });
});

describe('schemes', () => {
  it('know three colours each, best first, and no others', () => {
    for (const scheme of SCHEMES) {
      const { colours } = SCHEME_FORMS[scheme];
      expect(colours.map((colour) => severityOf(scheme, colour))).to.deep.equal([0, 1, 2]);
      expect(OUTCOMES.map((outcome) => severityOf(scheme, colourOf(scheme, outcome)))).to.deep.equal([
        0, 1, 1, 2,
      ]);
    }
    expect(severityOf('HK-HC', 'blue')).to.equal(undefined);
    expect(severityOf('MO', 'amber')).to.equal(undefined);
  });
});
