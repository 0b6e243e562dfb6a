/**
 * O2, the attack script: over all routes, edits of the store and what a ledger takes, there is no way to another colour
 * without a change that has its rule version, its evidence, its actor and, by hand, two approvers. What is tried may be
 * refused, or it may leave the colour as it is; whatever code exists afterwards, a recorded change gives it.
 */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { expect } from 'chai';
import { toTypeMask } from '../../../core/credential/credential-type.ts';
import { HclError } from '../../../core/errors.ts';
import {
  colourIdOf,
  colourLeaf,
  isByHand,
  parseColourAct,
  type ColourAct,
} from '../../../core/health/colour-act.ts';
import { verifyCode } from '../../../core/verify/verify.ts';
import { buildIssuerApp } from '../../../issuer/app.ts';
import { Issuer } from '../../../issuer/issuer.ts';
import { TABLES } from '../../../issuer/store.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { Store, WriteBatch, type TableSpec } from '../../../service/store.ts';
import { makeConsortium } from '../../support/consortium.ts';
import { statusRecord } from '../../support/sample-records.ts';
import { issueAll, IssuerHouse, labTest } from '../support/issuer-house.ts';
import { expectRejects } from '../support/rejects-code.ts';
import { approve, signatureOf } from '../support/two-people.ts';
import { NOW, orderOn, personOf, terms } from './support.ts';

const RED = { person: { subject: personOf(1) }, scheme: 'HK-HC' } as const;
const GREEN = { person: { subject: personOf(2) }, scheme: 'HK-HC' } as const;

interface Change {
  readonly id: string;
  readonly act: ColourAct;
}

/** All changes that have all their parts: `parseColourAct` takes no others. */
async function changesOf(issuer: Issuer): Promise<readonly Change[]> {
  const found = await issuer.colourActs.after(0, 1000);
  return found.flatMap(({ bytes }) => {
    try {
      return [{ id: colourIdOf(colourLeaf(nodeCrypto, bytes)), act: parseColourAct(bytes) }];
    } catch (error) {
      if (error instanceof HclError) return [];
      throw error;
    }
  });
}

/**
 * Every code of a health status that this issuer holds of the two people follows from a recorded change, and every
 * change on the one before it.
 */
async function expectNoOtherWay(issuer: Issuer): Promise<void> {
  const last = new Map<string, string>();
  for (const { act } of await changesOf(issuer)) {
    expect(act.from, 'a change that follows on another').to.equal(last.get(`${act.subject} ${act.scheme}`));
    last.set(`${act.subject} ${act.scheme}`, act.to);
  }
  const changes = new Map((await changesOf(issuer)).map(({ id, act }) => [id, act]));
  for (const { person } of [RED, GREEN]) {
    const { docType, docIssuer, docNumber } = person.subject;
    const { records } = await issuer.privacy.report(
      { document: { docType, docIssuer, docNumber } },
      'subject-access',
    );
    for (const { record } of records) {
      if (record.type !== 'status') continue;
      const act = changes.get(record.change);
      expect(act, 'a code without a change').to.not.equal(undefined);
      expect(act).to.include({ to: record.state, scheme: record.scheme, ruleVersion: record.ruleVersion });
      if (act !== undefined && isByHand(act)) expect(new Set(act.approvers)).to.have.length(2);
    }
  }
}

/** One red by an order, one green; nothing waits. */
async function settled(house: IssuerHouse): Promise<Issuer> {
  const issuer = await house.open();
  await issueAll(issuer, [labTest(1), labTest(2)]);
  await issuer.health.issue(GREEN);
  await issuer.health.issue(RED);
  await issuer.health.orders.place(orderOn(personOf(1)));
  await issuer.health.issue(RED);
  await issuer.settle();
  return issuer;
}

