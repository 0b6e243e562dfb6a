/** Health policies and mappings of an authority's own: folders that its environment names. */
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { HclError } from '../../core/errors.ts';
import { readRuleSettings } from '../../issuer/rule-settings.ts';

const ROOT = resolve(import.meta.dirname, '..', '..');
const SHIPPED = {
  HCL_ISSUER_HEALTH_POLICIES: join(ROOT, 'core', 'policy', 'health'),
  HCL_ISSUER_MAPPINGS: join(ROOT, 'core', 'conversion', 'mappings'),
};

describe('rules of an issuer’s own', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hcl-rules-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** What is said where `HCL_ISSUER_MAPPINGS`, or the other, names the folder. */
  async function refusal(name = 'HCL_ISSUER_MAPPINGS', path = folder): Promise<string> {
    const refused: unknown = await readRuleSettings({ [name]: path }).catch((error: unknown) => error);
    return refused instanceof HclError ? `${refused.code} ${refused.message}` : 'none';
  }

  it('are those that we ship unless it says otherwise', async () => {
    expect(await readRuleSettings({})).to.deep.equal({});
  });

  it('are read from files of the form in which we ship ours', async () => {
    const { healthPolicies = [], mappings = [] } = await readRuleSettings(SHIPPED);
    expect(healthPolicies.map(({ id, version }) => `${id}.${version}`)).to.have.members([
      'gd.code.1',
      'hk.hc.1',
      'hk.vp-colour.1',
      'mo.code.1',
      'mo.code.2',
    ]);
    expect(mappings).to.have.length(10);
  });

  it('name the file that is none, and what is wrong with it', async () => {
    await writeFile(join(folder, 'half.json'), '{"form": "hcl-mapping/1",');
    expect(await refusal()).to.match(/^CONFIG_INVALID HCL_ISSUER_MAPPINGS: half.json: /);
    await writeFile(join(folder, 'half.json'), '{"form": "hcl-mapping/9"}');
    expect(await refusal()).to.match(/^CONFIG_INVALID HCL_ISSUER_MAPPINGS: half.json: .*form/);
  });

  it('hold each version once', async () => {
    const mapping = join(SHIPPED.HCL_ISSUER_MAPPINGS, 'map.hk-mo.1.json');
    for (const name of ['a.json', 'b.json']) await copyFile(mapping, join(folder, name));
    expect(await refusal()).to.equal(
      'CONFIG_INVALID HCL_ISSUER_MAPPINGS: b.json: map.hk-mo.1 stands there twice',
    );
  });

  it('of colours are of a scheme: another one would never be asked', async () => {
    const rules = join(ROOT, 'core', 'policy', 'rules');
    await mkdir(join(folder, 'one'));
    await copyFile(join(rules, 'hk.vp.1.json'), join(folder, 'one', 'hk.vp.1.json'));
    expect(await refusal('HCL_ISSUER_HEALTH_POLICIES', join(folder, 'one'))).to.match(
      /hk\.vp\.1\.json: no scheme has its colours from /,
    );
  });

  it('are somewhere: an empty folder, and none, end the start', async () => {
    expect(await refusal()).to.equal('CONFIG_INVALID HCL_ISSUER_MAPPINGS must name a folder of JSON files');
    expect(await refusal('HCL_ISSUER_MAPPINGS', join(folder, 'nowhere'))).to.match(
      /a folder that can be read$/,
    );
  });
});
