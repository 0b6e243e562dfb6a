/** The policies that we ship: every case as expected, every rule and every edge of every window tried both ways. */
import { readdirSync } from 'node:fs';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { toHex } from '../../../core/bytes/hex.ts';
import { isJsonObject, type JsonObject } from '../../../core/bytes/strict-json.ts';
import { parseCases, runCase, type PolicyCase } from '../../../core/policy/cases.ts';
import { DEFAULT_POLICY_FILES, defaultPolicies } from '../../../core/policy/default-policies.ts';
import { policyDigest } from '../../../core/policy/digest.ts';
import { listFacts } from '../../../core/policy/facts.ts';
import { nameOf, type Policy } from '../../../core/policy/policy.ts';
import { parsePolicy } from '../../../core/policy/policy-form.ts';
import { parseBasis, spanOf, type Window } from '../../../core/policy/window.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';

const folder = new URL('../../../core/policy/rules/', import.meta.url);

const files = DEFAULT_POLICY_FILES.map((file) => {
  const { policy: json } = file;
  if (!isJsonObject(json)) throw new Error('a file without a policy');
  return { policy: parsePolicy(json), cases: parseCases(file) };
});

describe('default policies', () => {
  it('are all the files of the folder', () => {
    const names = files.map(({ policy: { id, version } }) => `${id}.${version}.json`);
    expect(names.toSorted()).to.deep.equal(readdirSync(folder).toSorted());
  });

  it('neither overlap nor leave a gap', () => {
    expect(defaultPolicies().problems).to.deep.equal([]);
  });

  it('have a digest each, which no case changes', () => {
    const digests = files.map(({ policy }) => toHex(policyDigest(nodeCrypto, policy)));
    expect(new Set(digests).size).to.equal(files.length);
    const [first] = files;
    const moved: JsonObject = { ...first?.policy.json, version: 99 };
    expect(toHex(policyDigest(nodeCrypto, parsePolicy(moved)))).not.to.equal(digests[0]);
  });

  for (const { policy, cases } of files) {
    describe(nameOf(policy), () => {
      for (const one of cases) {
        it(one.name, () => expect(runCase(policy, one).differences).to.deep.equal([]));
      }

      it('has a case in which each rule holds, and one in which it alone or with others fails', () => {
        const reports = cases.map((one) => runCase(policy, one).report);
        for (const { id } of policy.rules) {
          const results = new Set(reports.map(({ rules }) => rules.find((rule) => rule.id === id)?.result));
          expect([...results], id).to.include.members(['pass', 'fail']);
        }
      });

      for (const [name, window] of policy.windows) {
        it(`tries the window "${name}" on both sides of each edge, a second apart`, () => {
          const sides = sidesTried(policy, window, cases);
          expect([...sides].toSorted()).to.deep.equal(edgesOf(window).toSorted());
        });
      }
    });
  }
});

function edgesOf({ opens, closes }: Window): string[] {
  return [
    ...(opens === undefined ? [] : ['before opening', 'opening']),
    ...(closes === undefined ? [] : ['closing', 'after closing']),
  ];
}

/** Which sides of the window's edges the cases touch, within a second. */
function sidesTried(policy: Policy, window: Window, cases: readonly PolicyCase[]): ReadonlySet<string> {
  const sides = new Set<string>();
  for (const { atSeconds, facts } of cases) {
    const departure = parseBasis(textOf(facts.trip, 'departureAt'));
    const compared =
      window.against === 'departure' && departure !== undefined && 'seconds' in departure
        ? departure.seconds
        : atSeconds;
    for (const record of listFacts(facts)[window.of]) {
      const basis = parseBasis(textOf(record, window.basis));
      if (basis === undefined) continue;
      const { fromSeconds, untilSeconds } = spanOf(window, basis, policy.offsetSeconds);
      if (compared < fromSeconds && compared >= fromSeconds - 1) sides.add('before opening');
      if (compared >= fromSeconds && compared < fromSeconds + 1) sides.add('opening');
      if (compared < untilSeconds && compared >= untilSeconds - 1) sides.add('closing');
      if (compared >= untilSeconds && compared < untilSeconds + 1) sides.add('after closing');
    }
  }
  return sides;
}

function textOf(value: JsonObject, name: string): string {
  const member = value[name];
  return typeof member === 'string' ? member : '';
}
