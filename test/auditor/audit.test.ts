import { hash } from 'node:crypto';
import { expect } from 'chai';
import { beforeEach, describe, it } from 'mocha';
import { runAudit, type AuditOptions } from '../../auditor/audit.ts';
import { LEDGER_EVENT_NAMES } from '../../auditor/event-names.ts';
import type { AuditReport, FindingCode } from '../../auditor/report.ts';
import { auditPage } from '../../cli/audit-page.ts';
import type { ActChanges } from '../../core/act/places.ts';
import { toHex, type Hex } from '../../core/bytes/hex.ts';
import { merkleRoot } from '../../core/commitment/merkle.ts';
import type { LedgerBlock, LedgerEvent } from '../../core/trust/ledger-event.ts';
import { MAX_STATUS_BYTES, StatusList } from '../../core/status/token-status-list.ts';
import { issuerIdOf } from '../../ledger/identifiers.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { FetchError } from '../../verifier/fetch-json.ts';
import { ioDouble } from '../cli/io-double.ts';
import { listWith, manifestOf, newKey, rootOfLists, URI } from '../verifier/support/status-world.ts';
import { fromBase64url } from '../../core/bytes/base64url.ts';
import {
  actBatchOf,
  digestOf,
  leafOf,
  type ActBatchDocument,
  type HistoryDocument,
} from './support/acts-world.ts';

const DID = 'did:web:hk-dh.example';
const ISSUER = issuerIdOf(DID);
const URL_OF_ISSUER = 'http://issuer.test';
const AUTHORITY: Hex = `0x${'33'.repeat(32)}`;
const ACCOUNT: Hex = `0x${'22'.repeat(20)}`;
const STRANGER: Hex = `0x${'55'.repeat(20)}`;
const APPROVERS: readonly [Hex, Hex] = [`0x${'66'.repeat(20)}`, `0x${'77'.repeat(20)}`];
const ADMIN: Hex = `0x${'44'.repeat(20)}`;
const NONE: Hex = `0x${'00'.repeat(32)}`;
const START = Date.UTC(2026, 10, 23) / 1000;
const FOREVER = START + 1_000_000;
const KEY = newKey();

interface Batch {
  readonly issuer: Hex;
  readonly root: Hex;
  readonly class: 'short' | 'long';
  readonly log2Size: number;
  readonly sequence: number;
  readonly leaves: readonly string[];
}

type Anchored = Extract<LedgerEvent, { readonly event: 'BatchAnchored' }>;

const TRUST: readonly LedgerEvent[] = [
  {
    event: 'AuthorityAdmitted',
    authority: AUTHORITY,
    name: 'HK-DH',
    jurisdiction: 'HK',
    admin: ADMIN,
    checkpointKey: NONE,
  },
  {
    event: 'IssuerAccredited',
    issuer: ISSUER,
    authority: AUTHORITY,
    did: DID,
    types: 0xff,
    from: 0,
    until: FOREVER,
    admin: ADMIN,
  },
  { event: 'IssuerAccepted', issuer: ISSUER },
  {
    event: 'KeyAdded',
    issuer: ISSUER,
    thumbprint: toHex(fromBase64url(KEY.kid)),
    algorithm: 1,
    publicKey: toHex(KEY.publicKey),
    certificateDigest: NONE,
    from: 0,
    until: FOREVER,
  },
  { event: 'AccountAdded', issuer: ISSUER, account: ACCOUNT, from: 0, until: FOREVER },
  ...APPROVERS.map((approver): LedgerEvent => {
    return { event: 'ApproverAdded', issuer: ISSUER, approver, from: 0, until: FOREVER };
  }),
];

