/** What the rules of a place and the document in hand add to a verdict's page. */
import type { PageProblem } from '../core/bundle/day-pages.ts';
import type { IdentityMatch } from '../core/record/identity-match.ts';
import type { PolicyEvidence } from '../core/verify/policy-rules.ts';
import type { Field } from './page.ts';

/** Each policy, and of its rules those that are not met. */
export function ruleFields(policies: readonly PolicyEvidence[]): readonly Field[] {
  return policies.flatMap(({ id, registered, rules, title, version }) => [
    { label: 'Policy', value: `${title.en} (${id}@${version}${registeredText(registered)})` },
    ...rules
      .filter(({ result }) => result !== 'pass')
      .map(({ doubt, id: rule, message, result }) => ({
        label: result === 'fail' ? 'Not met' : 'Open',
        value: `${message.en} (${rule}${doubt === undefined ? '' : `, ${doubt}`})`,
      })),
  ]);
}

function registeredText(registered: PolicyEvidence['registered']): string {
  if (registered === 'unknown') return '';
  return registered ? ', as on the ledger' : ', not on the ledger';
}

/** How alike, and what differs; the values themselves stand beside each other on the page and on the document. */
export function identityFields(identity: IdentityMatch | undefined): readonly Field[] {
  if (identity === undefined) return [];
  const { birth, document, hasWrongCheckDigit, name, result, score } = identity;
  const parts = [
    `number ${document}`,
    `birth date ${birth}`,
    `name ${name === undefined ? 'absent' : name.result}`,
    ...(name?.reasons ?? []),
    ...(hasWrongCheckDigit ? ['check digit wrong'] : []),
  ];
  return [{ label: 'Identity', value: `${result}, ${score} of 100: ${parts.join(', ')}` }];
}

/** Of a code whose day the bundle holds no longer, where its page could not be had. */
export function pageFields(problem: PageProblem | undefined): readonly Field[] {
  return problem === undefined ? [] : [{ label: 'Roots of its day', value: `not here (${problem})` }];
}
