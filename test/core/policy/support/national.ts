/** A national rule for tests: the vaccine is one of a value set. */
import type { JsonObject } from '../../../../core/bytes/strict-json.ts';

export function nationalRuleJson(changes: JsonObject = {}): JsonObject {
  return {
    Identifier: 'VR-DE-0001',
    Type: 'Acceptance',
    Country: 'DE',
    Version: '1.0.0',
    SchemaVersion: '1.0.0',
    Engine: 'CERTLOGIC',
    EngineVersion: '0.7.5',
    CertificateType: 'Vaccination',
    Description: [{ lang: 'en', desc: 'The vaccine is on the list.' }],
    ValidFrom: '2021-07-03T00:00:00Z',
    ValidTo: '2030-06-01T00:00:00Z',
    AffectedFields: ['v.0.mp'],
    Logic: { in: [{ var: 'payload.v.0.mp' }, { var: 'external.valueSets.vaccines-covid-19-names' }] },
    ...changes,
  };
}
