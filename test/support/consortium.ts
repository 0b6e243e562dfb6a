/**
 * A consortium in memory, for tests and benchmarks: three authorities with an issuer each, a ledger that is
 * no more than the blocks applied to a `LedgerState`, a frozen clock and seeded randomness. What it issues is
 * real: the same formats, keys and proofs as over a network.
 *
 *   const consortium = makeConsortium({ seed: 1 });
 *   const [code] = await consortium.issueCodes([vaccinationRecord()]);
 *   await verifyCode(code.text, consortium.context());
 */
import { p256 } from '@noble/curves/nist.js';
import { toBase64url } from '../../core/bytes/base64url.ts';
import { concatBytes } from '../../core/bytes/concat.ts';
import { toHex, type Hex } from '../../core/bytes/hex.ts';
import { toUtf8 } from '../../core/bytes/utf8.ts';
import { assembleBatch, MAX_BATCH_LEAVES } from '../../core/commitment/batch.ts';
import { commitmentOf, leafHash } from '../../core/commitment/leaf.ts';
import type { CredentialClaims, Profile } from '../../core/credential/claims.ts';
import {
  BATCH_CLASSES,
  batchClassOf,
  CREDENTIAL_TYPES,
  toTypeMask,
} from '../../core/credential/credential-type.ts';
import { signCredential, type SigningKey } from '../../core/credential/jwt.ts';
import type { P256Jwk } from '../../core/credential/key.ts';
import { toClaims } from '../../core/credential/profiles.ts';
import { thumbprintOf } from '../../core/credential/thumbprint.ts';
import type { Policy } from '../../core/policy/policy.ts';
import { policyNamer } from '../../core/policy/ledger-registry.ts';
import { encodeCode, type CodeParts } from '../../core/qr/code.ts';
import type { IssuableRecord } from '../../core/record/derived.ts';
import type { TestRecord, VaccinationRecord } from '../../core/record/record.ts';
import { acceptLists, StatusLists, type PublishedList } from '../../core/status/accepted-lists.ts';
import { statusListDigest, statusListsRoot } from '../../core/status/list-digest.ts';
import { StatusList, type StatusChange } from '../../core/status/token-status-list.ts';
import type { LedgerEvent } from '../../core/trust/ledger-event.ts';
import { LedgerState } from '../../core/trust/ledger-state.ts';
import { defaultPolicy } from '../../core/verify/policy.ts';
import type { VerifyContext } from '../../core/verify/context.ts';
import { policyIdOf } from '../../ledger/policy-id.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { Random } from './random.ts';

/** 2022-12-21T00:00:00Z. */
export const START_SECONDS = 1_671_580_800;
const YEAR = 365 * 86_400;
const BLOCK_SECONDS = 5;
const MEMBERS = [
  { name: 'HK-DH', jurisdiction: 'HK', did: 'did:web:dh.gov.hk.example' },
  { name: 'CN-GD', jurisdiction: 'CN', did: 'did:web:wsjkw.gd.gov.cn.example' },
  { name: 'MO-SSM', jurisdiction: 'MO', did: 'did:web:ssm.gov.mo.example' },
] as const;

const namesOf = policyNamer(nodeCrypto, policyIdOf);

export interface FixtureKey extends SigningKey {
  readonly thumbprint: Hex;
  /** 65 bytes, SEC 1 uncompressed. */
  readonly publicKey: Uint8Array;
}

export interface FixtureIssuer {
  readonly id: Hex;
  readonly authority: Hex;
  readonly name: string;
  readonly did: string;
  readonly key: FixtureKey;
  readonly account: Hex;
  readonly statusUri: string;
}

/** Whose codes are converted, and for whom. */
export interface FixturePair {
  readonly source: FixtureIssuer;
  readonly target: FixtureIssuer;
}

export interface IssuedCode {
  readonly text: string;
  readonly parts: CodeParts;
  readonly claims: CredentialClaims;
  readonly jws: string;
  /** 32 bytes. */
  readonly root: Uint8Array;
  /** Unix seconds; absent when the batch was not anchored. */
  readonly anchoredAtSeconds?: number;
}

export interface IssueOptions {
  /** Default: the first issuer. */
  readonly issuer?: FixtureIssuer;
  readonly profile?: Profile;
  readonly key?: FixtureKey;
  readonly account?: Hex;
  readonly holderKey?: P256Jwk;
  readonly notBeforeSeconds?: number;
  readonly expiresAtSeconds?: number;
  /** Changes the claims before they are signed. */
  readonly change?: (claims: CredentialClaims) => CredentialClaims;
  /** `false`: signed, but never on the ledger. */
  readonly isAnchored?: boolean;
  /** Fills the batch, so that proofs have 12 steps. */
  readonly isFullBatch?: boolean;
}