describe('an audit', () => {
  let blocks: LedgerBlock[];
  let documents: Map<string, unknown>;
  let pauses: number;
  let waits: number[];

  beforeEach(() => {
    blocks = [];
    documents = new Map();
    pauses = 0;
    waits = [];
    append(TRUST);
    for (const sequence of [1, 2, 3]) anchor(batchOf(sequence));
  });

  it('passes when every root follows from the published leaves', async () => {
    const report = await audit();
    expect(report.findings).to.deep.equal([]);
    expect(report.passed).to.equal(true);
    expect(report.batches).to.deep.equal({
      batches: 3,
      leaves: 3 * 64,
      rederived: 3,
      missing: 0,
      mismatched: 0,
      unreachable: 0,
    });
    expect(pauses).to.equal(0);
  });

  const changes: Readonly<Record<string, (batch: Batch) => unknown>> = {
    'a leaf is changed': (batch) => ({ ...batch, leaves: batch.leaves.with(5, `0x${'ff'.repeat(32)}`) }),
    'two leaves are swapped': (batch) => ({
      ...batch,
      leaves: batch.leaves.with(0, batch.leaves[1] ?? '').with(1, batch.leaves[0] ?? ''),
    }),
    'a leaf is left out': (batch) => ({ ...batch, leaves: batch.leaves.slice(1) }),
    'a leaf is added': (batch) => ({ ...batch, leaves: [...batch.leaves, `0x${'ff'.repeat(32)}`] }),
    'there are no leaves': (batch) => ({ ...batch, leaves: [] }),
    'a leaf is no hash': (batch) => ({ ...batch, leaves: batch.leaves.with(0, '0xzz') }),
    'a leaf is shorter': (batch) => ({ ...batch, leaves: batch.leaves.with(0, '0x00') }),
    'another size is said': (batch) => ({ ...batch, log2Size: 7 }),
    'another class is said': (batch) => ({ ...batch, class: 'long' }),
    'another sequence is said': (batch) => ({ ...batch, sequence: 9 }),
    'another root is said': (batch) => ({ ...batch, root: NONE }),
    'another issuer is said': (batch) => ({ ...batch, issuer: NONE }),
    'the answer is no batch': () => 'nothing',
  };
  for (const [what, change] of Object.entries(changes)) {
    it(`finds that ${what}`, async () => {
      const batch = batchOf(2);
      documents.set(pathOf(batch.root), change(batch));
      const report = await fails('BATCH_MISMATCHED');
      expect(report.findings).to.have.length(1);
      expect(report.findings[0]?.root).to.equal(batch.root);
      expect(report.batches).to.include({ rederived: 2, mismatched: 1, leaves: 2 * 64 });
    });
  }

  it('finds that ledger and issuer say another size than the leaves have', async () => {
    anchor({ ...batchOf(4), log2Size: 7 });
    await fails('BATCH_MISMATCHED');
  });

  it('finds a batch that is not published, after asking twice', async () => {
    documents.delete(pathOf(batchOf(2).root));
    const report = await fails('BATCH_MISSING');
    expect(report.batches).to.include({ rederived: 2, missing: 1 });
    expect(pauses).to.equal(1);
  });

  it('waits for a batch that was anchored a moment ago', async () => {
    const batch = batchOf(2);
    documents.delete(pathOf(batch.root));
    const report = await audit({ onPause: () => documents.set(pathOf(batch.root), batch) });
    expect(report.passed).to.equal(true);
  });

  it('counts nothing as good when the issuer does not answer', async () => {
    const report = await audit({ unreachable: true });
    expect(report.passed).to.equal(false);
    expect(report.batches).to.include({ rederived: 0, leaves: 0, unreachable: 3 });
    expect(new Set(report.findings.map(({ code }) => code))).to.deep.equal(
      new Set(['BATCH_UNREACHABLE', 'COLOURS_UNREACHABLE']),
    );
  });

  it('counts nothing as good when no address is known', async () => {
    const report = await audit({ issuers: [] });
    expect(report.batches).to.include({ rederived: 0, unreachable: 3 });
    expect(report.passed).to.equal(false);
  });

  it('stops asking an issuer that has stopped answering', async () => {
    for (let sequence = 4; sequence <= 60; sequence++) anchor(batchOf(sequence));
    let asked = 0;
    const report = await audit({ unreachable: true, onAsk: () => asked++ });
    expect(report.batches.unreachable).to.equal(60);
    expect(asked).to.be.lessThan(30);
  });

  it('waits as long as a busy issuer says, and goes on', async () => {
    let asked = 0;
    const busy = new FetchError('FETCH_BUSY', 'too many requests', { retryAfterSeconds: 42 });
    const report = await audit({
      onAsk: () => {
        if (++asked % 2 === 1) throw busy;
      },
    });
    expect(report.passed).to.equal(true);
    // Three batches, and whether there are changes of colours and conversions.
    expect(waits).to.deep.equal([42_000, 42_000, 42_000, 42_000, 42_000]);
  });

  it('does not wait for ever for an issuer that is always busy', async () => {
    const busy = new FetchError('FETCH_BUSY', 'too many requests', { retryAfterSeconds: 1_000_000 });
    const report = await audit({
      onAsk: () => {
        throw busy;
      },
    });
    expect(report.batches).to.include({ rederived: 0, unreachable: 3 });
    expect(waits.length).to.be.lessThan(30);
    expect(Math.max(...waits)).to.equal(120_000);
  });

  it('finds a gap in the sequence of batches', async () => {
    anchor(batchOf(5));
    const report = await fails('SEQUENCE_GAP');
    expect(report.stateRoot).to.equal(null);
    expect(report.findings[0]?.detail).to.contain('batch 5');
  });

  it('fails a history that does not fold though there is no finding, and says that a checkpoint was not compared', async () => {
    const published = { event: 'PolicyPublished', authority: AUTHORITY, policy: NONE, digest: NONE } as const;
    append([{ ...published, version: 5, effectiveFrom: FOREVER }]);
    const report = await audit({ checkpointUrl: 'http://gate.test' });
    expect(report).to.deep.include({ passed: false, stateRoot: null, findings: [] });
    expect(report.checkpoint).to.deep.equal({
      url: 'http://gate.test',
      problem: 'the history of the ledger does not hold together',
      rules: [],
    });
    expect(await audit())
      .to.include({ passed: false })
      .and.not.to.have.property('checkpoint');
    expect(auditPage(report, ioDouble().out, { list: false })).to.contain(
      '✗ The audit failed: 0 differences, and the history does not hold together',
    );
  });

  it('finds a batch anchored by an account that is not the issuer’s', async () => {
    anchor(batchOf(4), { account: STRANGER });
    await fails('ACCOUNT_NOT_TRUSTED');
  });

  it('finds a batch anchored after the account’s window', async () => {
    append([{ event: 'AccountNarrowed', issuer: ISSUER, account: ACCOUNT, until: START }]);
    anchor(batchOf(4));
    const report = await fails('ACCOUNT_NOT_TRUSTED');
    expect(report.findings).to.have.length(1);
  });

  it('finds a batch anchored while the issuer was suspended, and none before or after', async () => {
    append([{ event: 'IssuerSuspended', issuer: ISSUER, by: ADMIN }]);
    anchor(batchOf(4));
    append([{ event: 'IssuerReinstated', issuer: ISSUER, effectiveFrom: START + 1000 * blocks.length }]);
    anchor(batchOf(5));
    const report = await fails('ACCOUNT_NOT_TRUSTED');
    expect(report.findings.map(({ root }) => root)).to.deep.equal([batchOf(4).root]);
  });

  describe('of conversions', () => {
    const OTHER: Hex = `0x${'0b'.repeat(32)}`;
    const valuesOf = (sequence: number): readonly Hex[] =>
      Array.from({ length: 8 }, (_, i): Hex => `0x${(8 * sequence + i).toString(16).padStart(64, '0')}`);
    /** Of so many batches that ISSUER spent for OTHER, without padding. */
    const accountOf = (batches: number): unknown => [
      {
        side: 'spent',
        peer: OTHER,
        paddingKey: NONE,
        batches: Array.from({ length: batches }, (_, i) => ({ sequence: i + 1, values: 8 })),
        answers: [],
        open: 8 * batches,
        erased: 0,
      },
    ];
    const spend = (sequence: number, account: Hex = ACCOUNT): void =>
      append([
        {
          event: 'NullifiersSpent',
          source: ISSUER,
          target: OTHER,
          sequence,
          nullifiers: valuesOf(sequence),
          account,
        },
      ]);
    const acknowledge = (sequence: number, account: Hex = ACCOUNT): void =>
      append([
        {
          event: 'ConversionsAcknowledged',
          source: OTHER,
          target: ISSUER,
          sequence,
          acknowledgements: valuesOf(sequence),
          account,
        },
      ]);
    /** Something was spent for us. */
    const receive = (sequence: number): void =>
      append([
        {
          event: 'NullifiersSpent',
          source: OTHER,
          target: ISSUER,
          sequence,
          nullifiers: valuesOf(sequence),
          account: STRANGER,
        },
      ]);

    it('passes, and lists them under whoever wrote', async () => {
      spend(1);
      spend(2);
      documents.set('/conversions/account', accountOf(2));
      const { findings, conversions, conversionCounts } = await audit();
      expect(findings).to.deep.equal([]);
      expect(conversions).to.deep.equal({ pairs: 1, spent: 16, acknowledged: 0, open: 0 });
      expect(conversionCounts).to.deep.equal([{ source: ISSUER, target: OTHER, spent: 16 }]);
      const report = await audit({ filter: { issuer: ISSUER, event: 'NullifiersSpent' } });
      expect(report.history).to.have.length(2);
    });

    it('looks once more at what was spent while it read', async () => {
      spend(1);
      documents.set('/conversions/account', accountOf(2));
      const report = await audit({ onPause: () => spend(2) });
      expect(report.findings).to.deep.equal([]);
      expect(report.conversions.spent).to.equal(16);
    });

    it('finds conversions that nobody accounts for, and a batch that the ledger lacks', async () => {
      spend(1);
      await fails('CONVERSIONS_UNREACHABLE');
      documents.set('/conversions/account', accountOf(2));
      await fails('CONVERSION_MISSING');
    });

    it('finds a gap on either side', async () => {
      spend(1);
      spend(3);
      const report = await fails('SEQUENCE_GAP');
      expect(report.findings[0]).to.include({ issuer: ISSUER, root: valuesOf(3)[0] });
      expect(report.findings[0]?.detail).to.contain('batch of conversions 3');
    });

    it('finds a batch spent or acknowledged by an account that is not the issuer’s', async () => {
      spend(1, STRANGER);
      receive(1);
      acknowledge(1, STRANGER);
      const report = await audit();
      const accounts = report.findings.filter(({ code }) => code === 'ACCOUNT_NOT_TRUSTED');
      // Of the other issuer nobody knows an account.
      expect(accounts.map(({ issuer }) => issuer)).to.deep.equal([ISSUER, OTHER, ISSUER]);
    });
  });

  describe('of status lists', () => {
    const LEAF = leafOf(1).leaf;

    beforeEach(async () => {
      anchorActs(actBatchOf(ISSUER, 1, LEAF));
      publishStatus(1, { [LEAF]: [7] });
      documents.set('/status', await manifestOf(1, [listWith(1, [7])], KEY));
    });

    it('passes when they hash to the anchored root, and acts explain them', async () => {
      const report = await audit();
      expect(report.findings).to.deep.equal([]);
      expect(report.status).to.include({ issuers: 1, rederived: 1 });
      expect(report.acts).to.deep.equal({
        batches: 1,
        rederived: 1,
        versions: 1,
        explained: 1,
        changes: 1,
        erased: 0,
      });
    });

    it('finds an entry that changed without a version', async () => {
      documents.set('/status', await manifestOf(1, [listWith(1, [7, 8])], KEY));
      const report = await fails('STATUS_MISMATCHED');
      expect(report.status).to.include({ rederived: 0, mismatched: 1 });
    });

    it('finds a list that somebody else signed', async () => {
      documents.set('/status', await manifestOf(1, [listWith(1, [7])], newKey()));
      await fails('STATUS_MISMATCHED');
    });

    it('finds lists that inflate to more than any set, and stops decoding there', async () => {
      const list = new StatusList(2, new Uint8Array(MAX_STATUS_BYTES));
      const { lists } = await manifestOf(1, [{ ...listWith(1, []), list }], KEY);
      // The last one is no token: whoever gets that far says so.
      const all = [...Array.from({ length: 65 }, () => lists[0]), { token: 'none' }];
      documents.set('/status', { version: 1, lists: all });
      const report = await fails('STATUS_MISMATCHED');
      expect(report.findings[0]?.detail).to.contain('larger');
    });

    it('finds lists that are not published', async () => {
      documents.delete('/status');
      await fails('STATUS_MISSING');
    });

    it('finds a gap in the versions', async () => {
      publishStatus(3, {}, [7]);
      documents.set('/status', await manifestOf(3, [listWith(1, [7])], KEY));
      await fails('SEQUENCE_GAP');
    });

    it('reads the ledger again when a version came meanwhile', async () => {
      documents.set('/status', await manifestOf(2, [listWith(2, [7, 8])], KEY));
      const second = leafOf(2).leaf;
      const report = await audit({
        onPause: () => {
          if (blocks.some(({ events }) => events.some((event) => 'version' in event && event.version === 2)))
            return;
          anchorActs(actBatchOf(ISSUER, 2, second));
          publishStatus(2, { [second]: [8] }, [7]);
        },
      });
      expect(report.findings).to.deep.equal([]);
      // The acts are those of the first reading: what came meanwhile is for the next audit.
      expect(report.acts).to.include({ versions: 1, explained: 1 });
    });

    describe('and the acts behind them', () => {
      it('finds a version with one more bit than its acts explain', async () => {
        const second = leafOf(2).leaf;
        anchorActs(actBatchOf(ISSUER, 2, second));
        anchorStatus(2, [7, 8, 9], digestOf(changesOf({ [second]: [8] })));
        addVersion(2, { [second]: [8] });
        documents.set('/status', await manifestOf(2, [listWith(2, [7, 8, 9])], KEY));
        const report = await fails('STATUS_UNEXPLAINED');
        expect(report.findings).to.have.length(1);
        expect(report.findings[0]?.detail).to.contain('root');
        expect(report.acts).to.include({ versions: 2, explained: 1, changes: 1 });
      });

      it('finds a bit that is put down to an act later', async () => {
        const second = leafOf(2).leaf;
        anchorActs(actBatchOf(ISSUER, 2, second));
        anchorStatus(2, [7, 8, 9], digestOf(changesOf({ [second]: [8] })));
        addVersion(2, { [second]: [8, 9] });
        documents.set('/status', await manifestOf(2, [listWith(2, [7, 8, 9])], KEY));
        const report = await fails('STATUS_UNEXPLAINED');
        expect(report.findings[0]?.detail).to.contain('digest');
      });

      it('finds a change by an act that nobody approved', async () => {
        const stranger = leafOf(3).leaf;
        publishStatus(2, { [stranger]: [8] }, [7]);
        documents.set('/status', await manifestOf(2, [listWith(2, [7, 8])], KEY));
        const report = await fails('STATUS_UNEXPLAINED');
        expect(report.findings[0]?.detail).to.contain(stranger);
      });

      it('finds a change before its act was approved', async () => {
        const late = leafOf(2).leaf;
        publishStatus(2, { [late]: [8] }, [7]);
        anchorActs(actBatchOf(ISSUER, 2, late));
        documents.set('/status', await manifestOf(2, [listWith(2, [7, 8])], KEY));
        await fails('STATUS_UNEXPLAINED');
      });

      const unapproved: Readonly<Record<string, readonly [Hex, Hex]>> = {
        'one person approved twice': [APPROVERS[0], APPROVERS[0]],
        'somebody else approved': [APPROVERS[0], STRANGER],
        'the account that anchors approved': [APPROVERS[0], ACCOUNT],
      };
      for (const [what, approvers] of Object.entries(unapproved)) {
        it(`finds that ${what}`, async () => {
          const second = leafOf(2).leaf;
          anchorActs(actBatchOf(ISSUER, 2, second), approvers);
          publishStatus(2, { [second]: [8] }, [7]);
          documents.set('/status', await manifestOf(2, [listWith(2, [7, 8])], KEY));
          const report = await fails('ACTS_NOT_APPROVED');
          expect(report.findings.map(({ code }) => code)).to.include('STATUS_UNEXPLAINED');
        });
      }

      it('finds an approver whose time was over', async () => {
        append([{ event: 'ApproverNarrowed', issuer: ISSUER, approver: APPROVERS[1], until: START }]);
        anchorActs(actBatchOf(ISSUER, 2, leafOf(2).leaf));
        await fails('ACTS_NOT_APPROVED');
      });

      it('takes an erasure that shows itself, and only to revoke', async () => {
        const erasure = leafOf(4, { kind: 'revoke', reason: 'erased', selector: { by: 'erasure' } });
        publishStatus(2, { [erasure.leaf]: [8] }, [7]);
        change('erasures', [erasure]);
        documents.set('/status', await manifestOf(2, [listWith(2, [7, 8])], KEY));
        const report = await audit();
        expect(report.findings).to.deep.equal([]);
        expect(report.acts).to.include({ changes: 2, erased: 1 });
        change('erasures', [{ ...erasure, act: leafOf(4).act }]);
        await fails('STATUS_UNEXPLAINED');
        change('erasures', []);
        await fails('STATUS_UNEXPLAINED');
      });

      it('does not let an erasure bring anything back', async () => {
        const erasure = leafOf(4, { kind: 'revoke', reason: 'erased', selector: { by: 'erasure' } });
        const changes: readonly ActChanges[] = [
          { act: erasure.leaf, lists: [{ uri: URI, value: 'valid', indices: [7] }] },
        ];
        anchorStatus(2, [], digestOf(changes));
        change('versions', [...history().versions, { version: 2, listCount: 1, changes }]);
        change('erasures', [erasure]);
        documents.set('/status', await manifestOf(2, [listWith(2, [])], KEY));
        const report = await fails('STATUS_UNEXPLAINED');
        expect(report.findings[0]?.detail).to.contain('nobody approved');
      });

      it('does not take any other act for an erasure', async () => {
        const suspension = leafOf(4);
        publishStatus(2, { [suspension.leaf]: [8] }, [7]);
        change('erasures', [suspension]);
        documents.set('/status', await manifestOf(2, [listWith(2, [7, 8])], KEY));
        await fails('STATUS_UNEXPLAINED');
      });

      it('finds that nothing is shown, or nothing of its form', async () => {
        documents.delete('/acts/history?after=0');
        await fails('STATUS_UNEXPLAINED');
        documents.set('/acts/history?after=0', { versions: 'all' });
        await fails('STATUS_UNEXPLAINED');
      });

      it('finds a batch of acts that is not shown, or differs', async () => {
        const batch = actBatchOf(ISSUER, 1, LEAF);
        const path = `/acts/batches/${batch.root}`;
        documents.delete(path);
        await fails('ACTS_MISSING');
        for (const other of [
          { ...batch, leaves: batch.leaves.toReversed() },
          { ...batch, leaves: batch.leaves.slice(1) },
          { ...batch, sequence: 2 },
          { ...batch, issuer: NONE },
          { ...batch, log2Size: 7 },
          'nothing',
        ]) {
          documents.set(path, other);
          await fails('ACTS_MISMATCHED');
        }
      });

      it('finds a gap in the batches of acts', async () => {
        anchorActs(actBatchOf(ISSUER, 3, leafOf(2).leaf));
        await fails('SEQUENCE_GAP');
      });

      it('reads a history of several pages', async () => {
        const second = leafOf(2).leaf;
        anchorActs(actBatchOf(ISSUER, 2, second));
        publishStatus(2, { [second]: [8] }, [7]);
        documents.set('/status', await manifestOf(2, [listWith(2, [7, 8])], KEY));
        const whole = history();
        const [first, last] = whole.versions;
        documents.set('/acts/history?after=0', { ...whole, versions: [first], more: true });
        documents.set('/acts/history?after=1', { ...whole, versions: [last] });
        expect((await audit()).acts).to.include({ versions: 2, explained: 2 });
        // One that says the same again is no history.
        documents.set('/acts/history?after=1', { ...whole, versions: [first], more: true });
        await fails('STATUS_UNEXPLAINED');
      });
    });
  });

  describe('lists and counts the history', () => {
    it('whole', async () => {
      const report = await audit();
      expect(report.history).to.have.length(TRUST.length + 3);
      expect(report.counts.find(({ event }) => event === 'BatchAnchored')).to.deep.equal({
        issuer: ISSUER,
        day: '2026-11-23',
        event: 'BatchAnchored',
        class: 'short',
        count: 3,
      });
    });

    it('by issuer, kind, class and time, and still audits everything', async () => {
      const from = blocks[2]?.timeSeconds ?? 0;
      const until = blocks[3]?.timeSeconds ?? 0;
      const report = await audit({
        filter: { issuer: ISSUER, event: 'BatchAnchored', class: 'short', since: from, until },
      });
      expect(report.history.map(({ timeSeconds }) => timeSeconds)).to.deep.equal([from]);
      expect(report.batches.rederived).to.equal(3);
      expect((await audit({ filter: { class: 'long' } })).history).to.deep.equal([]);
      expect((await audit({ filter: { issuer: NONE } })).history).to.deep.equal([]);
    });

    it('knows every kind of event that the contracts emit', () => {
      expect(LEDGER_EVENT_NAMES).to.have.length(34);
    });
  });

  interface Setting extends Partial<Pick<AuditOptions, 'issuers' | 'filter' | 'checkpointUrl'>> {
    readonly unreachable?: boolean;
    readonly onPause?: () => void;
    readonly onAsk?: () => void;
  }

  function audit({ issuers, unreachable, onPause, onAsk, ...options }: Setting = {}): Promise<AuditReport> {
    return runAudit(
      {
        rpcUrls: [],
        deployment: { version: 1, chainId: 1, genesisHash: NONE, contracts: undefined as never },
        issuers: issuers ?? [{ did: DID, url: URL_OF_ISSUER }],
        ...options,
      },
      {
        crypto: nodeCrypto,
        fetch: async (url) => {
          onAsk?.();
          if (unreachable === true) throw new FetchError('FETCH_UNREACHABLE', 'nobody there');
          if (url.endsWith('/colours/changes?after=0')) return { changes: [], more: false };
          const document = documents.get(url.slice(URL_OF_ISSUER.length));
          if (document === undefined) throw new FetchError('FETCH_NOT_FOUND', 'not here');
          return document;
        },
        readLedger: async () => {
          const last = blocks.at(-1);
          if (last === undefined) throw new Error('there are blocks');
          return { blocks: [...blocks], head: last };
        },
        pause: async (milliseconds) => {
          pauses++;
          waits.push(milliseconds);
          onPause?.();
        },
      },
    );
  }

  async function fails(code: FindingCode): Promise<AuditReport> {
    const report = await audit();
    expect(report.passed).to.equal(false);
    expect(report.findings.map((finding) => finding.code)).to.include(code);
    return report;
  }

  function append(events: readonly LedgerEvent[]): void {
    const number = blocks.length + 1;
    const hashOfBlock: Hex = `0x${number.toString(16).padStart(64, '0')}`;
    blocks.push({ number, hash: hashOfBlock, timeSeconds: START + number * 1000, events });
  }

  function anchor(batch: Batch, change: Partial<Anchored> = {}): void {
    documents.set(pathOf(batch.root), batch);
    const { root, log2Size, sequence } = batch;
    append([
      {
        event: 'BatchAnchored',
        issuer: ISSUER,
        root,
        log2Size,
        class: 0,
        sequence,
        account: ACCOUNT,
        ...change,
      },
    ]);
  }

  function anchorStatus(version: number, revoked: readonly number[], actsDigest: Hex): void {
    const content = listWith(version, revoked);
    append([
      {
        event: 'StatusPublished',
        issuer: ISSUER,
        version,
        listsRoot: rootOfLists([content]),
        actsDigest,
        nextUpdate: FOREVER,
        account: ACCOUNT,
      },
    ]);
  }

  /** A version on the ledger and in the history. @param before entries that were revoked already */
  function publishStatus(version: number, acts: RevokedBy, before: readonly number[] = []): void {
    const revoked = [...before, ...Object.values(acts).flat()];
    const isChanged = Object.keys(acts).length > 0;
    // A list keeps the number of the version that changed it last: 1 when this one changes nothing.
    const content = listWith(isChanged ? version : 1, revoked);
    append([
      {
        event: 'StatusPublished',
        issuer: ISSUER,
        version,
        listsRoot: rootOfLists([content]),
        actsDigest: digestOf(changesOf(acts)),
        nextUpdate: FOREVER,
        account: ACCOUNT,
      },
    ]);
    addVersion(version, acts);
  }

  function anchorActs(batch: ActBatchDocument, [firstApprover, secondApprover] = APPROVERS): void {
    const { root, log2Size, sequence } = batch;
    documents.set(`/acts/batches/${root}`, batch);
    append([
      { event: 'ActsAnchored', issuer: ISSUER, root, log2Size, sequence, firstApprover, secondApprover },
    ]);
  }

  function history(): HistoryDocument {
    const empty = { lists: [URI], size: 131_072, versions: [], erasures: [], more: false };
    return (documents.get('/acts/history?after=0') as HistoryDocument | undefined) ?? empty; // put there by change()
  }

  function change<Name extends keyof HistoryDocument>(name: Name, value: HistoryDocument[Name]): void {
    documents.set('/acts/history?after=0', { ...history(), [name]: value });
  }

  function addVersion(version: number, acts: RevokedBy): void {
    change('versions', [...history().versions, { version, listCount: 1, changes: changesOf(acts) }]);
  }
});

/** Indices that an act revoked, by the act's leaf. */
type RevokedBy = Readonly<Record<Hex, readonly number[]>>;

function changesOf(acts: RevokedBy): readonly ActChanges[] {
  // The keys of RevokedBy are leaves.
  const entries = Object.entries(acts) as [Hex, readonly number[]][];
  return entries.map(([act, indices]) => ({ act, lists: [{ uri: URI, value: 'revoked', indices }] }));
}

function pathOf(root: Hex): string {
  return `/batches/${root}`;
}

function batchOf(sequence: number): Batch {
  const leaves = Array.from({ length: 64 }, (_, i) => `0x${hash('sha256', `leaf ${sequence} ${i}`, 'hex')}`);
  const root = toHex(
    merkleRoot(nodeCrypto, Buffer.from(leaves.map((leaf) => leaf.slice(2)).join(''), 'hex')),
  );
  return { issuer: ISSUER, root, class: 'short', log2Size: 6, sequence, leaves };
}
