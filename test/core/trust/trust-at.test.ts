import { describe, it } from 'mocha';
import { expect } from 'chai';
import type { Hex, LedgerEvent } from '../../../core/trust/ledger-event.ts';
import { LedgerStateError } from '../../../core/trust/errors.ts';
import { accountTrustAt, issuerTrustAt, keyTrustAt } from '../../../core/trust/trust-at.ts';
import { TrustList, type Issuer } from '../../../core/trust/trust-list.ts';
import { reinstate, suspend } from '../../../core/trust/window.ts';

const authority = '0xaa';
const issuer = '0xbb';
const thumbprint: Hex = `0x${'01'.repeat(32)}`;
const VACCINATION = 1;
const TEST = 2;

type Timed = readonly [time: number, event: LedgerEvent];

const founded: readonly Timed[] = [
  [
    0,
    {
      event: 'AuthorityAdmitted',
      authority,
      name: 'A',
      jurisdiction: 'HK',
      admin: '0x01',
      checkpointKey: '0x02',
    },
  ],
  [
    0,
    {
      event: 'IssuerAccredited',
      issuer,
      authority,
      did: 'did:web:a.example',
      types: VACCINATION,
      from: 100,
      until: 1000,
      admin: '0x03',
    },
  ],
  [10, { event: 'IssuerAccepted', issuer }],
];

function listOf(...events: readonly Timed[]): TrustList {
  const list = new TrustList();
  for (const [time, event] of [...founded, ...events]) list.apply(event, time);
  return list;
}

/** The answers at these times, for a vaccination unless said otherwise. */
function answers(
  events: readonly Timed[],
  times: readonly number[],
  type: 'vaccination' | 'test' = 'vaccination',
): readonly string[] {
  const found = listOf(...events).issuerByDid('did:web:a.example');
  // The founding events accredit it.
  return times.map((time) => issuerTrustAt(found as Issuer, type, time));
}

describe('an issuer', () => {
  it('is good within its window, from included, until excluded', () => {
    expect(answers([], [99, 100, 999, 1000])).to.deep.equal([
      'ISSUER_NOT_ACCREDITED',
      'good',
      'good',
      'ISSUER_NOT_ACCREDITED',
    ]);
  });

  it('is nothing before it accepts', () => {
    const list = new TrustList();
    for (const [time, event] of founded.slice(0, 2)) list.apply(event, time);
    expect(issuerTrustAt(list.issuerByDid('did:web:a.example') as Issuer, 'vaccination', 500)).to.equal(
      'ISSUER_NOT_ACCREDITED',
    );
  });

  it('issues only its types', () => {
    expect(answers([], [500], 'test')).to.deep.equal(['ISSUER_TYPE_NOT_ALLOWED']);
  });

  it('is widened from the effective time on, and not before', () => {
    const widened: Timed = [
      300,
      { event: 'IssuerWidened', issuer, types: VACCINATION | TEST, effectiveFrom: 400, until: 2000 },
    ];
    expect(answers([widened], [399, 400], 'test')).to.deep.equal(['ISSUER_TYPE_NOT_ALLOWED', 'good']);
    expect(answers([widened], [1999, 2000])).to.deep.equal(['good', 'ISSUER_NOT_ACCREDITED']);
  });

  it('is narrowed at once, and a widening that has not begun never does', () => {
    const events: readonly Timed[] = [
      [300, { event: 'IssuerWidened', issuer, types: VACCINATION | TEST, effectiveFrom: 400, until: 2000 }],
      [350, { event: 'IssuerNarrowed', issuer, types: VACCINATION, until: 600 }],
    ];
    expect(answers(events, [349, 500, 599, 600])).to.deep.equal([
      'good',
      'good',
      'good',
      'ISSUER_NOT_ACCREDITED',
    ]);
    expect(answers(events, [500], 'test')).to.deep.equal(['ISSUER_TYPE_NOT_ALLOWED']);
  });

  it('that is narrowed before its window begins still begins then', () => {
    const events: readonly Timed[] = [
      [50, { event: 'IssuerNarrowed', issuer, types: VACCINATION, until: 600 }],
    ];
    expect(answers(events, [60, 99, 100])).to.deep.equal([
      'ISSUER_NOT_ACCREDITED',
      'ISSUER_NOT_ACCREDITED',
      'good',
    ]);
  });

  it('loses nothing done before a suspension, and gains nothing during it', () => {
    const events: readonly Timed[] = [
      [200, { event: 'IssuerSuspended', issuer, by: '0x03' }],
      [250, { event: 'IssuerReinstated', issuer, effectiveFrom: 300 }],
    ];
    expect(answers(events, [199, 200, 299, 300])).to.deep.equal([
      'good',
      'ISSUER_SUSPENDED',
      'ISSUER_SUSPENDED',
      'good',
    ]);
  });

  it('is suspended with its authority', () => {
    const events: readonly Timed[] = [
      [200, { event: 'AuthoritySuspended', authority }],
      [250, { event: 'AuthorityReinstated', authority, effectiveFrom: 300 }],
    ];
    expect(answers(events, [199, 200, 300])).to.deep.equal(['good', 'AUTHORITY_SUSPENDED', 'good']);
  });
});

