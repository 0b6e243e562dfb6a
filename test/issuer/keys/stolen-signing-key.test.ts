/**
 * K1: a signing key is stolen, and marked as compromised from T on. What was anchored before T stays good, whatever a
 * credential claims about its time; everything else signed with it is refused. From the event on the ledger through the
 * replica to the verdict.
 */
import { describe, it } from 'mocha';
import { expect } from 'chai';
import { toCanonicalJson } from '../../../core/bytes/canonical-json.ts';
import { toBase64url } from '../../../core/bytes/base64url.ts';
import { concatBytes } from '../../../core/bytes/concat.ts';
import { toUtf8 } from '../../../core/bytes/utf8.ts';
import { assembleBatch, MAX_BATCH_LEAVES } from '../../../core/commitment/batch.ts';
import { commitmentOf, leafHash } from '../../../core/commitment/leaf.ts';
import { parseClaims } from '../../../core/credential/parse.ts';
import { decodeCode, encodeCode, type CodeParts } from '../../../core/qr/code.ts';
import type { Verdict } from '../../../core/verify/verdict.ts';
import type { Issuer } from '../../../issuer/issuer.ts';
import { issuerKeyOf, type IssuerKey } from '../../../issuer/signing.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { addAccount, handOf } from '../../ledger/support/test-ledger.ts';
import { Random } from '../../support/random.ts';
import { testSeed } from '../../support/scale.ts';
import { issueAll, vaccination } from '../support/issuer-house.ts';
import { KeyWorld, registrationOf } from './support/key-world.ts';

const HOUR_SECONDS = 3600;
const DAY_SECONDS = 24 * HOUR_SECONDS;
const random = new Random(testSeed);

/** The codes of so many records, two each. */
async function codesOf(issuer: Issuer, first: number, count: number): Promise<readonly string[]> {
  const records = Array.from({ length: count }, (_, i) => vaccination(first + i));
  const rows = await issueAll(issuer, records);
  await issuer.settle();
  const handles = rows.flatMap(({ credentials }) => credentials.map(({ handle }) => handle));
  const codes: string[] = [];
  for (const handle of handles) codes.push(await issuer.code(handle));
  return codes;
}

/** What a thief makes of a genuine code: a handle of its own, any time, really signed. */
function forge(genuine: CodeParts, key: IssuerKey, iat: number): CodeParts {
  const jti = toBase64url(random.bytes(16));
  const claims = { ...parseClaims(genuine.payloadBytes), jti, iat: iat - (iat % HOUR_SECONDS) };
  const payloadBytes = toUtf8(toCanonicalJson(claims));
  return { ...genuine, payloadBytes, signature: key.signCredential(payloadBytes) };
}

function tally(verdicts: readonly Verdict[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { outcome, validity, reasons } of verdicts) {
    const name = [outcome, validity, ...reasons].join(' ');
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

describe('K1: a signing key that is stolen', () => {
  it('500 anchored before T are valid; 500 anchored after it and 200 forged are refused, none is an error', async function () {
    this.timeout(120_000);
    await using world = await KeyWorld.start();
    const { issuer, house, admin } = world;
    const stolen = world.keys.current;
    const before = await codesOf(issuer, 0, 250);

    house.nowMs += 2 * HOUR_SECONDS * 1000;
    const theft = world.nowSeconds - HOUR_SECONDS;
    const after = await codesOf(issuer, 1000, 250);

    const key = issuerKeyOf(nodeCrypto, stolen.jwk);
    const genuine = before.slice(0, 100).map((code) => decodeCode(code));
    const unanchored = genuine.map((parts, i) => {
      const iat = theft - (i % 2 === 0 ? HOUR_SECONDS : 2 * DAY_SECONDS);
      return encodeCode({ ...forge(parts, key, iat), path: random.bytes(parts.path.length) });
    });

    // The thief has an accomplice with a ledger account of this issuer: anchored, under a claim to be older.
    using hand = handOf('issuer', world.url, world.deployment);
    await addAccount(hand, 'stranger', world.deployment);
    using accomplice = handOf('stranger', world.url, world.deployment);
    const forged = genuine.map((parts) => forge(parts, key, theft - DAY_SECONDS));
    const leafHashes = concatBytes(
      ...forged.map(({ headerBytes, payloadBytes }) =>
        leafHash(nodeCrypto, commitmentOf(nodeCrypto, headerBytes, payloadBytes)),
      ),
    );
    const batch = assembleBatch(nodeCrypto, {
      leafHashes,
      seed: random.bytes(32),
      randomNumbers: Uint32Array.from({ length: MAX_BATCH_LEAVES }, () => random.uint32()),
    });
    await accomplice.batches.anchor({
      root: batch.tree.root,
      log2Size: batch.log2Size,
      class: 'long',
      expectedSequence: 1 + (await accomplice.batches.sequence(issuer.id)),
    });
    const anchored = forged.map((parts, i) => {
      // A position for each leaf.
      const index = batch.positions[i]!;
      return encodeCode({ ...parts, index, path: batch.tree.path(index) });
    });

    const verdicts = async (codes: readonly string[]): Promise<Readonly<Record<string, number>>> => {
      const all: Verdict[] = [];
      for (const code of codes) all.push(await world.verify(code));
      return tally(all);
    };

    // Before anybody knows: genuine and anchored are taken for good, unanchored are not.
    await world.look();
    expect(await verdicts(unanchored)).to.deep.equal({
      'refer unconfirmed ROOT_NOT_SEEN': 50,
      'stop invalid ROOT_NEVER_ANCHORED': 50,
    });
    expect((await world.verify(before[0]!)).outcome).to.equal('pass');
    expect((await world.verify(after[0]!)).outcome).to.equal('pass');
    expect((await world.verify(anchored[0]!)).outcome).to.equal('pass');

    // No delay: the very next look shows it.
    await admin.markKeyCompromised(registrationOf(stolen).thumbprint, theft);
    await world.look();
    expect((await world.verify(after[0]!)).reasons).to.deep.equal(['KEY_COMPROMISED']);
    expect((await world.verify(anchored[0]!)).reasons).to.deep.equal(['KEY_COMPROMISED']);

    // The issuer goes on with a new key, under which its status lists count for everybody.
    await world.rotate();
    await issuer.settle();
    await world.look();
    expect(await verdicts(before)).to.deep.equal({ 'pass valid': 500 });
    expect(await verdicts(after)).to.deep.equal({ 'stop invalid KEY_COMPROMISED': 500 });
    expect(await verdicts(unanchored)).to.deep.equal({ 'stop invalid KEY_COMPROMISED': 100 });
    expect(await verdicts(anchored)).to.deep.equal({ 'stop invalid KEY_COMPROMISED': 100 });
    const fresh = await codesOf(issuer, 5000, 1);
    await world.look();
    expect(await verdicts(fresh)).to.deep.equal({ 'pass valid': 2 });
  });

  it('a checkpoint that starts only now accepts them too: the status lists are signed with the new key', async () => {
    await using world = await KeyWorld.start();
    const { issuer, house, admin } = world;
    const stolen = world.keys.current;
    const [code] = await codesOf(issuer, 0, 1);
    house.nowMs += HOUR_SECONDS * 1000;
    await admin.markKeyCompromised(registrationOf(stolen).thumbprint, world.nowSeconds);
    await world.rotate();
    await issuer.settle();
    await world.look();
    expect((await world.verify(code!)).outcome).to.equal('pass');
  });
});
