import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { withAuditorTokens } from '../../cli/auditor-tokens.ts';
import { expectRejects } from '../issuer/support/rejects-code.ts';

describe('tokens of an audit', () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hcl-tokens-'));
    await writeFile(join(folder, 'one.token'), 'token-of-one\n');
  });

  after(() => rm(folder, { recursive: true }));

  it('go to what their own issuer shows to auditors, and nowhere else', async () => {
    const seen: Record<string, string | null> = {};
    const ask: typeof fetch = async (input, init) => {
      seen[new Request(input).url] = new Headers(init?.headers).get('authorization');
      return new Response('{}');
    };
    const { auditorTokenFile: _, ...tokenless } = issuer('two');
    const fetchWith = await withAuditorTokens(ask, [issuer('one'), tokenless]);
    const urls = [
      'one.test/acts/history',
      'one.test/colours/changes?after=0',
      'one.test/conversions/audit',
      'one.test/status',
      'one.test.evil/acts/x',
      'two.test/acts/history',
    ];
    for (const url of urls) await fetchWith(`http://${url}`, { headers: { accept: 'application/json' } });
    expect(seen).to.deep.equal({
      'http://one.test/acts/history': 'Bearer token-of-one',
      'http://one.test/colours/changes?after=0': 'Bearer token-of-one',
      'http://one.test/conversions/audit': 'Bearer token-of-one',
      'http://one.test/status': null,
      'http://one.test.evil/acts/x': null,
      'http://two.test/acts/history': null,
    });
  });

  it('that cannot be read end the audit before it asks anybody', async () => {
    await expectRejects(() => withAuditorTokens(fetch, [issuer('none')]), 'CLI_NOT_STARTED');
  });

  function issuer(name: string) {
    return {
      name,
      did: `did:web:${name}.example`,
      url: `http://${name}.test`,
      jurisdiction: 'HK',
      operatorTokenFile: 'none',
      auditorTokenFile: join(folder, `${name}.token`),
    };
  }
});