interface Entry {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

type Edit = (table: TableSpec, entries: readonly Entry[], earlier: readonly Entry[]) => WriteBatch;

function putBack(table: TableSpec, entries: readonly Entry[], earlier: readonly Entry[]): WriteBatch {
  const batch = new WriteBatch();
  for (const { key } of entries) batch.delete(table, key);
  for (const { key, value } of earlier) batch.put(table, key, value);
  return batch;
}

const EDITS: Readonly<Record<string, Edit>> = {
  'a byte of each value is turned': (table, entries) => {
    const batch = new WriteBatch();
    for (const { key, value } of entries) {
      const turned = value.slice();
      const at = turned.length - 1;
      if (at >= 0) turned[at] = (turned[at] ?? 0) ^ 1;
      batch.put(table, key, turned);
    }
    return batch;
  },
  'all of it is deleted': (table, entries) => {
    const batch = new WriteBatch();
    for (const { key } of entries) batch.delete(table, key);
    return batch;
  },
  'values change places': (table, entries) => {
    const batch = new WriteBatch();
    entries.forEach(({ key }, i) => batch.put(table, key, entries.at(i - 1)?.value ?? new Uint8Array(0)));
    return batch;
  },
  'what it was before is put back': putBack,
};

describe('O2: no other way to a colour', function () {
  this.timeout(60_000);

  describe('over the routes', () => {
    let house: IssuerHouse;
    let issuer: Issuer;

    before(async () => {
      house = await IssuerHouse.create();
      issuer = await settled(house);
    });

    after(async () => {
      await issuer.close();
      await house[Symbol.asyncDispose]();
    });

    it('whatever is posted to any of them, with the operator’s own token', async () => {
      const before = await changesOf(issuer);
      const { operatorToken, auditorToken } = house.secrets;
      const limits = { maxEventLoopDelayMs: 0 };
      const app = await buildIssuerApp({
        issuer,
        operatorToken,
        auditorToken,
        now: () => house.nowMs,
        limits,
      });
      await app.ready();
      const posts: string[] = [];
      const document = app.swagger() as { readonly paths: Readonly<Record<string, object>> };
      for (const [path, methods] of Object.entries(document.paths)) {
        if (Object.hasOwn(methods, 'post')) posts.push(path.replaceAll(/\{\w+\}/g, 'A'.repeat(22)));
      }
      expect(posts).to.include.members([
        '/records',
        '/corrections',
        '/imports',
        '/acts',
        '/statuses',
        '/rulings',
      ]);
      const person = RED.person;
      const green = statusRecord({ state: 'green', subject: person.subject });
      const payloads: readonly object[] = [
        green,
        [green],
        { record: green },
        { person, scheme: 'HK-HC', state: 'green' },
        { ...terms({ state: 'green' }), person, approvers: ['0x01', '0x02'] },
        { ...terms({ state: 'green', ground: 'hcl|court-or-appeal' }), person },
        {
          kind: 'supersede',
          reason: 'colour-derived',
          target: { by: 'colour', change: `0x${'11'.repeat(32)}` },
        },
        {
          kind: 'reinstate',
          reason: 'acted-in-error',
          legalBasis: 'x',
          notice: { en: 'x' },
          target: { by: 'issuer' },
        },
      ];
      const headers = { authorization: `Bearer ${operatorToken}` };
      for (const url of posts) {
        for (const payload of payloads) await app.inject({ method: 'POST', url, headers, payload });
      }
      await issuer.settle();
      await app.close();
      expect(await changesOf(issuer), 'no change was made').to.deep.equal(before);
      expect((await issuer.health.issue(RED)).colour.state).to.equal('red');
      await expectNoOtherWay(issuer);
    });

    it('one person’s approval of a ruling, given twice, or a stranger’s', async () => {
      const act = await issuer.health.rule(
        RED.person,
        terms({ state: 'green', ground: 'hcl|court-or-appeal' }),
      );
      const batch = await issuer.acts.openBatch([act], { replace: true });
      const one = signatureOf(batch, `0x${'a1'.repeat(32)}`);
      await issuer.acts.approve(batch.root, one);
      await issuer.acts.approve(batch.root, one);
      const stranger = signatureOf(batch, `0x${'77'.repeat(32)}`);
      await expectRejects(() => issuer.acts.approve(batch.root, stranger), 'ACT_NOT_APPROVER');
      await issuer.settle();
      expect((await issuer.health.issue(RED)).colour.state).to.equal('red');
      await issuer.acts.withdraw(act);
    });

    it('the one way there is: two people, and then the change names them', async () => {
      house.nowMs += 1000;
      const act = await issuer.health.rule(
        RED.person,
        terms({ state: 'green', ground: 'hcl|court-or-appeal' }),
      );
      await approve(issuer, [act]);
      await issuer.settle();
      expect((await issuer.health.issue(RED)).colour.state).to.equal('green');
      await expectNoOtherWay(issuer);
      expect((await changesOf(issuer)).at(-1)?.act.approvers).to.have.length(2);
    });
  });

  describe('over edits of the store', () => {
    let house: IssuerHouse;
    /** As it was when nobody had a colour, and before the order. */
    let first: ReadonlyMap<string, readonly Entry[]>;
    let earlier: ReadonlyMap<string, readonly Entry[]>;

    const EDITED = [
      'healthNames',
      'healthFiles',
      'healthOrders',
      'colourActs',
      'colourIds',
      'colourHeads',
    ] as const;

    before(async () => {
      house = await IssuerHouse.create();
      const opened = await house.open();
      const over = { reference: 'QO-1', fromSeconds: NOW - 7200, untilSeconds: NOW - 3600 };
      for (const n of [1, 2]) await opened.health.orders.place(orderOn(personOf(n), over));
      await opened.close();
      first = await readAll(storeOf(house.folder));
      const issuer = await house.open();
      await issuer.health.issue(GREEN);
      await issuer.health.issue(RED);
      await issuer.settle();
      await issuer.close();
      earlier = await readAll(storeOf(house.folder));
      const again = await house.open();
      await again.health.orders.place(orderOn(personOf(1)));
      await again.health.issue(RED);
      await again.settle();
      await again.close();
    });

    after(async () => {
      await house[Symbol.asyncDispose]();
    });

    for (const table of EDITED) {
      for (const [what, edit] of Object.entries(EDITS)) {
        it(`${table}: ${what}`, () => tried(table, edit));
      }

      it(`${table}: what it was at first is put back`, () =>
        tried(table, (spec, entries) => putBack(spec, entries, first.get(table) ?? [])));
    }

    async function tried(table: (typeof EDITED)[number], edit: Edit): Promise<void> {
      const folder = await mkdtemp(join(tmpdir(), 'hcl-o2-'));
      try {
        await cp(house.folder, folder, { recursive: true });
        const entries = await readAll(storeOf(folder));
        const batch = edit(TABLES[table], entries.get(table) ?? [], earlier.get(table) ?? []);
        await write(storeOf(folder), batch);
        await expectHeld(folder);
      } finally {
        await rm(folder, { recursive: true });
      }
    }

    /** A red code is refused or stays red, or a new change says why it is not. */
    async function expectHeld(folder: string): Promise<void> {
      await using issuer = await Issuer.open(
        IssuerHouse.at(folder).config(),
        house.secrets,
        house.ports({ now: () => house.nowMs + 1000 }),
      );
      const state = await stateOf(issuer);
      if (state !== 'refused' && state !== 'red') {
        const acts = (await changesOf(issuer)).map(({ act }) => act);
        expect(acts.some(({ at, to }) => to === state && at > NOW)).to.equal(true);
      }
      // A change that was touched is no change of the issuer's any more: what it gave is refused, not found here.
      if (state !== 'refused') await expectNoOtherWay(issuer);
    }
  });

  describe('over the ledger', () => {
    it('a root that another issuer anchors, a key of nobody, an issuer that may not give health codes', async () => {
      const record = statusRecord({ state: 'green' });
      const consortium = makeConsortium({ seed: 23 });
      const [, other] = consortium.issuers;
      if (other === undefined) throw new Error('a consortium has several issuers');
      const verdictOf = async (options: object): Promise<readonly string[]> => {
        const [code] = await consortium.issueCodes([record], options);
        return (await verifyCode(code?.text ?? '', consortium.context())).reasons;
      };
      expect(await verdictOf({})).to.deep.equal([]);
      expect(await verdictOf({ account: other.account })).to.not.deep.equal([]);
      expect(await verdictOf({ key: other.key })).to.not.deep.equal([]);
      const { id } = consortium.issuer;
      const until = consortium.nowSeconds + 1_000_000;
      const types = toTypeMask(['vaccination', 'test']);
      consortium.block([{ event: 'IssuerNarrowed', issuer: id, types, until }]);
      expect(await verdictOf({})).to.deep.equal(['ISSUER_TYPE_NOT_ALLOWED']);
    });
  });
});

async function stateOf(issuer: Issuer): Promise<string> {
  try {
    return (await issuer.health.issue(RED)).colour.state;
  } catch (error) {
    if (error instanceof HclError) return 'refused';
    throw error;
  }
}

function storeOf(folder: string): string {
  return join(folder, 'issuer', 'store');
}

async function readAll(path: string): Promise<ReadonlyMap<string, readonly Entry[]>> {
  await using store = await Store.open(path);
  const found = new Map<string, readonly Entry[]>();
  for (const [name, table] of Object.entries(TABLES)) {
    const entries: Entry[] = [];
    for await (const { key, value } of store.table(table).entries()) entries.push({ key, value });
    found.set(name, entries);
  }
  return found;
}

async function write(path: string, batch: WriteBatch): Promise<void> {
  await using store = await Store.open(path);
  await store.commit(batch);
}
