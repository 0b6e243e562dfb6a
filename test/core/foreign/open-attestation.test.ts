/** OpenAttestation documents are named and explained, and never called good or bad. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'mocha';
import { expect } from 'chai';
import type { JsonObject } from '../../../core/bytes/strict-json.ts';
import { describeCorpus } from '../../support/corpora.ts';
import { Agreement } from './support/agreement.ts';
import { verdictWith } from './support/foreign-verdict.ts';

const CORPUS = 'open-attestation';

describeCorpus(CORPUS, (folder) => {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.json'))
    .toSorted();
  const explain = async (
    text: string,
  ): Promise<{ format: string | undefined; facts: JsonObject; reasons: string }> => {
    const { evidence, reasons } = await verdictWith(text, {}, 0);
    return {
      format: evidence.format,
      facts: (evidence.foreign?.explanation ?? {}) as JsonObject,
      reasons: reasons.join(),
    };
  };

  it('each is named, its version told, and its Merkle path found consistent', async () => {
    const agreement = new Agreement(CORPUS);
    for (const file of files) {
      const text = readFileSync(join(folder, file), 'utf8');
      const { format, facts, reasons } = await explain(text);
      const version = /"version":\s*"https:\/\/schema.openattestation.com\/([23])/.exec(text)?.[1];
      agreement.count(file, 'named', reasons === 'FORMAT_NOT_SUPPORTED', reasons);
      const expected = `OpenAttestation document${version === undefined ? '' : `, version ${version}.0`}`;
      agreement.count(file, 'version', format === expected, format);
      const path = version === undefined ? undefined : 'consistent';
      agreement.count(file, 'path', facts['merklePath'] === path, JSON.stringify(facts));
      const isObfuscated = file.includes('/obfuscated') === (facts['hiddenFields'] !== 0);
      agreement.count(file, 'hidden fields', isObfuscated, JSON.stringify(facts));
    }
    agreement.conclude('documents', 80, ['named', 'version', 'path', 'hidden fields']);
  });

  it('tells a broken path, a damaged one, and where the issuer is to be found', async () => {
    const text = readFileSync(join(folder, 'oa-verify/v2/did-ocsp-revocation-signed.json'), 'utf8');
    const document = JSON.parse(text) as { readonly signature: object };
    const changed = (signature: object): string =>
      JSON.stringify({ ...document, signature: { ...document.signature, ...signature } });
    expect((await explain(changed({ targetHash: '0'.repeat(64) }))).facts['merklePath']).to.equal('broken');
    expect((await explain(changed({ targetHash: 'x' }))).facts['merklePath']).to.equal('damaged');
    expect((await explain(changed({ proof: 7 }))).facts['merklePath']).to.equal('damaged');
    const v3 = readFileSync(join(folder, 'oa-verify/v3/documentStore-revoked.json'), 'utf8');
    expect((await explain(v3)).facts['identifiedBy']).to.deep.equal({
      type: 'DNS-TXT',
      method: 'DOCUMENT_STORE',
    });
  });
});
