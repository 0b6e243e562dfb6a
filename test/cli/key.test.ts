/** `hcl key` against an issuer that listens, on the embedded ledger, with its keys sealed in the usual places. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { expect } from 'chai';
import { runCommand } from '../../cli/commands.ts';
import { writeConsortiumFile } from '../../cli/consortium-file.ts';
import { fromBase64url } from '../../core/bytes/base64url.ts';
import { toHex } from '../../core/bytes/hex.ts';
import { fromJwk } from '../../core/credential/key.ts';
import { thumbprintOf } from '../../core/credential/thumbprint.ts';
import { fileKeyStore } from '../../issuer/keys/file-key-store.ts';
import { keyFilesIn, openOrCreateIssuerKeys } from '../../issuer/keys/issuer-keys.ts';
import { SigningKeyStore } from '../../issuer/keys/signing-key-store.ts';
import { createUnlockFile, readUnlock } from '../../issuer/keys/unlock.ts';
import { connectLedger } from '../../issuer/ledger-ports.ts';
import { createSecrets, writeSecrets } from '../../issuer/secrets.ts';
import { startIssuer, type StartedIssuer } from '../../issuer/server.ts';
import { formatDeployment, type Deployment } from '../../ledger/deployment.ts';
import { TrustReader } from '../../ledger/trust-reader.ts';
import { createRandomBytes } from '../../service/clock.ts';
import { makePrivateFolder, writeFileAtomically } from '../../service/files.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { issueAll, IssuerHouse, vaccination } from '../issuer/support/issuer-house.ts';
import {
  addressOf,
  admitIssuer,
  CHAIN_ID,
  deployTo,
  FAR_FUTURE,
  GENESIS_SECONDS,
  handOf,
  ISSUER,
  ISSUER_DID,
  keyOf,
  startTestNode,
  type Hand,
  type TestNode,
} from '../ledger/support/test-ledger.ts';
import { ioDouble } from './io-double.ts';

const randomBytes = createRandomBytes();

describe('hcl key', function () {
  this.timeout(60_000);
  let data: string;
  let own: string;
  let node: TestNode;
  let deployment: Deployment;
  let house: IssuerHouse;
  let service: StartedIssuer;
  let hand: Hand;
  let reader: TrustReader;

  before(async () => {
    data = await mkdtemp(join(tmpdir(), 'hcl-cli-key-'));
    own = join(data, 'keys', 'hk-dh');
    node = await startTestNode();
    deployment = await deployTo(node.url);
    await admitIssuer(node.url, deployment);
    hand = handOf('issuer', node.url, deployment);
    reader = new TrustReader({ rpc: hand.rpc, deployment });
    house = await IssuerHouse.create();
    house.nowMs = GENESIS_SECONDS * 1000;
    await makePrivateFolder(join(data, 'keys'));
    await makePrivateFolder(own);
    const plainFile = join(own, 'issuer-secrets.json');
    await writeSecrets(plainFile, {
      ...createSecrets(randomBytes),
      ledgerAccountKey: toHex(keyOf('account')),
    });
    const unlock = await createUnlockFile(join(own, 'unlock.key'), randomBytes);
    const folder = join(own, 'issuer');
    const { secrets } = await openOrCreateIssuerKeys({
      folder,
      unlock,
      randomBytes,
      nowSeconds: () => GENESIS_SECONDS,
      plainFile,
    });
    await writeFileAtomically(join(own, 'issuer-admin.key'), `${toHex(keyOf('issuer'))}\n`);
    await writeFileAtomically(join(own, 'operator.token'), `${secrets.operatorToken}\n`);
    await writeFileAtomically(join(data, 'deployment.json'), formatDeployment(deployment));
    const publicKey = fromJwk(secrets.signingKey);
    await hand.trust.addKey(ISSUER, {
      publicKey,
      thumbprint: thumbprintOf(nodeCrypto, publicKey),
      from: 0,
      until: FAR_FUTURE,
    });
    const { signing } = keyFilesIn(folder, { secret: await readUnlock(unlock), randomBytes });
    service = await startIssuer(house.config({ did: ISSUER_DID }), secrets, {
      ...house.ports(),
      ...connectLedger({
        rpcUrl: node.url,
        deployment,
        did: ISSUER_DID,
        accountKey: secrets.ledgerAccountKey,
      }),
      keyStore: fileKeyStore(signing),
    });
    await writeConsortiumFile(data, {
      version: 1,
      rpcUrl: node.url,
      chainId: CHAIN_ID,
      deployment: 'deployment.json',
      verifierUrl: 'http://127.0.0.1:1',
      issuers: [
        {
          name: 'HK-DH',
          did: ISSUER_DID,
          url: service.url,
          jurisdiction: 'HK',
          operatorTokenFile: 'keys/hk-dh/operator.token',
        },
      ],
    });
  });

  after(async () => {
    await service.close();
    hand[Symbol.dispose]();
    await node[Symbol.asyncDispose]();
    await house[Symbol.asyncDispose]();
    await rm(data, { recursive: true, force: true });
  });

  interface Ended {
    readonly exitCode: number;
    readonly lines: readonly Record<string, unknown>[];
    readonly err: string;
  }

  async function hcl(...words: readonly string[]): Promise<Ended> {
    const io = ioDouble({ env: { HCL_DATA: data }, fetch: globalThis.fetch });
    const exitCode = await runCommand('key', [...words, '--issuer', 'HK-DH', '--json'], io);
    const lines = io.written.out
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    return { exitCode, lines, err: io.written.err };
  }

  async function store(): Promise<SigningKeyStore> {
    const secret = await readUnlock({ kind: 'key-file', path: join(own, 'unlock.key') });
    return await SigningKeyStore.open(keyFilesIn(join(own, 'issuer'), { secret, randomBytes }).signing);
  }

  it('lists keys and accounts with what the ledger says of them', async () => {
    const { exitCode, lines, err } = await hcl('list');
    expect(exitCode, err).to.equal(0);
    const { current } = await store();
    expect(lines).to.have.lengthOf(2);
    expect(lines[0]).to.include({ kind: 'key', name: current.kid, current: true, until: FAR_FUTURE });
    expect(lines[1]).to.include({ kind: 'account', name: addressOf('account'), current: true });
  });

  it('rotates; both keys stay good while the former one’s queue waits, and the same command goes on', async () => {
    const former = (await store()).current;
    await issueAll(service.issuer, [vaccination(1)]);
    const first = await hcl('rotate', '--wait', '0');
    expect(first.exitCode).to.equal(1);
    expect(first.err).to.include('CLI_TIMED_OUT');
    const { current } = await store();
    expect(current.kid).not.to.equal(former.kid);
    expect(service.issuer.key.kid).to.equal(current.kid);
    expect((await reader.keyGrant(ISSUER, fromBase64url(former.kid)))?.until).to.equal(FAR_FUTURE);

    await service.issuer.settle();
    const second = await hcl('rotate', '--overlap', '60');
    expect(second.exitCode, second.err).to.equal(0);
    expect(second.lines).to.deep.equal([{ kid: current.kid, ended: [former.kid] }]);
    const grant = await reader.keyGrant(ISSUER, fromBase64url(former.kid));
    expect(grant?.until).to.equal(1_800_000_060);
    expect((await store()).keys).to.have.lengthOf(2);
  });

  it('rotates to a key that an earlier run had only made, and signs again what waits when told so', async () => {
    const unused = await (await store()).add(GENESIS_SECONDS);
    await issueAll(service.issuer, [vaccination(2)]);
    const { exitCode, lines, err } = await hcl('rotate', '--re-sign', '--wait', '0');
    expect(exitCode, err).to.equal(0);
    expect(lines[0]).to.include({ kid: unused.kid });
    expect(err).to.match(/signed {6}2 again/);
  });

  it('marks a key as compromised, at once, and only ever earlier', async () => {
    const { kid } = (await store()).keys[0]!;
    const mark = (from: string): Promise<Ended> => hcl('compromised', '--kid', kid, '--from', from);
    const first = await mark('2022-12-21T08:00:00+08:00');
    expect(first.lines, first.err).to.deep.equal([{ kid, compromisedFrom: 1_671_580_800 }]);
    expect((await mark('2022-12-21T08:00:01+08:00')).lines).to.deep.equal(first.lines);
    expect((await mark('2022-12-21T07:59:59+08:00')).lines[0]).to.include({ compromisedFrom: 1_671_580_799 });
    const grant = await reader.keyGrant(ISSUER, fromBase64url(kid));
    expect(grant?.compromisedFrom).to.equal(1_671_580_799);
  });

  it('changes the account for the next start, and ends the former one', async () => {
    const { exitCode, lines, err } = await hcl('account');
    expect(exitCode, err).to.equal(0);
    const account = String(lines[0]?.['account']);
    const listed = (await hcl('list')).lines.filter(({ kind }) => kind === 'account');
    expect(listed).to.have.lengthOf(1);
    expect(listed[0]).to.include({ name: account, current: true });
    const ended = await hcl('account', '--end', addressOf('account'));
    expect(ended.lines[0], ended.err).to.include({ account: addressOf('account'), until: 1_800_000_001 });
    const marked = await hcl('compromised', '--account', account, '--from', '2030-01-01T00:00:00Z');
    expect(marked.exitCode, marked.err).to.equal(0);
  });

  it('destroys a former key, and never the current one', async () => {
    const { keys, current } = await store();
    expect((await hcl('remove', '--kid', keys[0]!.kid)).exitCode).to.equal(0);
    const refused = await hcl('remove', '--kid', current.kid);
    expect(refused.exitCode).to.equal(1);
    expect(refused.err).to.include('KEY_NOT_EFFECTIVE');
    expect((await store()).keys.map(({ kid }) => kid)).to.deep.equal(keys.slice(1).map(({ kid }) => kid));
  });

  it('is held wrongly without an action, a time, or a name for what was stolen', async () => {
    const wrong = [
      [],
      ['burn'],
      ['compromised', '--kid', 'A'.repeat(43)],
      ['compromised', '--from', '2022-12-21'],
      ['compromised', '--from', '2022-12-21T08:00:00Z'],
      ['compromised', '--from', '2022-12-21T08:00:00Z', '--kid', 'x'],
      ['compromised', '--from', '2022-12-21T08:00:00Z', '--account', 'x'],
      ['rotate', '--days', 'many'],
      ['account', '--end', 'x'],
    ];
    for (const words of wrong) expect((await hcl(...words)).exitCode, words.join(' ')).to.equal(2);
  });

  it('shows no secret, whatever it says', async () => {
    const token = (await readFile(join(own, 'operator.token'), 'utf8')).trim();
    const io = ioDouble({ env: { HCL_DATA: data, HCL_DEBUG: '1' }, fetch: globalThis.fetch });
    await runCommand('key', ['list', '--issuer', 'HK-DH'], io);
    await runCommand('key', ['list', '--issuer', 'HK-DH', '--unlock', join(own, 'operator.token')], io);
    const said = io.written.out + io.written.err;
    const { keys } = await store();
    for (const secret of [token, toHex(keyOf('issuer')), ...keys.map(({ jwk }) => jwk.d)]) {
      expect(said).not.to.include(secret);
    }
  });
});
