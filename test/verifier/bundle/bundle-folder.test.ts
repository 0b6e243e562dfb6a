/** The folder of what is published. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { concatBytes } from '../../../core/bytes/concat.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { BundleFolder } from '../../../verifier/bundle/bundle-folder.ts';
import { Random } from '../../support/random.ts';

const CHUNK_BYTES = 65_536;

describe('the folder of what is published', () => {
  let path: string;
  before(async () => (path = await mkdtemp(join(tmpdir(), 'hcl-bundle-folder-'))));
  after(() => rm(path, { recursive: true }));

  it('gives out a file piece by piece as it is taken, never whole', async () => {
    const folder = new BundleFolder(path, nodeCrypto);
    const bytes = new Random(1).bytes(4 * CHUNK_BYTES + 1);
    const put = await folder.put(bytes);
    const file = await folder.file(put.path.slice('files/'.length));
    if (file === undefined) throw new Error('it was just put there');
    expect(file.bytes).to.equal(bytes.length);
    const chunks: Uint8Array[] = [];
    for await (const chunk of file.content) chunks.push(chunk as Uint8Array); // a stream of bytes
    expect(Math.max(...chunks.map(({ length }) => length))).to.be.at.most(CHUNK_BYTES);
    expect(concatBytes(...chunks)).to.deep.equal(bytes);
    expect(await folder.file(`${'0'.repeat(64)}.hclb`)).to.equal(undefined);
  });

  it('knows which pages it does not have', async () => {
    const folder = new BundleFolder(path, nodeCrypto);
    const page = { day: '2022-12-21', issuer: `0x${'1'.repeat(64)}` } as const;
    const other = { ...page, day: '2022-12-22' };
    expect(await folder.missingOf([page, other])).to.deep.equal([page, other]);
    await folder.putPage(page, new Uint8Array(3));
    expect(await folder.missingOf([page, other])).to.deep.equal([other]);
    const file = await folder.page(page);
    expect(file?.bytes).to.equal(3);
    file?.content.destroy();
  });
});
