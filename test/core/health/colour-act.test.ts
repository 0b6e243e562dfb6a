/** The bytes of a change of colour: no way to write one that lacks what a change needs. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { toCanonicalJson } from '../../../core/bytes/canonical-json.ts';
import { toUtf8 } from '../../../core/bytes/utf8.ts';
import {
  BY_RULE,
  colourIdOf,
  colourLeaf,
  encodeColourAct,
  evidenceDigest,
  parseColourAct,
  type ColourAct,
} from '../../../core/health/colour-act.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { expectThrows } from '../../support/throws-code.ts';

const ALICE = `0x${'a1'.repeat(20)}` as const;
const BOB = `0x${'b2'.repeat(20)}` as const;
const LEAF = `0x${'cd'.repeat(32)}` as const;
const SALT = 'A'.repeat(22);

const byRule: ColourAct = {
  version: 1,
  issuer: 'did:web:hk-dh.example',
  subject: SALT,
  scheme: 'HK-HC',
  from: 'green',
  to: 'red',
  ruleId: 'hk.hc',
  ruleVersion: 1,
  ground: 'hcl|under-order',
  evidence: evidenceDigest(nodeCrypto, ['order-1'], SALT),
  actor: BY_RULE,
  at: 1_671_610_000,
  salt: SALT,
};
const byHand: ColourAct = { ...byRule, actor: ALICE, act: LEAF, approvers: [ALICE, BOB] };

describe('a colour act', () => {
  for (const act of [byRule, byHand]) {
    it(`has one form: ${act.actor === BY_RULE ? 'by a rule' : 'by hand'}`, () => {
      expect(parseColourAct(encodeColourAct(act))).to.deep.equal(act);
      expect(colourIdOf(colourLeaf(nodeCrypto, encodeColourAct(act)))).to.match(/^[0-9a-f]{32}$/);
    });
  }

  const missing: readonly (readonly [string, ColourAct, keyof ColourAct])[] = [
    ['a rule', byRule, 'ruleId'],
    ['the version of its rule', byRule, 'ruleVersion'],
    ['evidence', byRule, 'evidence'],
    ['an actor', byRule, 'actor'],
    ['a ground', byRule, 'ground'],
    ['a salt', byRule, 'salt'],
    ['the approved act', byHand, 'act'],
    ['approvers', byHand, 'approvers'],
  ];
  for (const [what, act, member] of missing) {
    it(`is none without ${what}`, () => {
      const { [member]: _, ...rest } = act;
      expectThrows(() => parseColourAct(toUtf8(toCanonicalJson(rest))), 'COLOUR_ACT_INVALID');
      expectThrows(() => encodeColourAct(rest as ColourAct), 'COLOUR_ACT_INVALID');
    });
  }

  const wrong: readonly (readonly [string, Partial<ColourAct>])[] = [
    ['one person twice', { ...byHand, approvers: [ALICE, ALICE] }],
    ['one approver', { ...byHand, approvers: [ALICE] }],
    ['approvers of a rule', { approvers: [ALICE, BOB] }],
    ['a colour that the scheme does not know', { to: 'yellow' }],
    ['a ground that there is not', { ground: 'hcl|whim' }],
    ['a name as actor', { actor: 'officer 7' }],
  ];
  for (const [what, changes] of wrong) {
    it(`is none with ${what}`, () => {
      expectThrows(() => encodeColourAct({ ...byRule, ...changes }), 'COLOUR_ACT_INVALID');
    });
  }

  it('needs no ground to become the best colour', () => {
    const { ground: _, ...best } = { ...byRule, from: 'red', to: 'green' } as const;
    expect(parseColourAct(encodeColourAct(best))).to.deep.equal(best);
  });

  it('tells its evidence to nobody who lacks the salt', () => {
    const other = evidenceDigest(nodeCrypto, ['order-1'], 'B'.repeat(21) + 'A');
    expect(evidenceDigest(nodeCrypto, ['order-1'], SALT)).to.not.equal(other);
    const both = ['order-1', 'record-2'];
    expect(evidenceDigest(nodeCrypto, both, SALT)).to.equal(
      evidenceDigest(nodeCrypto, both.toReversed(), SALT),
    );
  });
});
