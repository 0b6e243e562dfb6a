import { Buffer } from 'node:buffer';
import { Readable } from 'node:stream';
import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { codesOf, codesOfFile, type CodeLine, type ReadImage } from '../../cli/code-input.ts';
import { CliError } from '../../cli/errors.ts';

const noImage: ReadImage = () => {
  throw new Error('no image is read here');
};

describe('codes from standard input and files', () => {
  it('owes one answer for every line, also for an empty one', async () => {
    expect(await codes('A\n\nB\n')).to.deep.equal([
      { line: 1, text: 'A' },
      { line: 2, text: '' },
      { line: 3, text: 'B' },
    ]);
  });

  it('owes one answer for an empty input', async () => {
    expect(await codes('')).to.deep.equal([{ line: 1, text: '' }]);
  });

  it('reads a last line that does not end, and lines that end the Windows way', async () => {
    expect((await codes('A\r\nB')).map(({ text }) => text)).to.deep.equal(['A', 'B']);
  });

  it('reads UTF-8 and UTF-16 with a byte order mark', async () => {
    const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('A\nB\n', 'utf16le')]);
    expect((await codes(utf16)).map(({ text }) => text)).to.deep.equal(['A', 'B']);
    expect((await codes('\ufeffA\n')).map(({ text }) => text)).to.deep.equal(['A']);
  });

  it('keeps more of a line than a code can have, and no more', async () => {
    const [first, second] = await codes(`${'A'.repeat(1_000_000)}\nB\n`);
    expect(first?.text.length).to.equal(131_072);
    expect(second).to.deep.equal({ line: 2, text: 'B' });
  });

  it('gives the same lines however the bytes are cut into chunks', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), fc.nat({ max: 8 }), async (text, size) => {
        const bytes = Buffer.from(text.replaceAll('\u0000', '').replaceAll('\ufeff', ''), 'utf8');
        const chunks: Uint8Array[] = [];
        for (let at = 0; at < bytes.length; at += size + 1) chunks.push(bytes.subarray(at, at + size + 1));
        expect(await codes(...chunks)).to.deep.equal(await codes(bytes));
      }),
    );
  });

  it('does not hold a document of nothing but empty lines for ever', async () => {
    let chunksRead = 0;
    const stream = (function* () {
      yield Buffer.from('{');
      for (; chunksRead < 100; chunksRead++) yield Buffer.from('\n'.repeat(10_000));
    })();
    for await (const { line } of codesOf(Readable.from(stream), noImage)) {
      expect(line).to.equal(1);
      break;
    }
    expect(chunksRead).to.be.below(50);
  });

  it('puts a JSON document over many lines together, and goes on after one that does not close', async () => {
    expect(await codes('A\n{\n "a}": ["\\"]",\n1]\n}\nB\n')).to.deep.equal([
      { line: 1, text: 'A' },
      { line: 2, text: '{\n "a}": ["\\"]",\n1]\n}' },
      { line: 6, text: 'B' },
    ]);
    expect((await codes('{"a":\nHC1:ABC\n[1]\n')).map(({ text }) => text)).to.deep.equal([
      '{"a":',
      'HC1:ABC',
      '[1]',
    ]);
    expect((await codes('{\n\n[')).map(({ text }) => text)).to.deep.equal(['{', '', '[']);
    const endless = await codes(`[${'1,\n'.repeat(100_000)}`);
    expect(endless).to.have.length(100_000);
  });

  it('hands an image over whole, whatever the chunks', async () => {
    const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3]);
    const seen: number[] = [];
    const readImage: ReadImage = (bytes) => `HCL1:${seen.push(bytes.length)}`;
    const found = await collect(codesOf(Readable.from([png.subarray(0, 1), png.subarray(1)]), readImage));
    expect(found).to.deep.equal([{ line: 1, text: 'HCL1:1' }]);
    expect(seen).to.deep.equal([11]);
  });

  it('takes a JPEG for a picture and a ZIP for a code, and neither for lines', async () => {
    const picture = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 10, 10]);
    const read: ReadImage = (bytes) => `HC1:${bytes.length}`;
    expect(
      await collect(codesOf(Readable.from([picture.subarray(0, 1), picture.subarray(1)]), read)),
    ).to.deep.equal([{ line: 1, text: 'HC1:6' }]);
    const zip = Buffer.from([0x50, 0x4b, 0x03, 0x04, 0x0a, 0xff]);
    expect(await codes(zip.subarray(0, 2), zip.subarray(2))).to.deep.equal([
      { line: 1, text: 'PK\u0003\u0004\n\u00ff' },
    ]);
    expect((await codes('P\nPK\n')).map(({ text }) => text)).to.deep.equal(['P', 'PK']);
  });

  it('names an image without a code and a file that is not there', async () => {
    const png = Buffer.from([0x89, 0x50]);
    expect(await codeOf(() => collect(codesOf(Readable.from([png]), noImage)))).to.equal(
      'CLI_FILE_UNREADABLE',
    );
    const missing = (): Promise<unknown> => collect(codesOfFile('/nowhere/at/all', noImage));
    expect(await codeOf(missing)).to.equal('CLI_FILE_UNREADABLE');
  });
});

async function codeOf(run: () => Promise<unknown>): Promise<string> {
  try {
    await run();
  } catch (error) {
    if (error instanceof CliError) return error.code;
    throw error;
  }
  return 'nothing was thrown';
}

function codes(...chunks: readonly (string | Uint8Array)[]): Promise<readonly CodeLine[]> {
  const bytes = chunks.map((chunk) => (typeof chunk === 'string' ? Buffer.from(chunk, 'utf8') : chunk));
  return collect(codesOf(Readable.from(bytes), noImage));
}

async function collect(lines: AsyncIterable<CodeLine>): Promise<readonly CodeLine[]> {
  const found: CodeLine[] = [];
  for await (const line of lines) found.push(line);
  return found;
}
