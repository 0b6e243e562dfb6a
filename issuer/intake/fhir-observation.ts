/** Observation → a test record. Only SARS-CoV-2 tests by the LOINC codes of `fhir-codes.ts`, and only final ones. */
import type { PlainObject } from '../../core/record/structure.ts';
import { codeOf, resultOf, testKindOf, type TestKind } from './fhir-codes.ts';
import { codingsOf, extensionCodings, listOf, objectOf, textOf } from './fhir-element.ts';
import { fact, noFact, type FhirFact } from './fhir-mapping.ts';
import type { IntakeProblem } from './row.ts';

/** Resources that an Observation points to, as far as they are in the file. */
export interface ObservationContext {
  readonly specimen?: PlainObject | undefined;
  readonly laboratory?: PlainObject | undefined;
  readonly device?: PlainObject | undefined;
  readonly country?: string | undefined;
}

const ISSUED_STATUS = ['final', 'amended', 'corrected'];

/** Why this Observation is no test to issue for at all. */
export function observationRefusal(resource: PlainObject): IntakeProblem | undefined {
  if (testKind(resource) === undefined) {
    const reason = 'is not a test that a record is issued for';
    return { field: 'Observation.code', code: 'INTAKE_FHIR_CODE', reason };
  }
  if (!ISSUED_STATUS.includes(textOf(resource, 'status') ?? '')) {
    const reason = `must be ${ISSUED_STATUS.join(', ')}: the result does not stand yet or any more`;
    return { field: 'Observation.status', code: 'INTAKE_FHIR_STATUS', reason };
  }
  return undefined;
}

export function observationFacts(resource: PlainObject, context: ObservationContext): readonly FhirFact[] {
  const { specimen, laboratory, device, country } = context;
  const [performer] = listOf(resource, 'performer');
  const kind = testKind(resource);
  const specimenCode =
    codeOf(codingsOf(objectOf(specimen, 'type')), ['sct', 'icd11', 'hcl']) ?? kind?.specimen;
  const [deviceName] = listOf(device, 'deviceName');
  const kit = textOf(deviceName, 'name') ?? textOf(objectOf(resource, 'device'), 'display');
  return [
    fact('method', 'Observation.code', kind?.method),
    fact('disease', 'Observation.extension', codeOf(extensionCodings(resource, 'disease'), ['sct', 'icd11'])),
    fact('specimen', 'Observation.specimen', specimenCode),
    resultFact(resource),
    fact('specimenId', 'Observation.specimen', specimenNumber(specimen)),
    fact('kit', 'Observation.device', kit),
    collectedFact(resource, specimen),
    fact('reportedAt', 'Observation.issued', textOf(resource, 'issued')),
    fact('laboratory', 'Observation.performer', textOf(laboratory, 'name') ?? textOf(performer, 'display')),
    fact('country', 'Observation.performer.address.country', country),
  ];
}

function testKind(resource: PlainObject): TestKind | undefined {
  return testKindOf(codingsOf(objectOf(resource, 'code')));
}

function resultFact(resource: PlainObject): FhirFact {
  const path = 'Observation.valueCodeableConcept';
  const result = resultOf(codingsOf(objectOf(resource, 'valueCodeableConcept')));
  return result === undefined
    ? noFact(
        ['result'],
        path,
        'INTAKE_FHIR_CODE',
        'has no result we know, or results that contradict each other',
      )
    : fact('result', path, result);
}

/** When the specimen was taken: the Specimen says it best, then the Observation's clinically relevant time. */
function collectedFact(resource: PlainObject, specimen: PlainObject | undefined): FhirFact {
  const collected = textOf(objectOf(specimen, 'collection'), 'collectedDateTime');
  if (collected !== undefined) return fact('collectedAt', 'Specimen.collection.collectedDateTime', collected);
  const effective = textOf(resource, 'effectiveDateTime') ?? textOf(resource, 'effectiveInstant');
  return fact('collectedAt', 'Observation.effectiveDateTime', effective);
}

function specimenNumber(specimen: PlainObject | undefined): string | undefined {
  const [identifier] = listOf(specimen, 'identifier');
  return textOf(objectOf(specimen, 'accessionIdentifier'), 'value') ?? textOf(identifier, 'value');
}
