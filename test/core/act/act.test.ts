import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { actIdOf, actLeaf, encodeAct, parseAct, type Act } from '../../../core/act/act.ts';
import { ACT_KINDS, ACT_REASONS } from '../../../core/act/kinds.ts';
import { toUtf8 } from '../../../core/bytes/utf8.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { specimenAct } from '../../support/specimen-act.ts';
import { expectThrows } from '../../support/throws-code.ts';

describe('an act', () => {
  it('is canonical JSON and comes back from its bytes', () => {
    const act = specimenAct({ until: 1_700_000_000 });
    const bytes = encodeAct(act);
    expect(parseAct(bytes)).to.deep.equal(act);
    expect(new TextDecoder().decode(bytes)).to.match(
      /^\{"affected":\{"credentials":2,"places":"0x.*"version":1\}$/,
    );
  });

  it('has the leaf SHA-256(0 ‖ "hcl/act/1\\0" ‖ SHA-256(bytes)), and the id of its first 16 bytes', () => {
    const bytes = encodeAct(specimenAct());
    const inner = hash('sha256', bytes, 'buffer');
    const expected = hash('sha256', Buffer.concat([Buffer.from('\0hcl/act/1\0'), inner]), 'buffer');
    const leaf = actLeaf(nodeCrypto, bytes);
    expect(Buffer.from(leaf)).to.deep.equal(expected);
    expect(actIdOf(leaf)).to.equal(expected.subarray(0, 16).toString('hex'));
  });

  const wrong: Readonly<Record<string, Partial<Record<keyof Act, unknown>>>> = {
    'a reason of another kind': { reason: 'court-order' },
    'a kind that is none': { kind: 'forgive' },
    'no legal basis': { legalBasis: '' },
    'no English notice': { notice: { pt: 'Suspensa' } },
    'a notice in a language we do not speak': { notice: { en: 'Suspended', fr: 'Suspendu' } },
    'an end before its beginning': { until: 1_671_580_800 },
    'an end of a revocation': { kind: 'revoke', reason: 'fraud', until: 1_700_000_000 },
    'a salt of 120 bits': { salt: 'A'.repeat(20) },
    'nobody affected': { affected: { credentials: 0, places: `0x${'00'.repeat(32)}` } },
    'a window that ends before it begins': {
      selector: { by: 'laboratory', laboratory: 'L', from: 2, until: 2 },
    },
    'an unknown selector': { selector: { by: 'name', name: 'SPECIMEN' } },
    'superseding a whole lot': { kind: 'supersede', reason: 'record-corrected' },
    'an erasure by lot': { kind: 'revoke', reason: 'erased' },
    'an erasure that is called fraud': { kind: 'revoke', reason: 'fraud', selector: { by: 'erasure' } },
    'a field nobody named': { name: 'CHAN' } as object,
    'another version': { version: 2 },
    'a fraction of a second': { effectiveFrom: 1.5 },
    'a proposer who is no key': { proposedBy: 'Dr CHAN' },
  };
  for (const [what, change] of Object.entries(wrong)) {
    it(`is refused with ${what}`, () => {
      const text = canonical({ ...specimenAct(), ...change });
      expectThrows(() => parseAct(toUtf8(text)), 'ACT_INVALID');
    });
  }

  it('is refused in another spelling of the same JSON', () => {
    const text = new TextDecoder().decode(encodeAct(specimenAct()));
    expectThrows(() => parseAct(toUtf8(text.replace(':', ': '))), 'ACT_INVALID');
    expectThrows(() => parseAct(toUtf8(text.slice(1))), 'ACT_INVALID');
  });
});

describe('docs/acts.md', () => {
  const page = readFileSync(resolve(import.meta.dirname, '../../../docs/acts.md'), 'utf8');

  it('has every reason of every kind once, and no other', () => {
    const rows = [...page.matchAll(/^\| `([a-z]+)` +\| `([a-z-]+)` +\|/gm)].map(
      (row) => `${row[1]} ${row[2]}`,
    );
    const codes = ACT_KINDS.flatMap((kind) => ACT_REASONS[kind].map((reason) => `${kind} ${reason}`));
    expect(rows).to.have.members(codes).and.to.have.length(codes.length);
  });
});

/** As `toCanonicalJson`, without its checks: what is wrong must be refused by the act. */
function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`;
}
