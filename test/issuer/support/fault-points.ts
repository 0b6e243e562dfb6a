/**
 * Places in the life of a record where a process can be made to die: before and after every commit of the store, by
 * what it writes, and before and after every question to the ledger. Nothing of this is in the program itself: the
 * store's `commit` and the ports are wrapped from outside.
 */
import type { IssuerPorts } from '../../../issuer/parts.ts';
import { TABLES } from '../../../issuer/store.ts';
import { Store, type WriteBatch } from '../../../service/store.ts';

const COMMITS = {
  records: TABLES.records.tag,
  stage: TABLES.batches.tag,
  finalise: TABLES.anchors.tag,
  'stage-status': TABLES.statuses.tag,
  'finalise-status': TABLES.published.tag,
  receipt: TABLES.receipts.tag,
} as const;
/** What is written of health codes. */
const HEALTH_COMMITS = {
  'health-file': TABLES.healthFiles.tag,
  colour: TABLES.colourActs.tag,
  ruling: TABLES.rulings.tag,
  fact: TABLES.healthFacts.tag,
  approval: TABLES.actBatches.tag,
  holding: TABLES.orderedActs.tag,
  ending: TABLES.placeActs.tag,
  ended: TABLES.healthWork.tag,
} as const;
/** What is written of conversions, at either end. */
const CONVERSION_COMMITS = {
  conversion: TABLES.conversions.tag,
  decision: TABLES.decisions.tag,
  queued: TABLES.conversionQueue.tag,
  blinded: TABLES.conversionBatches.tag,
  sent: TABLES.conversionSent.tag,
  'to-do': TABLES.conversionTodo.tag,
  'own-receipt': TABLES.conversionReceipts.tag,
} as const;
const ALL_COMMITS = { ...COMMITS, ...HEALTH_COMMITS, ...CONVERSION_COMMITS };
const QUESTIONS = ['find', 'anchor', 'publish', 'sequence'] as const;

/** `before-records`, `after-anchor` and so on. */
export const FAULT_POINTS: readonly string[] = aroundEach([...Object.keys(COMMITS), ...QUESTIONS]);
export const HEALTH_FAULT_POINTS: readonly string[] = aroundEach(Object.keys(HEALTH_COMMITS));
export const CONVERSION_FAULT_POINTS: readonly string[] = aroundEach([
  ...Object.keys(CONVERSION_COMMITS),
  'write',
]);

const ALL_POINTS = [...FAULT_POINTS, ...HEALTH_FAULT_POINTS, ...CONVERSION_FAULT_POINTS];

/** Kills this process at the N-th passing of a point; `fault` is `NAME:N`. */
export function setFaultPoint(fault: string, ports: IssuerPorts): IssuerPorts {
  const [name, number = '1'] = fault.split(':');
  if (name === undefined || !ALL_POINTS.includes(name)) throw new Error(`no fault point ${fault}`);
  let left = Number(number);
  const pass = (point: string): void => {
    if (point === name && --left === 0) process.kill(process.pid, 'SIGKILL');
  };
  wrapCommit(pass);
  const { conversion } = ports;
  return {
    ...ports,
    ...(conversion === undefined
      ? {}
      : { conversion: { ...conversion, write: wrapped('write', conversion.write, pass) } }),
    ledger: {
      ...ports.ledger,
      find: wrapped('find', ports.ledger.find, pass),
      anchor: wrapped('anchor', ports.ledger.anchor, pass),
      sequence: wrapped('sequence', ports.ledger.sequence, pass),
    },
    status: { ...ports.status, publish: wrapped('publish', ports.status.publish, pass) },
  };
}

function aroundEach(names: readonly string[]): readonly string[] {
  return names.flatMap((name) => [`before-${name}`, `after-${name}`]);
}

function wrapCommit(pass: (point: string) => void): void {
  const commit = Store.prototype.commit;
  Store.prototype.commit = async function (this: Store, batch: WriteBatch): Promise<void> {
    const tags = new Set(batch.operations.map(({ key }) => key[0]));
    const names = Object.entries(ALL_COMMITS).flatMap(([name, tag]) => (tags.has(tag) ? [name] : []));
    for (const name of names) pass(`before-${name}`);
    await commit.call(this, batch);
    for (const name of names) pass(`after-${name}`);
  };
}

function wrapped<Args extends readonly unknown[], Result>(
  name: (typeof QUESTIONS)[number] | 'write',
  ask: (...args: Args) => Promise<Result>,
  pass: (point: string) => void,
): (...args: Args) => Promise<Result> {
  return async (...args) => {
    pass(`before-${name}`);
    const result = await ask(...args);
    pass(`after-${name}`);
    return result;
  };
}
