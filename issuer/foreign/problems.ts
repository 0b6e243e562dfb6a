/** How HTTP answers what telling a record in the words of others can meet. */
import type { ProblemSpec } from '../../service/problems.ts';

export const FOREIGN_PROBLEMS: Readonly<Record<'FOREIGN_RECORD_UNFIT', ProblemSpec>> = {
  FOREIGN_RECORD_UNFIT: { status: 422, title: 'The other system has no words for this record' },
};
