import { Buffer } from 'node:buffer';
import { expect } from 'chai';
import { id } from 'ethers';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import type { Hex, LedgerEvent } from '../../core/trust/ledger-event.ts';
import { ledgerEventsAbi } from '../../ledger/abi.ts';
import { decodeEvent, type RawLog } from '../../ledger/decode-event.ts';
import { LedgerError } from '../../ledger/errors.ts';
import { runs, testSeed } from '../support/scale.ts';

const word = (digit: string): Hex => `0x${digit.repeat(64)}`;
const address = (digit: string): Hex => `0x${digit.repeat(40)}`;
const issuer = word('a');

/** One of each member of the union; the type makes sure that none is forgotten. */
const samples: { readonly [Name in LedgerEvent['event']]: Extract<LedgerEvent, { event: Name }> } = {
  AuthorityAdmitted: {
    event: 'AuthorityAdmitted',
    authority: word('1'),
    name: 'HK-DH',
    jurisdiction: 'HK',
    admin: address('b'),
    checkpointKey: word('c'),
  },
  AuthorityAdminChanged: { event: 'AuthorityAdminChanged', authority: word('1'), admin: address('b') },
  AuthoritySuspended: { event: 'AuthoritySuspended', authority: word('1') },
  AuthorityReinstated: { event: 'AuthorityReinstated', authority: word('1'), effectiveFrom: 1_671_580_800 },
  IssuerAccredited: {
    event: 'IssuerAccredited',
    issuer,
    authority: word('1'),
    did: 'did:web:衞生署.example',
    types: 7,
    from: 1,
    until: 2,
    admin: address('d'),
  },
  IssuerAccepted: { event: 'IssuerAccepted', issuer },
  IssuerWidened: { event: 'IssuerWidened', issuer, types: 255, effectiveFrom: 1, until: 2 },
  IssuerNarrowed: { event: 'IssuerNarrowed', issuer, types: 1, until: 2 },
  IssuerSuspended: { event: 'IssuerSuspended', issuer, by: address('e') },
  IssuerReinstated: { event: 'IssuerReinstated', issuer, effectiveFrom: 3 },
  IssuerAdminNominated: {
    event: 'IssuerAdminNominated',
    issuer,
    admin: address('5'),
    effectiveFrom: 3,
    by: address('e'),
  },
  IssuerAdminChanged: { event: 'IssuerAdminChanged', issuer, admin: address('5') },
  KeyAdded: {
    event: 'KeyAdded',
    issuer,
    thumbprint: word('2'),
    algorithm: 1,
    publicKey: `0x04${'ab'.repeat(64)}`,
    certificateDigest: word('0'),
    from: 1,
    until: 2,
  },
  KeyNarrowed: { event: 'KeyNarrowed', issuer, thumbprint: word('2'), until: 2 },
  KeyCompromised: { event: 'KeyCompromised', issuer, thumbprint: word('2'), compromisedFrom: 2 },
  AccountAdded: { event: 'AccountAdded', issuer, account: address('f'), from: 1, until: 2 },
  AccountNarrowed: { event: 'AccountNarrowed', issuer, account: address('f'), until: 2 },
  AccountCompromised: { event: 'AccountCompromised', issuer, account: address('f'), compromisedFrom: 2 },
  ApproverAdded: { event: 'ApproverAdded', issuer, approver: address('9'), from: 1, until: 2 },
  ApproverNarrowed: { event: 'ApproverNarrowed', issuer, approver: address('9'), until: 2 },
  CheckpointSetChanged: {
    event: 'CheckpointSetChanged',
    version: 2,
    threshold: 1,
    keys: [word('3'), word('4')],
  },
  Predecessor: { event: 'Predecessor', chainId: 2n ** 255n, genesis: word('5'), finalCheckpoint: word('6') },
  ContractReplaced: {
    event: 'ContractReplaced',
    name: 'BatchAnchor',
    previous: address('1'),
    next: address('2'),
    fromBlock: 12,
  },
  BatchAnchored: {
    event: 'BatchAnchored',
    issuer,
    root: word('7'),
    log2Size: 12,
    class: 1,
    sequence: Number.MAX_SAFE_INTEGER,
    account: address('f'),
  },
  StatusPublished: {
    event: 'StatusPublished',
    issuer,
    version: 9,
    listsRoot: word('8'),
    actsDigest: word('0'),
    nextUpdate: 1_700_000_000,
    account: address('f'),
  },
  ActsAnchored: {
    event: 'ActsAnchored',
    issuer,
    root: word('7'),
    log2Size: 6,
    sequence: 1,
    firstApprover: address('3'),
    secondApprover: address('4'),
  },
  PolicyPublished: {
    event: 'PolicyPublished',
    authority: word('1'),
    policy: word('d'),
    version: 1,
    digest: word('e'),
    effectiveFrom: 1_700_000_000 + 1000,
  },
  PolicyExpedited: { event: 'PolicyExpedited', authority: word('1'), policy: word('d'), version: 1 },
  PolicyWithdrawn: {
    event: 'PolicyWithdrawn',
    authority: word('1'),
    policy: word('d'),
    version: 2,
    effectiveFrom: 1_700_000_000 + 2000,
  },
  MappingPublished: {
    event: 'MappingPublished',
    source: word('1'),
    target: word('f'),
    version: 1,
    digest: word('3'),
    effectiveFrom: 1_700_000_000 + 1000,
  },
  MappingExpedited: { event: 'MappingExpedited', source: word('1'), target: word('f'), version: 1 },
  MappingWithdrawn: {
    event: 'MappingWithdrawn',
    source: word('1'),
    target: word('f'),
    version: 2,
    effectiveFrom: 1_700_000_000 + 2000,
    by: address('d'),
  },
  NullifiersSpent: {
    event: 'NullifiersSpent',
    source: issuer,
    target: word('b'),
    sequence: 1,
    nullifiers: [word('4'), word('5')],
    account: address('f'),
  },
  ConversionsAcknowledged: {
    event: 'ConversionsAcknowledged',
    source: issuer,
    target: word('b'),
    sequence: 1,
    acknowledgements: [word('6'), word('7'), word('8')],
    account: address('7'),
  },
};

