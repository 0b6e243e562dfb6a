/**
 * The EU Digital COVID Certificate, JSON schema 1.3.3 of the eHealth Network, which also reads all versions since
 * 1.0.0. As in the published one, unknown members are left alone, and codes are not compared with value sets. Where
 * member states write a date with a time, the date counts.
 */
import Type, { type Static, type TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { isCalendarDate, isPartialDate } from '../../record/calendar.ts';
import type { JsonValue } from '../../bytes/canonical-json.ts';
import { ForeignError } from '../errors.ts';

interface DccEntry {
  /** Disease, SNOMED CT. */
  readonly tg: string;
  readonly co: string;
  readonly is: string;
  readonly ci: string;
}

export interface DccVaccination extends DccEntry {
  readonly vp: string;
  readonly mp: string;
  readonly ma: string;
  readonly dn: number;
  readonly sd: number;
  readonly dt: string;
}

export interface DccTest extends DccEntry {
  readonly tt: string;
  readonly nm?: string;
  readonly ma?: string;
  readonly sc: string;
  readonly tr: string;
  readonly tc?: string;
}

export interface DccRecovery extends DccEntry {
  readonly fr: string;
  readonly df: string;
  readonly du: string;
}

export interface Dcc {
  readonly ver: string;
  readonly nam: { readonly fn?: string; readonly fnt?: string; readonly gn?: string; readonly gnt?: string };
  readonly dob: string;
  readonly v?: readonly DccVaccination[];
  readonly t?: readonly DccTest[];
  readonly r?: readonly DccRecovery[];
}

const MAX_ENTRIES = 9;
const SHORT = Type.String({ maxLength: 80 });
const CODE = Type.String({ maxLength: 80 });
const COUNTRY = Type.String({ pattern: '[A-Z]{1,10}', maxLength: 80 });
const DATE = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}(?:$|T)', maxLength: 40 });
const DATE_TIME = Type.String({
  pattern:
    '^\\d{4}-\\d{2}-\\d{2}[Tt ](?:[01]\\d|2[0-3]):[0-5]\\d:(?:[0-5]\\d|60)(?:\\.\\d{1,9})?(?:[Zz]|[+-](?:[01]\\d|2[0-3])(?::?[0-5]\\d)?)$',
});
const MRZ_NAME = Type.String({ pattern: '^[A-Z<]*$', maxLength: 80 });
const DOSE = Type.Integer({ minimum: 1, maximum: 1_000_000 });

const common = { tg: CODE, co: COUNTRY, is: SHORT, ci: SHORT };

const vaccination = Type.Object({ ...common, vp: CODE, mp: CODE, ma: CODE, dn: DOSE, sd: DOSE, dt: DATE });
const test = Type.Object({
  ...common,
  tt: CODE,
  nm: Type.Optional(SHORT),
  ma: Type.Optional(CODE),
  sc: DATE_TIME,
  tr: CODE,
  // Hungary writes names of more than the 80 characters of later versions.
  tc: Type.Optional(Type.String({ maxLength: 120 })),
});
const recovery = Type.Object({ ...common, fr: DATE, df: DATE, du: DATE });

const dcc = Type.Object({
  ver: Type.String({ pattern: '^\\d+.\\d+.\\d+$', maxLength: 20 }),
  nam: Type.Object({
    fn: Type.Optional(SHORT),
    fnt: Type.Optional(MRZ_NAME),
    gn: Type.Optional(SHORT),
    gnt: Type.Optional(MRZ_NAME),
  }),
  dob: Type.String({ pattern: '^((19|20)\\d\\d(-\\d\\d){0,2}){0,1}(?:$|T)', maxLength: 40 }),
  v: Type.Optional(entries(vaccination)),
  t: Type.Optional(entries(test)),
  r: Type.Optional(entries(recovery)),
});

/** Schema and types cannot drift apart. */
const agrees: Static<typeof dcc> extends Dcc ? true : never = true;
void agrees;

const wellFormed = Compile(dcc);

/** Throws `CONTENT_INVALID`. */
export function parseDcc(value: JsonValue): Dcc {
  if (!wellFormed.Check(value)) throw invalid('a member that the schema refuses');
  const { ver, v, t, r, nam, dob } = value;
  const [kind, another] = [v, t, r].filter((entries) => entries !== undefined);
  if (kind === undefined || another !== undefined) {
    throw invalid('not just one of vaccination, test and recovery');
  }
  if (kind.length > 1 && !mayHaveSeveral(ver)) throw invalid('more than one entry');
  if (nam.fnt === undefined && nam.gnt === undefined) throw invalid('no standardised name');
  const birth = dateOf(dob);
  if (birth !== '' && !isPartialDate(birth)) throw invalid('a birth date that does not exist');
  const dates = [
    ...(v ?? []).map(({ dt }) => dt),
    ...(t ?? []).map(({ sc }) => sc),
    ...(r ?? []).flatMap(({ fr, df, du }) => [fr, df, du]),
  ];
  if (!dates.every((date) => isCalendarDate(dateOf(date)))) {
    throw invalid('a date that does not exist');
  }
  return value;
}

/** The date of a date or date-time. */
export function dateOf(text: string): string {
  return text.slice(0, 10);
}

function entries<T extends TSchema>(entry: T): Type.TArray<T> {
  return Type.Array(entry, { minItems: 1, maxItems: MAX_ENTRIES });
}

/** Versions 1.0 to 1.2 let a certificate have several entries of its one kind. */
function mayHaveSeveral(version: string): boolean {
  return /^1\.[0-2]\./.test(version);
}

function invalid(what: string): ForeignError {
  return new ForeignError('CONTENT_INVALID', `not an EU Digital COVID Certificate: ${what}`);
}
