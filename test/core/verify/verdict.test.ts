/** One way, at least, to each reason; and what a verdict then shows and hides. */
import { describe, it } from 'mocha';
import { expect } from 'chai';
import { toHex } from '../../../core/bytes/hex.ts';
import { toUtf8 } from '../../../core/bytes/utf8.ts';
import { fromBase45, toBase45 } from '../../../core/bytes/base45.ts';
import { toCanonicalJson } from '../../../core/bytes/canonical-json.ts';
import { signToken } from '../../../core/credential/jwt.ts';
import { assembleBatch } from '../../../core/commitment/batch.ts';
import type { JsonObject } from '../../../core/bytes/strict-json.ts';
import { commitmentOf, leafHash } from '../../../core/commitment/leaf.ts';
import { encodeCode } from '../../../core/qr/code.ts';
import type { Policy } from '../../../core/policy/policy.ts';
import type { DerivedRecord, StatusRecord } from '../../../core/record/derived.ts';
import type { PresentedIdentity } from '../../../core/record/identity-match.ts';
import { StatusLists } from '../../../core/status/accepted-lists.ts';
import { LedgerState } from '../../../core/trust/ledger-state.ts';
import { withReason } from '../../../core/verify/conclude.ts';
import { defaultPolicy, type VerifyPolicy } from '../../../core/verify/policy.ts';
import { REASON_CODES, REASONS, type ReasonCode } from '../../../core/verify/reasons.ts';
import type { Verdict } from '../../../core/verify/verdict.ts';
import { STEPS } from '../../../core/verify/verdict.ts';
import { verifyCode } from '../../../core/verify/verify.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { foreignWays } from '../foreign/support/ways.ts';
import {
  keyAdded,
  makeConsortium,
  START_SECONDS,
  testRecord,
  vaccinationRecord,
  type Consortium,
  type FixtureIssuer,
  type FixtureKey,
  type IssuedCode,
  type IssueOptions,
} from '../../support/consortium.ts';
import { conversionRecord, statusRecord } from '../../support/sample-records.ts';
import { makeHolder, type Holder } from '../../support/holder.ts';
import { ruleJson, rulebookOf, testPolicy } from '../../support/policies.ts';

const DAY = 86_400;
const record = vaccinationRecord();

async function issue(consortium: Consortium, options: IssueOptions = {}): Promise<IssuedCode> {
  const [code] = await consortium.issueCodes([record], options);
  if (code === undefined) throw new Error('nothing was issued');
  return code;
}

/** A good code, then `change`, then the verdict on it. */
async function afterwards(
  change: (consortium: Consortium, code: IssuedCode) => unknown,
  options: IssueOptions = {},
): Promise<Verdict> {
  const consortium = makeConsortium({ seed: 7 });
  const code = await issue(consortium, options);
  await change(consortium, code);
  return verifyCode(code.text, consortium.context());
}

/** `prepare`, then a good code issued and judged. */
async function beforehand(
  prepare: (consortium: Consortium) => IssueOptions | void,
  policy: Partial<VerifyPolicy> = {},
): Promise<Verdict> {
  const consortium = makeConsortium({ seed: 7 });
  const code = await issue(consortium, prepare(consortium) ?? {});
  return verifyCode(code.text, consortium.context({ policy: { ...defaultPolicy, ...policy } }));
}

/** A good health code. */
/** @param place of its issuer: 0 is of Hong Kong, 1 of Guangdong, 2 of Macao */
function coloured(changes: Partial<StatusRecord>, place = 0): Promise<Verdict> {
  return derived(statusRecord(changes), place);
}

async function derived(record: DerivedRecord, place = 0): Promise<Verdict> {
  const consortium = makeConsortium({ seed: 7 });
  const issuer = consortium.issuers[place];
  const [code] = await consortium.issueCodes([record], issuer === undefined ? {} : { issuer });
  return verifyCode(code?.text ?? '', consortium.context());
}

/** A good code under rules that are data. */
function ruled(policies: readonly Policy[]): Promise<Verdict> {
  return beforehand(() => {}, { rules: rulebookOf(policies) });
}

