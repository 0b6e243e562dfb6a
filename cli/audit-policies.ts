/** Of an audit's report for people: whose rules are on the ledger, and which of them a checkpoint asks. */
import type { AuditReport, CheckpointReport, PolicyOnLedger } from '../auditor/report.ts';
import { defaultPolicies } from '../core/policy/default-policies.ts';
import type { Registration } from '../core/verify/policy-rules.ts';
import { policyIdOf } from '../ledger/policy-id.ts';
import type { Output } from './io.ts';
import { fieldLines, printable, styled, tableLines } from './page.ts';

const WORDS: Readonly<Record<Registration, string>> = {
  registered: 'in force on the ledger',
  unregistered: 'not on the ledger',
  other: 'OTHERS are in force on the ledger',
  withdrawn: 'WITHDRAWN on the ledger',
  unknown: 'not known',
};

/** Nothing where nothing is registered and no checkpoint was named. */
export function policyLines({ checkpoint, policies }: AuditReport, output: Output): readonly string[] {
  const heading = (text: string): string => `\n${styled(output, 'bold', text)}\n`;
  return [
    ...(policies.length === 0 ? [] : [heading("Checkpoints' rules"), policyTable(policies, output)]),
    ...(checkpoint === undefined ? [] : [heading('The checkpoint'), checkpointLines(checkpoint, output)]),
  ];
}

function policyTable(policies: readonly PolicyOnLedger[], output: Output): string {
  // The ledger knows hashes; these are the names that we know.
  const names = new Map(defaultPolicies().policies.map(({ id }) => [policyIdOf(id), id]));
  const rows = policies.map(({ authority, digest, isAhead, jurisdiction, policy, version }) => [
    jurisdiction,
    printable(authority),
    names.get(policy) ?? `${policy.slice(0, 10)}…`,
    version === undefined ? '' : String(version),
    digest === undefined ? 'nothing in force' : `${digest.slice(0, 10)}…`,
    isAhead ? 'changes ahead' : '',
  ]);
  return tableLines(output, ['for', 'authority', 'policy', 'version', 'digest', ''], rows, [3]);
}

function checkpointLines({ problem, rules, url }: CheckpointReport, output: Output): string {
  const said =
    problem === undefined
      ? rules.map(({ id, jurisdiction, registration, version }) => ({
          label: printable(`${jurisdiction} ${id}@${version}`),
          value: WORDS[registration],
        }))
      : [{ label: 'Not compared', value: printable(problem) }];
  const none = rules.length === 0 && problem === undefined ? [{ label: 'Rules', value: 'none' }] : [];
  return fieldLines(output, [{ label: 'Address', value: printable(url) }, ...said, ...none]);
}
