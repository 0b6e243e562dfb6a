/** Officers who do things to one person at the same time, and to a colour that is being derived. */
import { describe, it } from 'mocha';
import { expect } from 'chai';
import { parseColourAct } from '../../../core/health/colour-act.ts';
import type { Issuer } from '../../../issuer/issuer.ts';
import { IssuerHouse } from '../support/issuer-house.ts';
import { HOUR, listed, NOW, orderOn, personOf } from './support.ts';

const CODE = { person: { subject: personOf(1) }, scheme: 'HK-HC' } as const;
const MANY = 20;

/** How many of them were done, and the codes of the refusals. */
async function outcome(
  all: readonly Promise<unknown>[],
): Promise<{ readonly done: number; readonly refused: readonly unknown[] }> {
  const settled = await Promise.allSettled(all);
  const refused = settled.filter((one) => one.status === 'rejected').map(({ reason }) => codeIn(reason));
  return { done: settled.length - refused.length, refused: [...new Set(refused)] };
}

/** Each change follows on the one before it; the colours, first to last. */
async function line(issuer: Issuer): Promise<readonly string[]> {
  const acts = (await issuer.colourActs.after(0, 1_000)).map(({ bytes }) => parseColourAct(bytes));
  acts.forEach((act, i) => expect(act.from).to.equal(acts[i - 1]?.to));
  return acts.map(({ to }) => to);
}

describe('two officers at the same time', () => {
  it('enter one order under a number, whatever its terms: the other one is told', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    await issuer.health.issue(CODE);
    const orders = Array.from({ length: MANY }, (_, i) =>
      issuer.health.orders.place(orderOn(personOf(1), { untilSeconds: NOW + (1 + (i % 2)) * 24 * HOUR })),
    );
    expect(await outcome(orders)).to.deep.equal({ done: MANY / 2, refused: ['ORDER_DIFFERS'] });
    const placed = await Promise.allSettled(orders);
    const ids = placed.flatMap((one) => (one.status === 'fulfilled' ? [one.value.id] : []));
    expect(new Set(ids).size).to.equal(1);
    expect(await line(issuer)).to.deep.equal(['green', 'red']);
  });

  it('release an order once, and the other one is told that it is over', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    await issuer.health.issue(CODE);
    const { id } = await issuer.health.orders.place(orderOn(personOf(1)));
    const releases = Array.from({ length: MANY }, (_, i) =>
      issuer.health.orders.release(id, { releasedBy: `HO-${i}`, enteredBy: 'OP-4' }),
    );
    expect(await outcome(releases)).to.deep.equal({ done: 1, refused: ['ORDER_ENDED'] });
    expect(await line(issuer)).to.deep.equal(['green', 'red', 'green']);
  });
});

describe('an order that is entered or released while colours are derived', () => {
  it('leaves no code in hand of another colour than the person has', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const first = await issuer.health.issue(CODE);
    const { id } = await issuer.health.orders.place(orderOn(personOf(1)));
    const asked = Array.from({ length: MANY }, () => issuer.health.issue(CODE));
    const other = orderOn(personOf(1), {
      kind: 'medical-surveillance',
      ground: 'hcl|inbound-surveillance',
      reference: 'MS-1',
    });
    const [released, , codes] = await Promise.all([
      issuer.health.orders.release(id, { releasedBy: 'HO-18', enteredBy: 'OP-4' }),
      issuer.health.orders.place(other),
      Promise.all([...asked, ...Array.from({ length: MANY }, () => issuer.health.issue(CODE))]),
      issuer.settle(),
    ]);
    expect(released.releasedAtSeconds).to.equal(NOW);
    await issuer.settle();
    expect((await line(issuer)).at(-1)).to.equal('amber');
    for (const code of [first, ...codes]) {
      const expected = code.colour.state === 'amber' ? 'valid' : 'superseded';
      expect(await listed(issuer, code.issued.credentials[0]?.handle), code.colour.state).to.equal(expected);
    }
  });
});

function codeIn(reason: unknown): unknown {
  return reason instanceof Error && 'code' in reason ? reason.code : reason;
}