function failing(otherwise: string): JsonObject {
  return ruleJson({ logic: { '!': [true] }, otherwise });
}

/** A good travel credential beside its document, but for these changes. */
async function presented(changes: PresentedIdentity): Promise<Verdict> {
  const consortium = makeConsortium({ seed: 7 });
  const { text } = await issue(consortium, { profile: 'travel' });
  const document = { name: 'CHAN<<TAI<MAN', birth: '1980-01-01', documentNumber: 'A123456(3)' };
  return verifyCode(text, consortium.context({ presented: { ...document, ...changes } }));
}

/** A live code of a holder for gate 7, but for these changes, at gate 7. */
async function shownLive({
  aheadSeconds = 0,
  gate = 7,
  signer,
}: {
  readonly aheadSeconds?: number;
  readonly gate?: number;
  readonly signer?: Holder;
}): Promise<Verdict> {
  const consortium = makeConsortium({ seed: 7 });
  const holder = makeHolder();
  const { text } = await issue(consortium, { holderKey: holder.jwk });
  const timeSeconds = consortium.nowSeconds + aheadSeconds;
  return verifyCode((signer ?? holder).present(text, { timeSeconds, gate }), consortium.context({ gate: 7 }));
}

function verdictOn(text: string): Promise<Verdict> {
  return verifyCode(text, makeConsortium({ seed: 7 }).context());
}

/** A good code whose bytes before base45 were changed. */
async function withBytes(change: (bytes: Uint8Array) => Uint8Array): Promise<Verdict> {
  const consortium = makeConsortium({ seed: 7 });
  const { text } = await issue(consortium);
  return verifyCode(`HCL1:${toBase45(change(fromBase45(text.slice(5))))}`, consortium.context());
}

/** An anchored code over a header and payload of our choice, signed by the issuer's key. */
async function anchoredToken(payload: unknown, typ = 'dc+sd-jwt'): Promise<Verdict> {
  const consortium = makeConsortium({ seed: 7 });
  const { issuer } = consortium;
  const { headerBytes, payloadBytes, signature } = await signToken(payload, typ, issuer.key);
  const leafHashes = leafHash(nodeCrypto, commitmentOf(nodeCrypto, headerBytes, payloadBytes));
  const batch = assembleBatch(nodeCrypto, {
    leafHashes,
    seed: consortium.random.bytes(32),
    randomNumbers: new Uint32Array(4096),
  });
  consortium.anchor(batch.tree.root, { issuer, log2Size: batch.log2Size });
  const index = batch.positions[0] ?? 0;
  const text = encodeCode({ headerBytes, payloadBytes, signature, index, path: batch.tree.path(index) });
  return verifyCode(text, consortium.context());
}

function second(consortium: Consortium): FixtureIssuer {
  const [, issuer] = consortium.issuers;
  if (issuer === undefined) throw new Error('the consortium has three issuers');
  return issuer;
}

function newKey(consortium: Consortium, from: number, until: number): FixtureKey {
  const key = consortium.makeKey();
  consortium.block([keyAdded(consortium.issuer.id, key, { from, until })]);
  return key;
}

/** A good code with this byte of its frame: version 0, dictionary 1, flags 2. */
function frameByte(at: number, value: number): Promise<Verdict> {
  return withBytes((bytes) => bytes.with(at, value));
}

