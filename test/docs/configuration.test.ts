/** docs/configuration.md names every setting that a service reads, and none that does not exist. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, it } from 'mocha';
import { expect } from 'chai';

const root = resolve(import.meta.dirname, '..', '..');
const page = readFileSync(join(root, 'docs', 'configuration.md'), 'utf8');

describe('docs/configuration.md', () => {
  for (const service of ['issuer', 'verifier']) {
    it(`names every setting of the ${service}, and no other`, () => {
      const prefix = `HCL_${service.toUpperCase()}_`;
      const read = settingsReadIn(service).map((name) => prefix + name);
      const named = [...page.matchAll(/`(HCL_[A-Z0-9_]+)`/g)].map(([, name = '']) => name);
      expect(read, 'found in the source').to.have.length.above(6);
      expect([...new Set(named.filter((name) => name.startsWith(prefix)))]).to.have.members([
        ...new Set(read),
      ]);
    });
  }
});

/** What is handed to an environment's reader as a name; `KEEP_<TYPE>_DAYS` is no name but many. */
function settingsReadIn(service: string): readonly string[] {
  const files = readdirSync(join(root, service), { recursive: true, encoding: 'utf8' });
  const sources = files
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(root, service, file), 'utf8'))
    .filter((source) => source.includes('service/config.ts'));
  return sources.flatMap((source) => [
    ...[
      ...source.matchAll(/(?:\benv\s*\.(?:text|optionalText|integer|url|oneOf)|\bwindow)\('([A-Z0-9_]+)'/g),
    ].map(([, name = '']) => name),
    ...[...source.matchAll(/\blimit\('([A-Z0-9_]+)'/g)].map(([, name = '']) => `BUDGET_${name}`),
  ]);
}
