/** Why a record cannot be told in another system's words. The message names the field, never its value. */
import { HclError } from '../errors.ts';

export class ForeignIssueError extends HclError<'FOREIGN_RECORD_UNFIT'> {}

export function unfit(field: string, problem: string): ForeignIssueError {
  return new ForeignIssueError('FOREIGN_RECORD_UNFIT', `${field} ${problem}`);
}
