/** `hcl verify` under a country's own rules, as its folder has them. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, before, it } from 'mocha';
import { runCommand } from '../../cli/commands.ts';
import type { Verdict } from '../../core/verify/verdict.ts';
import { makeHcertSigner } from '../core/foreign/support/hcert-signer.ts';
import { describeCorpus } from '../support/corpora.ts';
import { ioDouble, type RecordedIo } from './io-double.ts';

describeCorpus('dcc-business-rules', (corpus) => {
  const signer = makeHcertSigner();
  let folder: string;
  let trust: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hcl-cli-national-'));
    trust = join(folder, 'trust.json');
    await writeFile(trust, JSON.stringify({ hcert: [{ certificate: signer.certificate }] }));
  });
  after(() => rm(folder, { recursive: true }));

  async function run(policy: string, at: string, text = signer.issue()): Promise<RecordedIo> {
    const io = ioDouble({ env: { HCL_DATA: folder }, stdin: text });
    await runCommand('verify', ['--trust', trust, '--policy', policy, '--at', at, '--json'], io);
    return io;
  }

  const verdictIn = ({ written }: RecordedIo): Verdict =>
    (JSON.parse(written.out) as { verdict: Verdict }).verdict;
  const failedIn = ({ evidence }: Verdict): unknown =>
    evidence.policies?.flatMap(({ rules }) =>
      rules.filter(({ result }) => result === 'fail').map(({ id }) => id),
    );

  it('decides an EU certificate by the folder of one country', async () => {
    const germany = join(corpus, 'DE');
    const io = await run(germany, '2022-06-02T00:00:00Z');
    const good = verdictIn(io);
    expect(io.written.err).to.match(/^hcl verify: gap: DE has no acceptance rule in force .* Recovery$/m);
    expect(good).to.deep.include({ outcome: 'pass', validity: 'valid', reasons: [] });
    expect(good.policy).to.deep.equal({ id: 'eu-dcc.DE', version: 1 });
    // The dose of 10 February 2022 counted for a year.
    expect(verdictIn(await run(germany, '2023-02-10T00:00:00Z')).outcome).to.equal('pass');
    const late = verdictIn(await run(germany, '2023-02-11T00:00:00Z'));
    expect(late).to.deep.include({ outcome: 'stop', validity: 'valid', reasons: ['RULE_STOP'] });
    expect(failedIn(late)).to.deep.equal(['VR-DE-0004']);
  });

  it('decides by settings: the country that is entered, its folder, its value sets', async () => {
    const path = join(folder, 'lane.json');
    const national = {
      country: 'CH',
      rules: [join(corpus, 'CH')],
      valueSets: [join(corpus, 'valuesets', 'valueSets.json')],
    };
    await writeFile(path, JSON.stringify({ id: 'basel', version: 3, national }));
    const verdict = verdictIn(await run(path, '2022-06-02T00:00:00Z'));
    expect(verdict.policy).to.deep.equal({ id: 'basel', version: 3 });
    expect(verdict.evidence.policies?.[0]?.rules.map(({ id }) => id)).to.include('VR-CH-0001');
  });

  it('refuses a folder with a file that cannot be read, and names it', async () => {
    const { written } = await run(join(corpus, 'MT'), '2022-06-02T00:00:00Z');
    expect(written.out).to.equal('');
    expect(written.err).to.match(/RR-MT-0001.TR-MT-0001\.json.*POLICY_NOT_JSON/);
  });
});
