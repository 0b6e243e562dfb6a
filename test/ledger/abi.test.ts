import { Interface } from 'ethers';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import {
  ACCESS_ERRORS,
  BATCH_ANCHOR_ERRORS,
  BATCH_ANCHOR_EVENTS,
  BATCH_ANCHOR_FUNCTIONS,
  CONVERSION_REGISTRY_ERRORS,
  CONVERSION_REGISTRY_EVENTS,
  CONVERSION_REGISTRY_FUNCTIONS,
  POLICY_REGISTRY_ERRORS,
  POLICY_REGISTRY_EVENTS,
  POLICY_REGISTRY_FUNCTIONS,
  STATUS_ANCHOR_ERRORS,
  STATUS_ANCHOR_EVENTS,
  STATUS_ANCHOR_FUNCTIONS,
  TRUST_LIST_ERRORS,
  TRUST_LIST_EVENTS,
  TRUST_LIST_FUNCTIONS,
} from '../../ledger/abi.ts';
import { readArtifact } from '../../scripts/artifacts.ts';

const contracts = [
  {
    name: 'TrustList',
    events: TRUST_LIST_EVENTS,
    errors: TRUST_LIST_ERRORS,
    functions: TRUST_LIST_FUNCTIONS,
  },
  {
    name: 'BatchAnchor',
    events: BATCH_ANCHOR_EVENTS,
    errors: BATCH_ANCHOR_ERRORS,
    functions: BATCH_ANCHOR_FUNCTIONS,
  },
  {
    name: 'StatusAnchor',
    events: STATUS_ANCHOR_EVENTS,
    errors: STATUS_ANCHOR_ERRORS,
    functions: STATUS_ANCHOR_FUNCTIONS,
  },
  {
    name: 'PolicyRegistry',
    events: POLICY_REGISTRY_EVENTS,
    errors: POLICY_REGISTRY_ERRORS,
    functions: POLICY_REGISTRY_FUNCTIONS,
  },
  {
    name: 'ConversionRegistry',
    events: CONVERSION_REGISTRY_EVENTS,
    errors: CONVERSION_REGISTRY_ERRORS,
    functions: CONVERSION_REGISTRY_FUNCTIONS,
  },
];
/** OpenZeppelin's: the first is read past, the second never emitted by a contract that cannot be upgraded. */
const FOREIGN_EVENTS = ['event AuthorityUpdated(address authority)', 'event EIP712DomainChanged()'];

describe('ABI', () => {
  for (const { name, events, errors, functions } of contracts) {
    const compiled = new Interface(readArtifact(name).abi);

    it(`has exactly the events of ${name}, names and indexed parameters included`, () => {
      const theirs = texts(compiled, 'event').filter((text) => !FOREIGN_EVENTS.includes(text));
      expect(texts(new Interface(events), 'event')).to.have.members(theirs);
    });

    it(`has every function of ${name} that it names, with the same selector and results`, () => {
      const theirs = texts(compiled, 'function');
      expect(theirs.map(unnamed)).to.include.members(
        texts(new Interface(functions), 'function').map(unnamed),
      );
    });

    it(`names every error of ${name}`, () => {
      const ours = texts(new Interface([...errors, ...ACCESS_ERRORS]), 'error');
      const theirs = texts(compiled, 'error').filter((text) => text.includes(name));
      expect(ours).to.include.members(theirs);
    });
  }

  it("has the AccessManager's errors as they are compiled", () => {
    const ours = texts(new Interface(ACCESS_ERRORS), 'error');
    const theirs = ['ConsortiumAccess', 'TrustList'].flatMap((name) =>
      texts(new Interface(readArtifact(name).abi), 'error'),
    );
    expect(theirs.map(unnamed)).to.include.members(ours.map(unnamed));
  });
});

/** Without the names of parameters, which a function's caller does not see. */
function unnamed(text: string): string {
  return text.replace(/ \w+(?=[,)])/g, '');
}

/** Canonical sentence of every fragment of a kind: `event X(bytes32 indexed issuer)`. */
function texts(abi: Interface, kind: 'event' | 'error' | 'function'): string[] {
  return abi.fragments
    .filter((fragment) => fragment.type === kind)
    .map((fragment) => fragment.format('full').replace(' external', ''));
}
