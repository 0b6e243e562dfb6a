import { expect } from 'chai';
import { describe, it } from 'mocha';
import { couldNotDecide } from '../../../core/verify/conclude.ts';
import { OUTCOMES, REASONS, type ReasonCode } from '../../../core/verify/reasons.ts';
import { Counters, NO_COUNTS } from '../../../web/checkpoint/counters.ts';
import type { Decision, VerifyQuestion } from '../../../web/checkpoint/engine/protocol.ts';
import { NOTHING_KNOWN, type KnowledgeReport } from '../../../web/checkpoint/knowledge/knowledge.ts';
import { CheckpointModel } from '../../../web/checkpoint/model.ts';
import { defaultSettings, type Settings } from '../../../web/checkpoint/settings.ts';
import { lockWithin } from '../../../web/shared/store/lock.ts';
import { until } from '../../support/until.ts';
import { memoryStore } from '../support/memory-store.ts';

interface Stage {
  readonly model: CheckpointModel;
  readonly asked: VerifyQuestion[];
  readonly decided: Decision[];
}

type Answer = readonly ReasonCode[] | 'failure';

/** A model whose engine answers each question as `answer` says. */
function stage(
  settings: Partial<Settings>,
  answer: (question: VerifyQuestion) => Answer | Promise<Answer> = () => [],
  update: () => Promise<KnowledgeReport> = async () => ({ known: NOTHING_KNOWN, problem: 'OFFLINE' }),
): Stage {
  const asked: VerifyQuestion[] = [];
  const decided: Decision[] = [];
  const model = new CheckpointModel(
    { ...defaultSettings('en'), ...settings },
    {
      decide: async (question) => {
        asked.push(question);
        const reasons = await answer(question);
        if (reasons === 'failure') throw new Error('the engine failed');
        const { stated } = question;
        return { ...decisionFor(reasons), ...(stated === undefined ? {} : { asks: ['booked'], stated }) };
      },
      update,
      latest: update,
      counters: new Counters(memoryStore(), lockWithin()),
      nowSeconds: () => 1_795_622_400,
      keepSettings: () => undefined,
      onDecision: (decision) => decided.push(decision),
    },
  );
  model.begin(NO_COUNTS, true);
  return { model, asked, decided };
}

interface SlowStage extends Stage {
  /** One for each question, in the order in which they were asked. */
  readonly answers: readonly PromiseWithResolvers<Answer>[];
}

/** A model whose engine answers when it is told to. */
function slowStage(settings: Partial<Settings>): SlowStage {
  const answers: PromiseWithResolvers<Answer>[] = [];
  const staged = stage(settings, () => {
    const answer = Promise.withResolvers<Answer>();
    answers.push(answer);
    return answer.promise;
  });
  return { ...staged, answers };
}

function decisionFor(reasons: readonly ReasonCode[]): Decision {
  const [first] = reasons;
  const { outcome, validity } =
    first === undefined ? ({ outcome: 'pass', validity: 'valid' } as const) : REASONS[first];
  const policy = { id: 'venue', version: 1 };
  const isAboutSomebody = first !== 'FORMAT_NOT_SUPPORTED';
  const parts = isAboutSomebody ? [aboutSomebody(policy)] : [couldNotDecide(policy)];
  return { outcome, validity, reasons, policy, policies: [], parts };
}

/** A code of another system, which names somebody. */
function aboutSomebody(policy: Decision['policy']): Decision['parts'][number] {
  const record = { type: 'vaccination', local: false, subject: { nameEn: 'CHAN, TAI MAN' } } as const;
  const foreign = {
    inclusion: 'not-in-format',
    signer: { name: 'PT' },
    facts: { records: [record], content: {} },
  } as const;
  return { ...couldNotDecide(policy), evidence: { signature: 'checked', foreign } };
}

const LATE: readonly (readonly [name: string, answer: Answer])[] = [
  ['a good code', []],
  ['a bad code', ['SIGNATURE_INVALID']],
  ['a failure', 'failure'],
];

