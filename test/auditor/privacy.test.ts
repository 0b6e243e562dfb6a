/** The privacy checks of domain.md A5: each finding, by one thing changed in a house where all is well. */
import { describe, it, before, after } from 'mocha';
import { expect } from 'chai';
import { checkAccount, type AccountKnowledge } from '../../auditor/privacy-account.ts';
import { runPrivacyAudit, type PrivacyReport, type PrivacySource } from '../../auditor/privacy-audit.ts';
import { checkBatchShape, checkListSize, LeafCensus } from '../../auditor/privacy-ledger.ts';
import { fromBase64url } from '../../core/bytes/base64url.ts';
import { concatBytes } from '../../core/bytes/concat.ts';
import { fromHex, toHex } from '../../core/bytes/hex.ts';
import { signErasureReceipt } from '../../core/receipt/erasure-receipt.ts';
import { BATCH_CLASSES } from '../../core/credential/credential-type.ts';
import { StatusList } from '../../core/status/token-status-list.ts';
import type { Hex, LedgerBlock } from '../../core/trust/ledger-event.ts';
import type { Issuer } from '../../issuer/issuer.ts';
import type { BatchAccount } from '../../issuer/privacy/batch-account.ts';
import { issuerKeyOf } from '../../issuer/signing.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { DID, issueAll, IssuerHouse, vaccination } from '../issuer/support/issuer-house.ts';

const NO_HASH: Hex = `0x${'00'.repeat(32)}`;

/** One batch: a record, an erased one, padding. */
interface Told {
  readonly account: BatchAccount;
  readonly leafHashes: Uint8Array;
}

