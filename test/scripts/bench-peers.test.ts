/**
 * What `hcl bench peers` does before it times anything, on a few codes: every verifier that is here accepts the good
 * ones and refuses the tampered one. Those that the bench installs when it first runs are skipped by name until then.
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
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

interface Row {
  readonly kind: string;
  readonly name: string;
  readonly role: string;
  /** `1.0.2, Apache-2.0`. */
  readonly licence: string;
  readonly refuses: string;
}

const root = resolve(import.meta.dirname, '..', '..');
const page = readFileSync(join(root, 'docs', 'benchmarks.md'), 'utf8');
const rows: readonly Row[] = [
  ...page.matchAll(/^\| ([a-z0-9-]+) +\| `([^`]+)` +\| ([a-z]+) +\| ([^|]*)\| ([a-z, ]+?) +\|$/gm),
].map(([, kind = '', name = '', role = '', licence = '', refuses = '']) => ({
  kind,
  name,
  role,
  licence: licence.trim(),
  refuses,
}));

function rowOf(kind: Kind, peer: Peer): Row | undefined {
  return rows.find((row) => row.kind === kind.name && row.name === peer.name);
}

/** Of our own tree, or of the packages that the bench installs; nothing for no package. */
function lockedFacts(name: string | undefined): string {
  if (name === undefined) return '';
  for (const file of ['package-lock.json', 'scripts/bench/peers/npm/package-lock.json']) {
    // Lock files of npm have these members.
    const { packages } = JSON.parse(readFileSync(join(root, file), 'utf8')) as {
      readonly packages: Readonly<Record<string, { readonly version: string; readonly license: string }>>;
    };
    const found = packages[`node_modules/${name}`];
    if (found !== undefined) return `${found.version}, ${found.license}`;
  }
  return 'not locked';
}

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
        expect(rowOf(kind, peer)?.refuses, 'docs/benchmarks.md').to.equal(noticed.join(', '));
      });
    }
  });
}

describe('docs/benchmarks.md', () => {
  it('has a row for every verifier that is measured, and for no other', () => {
    const measured = KINDS.flatMap((kind) => kind.peers.map(({ name }) => `${kind.name} ${name}`));
    expect(rows.map(({ kind, name }) => `${kind} ${name}`)).to.have.members(measured);
  });

  it('says of each what it is, and of its package the version and licence that are locked', () => {
    for (const kind of KINDS) {
      for (const peer of kind.peers) {
        const row = rowOf(kind, peer);
        expect(row?.role, peer.name).to.equal(peer.role);
        expect(row?.licence, peer.name).to.equal(lockedFacts(peer.packages[0]));
      }
    }
  });
});

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