const MATCH = { documentNumber: 'A123456(3)', name: 'CHAN, TAI MAN' };

describe('the checkpoint, screen by screen', () => {
  it('a venue sees the outcome at once', async () => {
    const { model } = stage({ mode: 'venue' });
    await model.scanned('HCL1:A');
    expect(model.state.screen.name).to.equal('verdict');
  });

  it('a border sees no outcome before the document', async () => {
    const { model, decided } = stage({ mode: 'border' });
    await model.scanned('HCL1:A');
    expect(model.state.screen.name).to.equal('document');
    expect(decided, 'no sound either').to.deep.equal([]);
    await model.compare(MATCH);
    expect(model.state.screen.name).to.equal('verdict');
    expect(model.state.counts).to.deep.include({ pass: 0 });
  });

  it('a border asks the engine again with the document, and with nothing in it where there is none', async () => {
    const { model, asked } = stage({ mode: 'border' });
    await model.scanned('HCL1:A');
    await model.compare({});
    expect(asked.map(({ presented }) => presented)).to.deep.equal([undefined, {}]);
  });

  it('a border hands over what the officer says with the document, and asks again with it', async () => {
    const { model, asked } = stage({ mode: 'border' });
    await model.scanned('HCL1:A');
    await model.compare(MATCH, { booked: true });
    await model.updateAndJudge();
    expect(asked.map(({ stated }) => stated)).to.deep.equal([undefined, { booked: true }, { booked: true }]);
    model.scanNext();
    await model.scanned('HCL1:B');
    expect(asked.at(-1), 'said of the person before').not.to.have.property('stated');
  });

  it('a border needs no document to refuse bad evidence', async () => {
    const { model } = stage({ mode: 'border' }, () => ['SIGNATURE_INVALID']);
    await model.scanned('HCL1:A');
    expect(model.state.screen.name).to.equal('verdict');
  });

  it('a border asks for no document beside a code that names nobody', async () => {
    const { model } = stage({ mode: 'border' }, () => ['FORMAT_NOT_SUPPORTED']);
    await model.scanned('NL2:ABC');
    expect(model.state.screen.name).to.equal('verdict');
  });

  it('a failure decides nothing and shows no outcome', async () => {
    const { model, decided } = stage({}, () => 'failure');
    await model.scanned('HCL1:A');
    expect(model.state.screen.name).to.equal('scan');
    expect(model.state.hasFailed).to.equal(true);
    expect(model.state.isChecking).to.equal(false);
    expect(decided).to.deep.equal([]);
  });

  it('codes of one person are asked about together, and forgotten with the next person', async () => {
    const { model, asked } = stage({});
    await model.scanned('HCL1:A');
    model.addCode();
    await model.scanned('HCL1:B');
    model.scanNext();
    await model.scanned('HCL1:C');
    expect(asked.map(({ texts }) => texts)).to.deep.equal([['HCL1:A'], ['HCL1:A', 'HCL1:B'], ['HCL1:C']]);
  });

  it('a group keeps outcomes in their order and nothing else, and is gone when it is closed', async () => {
    const { model } = stage({}, ({ texts }) => (texts.includes('bad') ? ['SIGNATURE_INVALID'] : []));
    model.beginGroup();
    await model.scanned('good');
    model.scanNext();
    await model.scanned('bad');
    model.showSummary();
    expect(model.state.group).to.deep.equal([
      { outcome: 'pass', reasons: [] },
      { outcome: 'stop', reasons: ['SIGNATURE_INVALID'] },
    ]);
    model.closeGroup();
    expect(model.state.group).to.equal(undefined);
    expect(model.state.screen.name).to.equal('scan');
  });

  it('a second code of one of a group replaces their outcome', async () => {
    const { model } = stage({}, ({ texts }) => (texts.length === 1 ? ['RULE_REFER'] : []));
    model.beginGroup();
    await model.scanned('one');
    model.addCode();
    await model.scanned('two');
    expect(model.state.group?.map(({ outcome }) => outcome)).to.deep.equal(['pass']);
  });

  it('a card in parts is judged when it is whole', async () => {
    const { model, asked } = stage({});
    await model.scanned('HCL1:A');
    for (const part of ['shc:/1/2/567629', 'shc:/2/2/095432']) {
      model.addCode();
      await model.scanned(part);
    }
    expect(asked.at(-1)?.texts).to.deep.equal(['HCL1:A', 'shc:/1/2/567629\nshc:/2/2/095432']);
  });

  for (const [what, goOn] of [
    ['the next person', (model: CheckpointModel) => model.scanNext()],
    ['another screen', (model: CheckpointModel) => model.open('status')],
    ['a scan of its own', () => undefined],
  ] as const) {
    it(`no part of a card is left over for ${what}`, async () => {
      const { model, asked } = stage({});
      await model.scanned('shc:/1/2/567629');
      goOn(model);
      await model.scanned('shc:/2/2/095432');
      expect(asked.at(-1)?.texts).to.deep.equal(['shc:/2/2/095432']);
    });
  }

  it('one code at a time: what comes while one is checked is left', async () => {
    const { model, asked } = stage({});
    await Promise.all([model.scanned('HCL1:A'), model.scanned('HCL1:B')]);
    expect(asked).to.have.length(1);
  });

  for (const mode of ['venue', 'border'] as const) {
    for (const [what, leave, screen] of [
      ['the next person', (model: CheckpointModel) => model.scanNext(), 'scan'],
      ['another screen', (model: CheckpointModel) => model.open('status'), 'status'],
    ] as const) {
      for (const [name, answer] of LATE) {
        it(`at a ${mode} ${name} does not show after ${what} came`, async () => {
          const { answers, decided, model } = slowStage({ mode });
          const checking = model.scanned('HCL1:A');
          leave(model);
          const { isChecking } = model.state;
          answers[0]?.resolve(answer);
          await checking;
          expect(isChecking, 'nothing is waited for').to.equal(false);
          expect(model.state).to.deep.include({ screen: { name: screen }, hasFailed: false });
          expect(decided, 'no sound, no log').to.deep.equal([]);
        });
      }
    }
  }

  it('whose check was left behind holds up nobody, and ends nobody else’s', async () => {
    const { answers, asked, decided, model } = slowStage({ mode: 'venue' });
    const first = model.scanned('HCL1:A');
    model.scanNext();
    const second = model.scanned('HCL1:B');
    answers[0]?.resolve([]);
    await first;
    expect(model.state.isChecking, 'the second is still checked').to.equal(true);
    answers[1]?.resolve(['SIGNATURE_INVALID']);
    await second;
    expect(asked.map(({ texts }) => texts)).to.deep.equal([['HCL1:A'], ['HCL1:B']]);
    expect(decided.map(({ outcome }) => outcome)).to.deep.equal(['stop']);
  });

  it('no answer with a document shows once its person has gone', async () => {
    const { answers, decided, model } = slowStage({ mode: 'border' });
    const reading = model.scanned('HCL1:A');
    answers[0]?.resolve([]);
    await reading;
    const comparing = model.compare(MATCH);
    model.scanNext();
    answers[1]?.resolve([]);
    await comparing;
    expect(model.state.screen.name).to.equal('scan');
    expect(decided).to.deep.equal([]);
  });

  it('a document is compared once, however often it is handed over', async () => {
    const { asked, decided, model } = stage({ mode: 'border' });
    await model.scanned('HCL1:A');
    await Promise.all([model.compare(MATCH), model.compare(MATCH)]);
    await model.compare({});
    expect(asked.map(({ presented }) => presented)).to.deep.equal([undefined, MATCH]);
    expect(decided).to.have.length(1);
  });

  it('a document is compared again after a failure', async () => {
    const answers: Answer[] = [[], 'failure', []];
    const { decided, model } = stage({ mode: 'border' }, () => answers.shift() ?? 'failure');
    await model.scanned('HCL1:A');
    await model.compare(MATCH);
    expect(model.state).to.deep.include({ hasFailed: true, isChecking: false });
    expect(model.state.screen.name).to.equal('document');
    await model.compare(MATCH);
    expect(decided).to.have.length(1);
  });

  for (const name of ['scan', 'status'] as const) {
    it(`no document is compared on the screen ${name}, where nobody’s code is`, async () => {
      const { asked, model } = stage({ mode: 'border' });
      await model.scanned('HCL1:A');
      if (name === 'scan') model.scanNext();
      else model.open(name);
      await model.compare(MATCH);
      expect(asked).to.have.length(1);
      expect(model.state.screen.name).to.equal(name);
    });
  }

  it('no reason that is unconfirmed passes', () => {
    for (const [code, { outcome, validity }] of Object.entries(REASONS)) {
      if (validity !== 'valid')
        expect(OUTCOMES.indexOf(outcome), code).to.be.greaterThan(OUTCOMES.indexOf('condition'));
    }
  });

  it('asks for a list again after one that broke', async () => {
    let asked = 0;
    const { model } = stage({}, undefined, async () => {
      if (++asked === 1) throw new Error('the engine failed');
      return { known: NOTHING_KNOWN };
    });
    const [first] = await Promise.allSettled([model.update()]);
    expect(first.status).to.equal('rejected');
    expect(model.state.isUpdating).to.equal(false);
    await model.update();
    expect(asked).to.equal(2);
  });

  it('asks for one list at a time, and for the latest after whoever asks for less', async () => {
    const reports: PromiseWithResolvers<KnowledgeReport>[] = [];
    const { model } = stage({}, undefined, () => {
      const report = Promise.withResolvers<KnowledgeReport>();
      reports.push(report);
      return report.promise;
    });
    const asking = Promise.all([model.update('hours'), model.update()]);
    const latest = model.latest();
    expect(reports).to.have.length(1);
    reports[0]?.resolve({ known: NOTHING_KNOWN, problem: 'OFFLINE' });
    await asking;
    await until(() => reports[1]);
    expect(model.state).to.include({ isUpdating: true, knowledgeProblem: 'OFFLINE' });
    reports[1]?.resolve({ known: NOTHING_KNOWN });
    await latest;
    expect(model.state).to.include({ isUpdating: false }).and.not.have.property('knowledgeProblem');
  });

  describe('whoever updates at an answer', () => {
    it('is answered anew about the same codes and document, and the person is counted once', async () => {
      const answers: Answer[] = [[], ['ROOT_NOT_SEEN'], []];
      const { asked, decided, model } = stage({ mode: 'border' }, () => answers.shift() ?? 'failure');
      model.beginGroup();
      await model.scanned('HCL1:A');
      await model.compare(MATCH);
      await model.updateAndJudge();
      expect(asked.map(({ presented, texts }) => ({ presented, texts }))).to.deep.equal([
        { presented: undefined, texts: ['HCL1:A'] },
        { presented: MATCH, texts: ['HCL1:A'] },
        { presented: MATCH, texts: ['HCL1:A'] },
      ]);
      expect(decided.map(({ outcome }) => outcome)).to.deep.equal(['refer', 'pass']);
      expect(model.state.screen).to.deep.include({ name: 'verdict', presented: MATCH });
      expect(model.state.group?.map(({ outcome }) => outcome)).to.deep.equal(['pass']);
      expect(model.state.counts).to.deep.include({ pass: 0, refer: 1 });
    });

    it('is not answered after the next person came', async () => {
      const report = Promise.withResolvers<KnowledgeReport>();
      const { asked, model } = stage(
        {},
        () => ['ROOT_NOT_SEEN'],
        () => report.promise,
      );
      await model.scanned('HCL1:A');
      const updating = model.updateAndJudge();
      model.scanNext();
      report.resolve({ known: NOTHING_KNOWN });
      await updating;
      expect(asked).to.have.length(1);
      expect(model.state.screen.name).to.equal('scan');
    });
  });
});
