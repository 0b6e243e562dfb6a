/** What an auditor makes of the changes of colours that a real issuer shows, and of those that somebody tampered with. */
import { after, before, describe, it } from 'mocha';
import { expect } from 'chai';
import { ColourAudit, type ColoursAudit } from '../../auditor/audit-colours.ts';
import { placeOf } from '../../auditor/rederive-acts.ts';
import type { Answer, Source } from '../../auditor/source.ts';
import { checkAccount } from '../../auditor/privacy-account.ts';
import { actLeaf, encodeAct } from '../../core/act/act.ts';
import { fromBase64url, toBase64url } from '../../core/bytes/base64url.ts';
import { concatBytes } from '../../core/bytes/concat.ts';
import { fromHex, toHex, type Hex } from '../../core/bytes/hex.ts';
import { toTypeMask } from '../../core/credential/credential-type.ts';
import { encodeColourAct, parseColourAct, type ColourAct } from '../../core/health/colour-act.ts';
import type { LedgerBlock } from '../../core/trust/ledger-event.ts';
import { buildIssuerApp } from '../../issuer/app.ts';
import type { Issuer } from '../../issuer/issuer.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { DID, issueAll, IssuerHouse, labTest } from '../issuer/support/issuer-house.ts';
import { act, approve } from '../issuer/support/two-people.ts';
import { NOW, orderOn, personOf, terms } from '../issuer/health/support.ts';

const DAY = 86_400;

type Change = { readonly number: number; readonly bytes: string; readonly act?: string };

