/** `hcl convert`: what it says before anybody is asked. The way itself is in `test/flows/conversion.test.ts`. */
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { runCommand } from '../../cli/commands.ts';
import { officerTokenOf } from '../../issuer/conversion/officer-token.ts';
import { ioDouble, type RecordedIo } from './io-double.ts';
import { writeSpecimenConsortium } from './specimen-consortium.ts';

const OPERATOR = 'operator-token-of-these-tests-long-enough';

describe('hcl convert', () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hcl-cli-convert-'));
    await mkdir(join(folder, 'keys'));
    await writeFile(join(folder, 'keys', 'operator.token'), `${OPERATOR}\n`, { mode: 0o600 });
    await writeSpecimenConsortium(folder);
  });
  after(() => rm(folder, { recursive: true }));

  /** How often the tokens of O-17 were taken back; answers as the service does. */
  let revocations = 0;
  const service: typeof fetch = (url, { method, headers } = {}) => {
    expect(new Headers(headers).get('authorization')).to.equal(`Bearer ${OPERATOR}`);
    const { pathname } = new URL(new Request(url).url);
    if (method === 'POST' && pathname === '/conversions/officers/O-17/revocations') revocations += 1;
    else expect(`${method} ${pathname}`).to.equal('GET /conversions/officers/O-17');
    return Promise.resolve(Response.json({ officer: 'O-17', revocations }));
  };

  async function hcl(
    ...args: readonly string[]
  ): Promise<RecordedIo['written'] & { readonly exitCode: number }> {
    const io = ioDouble({ env: { HCL_DATA: folder }, fetch: service });
    const exitCode = await runCommand('convert', args, io);
    return { ...io.written, exitCode };
  }

  it('shows the token of an officer, which opens what it does as that of no other', async () => {
    const { exitCode, out } = await hcl('officer-token', '--to', 'HK-DH', '--officer', 'O-17');
    expect(exitCode).to.equal(0);
    expect(out).to.equal(`${officerTokenOf(OPERATOR, 'O-17')}\n`);
  });

  it('takes back what an officer has, and the next one that it shows is another', async () => {
    const revoked = await hcl('officer-token', '--to', 'HK-DH', '--officer', 'O-17', '--revoke');
    expect(revoked.exitCode).to.equal(0);
    expect(revoked.out).to.equal('The tokens of O-17 at HK-DH are taken back.\n');
    const { out } = await hcl('officer-token', '--to', 'HK-DH', '--officer', 'O-17');
    expect(out).to.equal(`${officerTokenOf(OPERATOR, 'O-17', 1)}\n`);
  });

  it('makes a specimen traveller once, for their owner alone', async () => {
    const out = join(folder, 'traveller');
    expect((await hcl('specimen', '--out', out)).exitCode).to.equal(0);
    const [key, party] = [join(out, 'key.jwk'), join(out, 'party.json')];
    expect([(await stat(out)).mode & 0o777, (await stat(key)).mode & 0o777]).to.deep.equal([0o700, 0o600]);
    const before = [await readFile(key, 'utf8'), await readFile(party, 'utf8')];
    const again = await hcl('specimen', '--out', out);
    expect(again.exitCode).to.equal(2);
    expect(again.err).to.include('key.jwk is there already: go on with this traveller');
    expect([await readFile(key, 'utf8'), await readFile(party, 'utf8')]).to.deep.equal(before);
  });

  it('leaves a folder that is there as it is when it makes a specimen traveller in it', async () => {
    const out = join(folder, 'shared');
    await mkdir(out);
    await chmod(out, 0o755);
    expect((await hcl('specimen', '--out', out)).exitCode).to.equal(0);
    expect((await stat(out)).mode & 0o777).to.equal(0o755);
  });

  it('refuses a reference that is typed wrong before anybody is asked', async () => {
    const wrong = await hcl('--from', 'HK-DH', '--to', 'MO-SSM', '--booking', '2026-11-27');
    expect(wrong.exitCode).to.equal(1);
    expect(wrong.err).to.include('BOOKING_REFERENCE_INVALID');
  });

  it('refuses what it cannot do: a number that no token is made for, another action', async () => {
    for (const args of [
      ['officer-token', '--to', 'HK-DH', '--officer', 'O 17'],
      ['officer-token', '--to', 'HK-DH'],
      ['officer-token', '--to', 'HK-DH', '--officer', 'O/17', '--revoke'],
      ['officers', '--to', 'HK-DH'],
    ]) {
      const { exitCode, err } = await hcl(...args);
      expect(exitCode, args.join(' ')).to.equal(2);
      expect(err).to.match(/number|--officer|officers/);
    }
  });
});
