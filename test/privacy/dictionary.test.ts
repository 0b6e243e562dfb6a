/** Reliability goal P2 and the end of P6: nobody confirms by guessing what stands behind an anchored leaf. */
import { Buffer } from 'node:buffer';
import { describe, it } from 'mocha';
import { expect } from 'chai';
import { toHex } from '../../core/bytes/hex.ts';
import { decodeCode } from '../../core/qr/code.ts';
import type { Issuer } from '../../issuer/issuer.ts';
import { createRandomBytes, type RandomBytes } from '../../service/clock.ts';
import { issueAll, IssuerHouse, vaccination } from '../issuer/support/issuer-house.ts';
import { Random } from '../support/random.ts';
import { isLongRun, runs } from '../support/scale.ts';
import {
  attack,
  forgetSalt,
  leavesOf,
  likelySalts,
  type KnownCredential,
  type LedgerCopy,
} from './support/dictionary-attack.ts';

const GUESSES = runs(250_000, 30_000_000);

describe('a dictionary attack on a copy of the ledger', function () {
  this.timeout(isLongRun ? 1_800_000 : 60_000);

  it(`confirms nobody in ${GUESSES.toLocaleString('en')} guesses, and exactly the one whose salt it is told`, async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const { victim, salt, ownSalt, copy } = await victimOf(house, issuer);
    const leaves = leavesOf(copy);
    const { tried, found } = attack(leaves, victim, likelySalts(GUESSES, { facts: factsOf(1), ownSalt }));
    expect(tried).to.be.at.least(GUESSES);
    expect(found).to.deep.equal([]);
    expect(attack(leaves, victim, [ownSalt, salt]).found).to.deep.equal([salt]);
  });

  const careless: readonly { readonly name: string; readonly sixteen: (asked: number) => Uint8Array }[] = [
    { name: 'counts', sixteen: (asked) => Buffer.from(asked.toString(16).padStart(32, '0'), 'hex') },
    { name: 'draws from a small seed', sixteen: (asked) => new Random(asked).bytes(16) },
  ];
  for (const { name, sixteen } of careless) {
    it(`would find out an issuer whose generator ${name}`, async () => {
      await using house = await IssuerHouse.create();
      await using issuer = await house.open({ ports: { randomBytes: carelessBytes(sixteen) } });
      const { victim, salt, ownSalt, copy } = await victimOf(house, issuer);
      const salts = likelySalts(10_000, { facts: factsOf(1), ownSalt });
      expect(attack(leavesOf(copy), victim, salts).found).to.include(salt);
    });
  }

  it('finds no leaf twice when the same facts are issued twice', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const people = Array.from({ length: 20 }, (_, i) => vaccination(i));
    const rows = await issueAll(issuer, people);
    await issuer.settle();
    for (const { recordId } of rows) await issuer.privacy.erase(recordId, 'subject-request');
    const again = await issueAll(issuer, people);
    await issuer.settle();
    expect(again.filter(({ duplicate }) => duplicate)).to.deep.equal([]);
    const { leaves } = await copyOf(house, issuer);
    expect(leaves.flat()).to.have.length(new Set(leaves.flat()).size);
  });
});

function factsOf(n: number): readonly string[] {
  const record = vaccination(n);
  const { nameEn = '', dob, docNumber } = record.subject;
  return [nameEn, dob, docNumber, `${docNumber}${dob}`, JSON.stringify(record)];
}

interface Victim {
  readonly victim: KnownCredential;
  readonly salt: string;
  /** Of the attacker, who was vaccinated just before. */
  readonly ownSalt: string;
  readonly copy: LedgerCopy;
}

async function victimOf(house: IssuerHouse, issuer: Issuer): Promise<Victim> {
  const [attacker, row] = await issueAll(issuer, [vaccination(0), vaccination(1)]);
  await issuer.settle();
  const salt = row?.credentials[0]?.handle ?? '';
  const { headerBytes, payloadBytes } = decodeCode(await issuer.code(salt));
  return {
    victim: forgetSalt(headerBytes, payloadBytes, salt),
    salt,
    ownSalt: attacker?.credentials[0]?.handle ?? '',
    copy: await copyOf(house, issuer),
  };
}

async function copyOf(house: IssuerHouse, issuer: Issuer): Promise<LedgerCopy> {
  const roots = house.ledger.batches.map(({ root }) => toHex(root));
  const leaves = await Promise.all(roots.map(async (root) => (await issuer.batch(root)).leaves));
  return { roots, leaves };
}

/** As the issuer's own, but for the 16 bytes of a handle. */
function carelessBytes(sixteen: (asked: number) => Uint8Array): RandomBytes {
  const good = createRandomBytes();
  let asked = 0;
  return (length) => (length === 16 ? sixteen(asked++) : good(length));
}
