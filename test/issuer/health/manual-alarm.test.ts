/** Changes by hand: whoever runs the service is told of more than 50 in an hour, or more than 10 by one pair. */
import { describe, it } from 'mocha';
import { expect } from 'chai';
import type { ColourAct } from '../../../core/health/colour-act.ts';
import { ManualAlarm } from '../../../issuer/health/manual-alarm.ts';
import { createIssuerMetrics } from '../../../issuer/metrics.ts';
import { silentLogger } from '../../../service/logging.ts';
import { NOW } from './support.ts';

const HOUR = 3_600;

function byHand(at: number, pair: number): ColourAct {
  const address = (n: number): `0x${string}` => `0x${n.toString(16).padStart(40, '0')}`;
  return {
    version: 1,
    issuer: 'did:web:hk-dh.example',
    subject: 'A'.repeat(22),
    scheme: 'HK-HC',
    to: 'red',
    ruleId: 'hk.hc',
    ruleVersion: 1,
    ground: 'hcl|place-exposure',
    evidence: `0x${'00'.repeat(32)}`,
    actor: address(pair),
    act: `0x${'00'.repeat(32)}`,
    // The two sign in either order.
    approvers: at % 2 === 0 ? [address(pair), address(pair + 1)] : [address(pair + 1), address(pair)],
    at,
    salt: 'A'.repeat(22),
  };
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
    expect(watched.said.join())
      .to.contain('COLOUR_ALARM')
      .and.not.match(/0x0|HK-HC|A{22}/);
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
});
