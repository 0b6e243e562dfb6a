/** The table of published keys, against the sources they come from. */
import { HDNodeWallet, Mnemonic } from 'ethers';
import { describe, it } from 'mocha';
import { expect } from 'chai';
import { fromBase64url } from '../../../core/bytes/base64url.ts';
import { fromHex } from '../../../core/bytes/hex.ts';
import { isWellKnownKey } from '../../../issuer/keys/known-keys.ts';
import { createRandomBytes } from '../../../service/clock.ts';

/** `d` of each, as its specification prints it. */
const P256_EXAMPLES = {
  'RFC 7515 A.3': fromBase64url('jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI'),
  'RFC 7517 A.2': fromBase64url('870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE'),
  'RFC 7518 C, Alice': fromBase64url('0_NxaRPUMQoAJt50Gz8YiTr8gRTwyEaCumd-MToTmIo'),
  'RFC 7518 C, Bob': fromBase64url('VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw'),
  'RFC 6979 A.2.5': fromHex('0xc9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721'),
  'RFC 8392 A.2.3': fromHex('0x6c1382765aec5358f117733d281c1c7bdc39884d04a45a1e6c67c858bc206c19'),
  'SMART Health Cards': fromBase64url('FvOOk6hMixJ2o9zt4PCfan_UW7i4aOEnzj76ZaCI9Og'),
  'SD-JWT': fromBase64url('Ur2bNKuBPOrAaxsRnbSH6hIhmNTxSGXshDSUD1a1y7g'),
};

const MNEMONICS = [
  { name: 'Hardhat and anvil', words: `${'test '.repeat(11)}junk`, accounts: 20 },
  {
    name: 'Ganache',
    words: 'myth like bonus scare over problem client lizard pioneer submit female collect',
    accounts: 10,
  },
  {
    name: 'Truffle',
    words: 'candy maple cake sugar pudding cream honey rich smooth crumble sweet treat',
    accounts: 10,
  },
];

describe('well-known keys', () => {
  for (const [name, scalar] of Object.entries(P256_EXAMPLES)) {
    it(`are known: the example key of ${name}`, () => {
      expect(isWellKnownKey(scalar)).to.equal(true);
    });
  }

  for (const { name, words, accounts } of MNEMONICS) {
    it(`are known: the ${accounts} development accounts of ${name}`, () => {
      const mnemonic = Mnemonic.fromPhrase(words);
      for (let i = 0; i < accounts; i++) {
        const { privateKey } = HDNodeWallet.fromMnemonic(mnemonic, `m/44'/60'/0'/0/${i}`);
        expect(isWellKnownKey(fromHex(privateKey)), `account ${i}`).to.equal(true);
      }
    });
  }

  it('are known: the first account of Besu’s development network', () => {
    const besu = '0x8f2a55949038a9610f50fb23b5883af3b4ecb3c3bb792cbcefbd1542c692be63';
    expect(isWellKnownKey(fromHex(besu))).to.equal(true);
  });

  it('are no others', () => {
    const randomBytes = createRandomBytes();
    for (let i = 0; i < 1000; i++) expect(isWellKnownKey(randomBytes(32))).to.equal(false);
  });
});