const ways: Readonly<Record<ReasonCode, readonly (() => Promise<Verdict>)[]>> = {
  CODE_EMPTY: [() => verdictOn('')],
  CODE_TOO_LONG: [() => verdictOn(`HCL1:${'0'.repeat(4300)}`)],
  CODE_UNKNOWN: [() => verdictOn('hello'), () => verdictOn(undefined as unknown as string)],
  CODE_NOT_BASE45: [() => verdictOn('HCL1:abc'), () => verdictOn('HCL1::::')],
  CODE_MALFORMED: [() => withBytes((bytes) => bytes.subarray(0, 100))],
  // Frame 3, three lengths 1 + 2 + 2: then deflate begins, here with a kind of block that does not exist.
  CODE_INFLATE: [() => frameByte(8, 0xff)],
  CODE_PATH_TOO_LONG: [() => withBytes((bytes) => Uint8Array.of(...bytes, ...new Uint8Array(32 * 13)))],
  CODE_VERSION_UNKNOWN: [() => frameByte(0, 2), () => verdictOn('HCL2:ABC')],
  CODE_DICTIONARY_UNKNOWN: [() => frameByte(1, 9)],
  CODE_FLAGS_UNKNOWN: [() => frameByte(2, 0x80)],
  FORMAT_NOT_SUPPORTED: [() => verdictOn('NL2:6BF+70790T9WJWG'), () => verdictOn('shlink:/eyJ1')],
  ...foreignWays,
  CREDENTIAL_HEADER: [() => anchoredToken({ any: 1 }, 'vc+sd-jwt')],
  CREDENTIAL_MALFORMED: [
    () => anchoredToken({ any: 1 }),
    () => afterwards(() => undefined, { change: (claims) => ({ ...claims, extra: 1 }) }),
    () =>
      afterwards(() => undefined, { isAnchored: false, change: (claims) => ({ ...claims, jti: 'short' }) }),
  ],
  CREDENTIAL_TYPE_UNKNOWN: [() => anchoredToken({ vct: 'urn:hcl:pass:1' })],
  ROOT_NOT_SEEN: [() => afterwards(() => undefined, { isAnchored: false })],
  ROOT_NEVER_ANCHORED: [
    () => afterwards((consortium) => consortium.advance(DAY + 3600), { isAnchored: false }),
  ],
  PROOF_SIZE_MISMATCH: [
    async () => {
      const consortium = makeConsortium({ seed: 7 });
      const code = await issue(consortium, { isAnchored: false });
      consortium.anchor(code.root, { issuer: consortium.issuer, log2Size: 7 });
      return verifyCode(code.text, consortium.context());
    },
  ],
  ISSUER_UNKNOWN: [
    () => beforehand(() => ({ change: (claims) => ({ ...claims, iss: 'did:web:nobody.example' }) })),
    () =>
      beforehand(() => ({
        isAnchored: false,
        change: (claims) => ({ ...claims, iss: 'did:web:nobody.example' }),
      })),
  ],
  ISSUER_MISMATCH: [
    () => beforehand((consortium) => ({ change: (claims) => ({ ...claims, iss: second(consortium).did }) })),
    () => beforehand((consortium) => ({ key: second(consortium).key })),
    () => beforehand((consortium) => ({ key: second(consortium).key, isAnchored: false })),
  ],
  ISSUER_NOT_ACCREDITED: [
    () =>
      beforehand((consortium) => {
        const until = consortium.nowSeconds;
        consortium.block([{ event: 'IssuerNarrowed', issuer: consortium.issuer.id, types: 0xff, until }]);
      }),
  ],
  ISSUER_TYPE_NOT_ALLOWED: [
    () =>
      beforehand((consortium) => {
        const until = START_SECONDS + DAY;
        consortium.block([{ event: 'IssuerNarrowed', issuer: consortium.issuer.id, types: 2, until }]);
      }),
  ],
  ISSUER_SUSPENDED: [
    () =>
      beforehand((consortium) => {
        const { id, account } = consortium.issuer;
        consortium.block([{ event: 'IssuerSuspended', issuer: id, by: account }]);
      }),
  ],
  AUTHORITY_SUSPENDED: [
    () =>
      beforehand((consortium) => {
        consortium.block([{ event: 'AuthoritySuspended', authority: consortium.issuer.authority }]);
      }),
  ],
  ACCOUNT_NOT_VALID: [
    () => beforehand((consortium) => ({ account: consortium.makeAccount() })),
    () => beforehand((consortium) => ({ account: second(consortium).account })),
  ],
  ACCOUNT_COMPROMISED: [
    () =>
      afterwards((consortium, { anchoredAtSeconds = 0 }) => {
        const { id: issuer, account } = consortium.issuer;
        consortium.block([
          { event: 'AccountCompromised', issuer, account, compromisedFrom: anchoredAtSeconds },
        ]);
      }),
  ],
  KEY_UNKNOWN: [
    () => beforehand((consortium) => ({ key: consortium.makeKey() })),
    () => beforehand((consortium) => ({ key: consortium.makeKey(), isAnchored: false })),
  ],
  KEY_NOT_VALID: [
    () =>
      beforehand((consortium) => ({ key: newKey(consortium, START_SECONDS + DAY, START_SECONDS + 2 * DAY) })),
    () => beforehand((consortium) => ({ key: newKey(consortium, START_SECONDS - DAY, START_SECONDS - 1) })),
  ],
  KEY_COMPROMISED: [
    () =>
      afterwards((consortium, { anchoredAtSeconds = 0 }) => {
        const { id: issuer, key } = consortium.issuer;
        const { thumbprint } = key;
        consortium.block([
          { event: 'KeyCompromised', issuer, thumbprint, compromisedFrom: anchoredAtSeconds },
        ]);
      }),
    () =>
      afterwards(
        (consortium) => {
          const { id: issuer, key } = consortium.issuer;
          const compromisedFrom = consortium.nowSeconds;
          consortium.block([
            { event: 'KeyCompromised', issuer, thumbprint: key.thumbprint, compromisedFrom },
          ]);
        },
        { isAnchored: false },
      ),
  ],
  SIGNATURE_INVALID: [
    async () => {
      const consortium = makeConsortium({ seed: 7 });
      const { parts } = await issue(consortium);
      const signature = parts.signature.with(9, (parts.signature[9] ?? 0) ^ 1);
      return verifyCode(encodeCode({ ...parts, signature }), consortium.context());
    },
    async () => {
      const consortium = makeConsortium({ seed: 7 });
      const { parts, claims } = await issue(consortium);
      const forged = { ...claims, facts: { ...claims.facts, country: 'XX' } };
      const payloadBytes = toUtf8(toCanonicalJson(forged));
      return verifyCode(encodeCode({ ...parts, payloadBytes }), consortium.context());
    },
  ],
  ISSUED_IN_FUTURE: [
    () =>
      beforehand(() => ({ isAnchored: false, change: (claims) => ({ ...claims, iat: claims.iat + 3600 }) })),
  ],
  ISSUED_AFTER_ANCHOR: [
    () =>
      afterwards((consortium) => consortium.advance(3 * 3600), {
        change: (claims) => ({ ...claims, iat: claims.iat + 7200 }),
      }),
  ],
  NOT_YET_VALID: [() => beforehand(() => ({ notBeforeSeconds: START_SECONDS + DAY }))],
  EXPIRED: [() => beforehand(() => ({ expiresAtSeconds: START_SECONDS - DAY }))],
  STATUS_REVOKED: [
    () =>
      afterwards((consortium) =>
        consortium.publishStatus(consortium.issuer, [{ index: 0, value: 'revoked' }]),
      ),
  ],
  STATUS_SUSPENDED: [
    () =>
      afterwards((consortium) =>
        consortium.publishStatus(consortium.issuer, [{ index: 0, value: 'suspended' }]),
      ),
  ],
  STATUS_SUPERSEDED: [
    () =>
      afterwards((consortium) =>
        consortium.publishStatus(consortium.issuer, [{ index: 0, value: 'superseded' }]),
      ),
  ],
  STATUS_INDEX_OUT_OF_RANGE: [
    () =>
      beforehand((consortium) => ({
        change: (claims) => ({
          ...claims,
          status: { status_list: { idx: 131_072, uri: consortium.issuer.statusUri } },
        }),
      })),
  ],
  STATUS_UNKNOWN: [
    () => afterwards((consortium) => (consortium.statusLists = StatusLists.empty)),
    () =>
      beforehand(() => ({
        change: (claims) => ({
          ...claims,
          status: { status_list: { idx: 1, uri: 'https://nowhere.example/1' } },
        }),
      })),
    // The list of another issuer, whoever named it so, is no answer about this one's credential.
    () =>
      beforehand((consortium) => ({
        change: (claims) => ({
          ...claims,
          status: { status_list: { idx: 1, uri: second(consortium).statusUri } },
        }),
      })),
  ],
  STATUS_STALE: [
    () => afterwards((consortium) => consortium.advance(DAY + defaultPolicy.statusGraceSeconds)),
    () =>
      // The ledger names a newer version, and nobody brought it for longer than the grace.
      afterwards((consortium) => {
        const before = consortium.statusLists;
        consortium.publishStatus(consortium.issuer, []);
        consortium.statusLists = before;
        consortium.advance(defaultPolicy.statusGraceSeconds);
      }),
  ],
  STATE_UNKNOWN: [
    // Whoever knows nothing cannot call a genuine code a forgery.
    async () => {
      const consortium = makeConsortium({ seed: 7 });
      const { text } = await issue(consortium);
      return verifyCode(text, consortium.context({ state: new LedgerState() }));
    },
  ],
  STATE_STALE: [
    () =>
      afterwards((consortium) => {
        consortium.publishStatus(consortium.issuer, [], START_SECONDS + 7 * DAY);
        consortium.nowSeconds += 2 * DAY;
      }),
    // The key may have been announced since.
    async () => {
      const consortium = makeConsortium({ seed: 7 });
      const { text } = await issue(consortium, { key: consortium.makeKey(), isAnchored: false });
      return verifyCode(text, consortium.context({ nowSeconds: consortium.nowSeconds + 2 * DAY }));
    },
  ],
  CLOCK_BEHIND: [
    () =>
      afterwards((consortium) => {
        consortium.nowSeconds -= DAY;
      }),
    () =>
      afterwards((consortium) => {
        consortium.nowSeconds = Number.NaN;
      }),
  ],
  PRESENTATION_REQUIRED: [() => beforehand(() => {}, { acceptStaticPrint: false })],
  PRESENTATION_NOT_CURRENT: [() => shownLive({ aheadSeconds: -61 }), () => shownLive({ aheadSeconds: 31 })],
  PRESENTATION_OTHER_GATE: [() => shownLive({ gate: 8 })],
  PRESENTATION_INVALID: [() => shownLive({ signer: makeHolder() })],
  SHOWN_ELSEWHERE: [
    async () => withReason(await beforehand(() => {}), 'holder', 'SHOWN_ELSEWHERE'),
    async () => withReason(await beforehand(() => {}, { profiles: ['travel'] }), 'holder', 'SHOWN_ELSEWHERE'),
  ],
  SIGHTINGS_UNKNOWN: [
    async () => withReason(await beforehand(() => {}), 'holder', 'SIGHTINGS_UNKNOWN'),
    async () =>
      withReason(await beforehand(() => {}, { profiles: ['travel'] }), 'holder', 'SIGHTINGS_UNKNOWN'),
  ],
  COLOUR_AMBER: [() => coloured({ state: 'amber' })],
  COLOUR_YELLOW: [() => coloured({ scheme: 'MO', state: 'yellow', country: 'MO' }, 2)],
  COLOUR_RED: [() => coloured({ state: 'red' })],
  COLOUR_NOT_GIVEN_THERE: [
    () => coloured({ scheme: 'MO', state: 'green', country: 'MO' }),
    () => coloured({ state: 'green' }, 1),
    () => coloured({ state: 'blue' }),
    () => coloured({ scheme: 'MO', state: 'amber', country: 'MO' }, 2),
  ],
  CONVERSION_ON_ITS_WAY: [() => derived(conversionRecord())],
  PROFILE_NOT_ACCEPTED: [() => beforehand(() => {}, { profiles: ['travel'] })],
  RULE_CONDITION: [() => ruled([testPolicy({ rules: [failing('condition')] })])],
  RULE_REFER: [
    () => ruled([testPolicy({ rules: [failing('refer'), { ...failing('condition'), id: 'other' }] })]),
  ],
  RULE_STOP: [
    () => ruled([testPolicy({ rules: [failing('stop')] })]),
    // Whatever the open question would answer, it stays a stop.
    () => ruled([testPolicy({ rules: [failing('stop'), { ...failing('stop'), id: 'open', logic: 1 }] })]),
  ],
  RULE_UNDECIDED: [
    () => ruled([testPolicy({ rules: [ruleJson({ needs: ['external.trip.booked'] })] })]),
    () =>
      ruled([testPolicy({ rules: [failing('condition'), { ...failing('stop'), id: 'open', logic: 1 }] })]),
  ],
  POLICY_NOT_IN_FORCE: [
    () => ruled([testPolicy({ effective: { from: '2024-01-01T00:00:00+08:00' } })]),
    () => ruled([]),
  ],
  POLICY_AMBIGUOUS: [() => ruled([testPolicy(), testPolicy({ version: 2 })])],
  IDENTITY_NEAR: [
    () => presented({ name: 'TAI MAN CHAN' }),
    () => presented({ birth: '1980-01-??' }),
    () => presented({ hasWrongCheckDigit: true }),
  ],
  IDENTITY_MISMATCH: [
    () => presented({ birth: '1980-01-02' }),
    () => presented({ documentNumber: 'Z6833653', name: 'WONG, SIU MING' }),
  ],
  IDENTITY_UNDECIDED: [
    async () => {
      const consortium = makeConsortium({ seed: 7 });
      const { text } = await issue(consortium);
      return verifyCode(text, consortium.context({ presented: { name: 'CHAN, TAI MAN' } }));
    },
  ],
  COULD_NOT_DECIDE: [
    async () => {
      const consortium = makeConsortium({ seed: 7 });
      const { text } = await issue(consortium);
      const broken = {
        ...nodeCrypto,
        verifyEs256: () => Promise.reject(new Error('the token was unplugged')),
      };
      return verifyCode(text, consortium.context({ crypto: broken }));
    },
    async () => {
      const consortium = makeConsortium({ seed: 7 });
      const { text } = await issue(consortium);
      return verifyCode(text, consortium.context({ statusLists: undefined as unknown as StatusLists }));
    },
  ],
};