describe('decoding events', () => {
  for (const [name, event] of Object.entries(samples)) {
    it(`gives ${name} back, with its names and types`, () => {
      expect(decodeEvent(encode(event))).to.deep.equal(event);
    });
  }

  it('knows every event of the contracts and no other', () => {
    const names: string[] = [];
    ledgerEventsAbi.forEachEvent(({ name }) => names.push(name));
    expect(Object.keys(samples)).to.have.members(names);
  });

  it("passes over OpenZeppelin's AuthorityUpdated", () => {
    const log = { address: address('1'), topics: [id('AuthorityUpdated(address)') as Hex], data: word('0') };
    expect(decodeEvent(log)).to.equal(undefined);
  });

  it('refuses a log whose selector it does not know', () => {
    expectUnknown({ ...encode(samples.IssuerAccepted), topics: [word('1'), issuer] });
  });

  it('refuses a log without a selector', () => {
    expectUnknown({ ...encode(samples.IssuerAccepted), topics: [] });
  });

  it('refuses data that ends early', () => {
    const log = encode(samples.BatchAnchored);
    expectUnknown({ ...log, data: log.data.slice(0, -2) as Hex });
  });

  it('reads a time that no number can say as the latest one, so that no issuer can stop the readers', () => {
    const log = encode(samples.IssuerReinstated);
    for (const time of [2n ** 53n, 2n ** 64n - 1n]) {
      const event = decodeEvent({ ...log, data: `0x${time.toString(16).padStart(64, '0')}` });
      expect(event).to.deep.equal({ ...samples.IssuerReinstated, effectiveFrom: Number.MAX_SAFE_INTEGER });
    }
  });

  it('refuses a number wider than its type', () => {
    expectUnknown({ ...encode(samples.IssuerReinstated), data: `0x1${'0'.repeat(63)}` });
  });

  it('refuses a topic too many and one too few', () => {
    const log = encode(samples.KeyNarrowed);
    expectUnknown({ ...log, topics: [...log.topics, word('1')] });
    expectUnknown({ ...log, topics: log.topics.slice(0, -1) });
  });

  it('refuses text that is not UTF-8', () => {
    const log = encode({ ...samples.IssuerAccredited, did: 'did:web:abc' });
    const broken = log.data.replace(
      Buffer.from('did:web:abc').toString('hex'),
      `ff${'00'.repeat(10)}`,
    ) as Hex;
    expect(broken).not.to.equal(log.data);
    expectUnknown({ ...log, data: broken });
  });

  it('refuses every other encoding: any one bit of the padding, offsets and lengths', () => {
    const log = encode(samples.AuthorityAdmitted);
    const bytes = Buffer.from(log.data.slice(2), 'hex');
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Uint8Array.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const flipped = { ...log, data: `0x${Buffer.from(changed).toString('hex')}` as const };
      const result = attempt(() => decodeEvent(flipped));
      expect(result, `bit ${bit}`).not.to.deep.equal(samples.AuthorityAdmitted);
    }
  });

  it('agrees with ethers on random texts and numbers', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 200 }),
        fc.maxSafeNat(),
        fc.maxSafeNat(),
        (did, from, until) => {
          const event = { ...samples.IssuerAccredited, did, from, until };
          expect(decodeEvent(encode(event))).to.deep.equal(event);
        },
      ),
      { numRuns: runs(200, 5_000), seed: testSeed },
    );
  });

  it('answers any log with an event or with its error', () => {
    const data = fc
      .array(fc.constantFrom(word('0'), word('f'), `0x${'0'.repeat(62)}20`, `0x${'0'.repeat(62)}40`))
      .map((words): Hex => `0x${words.map((each) => each.slice(2)).join('')}`);
    fc.assert(
      fc.property(fc.constantFrom(...Object.values(samples)), data, (event, words) => {
        attempt(() => decodeEvent({ ...encode(event), data: words }));
      }),
      { numRuns: runs(500, 20_000), seed: testSeed },
    );
  });
});

function encode(event: LedgerEvent): RawLog {
  const fragment = ledgerEventsAbi.getEvent(event.event);
  expect(fragment, event.event).not.to.equal(null);
  const values = fragment!.inputs.map(({ name, type }) => {
    // By the name of the event's own parameter.
    const value = (event as unknown as Record<string, unknown>)[name];
    return type === 'bytes2' ? Buffer.from(String(value)) : value;
  });
  const log = ledgerEventsAbi.encodeEventLog(fragment!, values);
  return { address: address('1'), topics: log.topics as Hex[], data: log.data as Hex };
}

/** What `decode` gives, or `undefined` when it refuses with its code; any other error fails the test. */
function attempt<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    expect(error).to.be.instanceOf(LedgerError).with.property('code', 'LEDGER_UNKNOWN_EVENT');
    return undefined;
  }
}

function expectUnknown(log: RawLog): void {
  expect(() => decodeEvent(log))
    .to.throw(LedgerError)
    .with.property('code', 'LEDGER_UNKNOWN_EVENT');
}
