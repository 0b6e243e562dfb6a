/**
 * A record → a FHIR R4 Bundle of type `collection`: Patient, then Immunization with its Location, or Observation with
 * its Organization and Specimen. Taken in again it gives the same record, but for one thing: a product under another
 * system's code comes back under the EU's code for it.
 */
import type { IssuableRecord } from '../../core/record/derived.ts';
import type { TestRecord, VaccinationRecord } from '../../core/record/record.ts';
import { toConcept, toExtension, toManufacturer } from './coding.ts';
import { toPatient } from './patient.ts';

/** The disease that the methods of our tests look for. */
const COVID_19 = 'sct|840539006';

export interface FhirBundle {
  readonly resourceType: 'Bundle';
  readonly type: 'collection';
  readonly entry: readonly { readonly fullUrl: string; readonly resource: object }[];
}

/** `undefined` for kinds that FHIR R4 has no resource for. @param recordId goes into the names of the resources */
export function toFhirBundle(record: IssuableRecord, recordId: string): FhirBundle | undefined {
  const urlOf = (name: string): string => `urn:hcl:record:${recordId}:${name}`;
  const resources = resourcesOf(record, (name) => ({ reference: urlOf(name) }));
  if (resources === undefined) return undefined;
  const all = { patient: toPatient(record.subject), ...resources };
  return {
    resourceType: 'Bundle',
    type: 'collection',
    entry: Object.entries(all).map(([name, resource]) => ({ fullUrl: urlOf(name), resource })),
  };
}

type ToReference = (name: string) => { readonly reference: string };
type Resources = Readonly<Record<string, object>>;

function resourcesOf(record: IssuableRecord, toReference: ToReference): Resources | undefined {
  switch (record.type) {
    case 'vaccination':
      return vaccinationResources(record, toReference);
    case 'test':
      return testResources(record, toReference);
    case 'recovery':
    case 'exemption':
    case 'declaration':
    case 'status':
    case 'conversion':
      return undefined;
  }
}

function vaccinationResources(record: VaccinationRecord, toReference: ToReference): Resources {
  const { product, manufacturer, prophylaxis, disease, doseNumber, seriesDoses, practitioner } = record;
  const { lot, lotExpiresOn, centre, country } = record;
  return {
    immunization: {
      resourceType: 'Immunization',
      ...(prophylaxis === undefined ? {} : { extension: [toExtension('prophylaxis', prophylaxis)] }),
      status: 'completed',
      vaccineCode: toConcept(product),
      patient: toReference('patient'),
      occurrenceDateTime: record.date,
      primarySource: true,
      location: toReference('location'),
      ...(manufacturer === undefined ? {} : { manufacturer: toManufacturer(manufacturer) }),
      ...(lot === undefined ? {} : { lotNumber: lot }),
      ...(lotExpiresOn === undefined ? {} : { expirationDate: lotExpiresOn }),
      ...(practitioner === undefined
        ? {}
        : { performer: [{ actor: { identifier: { value: practitioner } } }] }),
      protocolApplied: [
        {
          targetDisease: [toConcept(disease)],
          doseNumberPositiveInt: doseNumber,
          ...(seriesDoses === undefined ? {} : { seriesDosesPositiveInt: seriesDoses }),
        },
      ],
    },
    location: {
      resourceType: 'Location',
      ...(centre === undefined ? {} : { name: centre }),
      address: { country },
    },
  };
}

function testResources(record: TestRecord, toReference: ToReference): Resources {
  const { disease, method, result, specimen, specimenId, kit, collectedAt, reportedAt } = record;
  const hasSpecimen = specimen !== undefined || specimenId !== undefined;
  return {
    observation: {
      resourceType: 'Observation',
      ...(disease === COVID_19 ? {} : { extension: [toExtension('disease', disease)] }),
      status: 'final',
      code: toConcept(method),
      subject: toReference('patient'),
      effectiveDateTime: collectedAt,
      ...(reportedAt === undefined ? {} : { issued: reportedAt }),
      performer: [toReference('laboratory')],
      valueCodeableConcept: toConcept(result),
      ...(hasSpecimen ? { specimen: toReference('specimen') } : {}),
      ...(kit === undefined ? {} : { device: { display: kit } }),
    },
    laboratory: {
      resourceType: 'Organization',
      name: record.laboratory,
      address: [{ country: record.country }],
    },
    ...(hasSpecimen
      ? {
          specimen: {
            resourceType: 'Specimen',
            ...(specimen === undefined ? {} : { type: toConcept(specimen) }),
            ...(specimenId === undefined ? {} : { accessionIdentifier: { value: specimenId } }),
            subject: toReference('patient'),
            collection: { collectedDateTime: collectedAt },
          },
        }
      : {}),
  };
}
