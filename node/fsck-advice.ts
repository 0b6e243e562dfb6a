/** What can be wrong with a stored chain, and what to do about each. */

/** What is wrong with the first bad block. */
export type HistoryFault =
  | 'missing'
  | 'unreadable'
  | 'another genesis'
  | 'form'
  | 'parent'
  | 'time'
  | 'seal'
  | 'transaction'
  | 'transactions root'
  | 'execution'
  | 'receipts root'
  | 'logs bloom'
  | 'gas used'
  | 'state root'
  | 'stored receipts'
  | 'stored state'
  | 'block index'
  | 'transaction index'
  | 'log index'
  | 'beyond the head'
  | 'cut off';

const RESTORE =
  'Damage on the disk. Keep a copy of the folder, check the disk, and restore the newest backup that passes this check.';
const DISTRUST =
  'No fault of a disk makes this: somebody changed the folder, or another program wrote it. Keep it as evidence, find out who had access, and restore a backup that passes this check.';

const ADVICE: Readonly<Record<HistoryFault, string>> = {
  missing: RESTORE,
  unreadable: RESTORE,
  'another genesis': 'This is another chain. Name its own folder, or its own genesis hash.',
  form: RESTORE,
  parent: RESTORE,
  time: DISTRUST,
  seal: RESTORE,
  transaction: DISTRUST,
  'transactions root': RESTORE,
  execution: DISTRUST,
  'receipts root': DISTRUST,
  'logs bloom': DISTRUST,
  'gas used': DISTRUST,
  'state root': DISTRUST,
  'stored receipts': RESTORE,
  'stored state': RESTORE,
  'block index': RESTORE,
  'transaction index': RESTORE,
  'log index': RESTORE,
  'beyond the head': RESTORE,
  'cut off':
    'The newest blocks were acknowledged and are gone: the newest file of the database was cut off or is missing. Keep a copy of the folder and restore the newest backup; without one, whoever sent a transaction since then has to send it again.',
};

/** What to do about a fault, in sentences. */
export function adviceFor(fault: HistoryFault): string {
  return ADVICE[fault];
}