export class Consortium {
  readonly random: Random;
  readonly state: LedgerState = new LedgerState();
  readonly issuers: readonly FixtureIssuer[];
  statusLists: StatusLists = StatusLists.empty;
  nowSeconds: number = START_SECONDS;
  readonly #lists = new Map<Hex, { readonly version: number; readonly list: StatusList }>();
  #nextStatusIndex = 0;

  constructor(seed: number) {
    this.random = new Random(seed);
    this.issuers = MEMBERS.map((member) => this.#makeIssuer(member));
    this.block(
      this.issuers.flatMap((issuer, i) => this.#foundation(issuer, MEMBERS[i]?.jurisdiction ?? 'XX')),
    );
    for (const issuer of this.issuers) this.publishStatus(issuer, []);
  }

  /** The first issuer. */
  get issuer(): FixtureIssuer {
    // MEMBERS is not empty.
    return this.issuers[0]!;
  }

  /** A finalised block with these events, now; returns its time. */
  block(events: readonly LedgerEvent[]): number {
    const number = this.state.head.number + 1;
    const timeSeconds = Math.max(this.nowSeconds, this.state.head.timeSeconds);
    this.state.apply({
      number,
      hash: toHex(nodeCrypto.sha256(toUtf8(`block ${number}`))),
      timeSeconds,
      events,
    });
    return timeSeconds;
  }

  /** Lets time pass; the ledger seals an empty block at the end of it. */
  advance(seconds: number): void {
    this.nowSeconds += seconds;
    this.block([]);
  }

  context(overrides: Partial<VerifyContext> = {}): VerifyContext {
    const { state, statusLists, nowSeconds } = this;
    return { crypto: nodeCrypto, state, statusLists, nowSeconds, policy: defaultPolicy, ...overrides };
  }

  makeKey(): FixtureKey {
    const { secretKey, publicKey } = p256.keygen(this.random.bytes(48));
    const uncompressed = p256.Point.fromBytes(publicKey).toBytes(false);
    const thumbprint = thumbprintOf(nodeCrypto, uncompressed);
    return {
      kid: toBase64url(thumbprint),
      thumbprint: toHex(thumbprint),
      publicKey: uncompressed,
      // RFC 6979: the same seed gives the same signatures.
      sign: (message) => p256.sign(message, secretKey),
    };
  }

  makeAccount(): Hex {
    return toHex(this.random.bytes(20));
  }

  /** Signs one credential for each record, batches and anchors them, and waits a block. */
  async issueCodes(
    records: readonly IssuableRecord[],
    options: IssueOptions = {},
  ): Promise<readonly IssuedCode[]> {
    const { issuer = this.issuer, key = issuer.key, isAnchored = true } = options;
    const signed = await Promise.all(
      records.map(async (record) => {
        const claims = this.#claimsOf(record, issuer, options);
        return { claims, ...(await signCredential(claims, key)) };
      }),
    );
    const leaves = signed.map((token) =>
      leafHash(nodeCrypto, commitmentOf(nodeCrypto, token.headerBytes, token.payloadBytes)),
    );
    const filler = options.isFullBatch === true ? MAX_BATCH_LEAVES - leaves.length : 0;
    const batch = assembleBatch(nodeCrypto, {
      leafHashes: concatBytes(...leaves, ...Array.from({ length: filler }, () => this.random.bytes(32))),
      seed: this.random.bytes(32),
      randomNumbers: Uint32Array.from({ length: MAX_BATCH_LEAVES }, () => this.random.uint32()),
    });
    const { root } = batch.tree;
    const anchored = isAnchored
      ? {
          anchoredAtSeconds: this.anchor(root, {
            ...options,
            issuer,
            log2Size: batch.log2Size,
            record: records[0],
          }),
        }
      : {};
    return signed.map(({ claims, jws, headerBytes, payloadBytes, signature }, i) => {
      // One position for each leaf given.
      const index = batch.positions[i]!;
      const parts = { headerBytes, payloadBytes, signature, index, path: batch.tree.path(index) };
      return { text: encodeCode(parts), parts, claims, jws, root, ...anchored };
    });
  }

  /** Anchors a root under an issuer's account and waits a block; returns the time of the anchor. */
  anchor(
    root: Uint8Array,
    options: {
      readonly issuer: FixtureIssuer;
      readonly account?: Hex;
      readonly log2Size: number;
      readonly record?: IssuableRecord | undefined;
    },
  ): number {
    const { issuer, account = issuer.account, log2Size, record } = options;
    const timeSeconds = this.block([
      {
        event: 'BatchAnchored',
        issuer: issuer.id,
        root: toHex(root),
        log2Size,
        class: BATCH_CLASSES.indexOf(batchClassOf(record?.type ?? 'vaccination')),
        sequence: this.state.roots.lastSequenceOf(issuer.id) + 1,
        account,
      },
    ]);
    this.advance(BLOCK_SECONDS);
    return timeSeconds;
  }

  /** Fills the replica with roots of batches that nobody asks for. */
  anchorRandomRoots(count: number): void {
    const { id, account } = this.issuer;
    let sequence = this.state.roots.lastSequenceOf(id);
    for (let done = 0; done < count; done += 1000) {
      const events = Array.from({ length: Math.min(1000, count - done) }, () => ({
        event: 'BatchAnchored' as const,
        issuer: id,
        root: toHex(this.random.bytes(32)),
        log2Size: 12,
        class: 1,
        sequence: ++sequence,
        account,
      }));
      this.block(events);
    }
  }

  /** Anchors the next version of the issuer's status list with these changes, and takes it in as verifiers do. */
  publishStatus(
    issuer: FixtureIssuer,
    changes: readonly StatusChange[],
    nextUpdateSeconds: number = this.nowSeconds + 86_400,
  ): void {
    const before = this.#lists.get(issuer.id) ?? { version: 0, list: StatusList.empty() };
    const version = before.version + 1;
    const list = before.list.withAll(changes);
    this.#lists.set(issuer.id, { version, list });
    const published: PublishedList = { uri: issuer.statusUri, version, list };
    const digest = statusListDigest(nodeCrypto, {
      uri: published.uri,
      version,
      bits: list.bits,
      bytes: list.bytes,
    });
    this.block([
      {
        event: 'StatusPublished',
        issuer: issuer.id,
        version,
        listsRoot: toHex(statusListsRoot(nodeCrypto, [{ uri: issuer.statusUri, digest }])),
        actsDigest: toHex(new Uint8Array(32)),
        nextUpdate: nextUpdateSeconds,
        account: issuer.account,
      },
    ]);
    const anchor = this.state.statusAnchors.get(issuer.id);
    if (anchor === undefined) throw new Error('the state lost its status anchor');
    this.statusLists = this.statusLists.with(acceptLists(nodeCrypto, anchor, [published]));
  }

  /** The next version of the mapping between two issuers' authorities; by default it holds at once. */
  publishMapping(
    { source, target }: FixturePair,
    digest: Hex,
    effectiveFrom: number = this.nowSeconds,
  ): void {
    const pair = { source: source.authority, target: target.authority } as const;
    const version = this.state.policies.mappingVersions(pair.source, pair.target).length + 1;
    this.block([{ event: 'MappingPublished', ...pair, version, digest, effectiveFrom }]);
  }

  /** The next version of a policy of the issuer's authority; by default it holds at once. */
  publishPolicy(
    { authority }: FixtureIssuer,
    policy: Pick<Policy, 'id' | 'json'>,
    effectiveFrom: number = this.nowSeconds,
  ): void {
    const { digest, id } = namesOf(policy);
    const version = this.state.policies.policyVersions(authority, id).length + 1;
    this.block([{ event: 'PolicyPublished', authority, policy: id, version, digest, effectiveFrom }]);
  }

  withdrawPolicy({ authority }: FixtureIssuer, policy: Pick<Policy, 'id' | 'json'>): void {
    const { id } = namesOf(policy);
    const version = this.state.policies.policyVersions(authority, id).length + 1;
    const effectiveFrom = this.nowSeconds;
    this.block([{ event: 'PolicyWithdrawn', authority, policy: id, version, effectiveFrom }]);
  }

  /** The pair's next batch of nullifiers, 32 bytes each. */
  spend({ source, target }: FixturePair, nullifiers: readonly Uint8Array[]): void {
    const pair = { source: source.id, target: target.id } as const;
    const sequence = (this.state.conversions.pair(source.id, target.id)?.spent.sequence ?? 0) + 1;
    const { account } = source;
    this.block([{ event: 'NullifiersSpent', ...pair, sequence, nullifiers: nullifiers.map(toHex), account }]);
  }

  /** The pair's next batch of acknowledgements, 32 bytes each. */
  acknowledge({ source, target }: FixturePair, given: readonly Uint8Array[]): void {
    const pair = { source: source.id, target: target.id } as const;
    const sequence = (this.state.conversions.pair(source.id, target.id)?.acknowledged.sequence ?? 0) + 1;
    const { account } = target;
    const acknowledgements = given.map(toHex);
    this.block([{ event: 'ConversionsAcknowledged', ...pair, sequence, acknowledgements, account }]);
  }

  #claimsOf(record: IssuableRecord, issuer: FixtureIssuer, options: IssueOptions): CredentialClaims {
    const { profile = 'venue', holderKey, notBeforeSeconds, expiresAtSeconds, change } = options;
    const claims = toClaims(record, profile, {
      iss: issuer.did,
      jti: toBase64url(this.random.bytes(16)),
      issuedAtSeconds: this.nowSeconds,
      status: { idx: this.#nextStatusIndex++, uri: issuer.statusUri },
      ...(holderKey === undefined ? {} : { holderKey }),
      ...(notBeforeSeconds === undefined ? {} : { notBeforeSeconds }),
      ...(expiresAtSeconds === undefined ? {} : { expiresAtSeconds }),
    });
    return change === undefined ? claims : change(claims);
  }

  #makeIssuer({ name, did }: (typeof MEMBERS)[number]): FixtureIssuer {
    return {
      id: toHex(nodeCrypto.sha256(toUtf8(did))),
      authority: toHex(nodeCrypto.sha256(toUtf8(name))),
      name,
      did,
      key: this.makeKey(),
      account: this.makeAccount(),
      statusUri: `https://${did.slice('did:web:'.length)}/status/v/1`,
    };
  }

  /** Everything that makes an issuer one, a year ago and for ten years. */
  #foundation(
    { id: issuer, authority, name, did, key, account }: FixtureIssuer,
    jurisdiction: string,
  ): LedgerEvent[] {
    const from = START_SECONDS - YEAR;
    const until = START_SECONDS + 9 * YEAR;
    const admin = this.makeAccount();
    return [
      {
        event: 'AuthorityAdmitted',
        authority,
        name,
        jurisdiction,
        admin,
        checkpointKey: toHex(this.random.bytes(32)),
      },
      {
        event: 'IssuerAccredited',
        issuer,
        authority,
        did,
        types: toTypeMask(CREDENTIAL_TYPES),
        from,
        until,
        admin,
      },
      { event: 'IssuerAccepted', issuer },
      keyAdded(issuer, key, { from, until }),
      { event: 'AccountAdded', issuer, account, from, until },
    ];
  }
}

