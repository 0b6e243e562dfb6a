/**
 * What a code of another system says, in the words of our own records. Such codes leave out what a record of ours
 * must have (none names a document beside an ICAO one), so each fact may be absent, and an issuer completes what it
 * re-issues. `local` is always false.
 */
import type { Code, Subject, TestRecord, VaccinationRecord } from '../record/record.ts';

export type ForeignSubject = Partial<Subject> & {
  /** As in a machine-readable zone (ICAO 9303-3): `CHAN<<TAI<MAN`. */
  readonly nameMrz?: string;
};

type Facts<R> = Partial<Omit<R, 'type' | 'subject'>>;

interface Imported<Type extends string> {
  readonly type: Type;
  readonly local: false;
  readonly subject: ForeignSubject;
  /** The identifier that its issuer gave it, `URN:UVCI:…`. */
  readonly foreignId?: string;
  /** Who issued it, as it says itself. */
  readonly statedIssuer?: string;
}

export type ForeignVaccination = Imported<'vaccination'> & Facts<VaccinationRecord>;

export type ForeignTest = Imported<'test'> & Facts<TestRecord>;

export interface ForeignRecovery extends Imported<'recovery'> {
  readonly disease?: Code;
  readonly firstPositiveOn?: string;
  readonly validFrom?: string;
  readonly validUntil?: string;
  readonly country?: string;
}

export interface ForeignExemption extends Imported<'exemption'> {
  readonly validUntil?: string;
}

export type ForeignRecord = ForeignVaccination | ForeignTest | ForeignRecovery | ForeignExemption;

const CODE_VALUE = /^[A-Za-z0-9][A-Za-z0-9./_-]{0,39}$/;

/** `sct`, `840539006` → `sct|840539006`; nothing for a value that no code of ours may have. */
export function codeFact<Name extends string>(
  name: Name,
  system: string,
  value: unknown,
): { readonly [N in Name]?: Code } {
  if (typeof value !== 'string' || !CODE_VALUE.test(value)) return {};
  // One member under the name that was given.
  return { [name]: `${system}|${value}` } as { readonly [N in Name]?: Code };
}

/** The fact if it is there and not empty. */
export function textFact<Name extends string>(name: Name, value: unknown): { readonly [N in Name]?: string } {
  if (typeof value !== 'string' || value === '') return {};
  // One member under the name that was given.
  return { [name]: value } as { readonly [N in Name]?: string };
}
