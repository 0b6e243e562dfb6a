/** The Grafana dashboard asks for metrics that exist, by labels that they have; and no label is about a person. */
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { makeConsortium, vaccinationRecord } from '../support/consortium.ts';
import { buildTestVerifier } from './support/test-verifier.ts';

interface Panel {
  readonly title: string;
  readonly targets: readonly { readonly expr: string }[];
}

const path = new URL('../../docs/grafana/health-code-ledger.json', import.meta.url);
// It is ours.
const dashboard = JSON.parse(readFileSync(path, 'utf8')) as { readonly panels: readonly Panel[] };
/** Ours take few values; the others are those of the process. `job` and `instance` are Prometheus's own. */
const LABELS = ['outcome', 'validity', 'reason', 'what', 'method', 'route', 'status', 'le'];
const PROCESS_LABELS = ['type', 'kind', 'space', 'version', 'major', 'minor', 'patch', 'quantile'];

describe('docs/grafana/health-code-ledger.json', () => {
  let text: string;
  let code: string;

  before(async () => {
    const consortium = makeConsortium({ seed: 16 });
    const [issued] = await consortium.issueCodes([vaccinationRecord()]);
    code = issued?.text ?? '';
    const { app } = await buildTestVerifier(consortium);
    await app.inject({ method: 'POST', url: '/verify', payload: { codes: [code, 'hello'], gate: 7 } });
    text = (await app.inject('/metrics')).body;
    await app.close();
  });

  /** Metric → labels, as /metrics shows them. */
  function exposed(): ReadonlyMap<string, ReadonlySet<string>> {
    const found = new Map<string, Set<string>>();
    for (const [, name = '', labels = ''] of text.matchAll(/^([a-z_0-9]+)(?:\{(.*)\})? [^ ]+$/gm)) {
      const known = found.get(name) ?? new Set();
      for (const [, label = ''] of labels.matchAll(/(\w+)="/g)) known.add(label);
      found.set(name, known);
    }
    return found;
  }
  const expressions = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));

  it('names no metric that there is not', () => {
    const metrics = exposed();
    const named = expressions.flatMap(
      (expr) => expr.match(/\b(?:hcl|http|nodejs|process)_[a-z0-9_]+/g) ?? [],
    );
    expect(new Set(named).size).to.be.above(8);
    for (const name of named) expect([...metrics.keys()]).to.include(name);
    for (const { targets, title } of dashboard.panels) {
      for (const { expr } of targets) expect(expr, title).to.match(/\b(?:hcl|http|nodejs|process)_/);
    }
  });

  it('groups and selects by labels that the metric has', () => {
    const metrics = exposed();
    for (const expr of expressions) {
      const [, name = ''] = /\b((?:hcl|http|nodejs|process)_[a-z0-9_]+)/.exec(expr) ?? [];
      const grouped = [...expr.matchAll(/by \((\w+)\)/g)].map(([, label = '']) => label);
      const selected = [...expr.matchAll(/[{,](\w+)=~?"/g)].map(([, label = '']) => label);
      const asked = [...grouped, ...selected].filter((label) => label !== 'job');
      expect([...(metrics.get(name) ?? [])], expr).to.include.members(asked);
    }
  });

  it('could show nothing about a person: labels are few, and no code or gate is a value', () => {
    const labels = new Set([...exposed().values()].flatMap((each) => [...each]));
    expect([...LABELS, ...PROCESS_LABELS]).to.include.members([...labels]);
    expect(text).not.to.include(code.slice(0, 40));
    expect(text).to.include('hcl_verdicts_total{outcome="pass",validity="valid"} 1');
  });
});