export function makeConsortium({ seed }: { readonly seed: number }): Consortium {
  return new Consortium(seed);
}

export function keyAdded(
  issuer: Hex,
  key: FixtureKey,
  window: { readonly from: number; readonly until: number },
): LedgerEvent {
  return {
    event: 'KeyAdded',
    issuer,
    thumbprint: key.thumbprint,
    algorithm: 1,
    publicKey: toHex(key.publicKey),
    certificateDigest: toHex(new Uint8Array(32)),
    ...window,
  };
}

/** A specimen. */
export function vaccinationRecord(changes: Partial<VaccinationRecord> = {}): VaccinationRecord {
  return {
    type: 'vaccination',
    subject: {
      nameEn: 'CHAN, TAI MAN',
      nameZh: '陳大文',
      dob: '1980-01-01',
      sex: 'M',
      docType: 'HKID',
      docNumber: 'A123456(3)',
      docIssuer: 'HK',
    },
    disease: 'sct|840539006',
    prophylaxis: 'sct|1157024006',
    product: 'eu|CoronaVac',
    manufacturer: 'eu|Sinovac-Biotech',
    doseNumber: 3,
    seriesDoses: 3,
    date: '2022-02-10',
    lot: 'B202106027',
    centre: 'CVC-023',
    country: 'HK',
    ...changes,
  };
}

/** A specimen. */
export function testRecord(changes: Partial<TestRecord> = {}): TestRecord {
  return {
    type: 'test',
    subject: {
      nameEn: 'WONG, SIU MING',
      dob: '1992-07',
      sex: 'F',
      docType: 'PASSPORT',
      docNumber: 'K0000001',
      docIssuer: 'HK',
    },
    disease: 'sct|840539006',
    method: 'loinc|LP6464-4',
    specimen: 'sct|472881004',
    result: 'sct|260415000',
    collectedAt: '2022-12-20T09:15:00+08:00',
    reportedAt: '2022-12-20T21:00:00+08:00',
    laboratory: 'LAB-HK-017',
    country: 'HK',
    ...changes,
  };
}
