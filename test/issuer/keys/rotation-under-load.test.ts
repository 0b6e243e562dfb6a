/**
 * K2: the key is changed while rows come from several sides, batches go to the ledger and a checkpoint verifies. No row
 * fails, no code is refused, what was signed before stays good, and what is asked for after the change is signed with the
 * new key. Then the former key's window ends, and nothing changes for anybody.
 */
import { describe, it } from 'mocha';
import { expect } from 'chai';
import { fromUtf8 } from '../../../core/bytes/utf8.ts';
import { decodeCode } from '../../../core/qr/code.ts';
import { issueAll, vaccination } from '../support/issuer-house.ts';
import { runs } from '../../support/scale.ts';
import { KeyWorld, registrationOf } from './support/key-world.ts';

const SIDES = 3;
const ROWS = 20;
const FILES_BEFORE = runs(1, 20);
const FILES_AFTER = runs(1, 20);

function kidOfCode(code: string): string {
  const { kid } = JSON.parse(fromUtf8(decodeCode(code).headerBytes) ?? '') as { kid: string };
  return kid;
}

describe('K2: a change of the signing key under load', () => {
  it('fails no row and no verification, and everything asked for afterwards has the new key', async function () {
    this.timeout(120_000 * runs(1, 10));
    await using world = await KeyWorld.start();
    const { issuer, house } = world;
    const former = world.keys.current;
    const handles = { before: [] as string[], after: [] as string[] };
    let isChanged = false;
    let file = 0;
    const changeDue = Promise.withResolvers<void>();
    const sendFiles = async (): Promise<void> => {
      let after = 0;
      for (let sent = 1; after < FILES_AFTER; sent++) {
        const wasChanged = isChanged;
        const first = 1000 * file++;
        const rows = await issueAll(
          issuer,
          Array.from({ length: ROWS }, (_, i) => vaccination(first + i)),
        );
        const own = rows.flatMap(({ credentials }) => credentials.map(({ handle }) => handle));
        handles[wasChanged ? 'after' : 'before'].push(...own);
        if (wasChanged) after++;
        if (sent === FILES_BEFORE) changeDue.resolve();
      }
    };
    const sending = Promise.all(Array.from({ length: SIDES }, sendFiles));
    const sendingEnds = new AbortController();
    let verified = 0;
    const anchorAndVerify = async (): Promise<void> => {
      for (let seen = 0; !sendingEnds.signal.aborted;) {
        await issuer.settle();
        await world.look();
        const known = [...handles.before, ...handles.after];
        for (const handle of known.slice(seen)) {
          const { code } = await issuer.credential(handle);
          if (code === undefined) continue;
          const verdict = await world.verify(code);
          // What was anchored since the last look is not known yet; anything else is a failure.
          if (verdict.reasons.includes('ROOT_NOT_SEEN')) continue;
          expect(verdict.outcome, verdict.reasons.join(' ')).to.equal('pass');
          verified++;
        }
        seen = known.length;
        house.nowMs += 1000;
      }
    };
    const anchoring = anchorAndVerify();

    await changeDue.promise;
    const next = await world.rotate();
    isChanged = true;
    await sending;
    sendingEnds.abort();
    await anchoring;
    expect(verified).to.be.greaterThan(0);

    // Only now may the former key's window end: nothing of it waits any more.
    await issuer.settle();
    for (const { waiting } of await issuer.rotation.uses()) expect(waiting).to.equal(0);
    const until = (await world.admin.reader.headTimeSeconds()) + 1;
    await world.admin.endKey(registrationOf(former).thumbprint, until);
    house.nowMs += 3_600_000;
    await world.look();
    expect(handles.after.length).to.be.at.least(2 * ROWS * SIDES * FILES_AFTER);
    for (const handle of [...handles.before, ...handles.after]) {
      const code = await issuer.code(handle);
      const verdict = await world.verify(code);
      expect(verdict.outcome, verdict.reasons.join(' ')).to.equal('pass');
    }
    const kids = async (some: readonly string[]): Promise<ReadonlySet<string>> =>
      new Set(await Promise.all(some.map(async (handle) => kidOfCode(await issuer.code(handle)))));
    expect(await kids(handles.after)).to.deep.equal(new Set([next.kid]));
    expect(await kids(handles.before)).to.include(former.kid);
  });

  it('what waits when the former key’s window has ended is signed again, and good', async () => {
    await using world = await KeyWorld.start();
    const { issuer, house, admin } = world;
    const former = world.keys.current;
    const anchored = await issueAll(issuer, [vaccination(1)]);
    await issuer.settle();
    const waiting = await issueAll(issuer, [vaccination(2), vaccination(3)]);
    const until = (await admin.reader.headTimeSeconds()) + 1;
    await admin.endKey(registrationOf(former).thumbprint, until);
    house.nowMs += 3_600_000;
    await world.rotate();
    expect(await issuer.rotation.reSign()).to.equal(4);
    await issuer.settle();
    await world.look();
    for (const { handle } of [...anchored, ...waiting].flatMap(({ credentials }) => credentials)) {
      const verdict = await world.verify(await issuer.code(handle));
      expect(verdict.outcome, verdict.reasons.join(' ')).to.equal('pass');
    }
  });

  it('without signing again, what was anchored after the window is refused', async () => {
    await using world = await KeyWorld.start();
    const { issuer, house, admin } = world;
    const former = world.keys.current;
    const [row] = await issueAll(issuer, [vaccination(1)]);
    await admin.endKey(registrationOf(former).thumbprint, (await admin.reader.headTimeSeconds()) + 1);
    house.nowMs += 3_600_000;
    await world.rotate();
    await issuer.settle();
    await world.look();
    const verdict = await world.verify(await issuer.code(row!.credentials[0]!.handle));
    expect(verdict.reasons).to.include('KEY_NOT_VALID');
    expect(verdict.outcome).to.equal('stop');
  });
});