describe('the audit of colours', () => {
  let house: IssuerHouse;
  let issuer: Issuer;
  let shown: readonly Change[];
  let batches: readonly Uint8Array[];
  let blocks: readonly LedgerBlock[];
  let approved: ReadonlyMap<string, number>;

  before(async () => {
    house = await IssuerHouse.create();
    issuer = await house.open();
    for (const n of [1, 2]) await issuer.health.issue({ person: { subject: personOf(n) }, scheme: 'HK-HC' });
    await issuer.health.orders.place(orderOn(personOf(1)));
    await approve(issuer, [await issuer.health.rule({ subject: personOf(2) }, terms())]);
    await issuer.settle();
    const { operatorToken, auditorToken } = house.secrets;
    const limits = { maxEventLoopDelayMs: 0 };
    const app = await buildIssuerApp({ issuer, operatorToken, auditorToken, now: () => house.nowMs, limits });
    const headers = { authorization: `Bearer ${auditorToken ?? ''}` };
    shown = (await app.inject({ url: '/colours/changes?after=0', headers })).json().changes;
    await app.close();
    batches = await Promise.all(
      house.ledger.batches.map(async ({ root }) => {
        const { leaves } = await issuer.batch(toHex(root));
        return concatBytes(...leaves.map(fromHex));
      }),
    );
    blocks = house.ledger.acts.map(({ root, sequence, approvers }, i) => ({
      number: i + 1,
      timeSeconds: NOW,
      events: [
        {
          event: 'ActsAnchored',
          issuer: issuer.id,
          root,
          log2Size: 6,
          sequence,
          firstApprover: approvers[0] ?? '0x',
          secondApprover: approvers[1] ?? '0x',
        },
      ],
    })) as unknown as readonly LedgerBlock[]; // What a colour audit looks at of a block.
    const places = await Promise.all(
      house.ledger.acts.map(async ({ root }, i) => {
        const { leaves } = await issuer.acts.leaves(root);
        return leaves.map((leaf) => [`${issuer.id} ${leaf}`, placeOf(i + 1, 0)] as const);
      }),
    );
    approved = new Map(places.flat());
  });

  after(async () => {
    await issuer.close();
    await house[Symbol.asyncDispose]();
  });

  interface Told {
    readonly answer?: Answer;
    readonly changes?: readonly Change[];
    readonly leaves?: readonly Uint8Array[];
    readonly approved?: ReadonlyMap<string, number>;
    readonly ageSeconds?: number;
    readonly blocks?: readonly LedgerBlock[];
  }

  async function audit(told: Told = {}): Promise<ColoursAudit> {
    const value = { changes: told.changes ?? shown, more: false };
    const answer: Answer = told.answer ?? { kind: 'found', value };
    const colours = new ColourAudit(nodeCrypto);
    // The only question that it asks.
    await colours.read({ issuer: issuer.id, did: DID }, { colours: async () => answer } as unknown as Source);
    for (const leaves of told.leaves ?? batches) colours.see(issuer.id, leaves);
    const seen = [...blocks, ...(told.blocks ?? [])];
    const head = { number: 9, timeSeconds: NOW + (told.ageSeconds ?? 2 * DAY) };
    return colours.conclude({ blocks: seen, head, approved: told.approved ?? approved });
  }

  function changedAt(place: number, changes: Partial<ColourAct>): readonly Change[] {
    return shown.map((change, i) => {
      if (i !== place) return change;
      const act = { ...parseColourAct(fromBase64url(change.bytes)), ...changes };
      return { ...change, bytes: toBase64url(encodeColourAct(act)) };
    });
  }

  const codesOf = ({ findings }: ColoursAudit): readonly string[] => findings.map(({ code }) => code);

  it('passes over what the issuer shows, and counts it without naming anybody', async () => {
    const { tally, counts, findings } = await audit();
    expect(findings).to.deep.equal([]);
    expect(tally).to.deep.equal({ changes: 4, byHand: 1, byOrder: 1, waiting: 0 });
    const row = { issuer: issuer.id, day: '2022-12-21', scheme: 'HK-HC' };
    expect(counts).to.deep.equal([
      { ...row, to: 'green', byHand: false, count: 2 },
      { ...row, from: 'green', to: 'red', byHand: false, cause: 'order', count: 1 },
      { ...row, from: 'green', to: 'red', byHand: true, count: 1 },
    ]);
  });

  it('accounts for each of them as a leaf', async () => {
    const accounts = await Promise.all(
      house.ledger.batches.map(async ({ root }, i) => {
        const account = await issuer.privacy.account(toHex(root));
        const knowledge = { crypto: nodeCrypto, did: DID, keyOf: () => undefined, isRevoked: () => false };
        return checkAccount(account, batches[i] ?? new Uint8Array(0), knowledge);
      }),
    );
    expect(accounts.flatMap(({ unaccounted }) => unaccounted)).to.deep.equal([]);
    expect(accounts.reduce((sum, { colours }) => sum + colours, 0)).to.equal(4);
  });

  it('finds a change that is in no batch, once a day has passed', async () => {
    expect(codesOf(await audit({ leaves: [] }))).to.deep.equal(Array(4).fill('COLOUR_NOT_ANCHORED'));
    const young = await audit({ leaves: [], ageSeconds: DAY - 1 });
    expect(young.findings).to.deep.equal([]);
    expect(young.tally.waiting).to.equal(4);
  });

  it('finds a change that was written over afterwards', async () => {
    expect(codesOf(await audit({ changes: changedAt(0, { at: NOW - 1 }) }))).to.include(
      'COLOUR_NOT_ANCHORED',
    );
  });

  it('finds a change that is left out: the next one does not follow', async () => {
    expect(codesOf(await audit({ changes: shown.slice(1) }))).to.include('COLOUR_INCOMPLETE');
  });

  it('finds a change by hand that the ledger shows no approval of, or that of others', async () => {
    expect(codesOf(await audit({ approved: new Map() }))).to.deep.equal(['COLOUR_NOT_APPROVED']);
    const others: readonly Hex[] = [`0x${'11'.repeat(20)}`, `0x${'12'.repeat(20)}`];
    const codes = codesOf(await audit({ changes: changedAt(3, { approvers: others }) }));
    expect(codes).to.include('COLOUR_NOT_APPROVED');
  });

  it('finds an approval that was of something else: of another act, person, colour or term', async () => {
    const [record] = await issueAll(issuer, [labTest(1)]);
    const { id } = await act(issuer, { by: 'record', recordId: record?.recordId ?? '' });
    await issuer.settle();
    const other = encodeAct((await issuer.acts.show(id)).act);
    const leaf = toHex(actLeaf(nodeCrypto, other));
    const place = approved.get(`${issuer.id} ${parseColourAct(fromBase64url(shown[3]?.bytes ?? '')).act}`);
    const reused = changedAt(3, { act: leaf }).map((change, i) =>
      i === 3 ? { ...change, act: toBase64url(other) } : change,
    );
    const told = { changes: reused, approved: new Map([[`${issuer.id} ${leaf}`, place ?? 0]]) };
    expect((await audit(told)).findings.map(({ detail }) => detail)).to.include('the legal act is no ruling');
    const { ruling } = parseColourAct(fromBase64url(shown[3]?.bytes ?? ''));
    for (const changes of [
      { subject: 'A'.repeat(22) },
      { to: 'amber' },
      { ground: 'hcl|case' },
      { ruling: { ...ruling, untilSeconds: NOW + 90 * DAY } },
    ] as readonly Partial<ColourAct>[]) {
      expect(codesOf(await audit({ changes: changedAt(3, changes) }))).to.include('COLOUR_NOT_APPROVED');
    }
    const hidden = shown.map(({ number, bytes }) => ({ number, bytes }));
    expect(codesOf(await audit({ changes: hidden }))).to.deep.equal(['COLOUR_NOT_APPROVED']);
  });

  it('finds bytes that lack a part, another issuer, and pages that are none', async () => {
    const { ground: _, ...groundless } = parseColourAct(fromBase64url(shown[2]?.bytes ?? ''));
    const bytes = toBase64url(new TextEncoder().encode(JSON.stringify(groundless)));
    const changes = shown.map((change, i) => (i === 2 ? { ...change, bytes } : change));
    expect(codesOf(await audit({ changes }))).to.include('COLOUR_INCOMPLETE');
    const foreign = changedAt(0, { issuer: 'did:web:other.example' });
    expect(codesOf(await audit({ changes: foreign }))).to.include('COLOUR_INCOMPLETE');
    const malformed = await audit({ answer: { kind: 'found', value: { changes: 'all' } } });
    expect(codesOf(malformed)).to.deep.equal(['COLOUR_INCOMPLETE']);
    const twice = [...shown, ...shown];
    expect(codesOf(await audit({ changes: twice }))).to.include('COLOUR_INCOMPLETE');
    const silent = await audit({ answer: { kind: 'unreachable', detail: 'nobody answers' } });
    expect(codesOf(silent)).to.deep.equal(['COLOURS_UNREACHABLE']);
  });

  it('finds an issuer that may give health codes and knows no changes', async () => {
    const accredited = { event: 'IssuerAccredited', issuer: issuer.id, types: toTypeMask(['status']) };
    // What a colour audit looks at of a block.
    const told = [{ number: 1, timeSeconds: NOW, events: [accredited] }] as unknown as readonly LedgerBlock[];
    expect(codesOf(await audit({ answer: { kind: 'missing' }, blocks: told }))).to.deep.equal([
      'COLOURS_UNREACHABLE',
    ]);
  });

  it('takes an issuer that knows no colours as one that gives none', async () => {
    const { tally, findings } = await audit({ answer: { kind: 'missing' } });
    expect({ tally, findings }).to.deep.equal({
      tally: { changes: 0, byHand: 0, byOrder: 0, waiting: 0 },
      findings: [],
    });
  });
});
