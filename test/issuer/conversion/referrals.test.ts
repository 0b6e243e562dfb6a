/** What an officer may accept: nobody whose code may have ended since, and nothing that the table would not give. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { defaultMappings } from '../../../core/conversion/default-mappings.ts';
import type { OfficerDecision } from '../../../issuer/conversion/target/referrals.ts';
import type { StoredOrder } from '../../../issuer/health/health-file.ts';
import { expectRejects } from '../../support/throws-code.ts';
import { ConvertingIssuers, NOON, type Traveller } from './converting-issuers.ts';

const ACCEPTED: OfficerDecision = { decision: 'accepted', officer: 'O-17' };
const ORDER = {
  kind: 'quarantine',
  ground: 'hcl|under-order',
  reference: 'ORDER-9',
  fromSeconds: NOON - 60,
  untilSeconds: NOON + 86_400,
  legalBasis: 'Law 2/2004 art. 14',
  orderedBy: 'HO-1',
  enteredBy: 'HO-2',
} as const;

interface Waiting {
  readonly traveller: Traveller;
  readonly carried: Awaited<ReturnType<ConvertingIssuers['carry']>>;
  readonly number: number;
}

/** Green in Hong Kong, under an order in Macao, which has been released since the officer was asked. */
async function waitingForOfficer(issuers: ConvertingIssuers): Promise<Waiting> {
  const traveller = await issuers.traveller('HK');
  const { conversion, health } = await issuers.at('MO');
  await conversion.pass();
  const order: StoredOrder = await health.orders.place({ ...ORDER, subject: traveller.subject });
  const carried = await issuers.carry(traveller, 'HK', 'MO');
  const decided = await conversion.target.admit(issuers.arrival(traveller, carried));
  expect(decided).to.include({ decision: 'referred', reason: 'CONVERSION_STATE_REFERRED' });
  await health.orders.release(order.id, { releasedBy: 'HO-3', enteredBy: 'OP-4' });
  const [waiting] = await conversion.target.referrals();
  return { traveller, carried, number: waiting?.number ?? 0 };
}

async function rule(issuers: ConvertingIssuers, { number }: Waiting): Promise<unknown> {
  return await (await issuers.at('MO')).conversion.target.rule(number, ACCEPTED);
}

/** With what the source hands out now. */
async function showAgain(issuers: ConvertingIssuers, { traveller, carried }: Waiting): Promise<unknown> {
  await issuers.settle('HK', 'MO');
  const { package: fresh = carried } = await (
    await issuers.at('HK')
  ).conversion.source.conversion(carried.id);
  return await (await issuers.at('MO')).conversion.target.admit(issuers.arrival(traveller, fresh));
}

describe('an officer', () => {
  it('accepts whom they have before them', async () => {
    await using issuers = await ConvertingIssuers.create();
    const waiting = await waitingForOfficer(issuers);
    expect(await rule(issuers, waiting)).to.include({ decision: 'accepted', state: 'green' });
  });

  it('gives no better colour than the table proposes', async () => {
    await using issuers = await ConvertingIssuers.create();
    await issuers.at('HK');
    await issuers.at('MO');
    issuers.ledger.tick(2 * 86_400);
    for (const mapping of defaultMappings().all) {
      if (mapping.id === 'map.hk-mo' && mapping.version === 2) issuers.ledger.publishMapping(mapping);
    }
    await issuers.settle('HK', 'MO');
    const traveller = await issuers.traveller('HK');
    const decided = await issuers.convert(traveller, 'HK', 'MO');
    expect(decided).to.include({ decision: 'referred', reason: 'CONVERSION_STATE_REFERRED' });
    const { target } = (await issuers.at('MO')).conversion;
    const [waiting] = await target.referrals();
    expect(waiting).to.include({ proposedState: 'yellow' });
    await expectRejects(target.rule(waiting?.number ?? 0, ACCEPTED), 'CONVERSION_STATE_NOT_CONVERTIBLE');
  });

  it('accepts nobody on a way that was closed since', async () => {
    await using issuers = await ConvertingIssuers.create();
    const waiting = await waitingForOfficer(issuers);
    issuers.ledger.withdrawMapping('HK-DH', 'MO-SSM');
    await issuers.settle('MO');
    await expectRejects(rule(issuers, waiting), 'CONVERSION_MAPPING_NOT_IN_FORCE');
  });

  it('accepts nobody whose consent was withdrawn since, whether they show the code again or not', async () => {
    await using issuers = await ConvertingIssuers.create();
    const waiting = await waitingForOfficer(issuers);
    await issuers.withdraw('HK', waiting.traveller, waiting.carried.id);
    await issuers.settle('HK', 'MO');
    await expectRejects(rule(issuers, waiting), 'CONVERSION_LIST_OUTDATED');
    const { list } = await issuers.carry(await issuers.traveller('HK'), 'HK', 'MO');
    const withdrawn = { ...waiting, carried: { ...waiting.carried, list } };
    await expectRejects(showAgain(issuers, withdrawn), 'CONVERSION_CODE_NOT_VALID');
    await expectRejects(rule(issuers, waiting), 'CONVERSION_LIST_OUTDATED');
  });

  it('has the code shown again after newer lists of the source, a quarter of an hour or a restart', async () => {
    await using issuers = await ConvertingIssuers.create();
    const waiting = await waitingForOfficer(issuers);
    const disturbances: readonly (() => Promise<void>)[] = [
      async () => {
        const other = await issuers.traveller('HK');
        await issuers.withdraw('HK', other, (await issuers.carry(other, 'HK', 'MO')).id);
        await issuers.settle('HK', 'MO');
      },
      async () => {
        issuers.ledger.tick(901);
        await issuers.settle('MO');
      },
      async () => {
        await issuers.stop('MO');
        await issuers.settle('MO');
      },
    ];
    for (const disturb of disturbances) {
      await disturb();
      await expectRejects(rule(issuers, waiting), 'CONVERSION_LIST_OUTDATED');
      expect(await showAgain(issuers, waiting)).to.include({ decision: 'referred' });
    }
    expect(await rule(issuers, waiting)).to.include({ decision: 'accepted', state: 'green' });
  });
});
