/** Puts the page together: what is kept, the engine, the screens, and the service worker that makes it work offline. */
import { render } from 'preact';
import engineUrl from './engine/engine-worker.ts?worker&url';
import { openKeyValueStore } from '../shared/store/key-value.ts';
import { openLock } from '../shared/store/lock.ts';
import { languageFor } from '../shared/texts/languages.ts';
import { saveFile } from '../shared/save-file.ts';
import { within } from '../shared/within.ts';
import { WorkerClient } from '../shared/worker-client.ts';
import { App } from './app.tsx';
import type { LogHere } from './screens/log-card.tsx';
import { Counters, NO_COUNTS } from './counters.ts';
import type { RulePassage } from './engine/checkpoint-policy.ts';
import type { Decision, EngineAnswer, EngineRequest, VerifyQuestion } from './engine/protocol.ts';
import { Feedback } from './feedback/feedback.ts';
import { fetchBesideWith } from './file-beside.ts';
import { ForeignTrustFile } from './foreign-trust.ts';
import { Camera } from './input/camera.ts';
import { PictureReader } from './input/reader.ts';
import { Sightings } from './input/sightings.ts';
import { Knowledge } from './knowledge/knowledge.ts';
import { NewerList } from './knowledge/newer-list.ts';
import { Pace } from './knowledge/pace.ts';
import { eraseOldLog, extentOfLog, handOverLog } from './log/kept-log.ts';
import { SealedLog } from './log/sealed-log.ts';
import { CheckpointModel } from './model.ts';
import { readKeptOperator, readOperator, type Operator } from './operator.ts';
import { keepOffline } from './keep-offline.ts';
import { defaultSettings, readSettings, writeSettings } from './settings.ts';
import { now } from './use-now.ts';

const TICK_MS = 60_000;
/** How long somebody waits for a newer list than this device holds. */
const PATIENCE_MS = 5000;
/** Pages of roots are waited for for five seconds, a large list for two; an engine that takes so long is gone. */
const VERDICT_MS = 30_000;

const store = openKeyValueStore('hcl-checkpoint');
// Before the engine is started, which tells the model of itself as soon as it has loaded.
const kept = await readSettings(store);
const engine = new WorkerClient<EngineRequest, EngineAnswer>(engineUrl, (isOurs) =>
  model.engineLoaded(isOurs),
);
const fetchBeside = fetchBesideWith((name, init) => fetch(name, init));
const knowledge = new Knowledge({
  ask,
  store,
  lock: openLock('hcl-checkpoint-knowledge'),
  fetchBeside,
  nowSeconds: now,
});
const foreignTrust = new ForeignTrustFile({
  ask,
  store,
  fetchBeside,
  nowSeconds: now,
});
const pace = new Pace();
const counters = new Counters(store, openLock('hcl-checkpoint-counters'));
const feedback = new Feedback();
let log: SealedLog | undefined;

const model = new CheckpointModel(kept ?? defaultSettings(languageFor(navigator.languages)), {
  decide: (question) => newerList.decide(question),
  update: async (line) => {
    pace.asked(now());
    void readFiles();
    const report = await knowledge.update(line);
    if (report.problem === undefined) pace.learned(now());
    return report;
  },
  latest: () => knowledge.update('deltas'),
  counters,
  nowSeconds: now,
  keepSettings: (settings) => void writeSettings(store, settings),
  onDecision: (decision, { isSoundOn, place }) => {
    feedback.give(decision.outcome, { isSoundOn });
    const at = { nowSeconds: now(), place };
    void log?.add(decision, at).catch(() => counters.addNotLogged(at.nowSeconds));
  },
});

const newerList = new NewerList({
  judge,
  update: () => model.latest(),
  problem: () => (model.state.isUpdating ? 'OFFLINE' : model.state.knowledgeProblem),
  patience: () => new Promise((resolve) => setTimeout(resolve, PATIENCE_MS)),
  nowSeconds: now,
});

const reader = new PictureReader();
const camera = new Camera();
const root = document.querySelector('#app');
if (root !== null) {
  render(
    <App
      model={model}
      eyes={{ camera, sightings: new Sightings(), read: reader.readFrame }}
      readUpload={reader.readUpload}
      log={{ look: lookAtLog, handOver: handOverAll }}
      areRulesInForce={areRulesInForce}
      onTouch={() => feedback.wake()}
    />,
    root,
  );
}
addEventListener('pagehide', () => camera.letGo());
document.addEventListener('visibilitychange', () => {
  if (document.hidden) camera.letGo();
  else void catchUp();
});
addEventListener('pointerdown', () => feedback.wake(), { once: true });

void keepOffline((isKept) => model.buildCame(isKept));
model.learned(await knowledge.restore());
obey(await readKeptOperator(store));
// Whoever cannot read the counters checks people all the same.
model.begin(await counters.today(now()).catch(() => NO_COUNTS), kept !== undefined);
// At a start too: a phone may never be open for a minute.
void eraseOld();
setInterval(() => void tick(), TICK_MS);
addEventListener('online', () => void catchUp());
// From here on nobody waits for the network.
await model.update();

/** An engine that does not load, or breaks, decides nothing and says so. */
async function ask(request: EngineRequest): Promise<EngineAnswer> {
  return engine.ask(request).catch(() => ({ kind: 'failed' }) as const);
}

async function judge(question: VerifyQuestion): Promise<Decision> {
  const answer = await within(ask({ kind: 'verify', question }), VERDICT_MS);
  if (answer.kind !== 'decision') throw new Error('the engine answered something else');
  return answer.decision;
}

async function areRulesInForce(passage: RulePassage): Promise<boolean> {
  const answer = await ask({ kind: 'are-rules-in-force', passage, nowSeconds: now() });
  return answer.kind === 'rules' && answer.areInForce;
}

async function lookAtLog(): Promise<LogHere> {
  const [extent, missing] = await Promise.all([extentOfLog(store, now()), counters.notLogged()]);
  return { ...extent, missing };
}

async function handOverAll(): Promise<number> {
  const notKept = await counters.notLogged();
  const { boxes, file, name } = await handOverLog(store, { nowSeconds: now(), notKept });
  saveFile(name, file);
  return boxes;
}

function obey(operator: Operator): void {
  model.obey(operator);
  const { logKey, updateSeconds } = operator;
  pace.everySeconds = updateSeconds;
  log = logKey && new SealedLog(logKey, { store, subtle: crypto.subtle, randomBytes });
}

function randomBytes(length: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(length));
}

/** Every minute: what is too old to keep goes, and what is new is asked for when it is time. */
async function tick(): Promise<void> {
  await eraseOld();
  if (pace.isDue(now())) await model.update(pace.line);
}

async function eraseOld(): Promise<void> {
  const nowSeconds = now();
  await Promise.all([counters.eraseOld(nowSeconds), eraseOldLog(store, nowSeconds)]);
}

/** Somebody looks again, or there is a network again. */
async function catchUp(): Promise<void> {
  if (pace.isLate(now())) await model.update();
}

/** What the operator says, and whose codes of other systems are trusted. */
async function readFiles(): Promise<void> {
  await Promise.all([
    readOperator(store, fetchBeside).then(obey),
    foreignTrust.update().then((report) => model.signersTold(report)),
  ]);
}
