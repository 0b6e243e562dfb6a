/** Recognition that ends and begins again: what holds at each edge, and what the authority is told of it. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Hex } from '../../../core/bytes/hex.ts';
import { defaultMappings } from '../../../core/conversion/default-mappings.ts';
import { PolicyList, type PolicyEvent } from '../../../core/trust/policy-list.ts';
import { withdrawnFrom } from '../../../issuer/conversion/mapping-in-force.ts';
import { expectRejects } from '../../support/throws-code.ts';
import { ConvertingIssuers, PLACES } from './converting-issuers.ts';

const way = { source: `0x${'11'.repeat(32)}`, target: `0x${'22'.repeat(32)}` } as const;
const digest: Hex = `0x${'33'.repeat(32)}`;

/** Versions 1, 2, …: `['published', from]` or `['withdrawn', from]`. */
function policiesOf(...decisions: readonly (readonly ['published' | 'withdrawn', number])[]): PolicyList {
  const list = new PolicyList();
  for (const [i, [kind, effectiveFrom]] of decisions.entries()) {
    const version = i + 1;
    const event: PolicyEvent =
      kind === 'published'
        ? { event: 'MappingPublished', ...way, version, digest, effectiveFrom }
        : { event: 'MappingWithdrawn', ...way, version, effectiveFrom, by: '0x' };
    list.apply(event, 10);
  }
  return list;
}

function endsAt(policies: PolicyList, ...times: readonly number[]): readonly (number | undefined)[] {
  return times.map((at) => withdrawnFrom({ policies }, way, at));
}

describe('when recognition ends', () => {
  it('nobody says of a mapping that was never withdrawn, or never published', () => {
    expect(endsAt(policiesOf(), 99)).to.deep.equal([undefined]);
    expect(endsAt(policiesOf(['published', 100]), 99, 100, 101)).to.deep.equal([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('is said ahead, and from then on', () => {
    const list = policiesOf(['published', 100], ['withdrawn', 200]);
    expect(endsAt(list, 100, 199, 200, 201)).to.deep.equal([200, 200, 200, 200]);
  });

  it('is said until a newer version holds, not as soon as it is published', () => {
    const list = policiesOf(['published', 100], ['withdrawn', 200], ['published', 400]);
    expect(endsAt(list, 199, 200, 201, 399, 400, 401)).to.deep.equal([
      200,
      200,
      200,
      200,
      undefined,
      undefined,
    ]);
  });

  it('is the earliest, however often it is withdrawn before anything holds again', () => {
    const earlier = policiesOf(['published', 100], ['withdrawn', 300], ['withdrawn', 200]);
    expect(endsAt(earlier, 199, 200, 300, 301)).to.deep.equal([200, 200, 200, 200]);
    const inTheGap = policiesOf(
      ['published', 100],
      ['withdrawn', 200],
      ['published', 400],
      ['withdrawn', 300],
    );
    expect(endsAt(inTheGap, 199, 299, 300, 400)).to.deep.equal([200, 200, 200, 200]);
  });

  it('is each time that of its own version', () => {
    const list = policiesOf(['published', 100], ['withdrawn', 200], ['published', 300], ['withdrawn', 400]);
    expect(endsAt(list, 299, 300, 399, 400)).to.deep.equal([200, 400, 400, 400]);
  });

  it('is not said of a withdrawal that a newer version has overtaken', () => {
    const list = policiesOf(['published', 100], ['withdrawn', 300], ['published', 200]);
    expect(endsAt(list, 150, 200, 300, 301)).to.deep.equal([undefined, undefined, undefined, undefined]);
  });

  it('is said of a mapping that was withdrawn before it ever held', () => {
    const list = policiesOf(['published', 100], ['withdrawn', 50]);
    expect(endsAt(list, 49, 50, 100)).to.deep.equal([50, 50, 50]);
  });
});

describe('recognition that is withdrawn and given anew', () => {
  it('holds from the second on at which the newer version begins, and shows what was converted before', async () => {
    await using issuers = await ConvertingIssuers.create();
    const { ledger } = issuers;
    const before = await issuers.traveller('HK');
    expect(await issuers.convert(before, 'HK', 'MO')).to.include({ decision: 'accepted' });
    const late = await issuers.traveller('HK');
    const { source } = (await issuers.at('HK')).conversion;
    const { target } = (await issuers.at('MO')).conversion;
    const mapping = defaultMappings().all.find(({ id, version }) => `${id}.${version}` === 'map.hk-mo.1');
    if (mapping === undefined) throw new Error('a mapping');
    const [ended, anew] = [ledger.nowSeconds + 60, ledger.nowSeconds + 600];
    ledger.withdrawMapping('HK-DH', 'MO-SSM', ended);
    ledger.publishMapping(mapping, anew);
    await issuers.settle('HK', 'MO');

    const seen = async (at: number): Promise<unknown> => {
      ledger.nowSeconds = at;
      const recognition = await target.recognition(PLACES.HK.did);
      expect(recognition.converted).to.have.length(1);
      return recognition.withdrawnFrom;
    };
    for (const at of [ended, ended + 1, anew - 1]) {
      expect(await seen(at)).to.equal(ended);
      const refused = source.convert(issuers.request(late, 'MO'));
      await expectRejects(refused, 'CONVERSION_MAPPING_NOT_IN_FORCE');
    }
    expect([await seen(ended - 1), await seen(anew), await seen(anew + 1)]).to.deep.equal([
      ended,
      undefined,
      undefined,
    ]);
    ledger.nowSeconds = anew;
    expect(await issuers.convert(late, 'HK', 'MO')).to.include({ decision: 'accepted' });
  });
});
