/** Every picture in the corpora that carries a code, read as the text that it should be. */
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'mocha';
import { expect } from 'chai';
import { ImageError } from '../../../core/qr/image-error.ts';
import { readQrImage } from '../../../core/qr/image.ts';
import { describeCorpus } from '../../support/corpora.ts';
import { Agreement } from './support/agreement.ts';
import { readVectors } from './support/dcc-vectors.ts';

describeCorpus('eu-dcc-testdata', (folder) => {
  const seen = new Set<string>();

  it('EXPECTEDPICTUREDECODE: the picture in a vector has its text', () => {
    const agreement = new Agreement('eu-dcc-testdata');
    for (const vector of readVectors(folder)) {
      const expected = vector.EXPECTEDRESULTS['EXPECTEDPICTUREDECODE'];
      const { PREFIX, '2DCODE': picture } = vector;
      if (expected === undefined || picture === undefined || picture === '') continue;
      const bytes = new Uint8Array(Buffer.from(picture, 'base64'));
      seen.add(digest(bytes));
      const found = textOf(bytes) === PREFIX;
      agreement.count(vector.file, 'EXPECTEDPICTUREDECODE', found === expected, `found ${found}`);
    }
    agreement.conclude('EXPECTEDPICTUREDECODE', 250, ['EXPECTEDPICTUREDECODE']);
  });

  it('every other picture has a code in it', () => {
    const agreement = new Agreement('eu-dcc-testdata');
    for (const file of picturesIn(folder)) {
      const bytes = new Uint8Array(readFileSync(join(folder, file)));
      if (seen.has(digest(bytes))) continue;
      const text = textOf(bytes);
      agreement.count(file, 'picture', text?.startsWith('HC1:') === true, text?.slice(0, 4));
    }
    agreement.conclude('pictures', 8, ['picture']);
  });
});

describeCorpus('shc', (folder) => {
  it('every picture has a code in it', () => {
    const agreement = new Agreement('shc');
    for (const file of picturesIn(folder)) {
      const text = textOf(new Uint8Array(readFileSync(join(folder, file))));
      agreement.count(
        file,
        'picture',
        text !== undefined && /^(?:shc|shlink):\//.test(text),
        text?.slice(0, 20),
      );
    }
    agreement.conclude('pictures', 5, ['picture']);
  });

  it('a photo in JPEG is read as its PNG is', () => {
    const text = textOf(
      new Uint8Array(
        readFileSync(join(folder, 'dev-tools-testdata/test-example-00-g-qr-code-0-scaled-23.jpg')),
      ),
    );
    expect(text).to.match(/^shc:\/\d{1000}/);
  });
});

function picturesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(?:png|jpe?g)$/i.test(file))
    .toSorted();
}

function textOf(picture: Uint8Array): string | undefined {
  try {
    return readQrImage(picture);
  } catch (error) {
    if (error instanceof ImageError) return undefined;
    throw error;
  }
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