describe('the account of a batch', () => {
  let house: IssuerHouse;
  let issuer: Issuer;
  let told: Told;
  let knowledge: AccountKnowledge;

  before(async () => {
    house = await IssuerHouse.create();
    issuer = await house.open();
    const [gone] = await issueAll(issuer, [vaccination(1), vaccination(2)]);
    await issuer.privacy.erase(gone?.recordId ?? '', 'subject-request');
    await issuer.settle();
    const root = toHex(house.ledger.batches[0]?.root ?? new Uint8Array(32));
    const { leaves } = await issuer.batch(root);
    told = { account: await issuer.privacy.account(root), leafHashes: concatBytes(...leaves.map(fromHex)) };
    const { kid, publicKey } = issuer.key;
    const keyOf = (asked: string): Uint8Array | undefined => (asked === kid ? publicKey : undefined);
    knowledge = { crypto: nodeCrypto, did: DID, keyOf, isRevoked: () => true };
  });

  after(async () => {
    await issuer.close();
    await house[Symbol.asyncDispose]();
  });

  it('makes every leaf a record, erased, or padding', () => {
    const tally = checkAccount(told.account, told.leafHashes, knowledge);
    expect(tally).to.deep.equal({ records: 1, erased: 1, colours: 0, padding: 62, unaccounted: [] });
  });

  it('says nothing of a person: no handle, no record id, no payload', () => {
    const text = JSON.stringify(told.account);
    expect(Object.keys(told.account).toSorted()).to.deep.equal(['leaves', 'root', 'seed']);
    expect(text).to.not.match(/SPECIMEN|HKID|jti/);
  });

  it('does not hold when a record is left out: its leaf is no padding', () => {
    const leaves = told.account.leaves.filter((leaf) => 'receipt' in leaf);
    expect(reasons({ ...told.account, leaves })).to.deep.equal(['neither told nor padding']);
  });

  it('does not hold with the seed of another batch', () => {
    const seed: Hex = `0x${'00'.repeat(32)}`;
    expect(reasons({ ...told.account, seed })).to.have.length(62);
  });

  it('does not hold when a record is told with other hashes', () => {
    const leaves = told.account.leaves.map((leaf) =>
      'headerHash' in leaf ? { ...leaf, payloadHash: leaf.headerHash } : leaf,
    );
    expect(reasons({ ...told.account, leaves })).to.deep.equal(['its hashes give another leaf']);
  });

  it('does not hold with a receipt for another leaf, of another issuer, or signed by another', async () => {
    const key = issuerKeyOf(nodeCrypto, house.secrets.signingKey);
    const other = `0x${'11'.repeat(32)}` as const;
    const status = { idx: 1, uri: 'https://hk-dh.example/status/1' };
    const place = told.account.leaves.find((leaf) => 'receipt' in leaf)?.place ?? 0;
    const leaf = toHex(told.leafHashes.subarray(place * 32, place * 32 + 32));
    const forged = [
      { issuer: DID, leaf: other, why: 'its receipt is for another leaf' },
      { issuer: 'did:web:other.example', leaf, why: 'its receipt is for another leaf' },
    ];
    for (const { why, ...receipt } of forged) {
      const signed = await signErasureReceipt({ ...receipt, erasedAtSeconds: 1, status }, key);
      expect(reasons(withReceipt(signed))).to.deep.equal([why]);
    }
    const stranger = { ...key, kid: 'x'.repeat(43) };
    const strange = await signErasureReceipt({ issuer: DID, leaf, erasedAtSeconds: 1, status }, stranger);
    expect(reasons(withReceipt(strange))).to.deep.equal(['its receipt is not signed by the issuer']);
    const good = await signErasureReceipt({ issuer: DID, leaf, erasedAtSeconds: 1, status }, key);
    const tampered = `${good.slice(0, -6)}AAAAAA`;
    expect(reasons(withReceipt(tampered))).to.deep.equal(['its receipt is not signed by the issuer']);
    expect(reasons(withReceipt('nonsense'))).to.deep.equal(['its receipt is not signed by the issuer']);
  });

  it('does not hold for what is erased and not revoked', () => {
    const tally = checkAccount(told.account, told.leafHashes, { ...knowledge, isRevoked: () => false });
    expect(tally.unaccounted.map(({ why }) => why)).to.deep.equal(['it is erased and not revoked']);
  });

  for (const [name, value] of Object.entries({
    nothing: undefined,
    'no seed': { leaves: [] },
    'no list': { seed: `0x${'00'.repeat(32)}`, leaves: {} },
    'a leaf without a place': { seed: `0x${'00'.repeat(32)}`, leaves: [{ receipt: 'x' }] },
    'a leaf twice': {
      seed: `0x${'00'.repeat(32)}`,
      leaves: [
        { place: 1, receipt: 'x' },
        { place: 1, receipt: 'x' },
      ],
    },
    'a leaf with nothing to show': { seed: `0x${'00'.repeat(32)}`, leaves: [{ place: 1 }] },
  })) {
    it(`of the form "${name}" accounts for nothing`, () => {
      expect(new Set(reasons(value))).to.deep.equal(new Set(['the account is not of its form']));
    });
  }

  function reasons(account: unknown): readonly string[] {
    return checkAccount(account, told.leafHashes, knowledge).unaccounted.map(({ why }) => why);
  }

  function withReceipt(receipt: string): unknown {
    const leaves = told.account.leaves.map((leaf) => ('receipt' in leaf ? { ...leaf, receipt } : leaf));
    return { ...told.account, leaves };
  }
});

describe('what the ledger may show', () => {
  const anchored = {
    event: 'BatchAnchored' as const,
    issuer: `0x${'00'.repeat(32)}` as const,
    root: `0x${'00'.repeat(32)}` as const,
    account: `0x${'00'.repeat(20)}` as const,
    log2Size: 6,
    class: 0,
    sequence: 1,
  };

  it('is batches of 2^6 to 2^12 of a known class', () => {
    expect([6, 12].flatMap((log2Size) => checkBatchShape({ ...anchored, log2Size }))).to.deep.equal([]);
    for (const wrong of [{ log2Size: 5 }, { log2Size: 13 }, { class: 2 }]) {
      const codes = checkBatchShape({ ...anchored, ...wrong }).map(({ code }) => code);
      expect(codes).to.deep.equal(['PRIVACY_BATCH_SHAPE']);
    }
  });

  it('is lists of at least 131,072 entries', () => {
    expect(checkListSize('uri', StatusList.empty(131_072))).to.deep.equal([]);
    expect(checkListSize('uri', StatusList.empty(131_068))).to.have.length(1);
  });

  it('is no leaf twice, be it in one batch or in two', () => {
    const census = new LeafCensus();
    const leaves = Uint8Array.from({ length: 128 }, (_, i) => i);
    expect(census.check(anchored.root, leaves)).to.deep.equal([]);
    expect(census.check(anchored.root, leaves.subarray(32, 64))).to.have.length(1);
    expect(census.check(anchored.root, new Uint8Array(64))).to.have.length(1);
  });
});

