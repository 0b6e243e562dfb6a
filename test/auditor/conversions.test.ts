/** What an auditor makes of conversions between real issuers, and of accounts and ledgers that somebody tampered with. */
import { after, before, describe, it } from 'mocha';
import { expect } from 'chai';
import { auditConversions, type ConversionsAudit } from '../../auditor/audit-conversions.ts';
import { readAccounts } from '../../auditor/conversion-accounts.ts';
import type { ConversionEvent } from '../../auditor/writer-of.ts';
import type { Answer } from '../../auditor/source.ts';
import { fromHex, toHex, type Hex } from '../../core/bytes/hex.ts';
import { paddingOf } from '../../core/conversion/padding.ts';
import type { LedgerBlock, LedgerEvent } from '../../core/trust/ledger-event.ts';
import type { PairAccount } from '../../issuer/conversion/account.ts';
import { issuerIdOf } from '../../ledger/identifiers.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { ConvertingIssuers, PLACES, type Place } from '../issuer/conversion/converting-issuers.ts';

const ID: Readonly<Record<Place, Hex>> = {
  HK: issuerIdOf(PLACES.HK.did),
  GD: issuerIdOf(PLACES.GD.did),
  MO: issuerIdOf(PLACES.MO.did),
};
const HOUR = 3600;
const MINUTE = 60;
const STRANGE: Hex = `0x${'5a'.repeat(32)}`;

type Change = (account: PairAccount) => PairAccount;

interface Told {
  /** What the services show in place of the truth. */
  readonly answers?: Partial<Record<Place, Answer>>;
  /** Of one side from HK to MO. */
  readonly spent?: Change;
  readonly acknowledged?: Change;
  readonly blocks?: readonly LedgerBlock[];
  /** Of the ledger, since the last block. */
  readonly ageSeconds?: number;
}

