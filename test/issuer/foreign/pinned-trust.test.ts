/** The list of foreign signers that an issuer holds is the one in the files, by what they hold. */
import { Buffer } from 'node:buffer';
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { mkdtemp, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { expect } from 'chai';
import type { JsonObject } from '../../../core/bytes/strict-json.ts';
import { PinnedTrust } from '../../../issuer/foreign/pinned-trust.ts';
import { silentLogger } from '../../../service/logging.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { makeAuthority, makeCertificate } from '../../core/foreign/support/certificates.ts';
import { makeShcSigner, SHC_ISSUER } from '../../core/foreign/support/shc-signer.ts';

const NOW_MS = Date.UTC(2022, 11, 21);
const [former, next] = [makeShcSigner(), makeShcSigner()];

describe('the list of foreign signers of an issuer', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hcl-pinned-'));
  });

  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('is read again when a file that it names is replaced, and it itself is not', async () => {
    const directory = makeDirectory();
    const entry = {
      snapshotFile: 'snapshot',
      signatureFile: 'signature',
      certificate: directory.certificate,
    };
    await writeFile(join(folder, 'trust.json'), JSON.stringify({ shcDirectories: [entry] }));
    await writeSnapshot(former.keys, directory.privateKey);
    const pinned = await open();
    expect(await kidsOf(pinned)).to.deep.equal(namesOf(former.keys));
    await writeSnapshot(next.keys, directory.privateKey);
    expect(await kidsOf(pinned)).to.deep.equal(namesOf(next.keys));
    await writeFile(join(folder, 'signature'), 'half of it');
    expect(await kidsOf(pinned), 'the last good one stays').to.deep.equal(namesOf(next.keys));
  });

  it('is read again when it is replaced by one of its size and time', async () => {
    const path = join(folder, 'trust.json');
    const listOf = (keys: readonly JsonObject[]): string =>
      JSON.stringify({ shc: [{ iss: SHC_ISSUER, keys }] });
    await writeFile(path, listOf(former.keys));
    await utimes(path, 1, 1);
    const pinned = await open();
    const { size } = await stat(path);
    await writeFile(path, listOf(next.keys));
    await utimes(path, 1, 1);
    expect((await stat(path)).size).to.equal(size);
    expect(await kidsOf(pinned)).to.deep.equal(namesOf(next.keys));
  });

  function open(): Promise<PinnedTrust> {
    const deps = { crypto: nodeCrypto, now: () => NOW_MS, log: silentLogger };
    return PinnedTrust.open(join(folder, 'trust.json'), deps);
  }

  async function writeSnapshot(keys: readonly JsonObject[], privateKey: KeyObject): Promise<void> {
    const issuerInfo = [{ issuer: { iss: SHC_ISSUER, name: 'Listed' }, keys, crls: [] }];
    const content = { directory: 'https://directory.example', time: '2022-12-20T00:00:00Z', issuerInfo };
    const snapshot = Buffer.from(JSON.stringify(content));
    await writeFile(join(folder, 'snapshot'), snapshot);
    await writeFile(join(folder, 'signature'), sign('sha512', snapshot, privateKey));
  }
});

function makeDirectory(): { readonly certificate: string; readonly privateKey: KeyObject } {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-521' });
  const subject = { ...makeAuthority('US', 'Directory'), ...keys };
  const der = makeCertificate({ subject, issuer: makeAuthority('US', 'Root') });
  return { certificate: Buffer.from(der).toString('base64'), privateKey: keys.privateKey };
}

async function kidsOf(pinned: PinnedTrust): Promise<readonly string[]> {
  return [...((await pinned.current()).shc?.signersByKid.keys() ?? [])];
}

function namesOf(keys: readonly JsonObject[]): readonly unknown[] {
  return keys.map(({ kid }) => kid);
}