describe('the privacy audit of an issuer', () => {
  it('passes over batches, accounts and lists as they are published', async () => {
    await using world = await World.create();
    expect(await world.audit()).to.deep.equal({
      passed: true,
      batches: 2,
      records: 2,
      erased: 2,
      colours: 0,
      padding: 124,
      findings: [],
    });
  });

  it('finds leaves that give another root, and counts nothing of them', async () => {
    await using world = await World.create();
    const report = await world.audit({
      batch: async (root) => {
        const batch = await world.issuer.batch(root);
        return { ...batch, leaves: batch.leaves.toReversed() };
      },
    });
    expect(report).to.include({ passed: false, records: 0, erased: 0 });
    expect(report.findings.map(({ code }) => code)).to.deep.equal([
      'PRIVACY_BATCH_UNREAD',
      'PRIVACY_BATCH_UNREAD',
    ]);
  });

  it('finds a leaf that is not accounted for', async () => {
    await using world = await World.create();
    const report = await world.audit({
      account: async (root) => ({ ...(await world.issuer.privacy.account(root)), leaves: [] }),
    });
    expect(report.findings.map(({ code }) => code)).to.deep.equal(Array(4).fill('PRIVACY_LEAF_UNACCOUNTED'));
  });
});

/** An issuer with an erased record, and the events that its ledger would show. */
class World implements AsyncDisposable {
  readonly issuer: Issuer;
  readonly #house: IssuerHouse;

  private constructor(house: IssuerHouse, issuer: Issuer) {
    this.#house = house;
    this.issuer = issuer;
  }

  static async create(): Promise<World> {
    const house = await IssuerHouse.create();
    const issuer = await house.open();
    const [gone] = await issueAll(issuer, [vaccination(1), vaccination(2)]);
    await issuer.privacy.erase(gone?.recordId ?? '', 'subject-request');
    await issuer.settle();
    return new World(house, issuer);
  }

  audit(changes: Partial<PrivacySource> = {}): Promise<PrivacyReport> {
    const { issuer } = this;
    const source: PrivacySource = {
      batch: (root) => issuer.batch(root),
      account: (root) => issuer.privacy.account(root),
      status: () => issuer.statusManifest(),
      ...changes,
    };
    const options = { blocks: this.#blocks(), issuer: issuer.id, did: DID };
    return runPrivacyAudit(options, { crypto: nodeCrypto, source });
  }

  /** The issuer's key in the trust list, then its batches. */
  #blocks(): readonly LedgerBlock[] {
    const { id: issuer, key } = this.issuer;
    const added = {
      event: 'KeyAdded' as const,
      issuer,
      thumbprint: toHex(fromBase64url(key.kid)),
      algorithm: 1,
      publicKey: toHex(key.publicKey),
      certificateDigest: NO_HASH,
      from: 0,
      until: 4_000_000_000,
    };
    const batches = this.#house.ledger.batches.map(
      ({ root, log2Size, class: batchClass, sequence, account }) => {
        const event = 'BatchAnchored' as const;
        return {
          event,
          issuer,
          root: toHex(root),
          log2Size,
          class: BATCH_CLASSES.indexOf(batchClass),
          sequence,
          account,
        };
      },
    );
    return [{ number: 1, hash: NO_HASH, timeSeconds: 1, events: [added, ...batches] }];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.issuer.close();
    await this.#house[Symbol.asyncDispose]();
  }
}
