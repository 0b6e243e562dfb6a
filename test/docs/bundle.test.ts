/** docs/bundle.md names every refusal, and no other; and the answers of a witness as they are. */
import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { WITNESS_PROBLEMS } from '../../auditor/witness/errors.ts';
import { BUNDLE_ERROR_CODES } from '../../core/bundle/errors.ts';

describe('docs/bundle.md', () => {
  let page: string;
  before(async () => (page = await readFile(new URL('../../docs/bundle.md', import.meta.url), 'utf8')));

  it('names every code with which a bundle is refused, and no other', () => {
    const named = new Set(
      page.match(/(?<=`)BUNDLE_[A-Z_]+(?=`)/g)?.filter((code) => code !== 'BUNDLE_ERROR_CODES'),
    );
    expect(named).to.deep.equal(
      new Set([...BUNDLE_ERROR_CODES, 'BUNDLE_TRUST_INVALID', 'BUNDLE_PAGE_OTHER']),
    );
  });

  it('names every status that a witness answers', () => {
    const rows = [...page.matchAll(/^\| (\d{3})[ ,]/gm)].map(([, status]) => Number(status));
    const statuses = Object.values(WITNESS_PROBLEMS).map(({ status }) => status);
    expect(new Set(rows)).to.deep.equal(new Set([200, ...statuses]));
  });
});
