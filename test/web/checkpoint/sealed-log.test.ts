/** From a check on the page to a line on the authority's screen: the page seals with WebCrypto, the command opens. */
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { log } from '../../../cli/commands/log.ts';
import type { ExitCode } from '../../../cli/command.ts';
import { LOG_ERROR_CODES } from '../../../core/checkpoint-log/errors.ts';
import { handoverHead, handoverLine } from '../../../core/checkpoint-log/handover.ts';
import { couldNotDecide } from '../../../core/verify/conclude.ts';
import type { Decision } from '../../../web/checkpoint/engine/protocol.ts';
import { extentOfLog, handOverLog } from '../../../web/checkpoint/log/kept-log.ts';
import { importRecipient, seal } from '../../../web/checkpoint/log/seal.ts';
import { SealedLog } from '../../../web/checkpoint/log/sealed-log.ts';
import { ioDouble } from '../../cli/io-double.ts';
import { expectRejects } from '../../support/throws-code.ts';
import { memoryStore, type MemoryStore } from '../support/memory-store.ts';

/** 2026-11-26T00:00:00+08:00. */
const MIDNIGHT = 1_795_622_400;
const COMMITMENT = `0x${'ab'.repeat(75)}` as const;
const { subtle } = crypto;

/** On so many codes. */
function decision(codes = 1): Decision {
  const verdict = couldNotDecide({ id: 'venue', version: 1 });
  const { outcome, policy, reasons, validity } = verdict;
  const evidence = { ...verdict.evidence, commitment: COMMITMENT };
  const parts = Array.from({ length: codes }, () => ({ ...verdict, evidence }));
  return { outcome, validity, reasons, policy, policies: [], parts };
}

function randomBytes(length: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(length));
}

interface Ran {
  readonly exitCode: ExitCode;
  readonly out: string;
  /** One object a line, with `--json`. */
  readonly lines: readonly Readonly<Record<string, unknown>>[];
}

async function hclLog(...args: readonly string[]): Promise<Ran> {
  const io = ioDouble();
  const exitCode = await log.run(args, io);
  const { out } = io.written;
  const isJson = args.includes('--json');
  const lines = isJson
    ? out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>)
    : [];
  return { exitCode, out, lines };
}

