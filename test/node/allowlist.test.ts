/** Besu's account permissions file. */
import { describe, it } from 'mocha';
import { expect } from 'chai';
import { parseAllowlist } from '../../node/allowlist.ts';

const A = '0x627306090abaB3A6e1400e9345bC60c78a8BEf57';
const B = '0xf17f52151EbEF6C7334FAD080c5704D77216b732';

describe('node: account allowlist file', () => {
  const good: Record<string, string> = {
    'the example of Besu’s documentation': `accounts-allowlist=["${A}", "${B}"]`,
    'lines, comments and a trailing comma': `# people\n\naccounts-allowlist = [\n  "${A}", # first\n  '${B}',\n] # end\n`,
    'windows line ends': `accounts-allowlist=["${A}",\r\n"${B}"]\r\n`,
    'a file for nodes and accounts': `nodes-allowlist=["enode://ab@127.0.0.1:30303"]\naccounts-allowlist=["${A}","${B}"]`,
    'any case of an address': `accounts-allowlist=["${A.toUpperCase().replace('0X', '0x')}","${B.toLowerCase()}"]`,
  };
  for (const [name, text] of Object.entries(good)) {
    it(`reads ${name}`, () => {
      expect([...parseAllowlist(text)]).to.deep.equal([A.toLowerCase(), B.toLowerCase()]);
    });
  }

  it('reads an empty list as nobody', () => {
    expect(parseAllowlist('accounts-allowlist=[]').size).to.equal(0);
  });

  const bad: Record<string, string> = {
    'an empty file': '',
    'only nodes': 'nodes-allowlist=[]',
    'an unknown key': `accounts-allowlist=["${A}"]\naccounts-allowed=["${B}"]`,
    'a misspelt key': `account-allowlist=["${A}"]`,
    'the list twice': `accounts-allowlist=["${A}"]\naccounts-allowlist=["${B}"]`,
    'a short address': 'accounts-allowlist=["0x1234"]',
    'an address without quotes': `accounts-allowlist=[${A}]`,
    'a missing comma': `accounts-allowlist=["${A}" "${B}"]`,
    'two commas': `accounts-allowlist=["${A}",,"${B}"]`,
    'a string instead of a list': `accounts-allowlist="${A}"`,
    'an unclosed list': `accounts-allowlist=["${A}"`,
    'a table': `[permissions]\naccounts-allowlist=["${A}"]`,
    'something after the list': `accounts-allowlist=["${A}"] true`,
  };
  for (const [name, text] of Object.entries(bad)) {
    it(`refuses ${name}`, () => {
      expect(() => parseAllowlist(text))
        .to.throw()
        .with.property('code', 'NODE_ALLOWLIST_INVALID');
    });
  }
});
