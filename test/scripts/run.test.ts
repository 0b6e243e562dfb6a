/** `scripts/run.mjs` starts each program with the options of Node that are written down for it, and no other. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import nodeOptions from '../../scripts/node-options.json' with { type: 'json' };

const ROOT = resolve(import.meta.dirname, '..', '..');
/** In place of the program; what starts it goes on. */
const TELL = `if (process.argv[1].endsWith('main.ts')) {
  process.stdout.write(JSON.stringify(process.execArgv));
  process.exit();
}`;

describe('run.mjs', function () {
  this.timeout(30_000);
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hcl-run-'));
    await writeFile(join(folder, 'tell.mjs'), TELL);
  });

  after(() => rm(folder, { recursive: true }));

  const optionsOf = async (...words: readonly string[]): Promise<unknown> => {
    const NODE_OPTIONS = `--import=${pathToFileURL(join(folder, 'tell.mjs')).href}`;
    const child = spawn(process.execPath, [join(ROOT, 'scripts', 'run.mjs'), 'hcl', ...words], {
      env: { ...process.env, NODE_OPTIONS },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return JSON.parse(await text(child.stdout));
  };

  it('collects garbage of a verifier a little at a time', async () => {
    const options = await optionsOf('start', 'verifier');
    expect(options).to.deep.equal(nodeOptions['start verifier']);
    expect(options).to.include('--max-semi-space-size=2');
  });

  it('leaves others as they are, whatever they are called', async () => {
    for (const words of [['start', 'issuer'], ['start'], ['toString'], []])
      expect(await optionsOf(...words), words.join(' ')).to.deep.equal([]);
  });
});
