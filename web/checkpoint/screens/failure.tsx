/** That nothing was decided, for a fault of the page's own. */
import type { JSX } from 'preact';
import { Notice } from '../../shared/ui/notice.tsx';
import type { CheckpointState } from '../model.ts';
import type { Texts } from '../texts/text.ts';

export interface FailureProps {
  readonly state: Pick<CheckpointState, 'hasFailed' | 'isMixed'>;
  readonly texts: Texts;
}

export function Failure({ state: { hasFailed, isMixed }, texts }: FailureProps): JSX.Element | null {
  if (isMixed) return <Notice look="warning">{texts.scan.mixed}</Notice>;
  return hasFailed ? <Notice look="warning">{texts.scan.failed}</Notice> : null;
}
