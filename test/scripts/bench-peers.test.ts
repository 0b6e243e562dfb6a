/**
 * What `hcl bench peers` does before it times anything, on a few codes: every verifier that is here accepts the good
 * ones and refuses the tampered one. Those that the bench installs when it first runs are skipped by name until then.
 */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { checkVerifier } from '../../scripts/bench/peers/check.ts';
import { KINDS } from '../../scripts/bench/peers/kinds.ts';
import { factsOf, load } from '../../scripts/bench/peers/packages.ts';
import type { Flaw, Inputs, Kind, Peer, Sample, Verifier } from '../../scripts/bench/peers/peer.ts';

const CODES = 2;
const SEED = 20_221_221;

/** What ours must notice of each kind; a verifier that notices less is told so in the table. */
const OURS: Readonly<Record<string, readonly Flaw[]>> = {
  hc1: ['tampered', 'stranger', 'expired', 'malformed'],
  shc: ['tampered', 'stranger', 'malformed', 'revoked'],
  jwt: ['tampered', 'stranger', 'expired', 'malformed'],
  'sd-jwt': ['tampered', 'stranger', 'expired', 'malformed'],
  ledger: ['tampered', 'revoked'],
};

for (const kind of KINDS) {
  describe(`bench peers, ${kind.name}`, () => {
    for (const peer of kind.peers) {
      const absent = peer.packages.find((name) => factsOf(name) === undefined);
      if (absent !== undefined) {
        it.skip(`${peer.name}: ${absent} is not installed (hcl bench peers brings it)`);
        continue;
      }
      it(`${peer.name} accepts the good codes and refuses the tampered one`, async () => {
        const noticed = await check(kind, peer);
        expect(noticed).to.include('tampered');
        if (peer.role === 'ours') expect(noticed).to.deep.equal(OURS[kind.name]);
      });
    }
  });
}

describe('bench peers, the check before timing', () => {
  const sample = (text: string): Sample => ({ text, nowSeconds: 0 });
  const inputs: Inputs = {
    valid: [sample('good'), sample('as good')],
    flawed: new Map([
      ['tampered', sample('tampered')],
      ['expired', sample('expired')],
    ]),
    bare: new Map(),
    trust: {},
  };

  it('fails by name on a verifier that refuses a good code', async () => {
    expect(await failureOf(({ text }) => text === 'good')).to.equal('peer refuses valid code 2 of 2');
  });

  it('fails by name on a verifier that accepts everything', async () => {
    expect(await failureOf(() => true)).to.equal('peer accepts a tampered code');
  });

  it('takes a thrown error for a refusal, and tells what was noticed', async () => {
    const verify: Verifier = ({ text }) => {
      if (text === 'tampered') throw new Error('wrong signature');
      return true;
    };
    expect(await checkVerifier('peer', verify, inputs)).to.deep.equal(['tampered']);
  });

  async function failureOf(verify: Verifier): Promise<string> {
    try {
      await checkVerifier('peer', verify, inputs);
      return 'nothing failed';
    } catch (error) {
      return error instanceof Error ? error.message : 'something else than an error';
    }
  }
});

/** Made once for each kind. */
const inputsOf = new Map<Kind, Promise<Inputs>>();

async function check(kind: Kind, peer: Peer): Promise<readonly Flaw[]> {
  await using resources = new AsyncDisposableStack();
  const options = { codes: CODES, seed: SEED, load, resources };
  const made = peer.makeInputs?.(options) ?? inputsOf.get(kind) ?? kind.makeInputs(options);
  if (peer.makeInputs === undefined) inputsOf.set(kind, made);
  const inputs = await made;
  // The chain of documents stays up until it is done.
  return await checkVerifier(peer.name, await peer.open(inputs, load), inputs);
}