/** What is shown of a credential that nothing authenticates: nothing. */
const UNAUTHENTIC: ReadonlySet<ReasonCode> = new Set([
  'ROOT_NEVER_ANCHORED',
  'ISSUER_UNKNOWN',
  'ISSUER_MISMATCH',
  'ISSUER_NOT_ACCREDITED',
  'ISSUER_TYPE_NOT_ALLOWED',
  'ISSUER_SUSPENDED',
  'AUTHORITY_SUSPENDED',
  'ACCOUNT_NOT_VALID',
  'ACCOUNT_COMPROMISED',
  'KEY_UNKNOWN',
  'KEY_NOT_VALID',
  'KEY_COMPROMISED',
  'SIGNATURE_INVALID',
  'CREDENTIAL_MALFORMED',
]);

describe('a verdict', () => {
  for (const code of REASON_CODES) {
    it(`says ${code}, and what that means`, async () => {
      for (const way of ways[code]) {
        const verdict = await way();
        const { validity, outcome } = REASONS[code];
        expect(verdict.reasons).to.include(code);
        expect(verdict.validity).to.equal(validity);
        expect(verdict.outcome).to.equal(outcome);
        for (const reason of verdict.reasons) expect(REASONS[reason].validity).to.equal(validity);
        expect(verdict.steps.map(({ step }) => step)).to.deep.equal(STEPS);
        if (UNAUTHENTIC.has(code) || code.startsWith('CODE_'))
          expect(verdict.evidence).to.not.have.property('claims');
      }
    });
  }

  it('on a good code is a pass without reasons, with its evidence', async () => {
    const consortium = makeConsortium({ seed: 7 });
    const code = await issue(consortium, { profile: 'travel', isFullBatch: true });
    const verdict = await verifyCode(code.text, consortium.context());
    expect(verdict).to.deep.include({ outcome: 'pass', validity: 'valid', reasons: [] });
    expect(verdict.policy).to.deep.equal({ id: 'base', version: 1 });
    expect(verdict.freshness).to.deep.equal({
      basis: 'ledger',
      grade: 'fresh',
      checkpointTimeSeconds: consortium.nowSeconds,
      ageSeconds: 0,
      statusAgeSeconds: 5,
    });
    expect(verdict.evidence).to.deep.equal({
      format: 'HCL1',
      commitment: toHex(commitmentOf(nodeCrypto, code.parts.headerBytes, code.parts.payloadBytes)),
      kid: consortium.issuer.key.kid,
      anchoredAtSeconds: START_SECONDS,
      signature: 'checked',
      issuer: { did: consortium.issuer.did, name: 'HK-DH', jurisdiction: 'HK' },
      type: 'vaccination',
      profile: 'travel',
      issuedAtSeconds: START_SECONDS,
      claims: code.claims,
    });
    const results = Object.fromEntries(verdict.steps.map(({ step, result }) => [step, result]));
    expect(results).to.deep.equal({
      decode: 'ok',
      inclusion: 'ok',
      issuer: 'ok',
      signature: 'ok',
      validity: 'ok',
      status: 'ok',
      holder: 'not-checked',
      identity: 'not-checked',
      policy: 'ok',
    });
  });

  it('accepts a test credential and one with a holder key', async () => {
    const consortium = makeConsortium({ seed: 7 });
    const holderKey = { kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'A'.repeat(43) } as const;
    const codes = await consortium.issueCodes([testRecord(), record], { holderKey });
    for (const { text } of codes) {
      expect(await verifyCode(text, consortium.context())).to.include({ outcome: 'pass' });
    }
  });

  it('in ledger mode needs no signature and says so', async () => {
    const policy = { ...defaultPolicy, id: 'venue-fast', ledgerMode: true };
    const consortium = makeConsortium({ seed: 7 });
    const { parts } = await issue(consortium);
    const text = encodeCode({ ...parts, signature: new Uint8Array(64) });
    const verdict = await verifyCode(text, consortium.context({ policy }));
    expect(verdict).to.include({ outcome: 'pass' });
    expect(verdict.evidence).to.include({ signature: 'not-checked' });
    expect(verdict.steps).to.deep.include({ step: 'signature', result: 'not-checked' });
    const unanchored = await issue(consortium, { isAnchored: false });
    expect((await verifyCode(unanchored.text, consortium.context({ policy }))).reasons).to.deep.equal([
      'ROOT_NOT_SEEN',
    ]);
  });

  it('keeps bad evidence, open questions and rules apart', async () => {
    const consortium = makeConsortium({ seed: 7 });
    const { text } = await issue(consortium, { expiresAtSeconds: START_SECONDS - DAY });
    consortium.nowSeconds += 3 * DAY;
    const policy: VerifyPolicy = { ...defaultPolicy, acceptStaticPrint: false, profiles: ['travel'] };
    const verdict = await verifyCode(text, consortium.context({ policy }));
    // Expired, with a stale list and a stale ledger, and against the policy: only what is certain is said.
    expect(verdict.reasons).to.deep.equal(['EXPIRED']);
    expect(verdict.freshness.grade).to.equal('stale');
    expect(verdict.steps.find(({ step }) => step === 'status')?.reasons).to.deep.equal(['STATUS_STALE']);
    expect(verdict.steps.find(({ step }) => step === 'policy')?.result).to.equal('not-checked');
  });

  it('gives all certain reasons, not only the first', async () => {
    const consortium = makeConsortium({ seed: 7 });
    const { text } = await issue(consortium, { expiresAtSeconds: START_SECONDS - DAY });
    consortium.publishStatus(consortium.issuer, [{ index: 0, value: 'revoked' }]);
    expect((await verifyCode(text, consortium.context())).reasons).to.deep.equal([
      'EXPIRED',
      'STATUS_REVOKED',
    ]);
  });

  it('names the kind of a foreign code', async () => {
    const verdict = await verdictOn(
      'shc:/5676290952432060346029243740446031222959532654603460292540772804336028702864716745222809286133314564376531415906402203064504590856435503414245413640370636654171372412363803043756220467374075323239254334433260573601064137333912707426350769625364643945753638652852454535422237213876106428',
    );
    expect(verdict.evidence.format).to.equal('SMART Health Card');
  });

  it('never throws, whatever it is asked', async () => {
    for (const text of [null, undefined, 7, {}, [], Symbol('x'), 10n, () => 1] as unknown as string[]) {
      expect((await verdictOn(text)).outcome).to.equal('stop');
    }
    const nothing = { policy: defaultPolicy } as unknown as Parameters<typeof verifyCode>[1];
    expect((await verifyCode('HCL1:', nothing)).reasons).to.deep.equal(['COULD_NOT_DECIDE']);
  });
});
