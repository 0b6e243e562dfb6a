/** Changes by hand: whoever runs the service is told of more than 50 in an hour, or more than 10 by one pair. */
import { describe, it } from 'mocha';
import { expect } from 'chai';
import { ManualAlarm, type ManualChange } from '../../../issuer/health/manual-alarm.ts';
import { createIssuerMetrics } from '../../../issuer/metrics.ts';
import { silentLogger } from '../../../service/logging.ts';
import { IssuerHouse } from '../support/issuer-house.ts';
import { approve } from '../support/two-people.ts';
import { NOW, orderOn, personOf, terms } from './support.ts';

const HOUR = 3_600;

function byHand(at: number, pair: number): ManualChange {
  const people = [`HO-${pair}`, `HO-${pair + 1}`];
  // The two sign in either order.
  return { at, people: at % 2 === 0 ? people : people.toReversed() };
}

class Watched {
  readonly metrics = createIssuerMetrics();
  readonly said: string[] = [];
  readonly alarm = new ManualAlarm({
    metrics: this.metrics,
    log: { ...silentLogger, error: (...parts: unknown[]) => this.said.push(JSON.stringify(parts)) },
  });

  async raised(rule: 'hour' | 'pair'): Promise<number> {
    const { values } = await this.metrics.colourAlarms.get();
    return values.find(({ labels }) => labels.rule === rule)?.value ?? 0;
  }
}

describe('the alarm on changes by hand', () => {
  it('is raised by the 11th of one pair within an hour, in whichever order they sign', async () => {
    const watched = new Watched();
    for (let i = 0; i < 10; i++) watched.alarm.note(byHand(NOW + i, 1));
    expect(await watched.raised('pair')).to.equal(0);
    watched.alarm.note(byHand(NOW + 10, 1));
    expect(await watched.raised('pair')).to.equal(1);
    expect(await watched.raised('hour')).to.equal(0);
    expect(watched.said.join()).to.contain('COLOUR_ALARM').and.not.match(/HO-/);
  });

  it('is raised by the 51st within an hour, whoever makes them', async () => {
    const watched = new Watched();
    for (let i = 0; i < 50; i++) watched.alarm.note(byHand(NOW + i, 2 * i));
    expect(await watched.raised('hour')).to.equal(0);
    watched.alarm.note(byHand(NOW + 50, 200));
    expect(await watched.raised('hour')).to.equal(1);
    expect(await watched.raised('pair')).to.equal(0);
  });

  it('forgets what is an hour old', async () => {
    const watched = new Watched();
    for (let i = 0; i < 10; i++) watched.alarm.note(byHand(NOW, 1));
    watched.alarm.note(byHand(NOW + HOUR, 1));
    expect(await watched.raised('pair')).to.equal(0);
  });

  it('counts what came before the start, and does not tell it again', async () => {
    const watched = new Watched();
    for (let i = 0; i < 11; i++) watched.alarm.remember(byHand(NOW + i, 1));
    expect(await watched.raised('pair')).to.equal(0);
    watched.alarm.note(byHand(NOW + 11, 1));
    expect(await watched.raised('pair')).to.equal(1);
  });

  it('counts orders and releases of people who hold a code or none', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const alarms = async (): Promise<number> => {
      const { values } = await issuer.metrics.colourAlarms.get();
      return values.find(({ labels }) => labels.rule === 'pair')?.value ?? 0;
    };
    const orders = [];
    for (let n = 0; n < 6; n++) {
      const officers = n % 2 === 0 ? { orderedBy: 'ho-17' } : { enteredBy: 'OP-3 ' };
      orders.push(await issuer.health.orders.place(orderOn(personOf(n), officers)));
    }
    expect(await alarms()).to.equal(0);
    const release = { releasedBy: 'HO-17', enteredBy: 'OP-3' };
    for (const { id } of orders.slice(0, 4)) await issuer.health.orders.release(id, release);
    expect(await alarms()).to.equal(0);
    await issuer.health.orders.release(orders[4]?.id ?? '', release);
    expect(await alarms()).to.equal(1);
  });

  it('counts rulings on people who hold no code', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const ids = [];
    for (let n = 0; n < 11; n++) ids.push(await issuer.health.rule({ subject: personOf(n) }, terms()));
    await approve(issuer, ids);
    await issuer.settle();
    const { values } = await issuer.metrics.colourAlarms.get();
    expect(values.find(({ labels }) => labels.rule === 'pair')?.value).to.equal(1);
  });
});