describe('a suspension', () => {
  it('that is taken up before its end has come is one suspension', () => {
    const once = reinstate(suspend([], 200), 300);
    expect(suspend(once, 250)).to.deep.equal([{ from: 200 }]);
    expect(suspend(once, 300)).to.deep.equal([{ from: 200, until: 300 }, { from: 300 }]);
  });
});

describe('a key', () => {
  const added: Timed = [
    10,
    {
      event: 'KeyAdded',
      issuer,
      thumbprint,
      algorithm: 1,
      publicKey: '0x04',
      certificateDigest: '0x00',
      from: 100,
      until: 1000,
    },
  ];
  const kid = 'AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE';

  const at = (list: TrustList, times: readonly number[]): readonly string[] =>
    times.map((time) => {
      const [key] = list.keysByThumbprint(kid);
      return key === undefined ? 'no key' : keyTrustAt(key, time);
    });

  it('is good within its window and before it is compromised', () => {
    expect(at(listOf(added), [99, 100, 999, 1000])).to.deep.equal([
      'KEY_NOT_VALID',
      'good',
      'good',
      'KEY_NOT_VALID',
    ]);
    const compromised: Timed = [900, { event: 'KeyCompromised', issuer, thumbprint, compromisedFrom: 500 }];
    expect(at(listOf(added, compromised), [499, 500])).to.deep.equal(['good', 'KEY_COMPROMISED']);
    const narrowed: Timed = [300, { event: 'KeyNarrowed', issuer, thumbprint, until: 400 }];
    expect(at(listOf(added, narrowed), [399, 400])).to.deep.equal(['good', 'KEY_NOT_VALID']);
  });

  it('that two issuers register stays each issuer’s own', () => {
    const other: Hex = '0xcc';
    const list = listOf(
      added,
      [10, { ...founded[1]?.[1], issuer: other, did: 'did:web:b.example' } as LedgerEvent],
      [10, { ...added[1], issuer: other } as LedgerEvent],
      [20, { event: 'KeyCompromised', issuer: other, thumbprint, compromisedFrom: 1 }],
    );
    const trust = list.keysByThumbprint(kid).map((key) => [key.issuer, keyTrustAt(key, 500)]);
    expect(trust).to.deep.equal([
      [issuer, 'good'],
      [other, 'KEY_COMPROMISED'],
    ]);
  });
});

describe('an account', () => {
  it('is good within its window, before it is compromised, and only if it is known', () => {
    const account = '0xdd';
    const list = listOf(
      [10, { event: 'AccountAdded', issuer, account, from: 100, until: 1000 }],
      [20, { event: 'AccountCompromised', issuer, account, compromisedFrom: 500 }],
      [30, { event: 'AccountNarrowed', issuer, account, until: 400 }],
    );
    const times = [99, 100, 400, 500].map((time) => accountTrustAt(list.accountOf(account), time));
    expect(times).to.deep.equal(['ACCOUNT_NOT_VALID', 'good', 'ACCOUNT_NOT_VALID', 'ACCOUNT_COMPROMISED']);
    expect(accountTrustAt(list.accountOf('0xee'), 200)).to.equal('ACCOUNT_NOT_VALID');
  });
});

describe('the trust list', () => {
  it('refuses events about those it does not know', () => {
    const impossible: readonly LedgerEvent[] = [
      { event: 'IssuerAccepted', issuer: '0x99' },
      { event: 'AuthoritySuspended', authority: '0x99' },
      { event: 'KeyNarrowed', issuer, thumbprint, until: 1 },
      { event: 'AccountNarrowed', issuer, account: '0x99', until: 1 },
      { event: 'ApproverNarrowed', issuer, approver: '0x99', until: 1 },
      { ...founded[1]?.[1], authority: '0x99' } as LedgerEvent,
    ];
    for (const event of impossible) {
      const list = listOf();
      expect(() => list.apply(event, 1))
        .to.throw(LedgerStateError)
        .with.property('code', 'LEDGER_STATE_INCONSISTENT');
      expect(list.history).to.have.length(founded.length);
    }
  });

  it('leaves batches and status to others', () => {
    const batch: LedgerEvent = {
      event: 'BatchAnchored',
      issuer,
      root: '0x01',
      log2Size: 6,
      class: 0,
      sequence: 1,
      account: '0x02',
    };
    expect(listOf().apply(batch, 1)).to.equal(false);
  });

  it('keeps approvers and the checkpoint set', () => {
    const list = listOf(
      [10, { event: 'ApproverAdded', issuer, approver: '0x77', from: 1, until: 9 }],
      [11, { event: 'ApproverNarrowed', issuer, approver: '0x77', until: 5 }],
      [12, { event: 'CheckpointSetChanged', version: 1, threshold: 2, keys: ['0x01', '0x02', '0x03'] }],
      [13, { event: 'AuthorityAdminChanged', authority, admin: '0x55' }],
      [14, { event: 'Predecessor', chainId: 1n, genesis: '0x01', finalCheckpoint: '0x02' }],
    );
    expect(list.approverOf(issuer, '0x77')).to.deep.equal({ issuer, from: 1, until: 5 });
    expect(list.checkpointSet).to.deep.equal({ version: 1, threshold: 2, keys: ['0x01', '0x02', '0x03'] });
    expect(list.issuer(issuer)?.authority.admin).to.equal('0x55');
    expect([...list.authorities()].map(({ admin }) => admin)).to.deep.equal(['0x55']);
  });
});
