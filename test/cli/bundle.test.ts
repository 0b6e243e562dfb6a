/** `hcl bundle` and `hcl verify --bundle`: from files alone. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { runCommand } from '../../cli/commands.ts';
import type { BundleFile, BundleIndex } from '../../core/bundle/bundle-index.ts';
import { deltaPath } from '../../core/bundle/follow-deltas.ts';
import { fullBundle } from '../../core/bundle/make-bundle.ts';
import { toHex } from '../../core/bytes/hex.ts';
import type { LedgerState } from '../../core/trust/ledger-state.ts';
import { encodeSnapshot } from '../../core/trust/snapshot.ts';
import { StateRoot } from '../../core/trust/state-root.ts';
import type { Verdict } from '../../core/verify/verdict.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { makeConsortium, testRecord, vaccinationRecord } from '../support/consortium.ts';
import type { BundleSource } from '../../core/bundle/bundle-state.ts';
import { ORIGIN, Publishing, SIGNER_SET } from '../support/publishing.ts';
import { setOf, testSigner } from '../support/signers.ts';
import { ioDouble, type RecordedIo } from './io-double.ts';

describe('hcl bundle', () => {
  let folder: string;
  let good: string;
  let now: number;
  let older: Uint8Array;
  let state: LedgerState;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hcl-cli-bundle-'));
    const consortium = makeConsortium({ seed: 3 });
    const publishing = new Publishing(consortium);
    good = (await consortium.issueCodes([vaccinationRecord()]))[0]?.text ?? '';
    const first = await publishing.source();
    await consortium.issueCodes([testRecord()]);
    const second = await publishing.source();
    now = consortium.nowSeconds;
    state = consortium.state;
    older = fullBundle(first);
    await mkdir(join(folder, 'published', 'files'), { recursive: true });
    const put = async (bytes: Uint8Array): Promise<BundleFile> => {
      const path = `files/${toHex(nodeCrypto.sha256(bytes)).slice(2)}.hclb`;
      await writeFile(join(folder, 'published', path), bytes);
      return { path, bytes: bytes.length };
    };
    const { size } = second.checkpoint;
    const index: BundleIndex = {
      origin: ORIGIN,
      size,
      timeSeconds: now,
      checkpoint: second.note,
      full: { ...(await put(older)), size: first.checkpoint.size },
      deltas: [{ ...(await put(publishing.delta(second, first))), from: first.checkpoint.size }],
      handovers: [],
      signers: SIGNER_SET,
    };
    await writeFile(join(folder, 'published', 'latest'), JSON.stringify(index));
    await writeFile(
      join(folder, 'bundle-trust.json'),
      JSON.stringify({ origin: ORIGIN, signers: SIGNER_SET }),
    );
    await writeFile(join(folder, 'old.hclb'), older);
    await writeFile(join(folder, 'cut.hclb'), older.subarray(0, 500));
  });
  after(() => rm(folder, { recursive: true }));

  async function run(args: readonly string[], stdin?: string): Promise<RecordedIo & { exitCode: number }> {
    const io = ioDouble({ env: { HCL_DATA: folder }, ...(stdin === undefined ? {} : { stdin }) });
    const [name, ...rest] = args;
    const exitCode = await runCommand(name, rest, { ...io, nowSeconds: () => now });
    return { ...io, exitCode };
  }

  it('makes one file of what a publisher offers, and what is held already', async () => {
    const out = join(folder, 'now.hclb');
    for (const held of [[], ['--held', join(folder, 'old.hclb')]]) {
      const made = await run([
        'bundle',
        'make',
        '--from',
        join(folder, 'published'),
        ...held,
        '--out',
        out,
        '--json',
      ]);
      expect(made.written.err).to.equal('');
      expect(made.exitCode).to.equal(0);
      // What `hcl audit` shows for a ledger of these blocks.
      const stateRoot = toHex(new StateRoot(nodeCrypto, state).root());
      expect(JSON.parse(made.written.out)).to.include({ roots: 2, stateRoot, signers: '2 of 3, version 1' });
    }
    expect((await readFile(out)).length).to.be.above(older.length);
  });

  it('goes on after a change of signers from what it held, and by no retired signer’s word', async () => {
    const consortium = makeConsortium({ seed: 4 });
    const publishing = new Publishing(consortium);
    const first = await publishing.source();
    const newSigners = [testSigner(4), testSigner(5)];
    const { keys, threshold } = setOf(2, 2, newSigners);
    consortium.block([{ event: 'CheckpointSetChanged', version: 2, threshold, keys }]);
    const change = await publishing.source();
    await consortium.issueCodes([testRecord()]);
    const second = await publishing.source({ signers: newSigners });
    const forged = await publishing.source();
    const held = join(folder, 'held.hclb');
    const signers = join(folder, 'held.json');
    const make = async (source: BundleSource, args: readonly string[]): Promise<string> => {
      const from = join(folder, 'changed');
      await publish(from, source, consortium.nowSeconds);
      const to = ['--out', held, '--signers-out', signers];
      const { written } = await run(['bundle', 'make', '--from', from, ...args, ...to, '--json']);
      return written.err;
    };
    const goOn = ['--held', held, '--signers', signers];
    expect(await make(first, [])).to.equal('');
    for (const source of [change, second, second]) expect(await make(source, goOn)).to.equal('');
    expect(await make(forged, goOn)).to.contain('BUNDLE_SIGNATURES_TOO_FEW');
    expect((await run(['bundle', 'check', '--signers', signers, held])).exitCode).to.equal(0);
  });

  it('brings what is held up to date by what leads on from it alone', async () => {
    const consortium = makeConsortium({ seed: 5 });
    const publishing = new Publishing(consortium);
    const first = await publishing.source();
    await consortium.issueCodes([testRecord()]);
    const second = await publishing.source();
    const from = join(folder, 'leading');
    await mkdir(join(from, 'deltas'), { recursive: true });
    const { size } = first.checkpoint;
    await writeFile(join(from, deltaPath('deltas', size)), publishing.delta(second, first));
    const held = join(folder, 'led.hclb');
    await writeFile(held, fullBundle(first));
    const made = await run(['bundle', 'make', '--from', from, '--held', held, '--out', held, '--json']);
    expect(made.written.err).to.equal('');
    expect(JSON.parse(made.written.out)).to.include({ size: second.checkpoint.size });
  });

  /** One full bundle and nothing else. */
  async function publish(to: string, source: BundleSource, nowSeconds: number): Promise<void> {
    const bytes = fullBundle(source);
    const path = `files/${toHex(nodeCrypto.sha256(bytes)).slice(2)}.hclb`;
    const { origin, size } = source.checkpoint;
    const index: BundleIndex = {
      origin,
      size,
      timeSeconds: nowSeconds,
      checkpoint: source.note,
      full: { path, bytes: bytes.length, size },
      deltas: [],
      handovers: [],
      signers: SIGNER_SET,
    };
    await mkdir(join(to, 'files'), { recursive: true });
    await writeFile(join(to, path), bytes);
    await writeFile(join(to, 'latest'), JSON.stringify(index));
  }

  it('checks bundles one after the other, and stops at the first that is refused', async () => {
    const checked = await run(['bundle', 'check', '--json', join(folder, 'old.hclb')]);
    expect(JSON.parse(checked.written.out)).to.include({ roots: 1, issuersWithLists: 3 });
    const refused = await run(['bundle', 'check', join(folder, 'old.hclb'), join(folder, 'cut.hclb')]);
    expect(refused.exitCode).to.equal(1);
    expect(refused.written.err).to.contain('BUNDLE_MALFORMED');
  });

  it('shows what a bundle says of itself', async () => {
    const shown = await run(['bundle', 'show', '--json', join(folder, 'old.hclb')]);
    expect(shown.exitCode).to.equal(0);
    expect(JSON.parse(shown.written.out)).to.include({ kind: 'full', origin: ORIGIN, size: 1 });
    expect((await run(['bundle', 'show', join(folder, 'old.hclb')])).written.out).to.contain(
      ORIGIN.slice(0, 20),
    );
  });

  it('is told when it is held wrongly', async () => {
    for (const args of [
      [],
      ['bake'],
      ['show'],
      ['make', '--out', 'x'],
      ['make', '--from', 'x'],
      ['check', '--nope', 'x'],
    ]) {
      expect((await run(['bundle', ...args])).exitCode, args.join(' ')).to.equal(2);
    }
    expect((await run(['bundle', 'check', join(folder, 'nothing.hclb')])).exitCode).to.equal(1);
  });

  it('is enough for hcl verify: no ledger, no network, the signers’ word', async () => {
    const verified = await run(['verify', '--bundle', join(folder, 'old.hclb'), '--json'], `${good}\n`);
    expect(verified.written.err).to.equal('');
    const { verdict } = JSON.parse(verified.written.out) as { verdict: Verdict };
    expect(verdict).to.deep.include({ outcome: 'pass', validity: 'valid' });
    expect(verdict.freshness.grade).to.equal('fresh');
  });

  it('is refused by hcl verify when other signers count', async () => {
    const signers = join(folder, 'others.json');
    const others = { ...SIGNER_SET, keys: SIGNER_SET.keys.map((key) => key.replace(/.$/, '0')) };
    await writeFile(signers, JSON.stringify({ origin: ORIGIN, signers: others }));
    const args = ['verify', '--bundle', join(folder, 'old.hclb'), '--signers', signers];
    const { exitCode, written } = await run(args, `${good}\n`);
    expect(exitCode).to.equal(1);
    expect(written.out).to.equal('');
    expect(written.err).to.contain('BUNDLE_SIGNATURES_TOO_FEW');
  });

  it('is not what a file makes of itself: a snapshot, which nobody signs, is taken by its own name alone', async () => {
    const forged = makeConsortium({ seed: 66 });
    const [code] = await forged.issueCodes([vaccinationRecord()]);
    const path = join(folder, 'forged.hclb');
    await writeFile(path, encodeSnapshot(nodeCrypto, forged));
    const signers = join(folder, 'bundle-trust.json');
    for (const args of [[], ['--signers', signers]]) {
      const { exitCode, written } = await run(['verify', '--bundle', path, ...args], `${code?.text}\n`);
      expect(exitCode).to.equal(1);
      expect(written.out).to.equal('');
      expect(written.err).to.contain('CLI_FILE_INVALID');
    }
    const named = await run(['verify', '--snapshot', path, '--json'], `${code?.text}\n`);
    expect(named.exitCode).to.equal(0);
    const { verdict } = JSON.parse(named.written.out) as { verdict: Verdict };
    expect(verdict.validity).to.equal('valid');
  });

  it('refuses to guess whose bundles count', async () => {
    const signers = join(folder, 'bad.json');
    for (const trust of [
      '',
      '{}',
      JSON.stringify({ origin: ORIGIN, signers: { ...SIGNER_SET, threshold: 4 } }),
    ]) {
      await writeFile(signers, trust);
      const { exitCode, written } = await run([
        'bundle',
        'check',
        '--signers',
        signers,
        join(folder, 'old.hclb'),
      ]);
      expect(exitCode).to.equal(1);
      expect(written.err).to.contain('BUNDLE_TRUST_INVALID');
    }
  });
});
