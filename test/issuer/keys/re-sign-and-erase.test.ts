/** Signing again and erasing meet on one record: whoever comes second sees what the first has left. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { Issuer } from '../../../issuer/issuer.ts';
import { fileKeyStore } from '../../../issuer/keys/file-key-store.ts';
import {
  SigningKeyStore,
  toStoredKey,
  type StoredSigningKey,
} from '../../../issuer/keys/signing-key-store.ts';
import type { Es256Signer } from '../../../issuer/signer-port.ts';
import { issuerKeyOf } from '../../../issuer/signing.ts';
import { createRandomBytes } from '../../../service/clock.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { checkAfterErasure } from '../../privacy/support/after-erasure.ts';
import { issueAll, IssuerHouse, vaccination } from '../support/issuer-house.ts';

const randomBytes = createRandomBytes();
const RECORDS = [vaccination(1), vaccination(2)];
/** An erasure that nothing holds up is through long before. */
const TURNS = 2_000;

describe('signing again', () => {
  let folder: string;
  let house: IssuerHouse;
  let next: StoredSigningKey;
  /** What happens while the first signature of the new key is awaited. */
  let meanwhile: (() => Promise<void>) | undefined;
  let issuer: Issuer;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hcl-re-sign-'));
    house = await IssuerHouse.create();
    const secret = { bytes: randomBytes(32), cost: 1024 };
    const options = { path: join(folder, 'signing-keys.json'), secret, randomBytes };
    next = await (await SigningKeyStore.create(options, toStoredKey(house.secrets.signingKey, 1))).add(2);
    const key = issuerKeyOf(nodeCrypto, next.jwk);
    const slow: Es256Signer = {
      publicKey: key.publicKey,
      maxConcurrent: 8,
      async sign(message) {
        await meanwhile?.();
        return key.sign(message);
      },
    };
    const keyStore = { ...fileKeyStore(options), load: async () => slow };
    issuer = await house.open({ ports: { keyStore } });
  });

  afterEach(async () => {
    await issuer.close();
    await house[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  it('does not bring back a record that is erased meanwhile, and leaves every leaf accounted for', async () => {
    const [gone, kept] = await issueAll(issuer, RECORDS);
    await issuer.rotation.use(next.kid);
    let erasing: Promise<unknown> | undefined;
    const ended = { isReached: false };
    meanwhile = async () => {
      erasing ??= issuer.privacy
        .erase(gone?.recordId ?? '', 'subject-request')
        .then(() => issuer.privacy.pass({ force: true }))
        .finally(() => (ended.isReached = true));
      for (let turn = 0; turn < TURNS && !ended.isReached; turn++) await nextTurn();
    };
    await issuer.rotation.reSign();
    meanwhile = undefined;
    await erasing;
    const expected = { gone: gone === undefined ? [] : [gone], kept: kept === undefined ? [] : [kept] };
    await checkAfterErasure(house, issuer, { ...expected, keptRecords: RECORDS.slice(1) });
  });
});