describe('the sealed log of checks', () => {
  let folder: string;
  let keyPath: string;
  let logKey: JsonWebKey;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hcl-log-'));
    keyPath = join(folder, 'log.key');
    const { out } = await hclLog('key', '--out', keyPath);
    ({ logKey } = JSON.parse(out) as { readonly logKey: JsonWebKey });
  });

  after(() => rm(folder, { recursive: true }));

  async function written(name: string, text: string): Promise<string> {
    await writeFile(join(folder, name), text);
    return join(folder, name);
  }

  /** Four checks at four places, one of them on forty codes. */
  async function fourChecks(publicKey: JsonWebKey = logKey): Promise<MemoryStore> {
    const store = memoryStore();
    const sealed = new SealedLog(publicKey, { store, subtle, randomBytes });
    await sealed.add(decision(), { nowSeconds: MIDNIGHT + 3, place: 'port:SZB' });
    await sealed.add({ ...decision(), reasons: [] }, { nowSeconds: MIDNIGHT + 2, place: 'venue:active' });
    await sealed.add(decision(3), { nowSeconds: MIDNIGHT + 1, place: 'port:HZMB' });
    await sealed.add(decision(40), { nowSeconds: MIDNIGHT, place: 'port:LMC' });
    return store;
  }

  async function handedOver(store: MemoryStore): Promise<string> {
    return (await handOverLog(store, { nowSeconds: MIDNIGHT + 60 })).file.text();
  }

  /** A box with any text in it, as whoever holds the device can make it. */
  async function boxOf(text: string): Promise<Uint8Array> {
    return seal(subtle, text, { nonce: randomBytes(12), recipient: await importRecipient(subtle, logKey) });
  }

  it('has a key that is made once, private to its owner, and public for the operator', async () => {
    expect(Object.keys(logKey)).to.have.members(['kty', 'crv', 'x', 'y']);
    expect((await stat(keyPath)).mode & 0o777).to.equal(0o600);
    const before = await readFile(keyPath, 'utf8');
    await expectRejects(hclLog('key', '--out', keyPath), 'CLI_USAGE');
    expect(await readFile(keyPath, 'utf8')).to.equal(before);
    await expectRejects(hclLog('key', '--out', join(folder, 'nowhere', 'log.key')), 'CLI_FILE_UNREADABLE');
  });

  it('keeps boxes of one length, without an order, and no more than the box', async () => {
    const store = await fourChecks();
    const boxes = [...store.values.values()] as Uint8Array[]; // nothing else is there
    expect(new Set(boxes.map(({ length }) => length))).to.deep.equal(new Set([1150]));
    // What is kept is kept with all of its buffer.
    expect(boxes.map(({ buffer }) => buffer.byteLength)).to.deep.equal([1150, 1150, 1150, 1150]);
    expect([...store.values.keys()].every((key) => /^log\/2026-11-26\/[0-9a-f]{32}$/.test(key))).to.equal(
      true,
    );
    expect(await extentOfLog(store, MIDNIGHT)).to.deep.equal({ boxes: 4, since: '2026-11-26' });
    expect(await extentOfLog(memoryStore(), MIDNIGHT)).to.deep.equal({ boxes: 0 });
  });

  it('hands over none that should have been erased, though nobody had the time to', async () => {
    const store = await fourChecks();
    for (const [days, boxes] of [
      [30, 4],
      [31, 0],
    ] as const) {
      const nowSeconds = MIDNIGHT + days * 86_400;
      expect((await extentOfLog(store, nowSeconds)).boxes, `after ${days} days`).to.equal(boxes);
      expect((await handOverLog(store, { nowSeconds })).boxes).to.equal(boxes);
    }
  });

  it('says so where a box is not kept: a store that is full says nothing of itself', async () => {
    const full = { ...memoryStore(), put: async () => undefined };
    const sealed = new SealedLog(logKey, { store: full, subtle, randomBytes });
    const added = sealed.add(decision(), { nowSeconds: MIDNIGHT, place: 'port:SZB' });
    expect(await added.catch((error: unknown) => error)).to.be.instanceOf(Error);
  });

  it('is not called empty, nor handed over as such, where the store cannot be read', async () => {
    const unreadable = new Error('the store cannot be read');
    const store = { ...(await fourChecks()), keys: () => Promise.reject(unreadable) };
    const failures = [extentOfLog(store, MIDNIGHT), handOverLog(store, { nowSeconds: MIDNIGHT })].map(
      (reading) =>
        reading.then(
          () => undefined,
          (error: unknown) => error,
        ),
    );
    expect(await Promise.all(failures)).to.deep.equal([unreadable, unreadable]);
  });

  it('is read by the private key: when, where, what came of it, and by which commitments', async () => {
    const file = await written('whole', await handedOver(await fourChecks()));
    const { exitCode, lines } = await hclLog('open', '--key', keyPath, '--json', file);
    expect(exitCode).to.equal(0);
    const byPlace = new Map(lines.map((line) => [line['place'], line]));
    expect([...byPlace.keys()]).to.have.members(['port:SZB', 'venue:active', 'port:HZMB', 'port:LMC']);
    const { box: _, ...bridge } = byPlace.get('port:SZB') ?? {};
    expect(bridge).to.deep.equal({
      file,
      at: MIDNIGHT + 3,
      place: 'port:SZB',
      outcome: 'refer',
      reasons: ['COULD_NOT_DECIDE'],
      policy: { id: 'venue', version: 1 },
      commitments: [COMMITMENT],
    });
    expect(byPlace.get('port:LMC')?.['commitments'], 'as many as there is room for').to.have.length(5);
  });

  it('is shown as a table in the order of time', async () => {
    const file = await written('table', await handedOver(await fourChecks()));
    const { exitCode, out } = await hclLog('open', '--key', keyPath, file);
    expect(exitCode).to.equal(0);
    expect(out).to.include('handed over 2026-11-25 16:01:00 UTC: 4 checks');
    const places = [...out.matchAll(/(?:port|venue):\w+/g)].map(([place]) => place);
    expect(places).to.deep.equal(['port:LMC', 'port:HZMB', 'venue:active', 'port:SZB']);
    expect(out).to.match(/16:00:03 UTC +port:SZB +refer +1 +venue 1 +COULD_NOT_DECIDE/);
  });

  it('is closed to every other key, and says so of each box', async () => {
    const otherPath = join(folder, 'other.key');
    await hclLog('key', '--out', otherPath);
    const file = await written('others', await handedOver(await fourChecks()));
    const { exitCode, lines } = await hclLog('open', '--key', otherPath, '--json', file);
    expect(exitCode).to.equal(1);
    expect(lines).to.deep.equal([1, 2, 3, 4].map((box) => ({ file, box, error: 'LOG_KEY_OTHER' })));
    // A box that claims to be for that key is not opened by it either.
    const [, , , line = ''] = (await handedOver(await fourChecks())).split('\n');
    const other = await importRecipient(subtle, await publicHalf(otherPath));
    const forged = new Uint8Array(Buffer.from(line, 'base64url'));
    forged.set(other.thumbprint, 1);
    const claimed = await written(
      'claimed',
      handoverHead({ boxes: 1, madeAt: MIDNIGHT }) + handoverLine(forged),
    );
    expect((await hclLog('open', '--key', otherPath, '--json', claimed)).lines).to.deep.equal([
      { file: claimed, box: 1, error: 'LOG_BOX_DAMAGED' },
    ]);
  });

  for (const [what, change, error] of [
    ['changed in its one-time key', (line: string) => flip(line, 60), 'LOG_BOX_DAMAGED'],
    ['changed in what is sealed', (line: string) => flip(line, 400), 'LOG_BOX_DAMAGED'],
    ['changed in its last byte', (line: string) => flip(line, 1149), 'LOG_BOX_DAMAGED'],
    ['named for another key', (line: string) => flip(line, 7), 'LOG_KEY_OTHER'],
    ['of a later version', (line: string) => flip(line, 0), 'LOG_VERSION_UNKNOWN'],
    ['cut short', (line: string) => line.slice(0, 800), 'LOG_BOX_DAMAGED'],
    ['no base64url', (line: string) => `${line.slice(0, -1)}!`, 'LOG_BOX_DAMAGED'],
  ] as const) {
    it(`names a box that is ${what}, and reads the others`, async () => {
      const text = (await handedOver(await fourChecks())).split('\n');
      text[4] = change(text[4] ?? ''); // the second of four
      const file = await written('bent', text.join('\n'));
      const { exitCode, lines } = await hclLog('open', '--key', keyPath, '--json', file);
      expect(exitCode).to.equal(1);
      expect(lines.filter((line) => 'error' in line)).to.deep.equal([{ file, box: 2, error }]);
      expect(lines.filter((line) => 'place' in line)).to.have.length(3);
    });
  }

  it('says how many boxes are missing where the file was cut short, and reads what is there', async () => {
    const text = (await handedOver(await fourChecks())).split('\n').slice(0, 5).join('\n');
    const file = await written('short', text);
    const { exitCode, lines } = await hclLog('open', '--key', keyPath, '--json', file);
    expect(exitCode).to.equal(1);
    expect(lines.slice(0, 2).every((line) => 'place' in line)).to.equal(true);
    expect(lines.slice(2)).to.deep.equal([{ file, error: 'LOG_TRUNCATED', missing: 2 }]);
    const page = await hclLog('open', '--key', keyPath, file);
    expect(page.out).to.include('2 boxes are missing: the file was cut short (LOG_TRUNCATED)');
  });

  it('says of a log with gaps that it has them, to whoever opens it', async () => {
    const store = await fourChecks();
    const { file: blob } = await handOverLog(store, { nowSeconds: MIDNIGHT + 60, notKept: 3 });
    const text = await blob.text();
    expect(text).to.match(/^hcl\/checkpoint-log\/2\n2026-11-25T16:01:00Z\n4\n3\n/);
    const file = await written('gaps', text);
    const { exitCode, lines } = await hclLog('open', '--key', keyPath, '--json', file);
    expect(exitCode).to.equal(1);
    expect(lines[0]).to.deep.equal({ file, error: 'LOG_INCOMPLETE', missing: 3 });
    expect(lines.slice(1).map((line) => 'place' in line)).to.deep.equal([true, true, true, true]);
    const page = await hclLog('open', '--key', keyPath, file);
    expect(page.out).to.include('checks that the device could not keep: 3 (LOG_INCOMPLETE)');
    expect(page.out).to.include(': 4 checks');
  });

  it('tells on whose word a check rested, where an officer was asked', async () => {
    const store = memoryStore();
    const sealed = new SealedLog(logKey, { store, subtle, randomBytes });
    const asked = { ...decision(), asks: ['booked'], stated: { booked: true } } as const;
    const denied = { ...asked, stated: { booked: false } };
    await sealed.add(asked, { nowSeconds: MIDNIGHT, place: 'port:SZB' });
    await sealed.add(denied, { nowSeconds: MIDNIGHT + 1, place: 'port:LMC' });
    const file = await written('stated', await handedOver(store));
    const { lines } = await hclLog('open', '--key', keyPath, '--json', file);
    const stated = new Map(lines.map((line) => [line['place'], line['stated']]));
    expect(stated.get('port:SZB')).to.deep.equal({ booked: true });
    expect(stated.get('port:LMC')).to.deep.equal({ booked: false });
    const { out } = await hclLog('open', '--key', keyPath, file);
    expect(out).to.match(/Policy +Stated +Reasons/);
    expect(out).to.match(/port:SZB +refer +1 +venue 1 +booked: yes +COULD_NOT_DECIDE/);
    expect(out).to.match(/port:LMC +refer +1 +venue 1 +booked: no +COULD_NOT_DECIDE/);
  });

  it('tells a file of a later version from one that is no log, and goes on to the next', async () => {
    const whole = await handedOver(await fourChecks());
    const cases = [
      ['', 'LOG_FILE_MALFORMED'],
      ['hcl/checkpoint-log/1\n', 'LOG_FILE_MALFORMED'],
      ['{"not":"a log"}\n', 'LOG_FILE_MALFORMED'],
      [whole.replace('2026-11-25T16:01:00Z', 'yesterday'), 'LOG_FILE_MALFORMED'],
      [whole.replace('\n4\n', '\n-4\n'), 'LOG_FILE_MALFORMED'],
      [whole.replace('log/1', 'log/2'), 'LOG_FILE_MALFORMED'],
      [whole.replace('log/1', 'log/3'), 'LOG_VERSION_UNKNOWN'],
    ] as const;
    for (const [text, error] of cases) {
      const file = await written('bad', text);
      const good = await written('good', whole);
      const { exitCode, lines } = await hclLog('open', '--key', keyPath, '--json', file, good);
      expect(exitCode).to.equal(1);
      expect(lines[0]).to.deep.equal({ file, error });
      expect(lines).to.have.length(5);
    }
  });

  it('names a file that cannot be read, and reads the others', async () => {
    const absent = join(folder, 'absent');
    const file = await written('there', await handedOver(await fourChecks()));
    const { exitCode, lines } = await hclLog('open', '--key', keyPath, '--json', absent, folder, file);
    expect(exitCode).to.equal(1);
    expect(lines.slice(0, 2)).to.deep.equal([
      { file: absent, error: 'CLI_FILE_UNREADABLE' },
      { file: folder, error: 'CLI_FILE_UNREADABLE' },
    ]);
    expect(lines.slice(2).map((line) => line['file'])).to.deep.equal([file, file, file, file]);
    const page = await hclLog('open', '--key', keyPath, absent, file);
    expect(page.exitCode).to.equal(1);
    expect(page.out).to.include('the file cannot be read (CLI_FILE_UNREADABLE)').and.include(': 4 checks');
  });

  it('takes nothing for an entry that is none, and lets none of it move the cursor', async () => {
    const entry = {
      at: MIDNIGHT,
      place: '\u001b[2Jport:SZB',
      outcome: 'pass',
      reasons: [],
      policy: { id: 'venue', version: 1 },
      commitments: [],
    };
    const texts = [
      'nothing',
      '[]',
      JSON.stringify({ ...entry, outcome: 'perhaps' }),
      JSON.stringify({ ...entry, at: 1e300 }),
      JSON.stringify({ ...entry, commitments: ['0x'] }),
      JSON.stringify({ ...entry, reasons: [1] }),
      JSON.stringify({ ...entry, stated: { booked: 'yes' } }),
      JSON.stringify({ ...entry, stated: [true] }),
      JSON.stringify({ ...entry, stated: { '\u001b[2Jbooked': true } }),
    ];
    const boxes = await Promise.all(texts.map(boxOf));
    const head = handoverHead({ boxes: boxes.length, madeAt: MIDNIGHT });
    const file = await written('strange', head + boxes.map(handoverLine).join(''));
    const { lines } = await hclLog('open', '--key', keyPath, '--json', file);
    expect(lines.map((line) => line['error'])).to.deep.equal([
      ...Array.from({ length: 8 }, () => 'LOG_ENTRY_INVALID'),
      undefined,
    ]);
    expect((await hclLog('open', '--key', keyPath, file)).out).not.to.include('\u001b');
  });

  it('is opened by no file that is not a private key of its curve, and by none that others can read', async () => {
    const file = await written('log', await handedOver(await fourChecks()));
    const pair = await subtle.generateKey({ name: 'ECDH', namedCurve: 'P-384' }, true, ['deriveBits']);
    const cases = [
      ['public.key', JSON.stringify(logKey)],
      ['text.key', 'a key'],
      ['curve.key', JSON.stringify(await subtle.exportKey('jwk', pair.privateKey))],
    ] as const;
    for (const [name, text] of cases) {
      await writeFile(join(folder, name), text, { mode: 0o600 });
      await expectRejects(hclLog('open', '--key', join(folder, name), file), 'LOG_KEY_INVALID');
    }
    await writeFile(join(folder, 'open.key'), await readFile(keyPath), { mode: 0o644 });
    await expectRejects(hclLog('open', '--key', join(folder, 'open.key'), file), 'FILE_READABLE_BY_OTHERS');
    await expectRejects(hclLog('open', '--key', join(folder, 'absent'), file), 'CLI_FILE_UNREADABLE');
    await expectRejects(hclLog('open', file), 'CLI_USAGE');
    await expectRejects(hclLog('read'), 'CLI_USAGE');
  });

  it('has codes that the documentation lists, and no others', async () => {
    const page = await readFile(new URL('../../../docs/checkpoint-page.md', import.meta.url), 'utf8');
    const listed = [...page.matchAll(/^\| `(LOG_[A-Z_]+)`/gm)].map(([, code]) => code);
    expect(listed).to.have.members([...LOG_ERROR_CODES]);
  });
});

/** With one bit of byte `at` turned. */
function flip(line: string, at: number): string {
  const bytes = Buffer.from(line, 'base64url');
  bytes[at]! ^= 2; // a box is longer
  return bytes.toString('base64url');
}

async function publicHalf(path: string): Promise<JsonWebKey> {
  const { d: _, ...half } = JSON.parse(await readFile(path, 'utf8')) as JsonWebKey;
  return half;
}