describe('the audit of conversions', () => {
  let issuers: ConvertingIssuers;
  let accounts: Readonly<Record<Place, readonly PairAccount[]>>;
  let blocks: readonly LedgerBlock[];

  before(async () => {
    issuers = await ConvertingIssuers.create();
    await issuers.carry(await issuers.traveller('HK'), 'HK', 'MO');
    issuers.ledger.tick(HOUR);
    for (const [source, target] of [
      ['HK', 'MO'],
      ['MO', 'HK'],
      ['HK', 'GD'],
    ] as const) {
      const { decision } = await issuers.convert(await issuers.traveller(source), source, target);
      expect(decision).to.equal('accepted');
    }
    await issuers.settle();
    const of = async (place: Place): Promise<readonly PairAccount[]> =>
      await (await issuers.at(place)).conversion.account.pairs();
    accounts = { HK: await of('HK'), GD: await of('GD'), MO: await of('MO') };
    blocks = [...issuers.ledger.blocks];
  });

  after(async () => {
    await issuers[Symbol.asyncDispose]();
  });

  async function audit(told: Told = {}): Promise<ConversionsAudit> {
    const shown = { ...accounts };
    const change = (place: Place, side: PairAccount['side'], peer: Place, how?: Change): void => {
      if (how === undefined) return;
      const isMeant = (one: PairAccount): boolean => one.side === side && one.peer === ID[peer];
      shown[place] = shown[place].map((one) => (isMeant(one) ? how(one) : one));
    };
    change('HK', 'spent', 'MO', told.spent);
    change('MO', 'acknowledged', 'HK', told.acknowledged);
    const conversions = async (issuer: Hex): Promise<Answer> => {
      const place = (['HK', 'GD', 'MO'] as const).find((one) => ID[one] === issuer);
      if (place === undefined) return { kind: 'unreachable', detail: 'no address is known' };
      return told.answers?.[place] ?? { kind: 'found', value: shown[place] };
    };
    const ledger = told.blocks ?? blocks;
    const { number = 0, timeSeconds = 0 } = ledger.at(-1) ?? {};
    const head = { number, timeSeconds: timeSeconds + (told.ageSeconds ?? HOUR) };
    const read = await readAccounts({ blocks: ledger, issuers: Object.values(ID) }, { conversions });
    return auditConversions(nodeCrypto, read, { blocks: ledger, head });
  }

  const findingsOf = ({ findings }: ConversionsAudit): readonly string[] =>
    findings.map(({ code, issuer }) => `${code} ${nameOf(issuer)}`);

  /** The ledger with the events of conversions from HK to MO changed. */
  function ledgerWith(change: (event: ConversionEvent) => readonly LedgerEvent[]): readonly LedgerBlock[] {
    return blocks.map((block) => ({
      ...block,
      events: block.events.flatMap((event) => {
        const isConversion = event.event === 'NullifiersSpent' || event.event === 'ConversionsAcknowledged';
        const isMeant = isConversion && event.source === ID.HK && event.target === ID.MO;
        return isMeant ? change(event) : [event];
      }),
    }));
  }

  it('passes over three conversions and one that nobody showed, and counts them with the age', async () => {
    const { tally, counts, findings } = await audit();
    expect(findings).to.deep.equal([]);
    expect(tally).to.deep.equal({ pairs: 3, spent: 4, acknowledged: 3, open: 1 });
    const [hkMo, moHk, hkGd] = counts;
    expect(hkMo).to.deep.include({ source: ID.HK, target: ID.MO, spent: 2, acknowledged: 1, open: 1 });
    expect(hkMo?.oldestOpenSeconds).to.be.within(2 * HOUR, 2 * HOUR + MINUTE);
    const answered = { spent: 1, acknowledged: 1, open: 0 };
    expect(moHk).to.deep.equal({ source: ID.MO, target: ID.HK, ...answered });
    expect(hkGd).to.deep.equal({ source: ID.HK, target: ID.GD, ...answered });
  });

  it('is shown by both sides the same answers, all of them values of the ledger', () => {
    const at = (place: Place, side: PairAccount['side'], peer: Place): PairAccount['answers'] =>
      accounts[place].find((one) => one.side === side && one.peer === ID[peer])?.answers ?? [];
    expect(at('HK', 'spent', 'MO'))
      .to.have.length(1)
      .and.deep.equal(at('MO', 'acknowledged', 'HK'));
    const onLedger = JSON.stringify(blocks);
    for (const { nullifier, acknowledgement } of at('HK', 'spent', 'MO')) {
      expect(onLedger).to.contain(nullifier).and.contain(acknowledgement);
    }
  });

  it('finds a value that the source has spent in secret, and one that the target has acknowledged so', async () => {
    // In the place of padding, so that the batch has the size that it would have.
    const secret = ledgerWith((event) => {
      if (event.event !== 'NullifiersSpent' || event.sequence !== 1) return [event];
      return [{ ...event, nullifiers: replaceOnePad(event.nullifiers, paddingIn('HK', 'spent', 'MO')) }];
    });
    expect(findingsOf(await audit({ blocks: secret }))).to.include('CONVERSION_UNEXPLAINED HK');
    const answered = ledgerWith((event) => {
      if (event.event !== 'ConversionsAcknowledged') return [event];
      const pads = paddingIn('MO', 'acknowledged', 'HK');
      return [{ ...event, acknowledgements: replaceOnePad(event.acknowledgements, pads) }];
    });
    const found = findingsOf(await audit({ blocks: answered }));
    expect(found).to.deep.equal(['CONVERSION_UNEXPLAINED MO', 'CONVERSION_UNMATCHED MO']);
  });

  it('finds a whole batch that the service keeps quiet about, once a minute has passed', async () => {
    const last = (one: PairAccount): PairAccount => ({ ...one, batches: one.batches.slice(0, -1) });
    expect(findingsOf(await audit({ spent: last }))).to.include('CONVERSION_UNEXPLAINED HK');
    const acknowledgedLast: Change = (one) => ({ ...last(one), answers: [], decisions: NO_DECISIONS });
    expect(findingsOf(await audit({ acknowledged: acknowledgedLast, ageSeconds: MINUTE / 2 }))).to.deep.equal(
      [],
    );
    expect(findingsOf(await audit({ acknowledged: acknowledgedLast }))).to.include(
      'CONVERSION_UNEXPLAINED MO',
    );
  });

  it('finds a pair that the service keeps quiet about', async () => {
    const value = accounts.HK.filter(({ side }) => side === 'acknowledged');
    const found = findingsOf(await audit({ answers: { HK: { kind: 'found', value } } }));
    expect(found.filter((one) => one === 'CONVERSION_UNEXPLAINED HK')).to.have.length(3);
  });

  it('finds a key that is not the one of the padding', async () => {
    expect(findingsOf(await audit({ spent: (one) => ({ ...one, paddingKey: STRANGE }) }))).to.include(
      'CONVERSION_UNEXPLAINED HK',
    );
  });

  it('finds values, batches and pairs that a service claims and the ledger lacks', async () => {
    const more = (one: PairAccount): PairAccount => ({
      ...one,
      batches: one.batches.map((batch, i) => (i === 0 ? { ...batch, values: batch.values + 1 } : batch)),
    });
    expect(findingsOf(await audit({ spent: more }))).to.deep.equal(['CONVERSION_MISSING HK']);
    const another = (one: PairAccount): PairAccount => ({
      ...one,
      batches: [...one.batches, { sequence: 9, values: 1 }],
    });
    expect(findingsOf(await audit({ spent: another }))).to.deep.equal(['CONVERSION_MISSING HK']);
    const none = ledgerWith((event) => (event.event === 'NullifiersSpent' ? [] : [event]));
    expect(findingsOf(await audit({ blocks: none }))).to.include('CONVERSION_MISSING HK');
  });

  it('finds an acknowledgement that answers nothing', async () => {
    const nothing: Change = (one) => ({
      ...one,
      answers: one.answers.map((answer) => ({ ...answer, nullifier: STRANGE })),
    });
    expect(findingsOf(await audit({ acknowledged: nothing }))).to.include('CONVERSION_UNMATCHED MO');
    const unsaid = findingsOf(await audit({ acknowledged: (one) => ({ ...one, answers: [] }) }));
    expect(unsaid).to.include('CONVERSION_UNMATCHED MO');
  });

  it('finds an answer to padding, one by padding, and one acknowledgement for two', async () => {
    const [pad = STRANGE] = paddingIn('HK', 'spent', 'MO');
    const toPadding: Change = (one) => ({
      ...one,
      answers: one.answers.map((answer) => ({ ...answer, nullifier: pad })),
    });
    expect(findingsOf(await audit({ acknowledged: toPadding }))).to.include('CONVERSION_UNMATCHED MO');
    const [blank = STRANGE] = paddingIn('MO', 'acknowledged', 'HK');
    const open = openNullifier();
    const byPadding: Change = (one) => ({
      ...one,
      answers: [...one.answers, { nullifier: open, acknowledgement: blank }],
    });
    expect(findingsOf(await audit({ acknowledged: byPadding }))).to.include('CONVERSION_UNMATCHED MO');
    const forTwo: Change = (one) => ({
      ...one,
      answers: [...one.answers, ...one.answers.map((answer) => ({ ...answer, nullifier: open }))],
    });
    expect(findingsOf(await audit({ acknowledged: forTwo }))).to.include('CONVERSION_UNMATCHED MO');
  });

  it('finds two sides that match differently: an answer that only the source gives, or to another conversion', async () => {
    const open = openNullifier();
    const swapped: Change = (one) => ({
      ...one,
      answers: one.answers.map((answer) => ({ ...answer, nullifier: open })),
    });
    expect(findingsOf(await audit({ acknowledged: swapped }))).to.deep.equal(['CONVERSIONS_MISMATCHED HK']);
    const invented: Change = (one) => ({
      ...one,
      answers: [...one.answers, { nullifier: open, acknowledgement: STRANGE }],
    });
    expect(findingsOf(await audit({ spent: invented }))).to.deep.equal(['CONVERSIONS_MISMATCHED HK']);
  });

  it('finds counts that differ: more or fewer open than the answers leave, decisions that are no acknowledgements', async () => {
    for (const open of [0, 2]) {
      expect(findingsOf(await audit({ spent: (one) => ({ ...one, open }) }))).to.deep.equal([
        'CONVERSIONS_MISMATCHED HK',
      ]);
    }
    const one = { ...NO_DECISIONS, refused: 2 };
    const found = findingsOf(await audit({ acknowledged: (account) => ({ ...account, decisions: one }) }));
    expect(found).to.deep.equal(['CONVERSIONS_MISMATCHED MO']);
  });

  it('lets a source count as open what it cannot read an answer of any more', async () => {
    const erased: Change = (one) => ({ ...one, open: 2, erased: 1, answers: [] });
    expect(findingsOf(await audit({ spent: erased }))).to.deep.equal([]);
  });

  it('lets the source take a minute to read an answer', async () => {
    const unread: Change = (one) => ({ ...one, open: 2, answers: [] });
    expect(findingsOf(await audit({ spent: unread, ageSeconds: MINUTE / 2 }))).to.deep.equal([]);
    expect(findingsOf(await audit({ spent: unread }))).to.deep.equal(['CONVERSIONS_MISMATCHED HK']);
  });

  it('finds services that do not answer, that know no account, and that show none of its form', async () => {
    const silent = await audit({ answers: { MO: { kind: 'unreachable', detail: 'nobody answers' } } });
    expect(findingsOf(silent)).to.deep.equal(['CONVERSIONS_UNREACHABLE MO']);
    expect(silent.counts[0]).to.deep.equal({ source: ID.HK, target: ID.MO, spent: 2 });
    expect(silent.counts[1]).to.deep.equal({ source: ID.MO, target: ID.HK });
    expect(findingsOf(await audit({ answers: { GD: { kind: 'missing' } } }))).to.deep.equal([
      'CONVERSIONS_UNREACHABLE GD',
    ]);
    const [pair] = accounts.GD;
    for (const value of ['all', [{ ...pair, batches: 'all' }], [pair, pair]]) {
      const found = await audit({ answers: { GD: { kind: 'found', value } } });
      expect(findingsOf(found)).to.deep.equal(['CONVERSIONS_MISMATCHED GD']);
    }
  });

  it('does not miss an account where the ledger has no conversions', async () => {
    const { tally, findings } = await audit({
      blocks: [],
      answers: {
        HK: { kind: 'missing' },
        GD: { kind: 'missing' },
        MO: { kind: 'unreachable', detail: 'nobody answers' },
      },
    });
    expect({ tally, findings }).to.deep.equal({
      tally: { pairs: 0, spent: 0, acknowledged: 0, open: 0 },
      findings: [],
    });
  });

  /** Of the first batch. */
  function paddingIn(place: Place, side: PairAccount['side'], peer: Place): readonly Hex[] {
    const account = accounts[place].find((one) => one.side === side && one.peer === ID[peer]);
    const key = fromHex(account?.paddingKey ?? '0x');
    return Array.from({ length: 7 }, (_, index) => toHex(paddingOf(nodeCrypto, key, { sequence: 1, index })));
  }

  /** The first that HK spent for MO, alone in its batch. */
  function openNullifier(): Hex {
    const events = blocks.flatMap(({ events: all }) => all);
    const batch = events.find((event) => event.event === 'NullifiersSpent');
    const padding = paddingIn('HK', 'spent', 'MO');
    const real = batch?.nullifiers.filter((value) => !padding.includes(value)) ?? [];
    expect(real).to.have.length(1);
    return real[0] ?? STRANGE;
  }
});

function replaceOnePad(values: readonly Hex[], padding: readonly Hex[]): readonly Hex[] {
  return values.map((value) => (value === padding[0] ? STRANGE : value));
}

const NO_DECISIONS = { accepted: 0, refused: 0, referred: 0 };

function nameOf(issuer: Hex): string {
  return (['HK', 'GD', 'MO'] as const).find((place) => ID[place] === issuer) ?? issuer;
}
