/**
 * What a request may ask beside its codes:
 *
 *   policy     id of one of the checkpoint's policies
 *   passage    {jurisdiction, place, route, traveller}: whose rules apply, where the policy goes by the passage
 *   trip       what the officer knows: {"booked": true, "departureAt": …}
 *   document   the document in hand, to compare with: {number, type, name, birth}, or {zone}
 *   gate       number of the gate, for codes that were made for it and for those shown at two gates
 */
import { presentedInZone, presentedOf, type TypedDocument } from '../../core/record/presented.ts';
import type { PresentedIdentity } from '../../core/record/identity-match.ts';
import type { JsonObject } from '../../core/bytes/strict-json.ts';
import type { JurisdictionPassage } from '../../core/policy/checkpoint-settings.ts';
import type { TOptional, TUnsafe } from 'typebox';
import type { ProblemTable } from '../../service/problems.ts';
import { Closed, Type, type TSchema } from '../../service/schema.ts';
import { DEVICE_PROBLEMS } from '../devices/errors.ts';
import type { ScanRequest } from '../gate.ts';

export interface ScanBody {
  readonly policy?: string;
  readonly passage?: JurisdictionPassage;
  readonly trip?: JsonObject;
  readonly document?: TypedDocument | { readonly zone: string };
  readonly gate?: number;
}

const Word = Type.String({ minLength: 1, maxLength: 200 });
const Text = Type.Optional(Type.String({ maxLength: 500 }));

const Passage = Closed({ jurisdiction: Word, place: Word, route: Word, traveller: Word });
const Document = Type.Union([
  Closed({ number: Text, type: Text, name: Text, birth: Text }),
  Closed({ zone: Type.String({ maxLength: 500 }) }),
]);

/** Trips hold nothing deeper than values that a rule may compare with. */
const Scalar = Type.Union([Type.String({ maxLength: 200 }), Type.Number(), Type.Boolean()]);
const Trip = Type.Record(Type.String({ pattern: '^[a-z][A-Za-z0-9]{0,39}$' }), Scalar, {
  additionalProperties: false,
  maxProperties: 32,
});

/** As in a dynamic code, where 0 means whichever. */
export const GateNumber: TSchema = Type.Integer({ minimum: 1, maximum: 0xffff_ffff });

type Members = { readonly [Name in keyof ScanBody]-?: TOptional<TUnsafe<Required<ScanBody>[Name]>> };

/** The members of a body beside its codes. */
export const ScanMembers: Members = {
  policy: Type.Optional(Type.Unsafe<string>(Word)),
  passage: Type.Optional(Type.Unsafe<JurisdictionPassage>(Passage)),
  trip: Type.Optional(Type.Unsafe<JsonObject>(Trip)),
  document: Type.Optional(Type.Unsafe<TypedDocument | { readonly zone: string }>(Document)),
  gate: Type.Optional(Type.Unsafe<number>(GateNumber)),
};

/** Refusals of what a request asks; messages repeat nothing of a document. */
export const SCAN_PROBLEMS: ProblemTable = {
  ...DEVICE_PROBLEMS,
  POLICY_UNKNOWN: { status: 400, title: 'This checkpoint has no such policy' },
  POLICY_SETTINGS: { status: 400, title: 'The policy does not take what the request asks' },
  DOCUMENT_INVALID: { status: 400, title: 'The document in hand cannot be read' },
};

/** Throws `DOCUMENT_INVALID`. */
export function scanRequestOf({ document, gate, passage, policy, trip }: ScanBody): ScanRequest {
  return {
    ...(policy === undefined ? {} : { policy }),
    ...(passage === undefined ? {} : { passage }),
    ...(trip === undefined ? {} : { trip }),
    ...(document === undefined ? {} : { presented: presentedIn(document) }),
    ...(gate === undefined ? {} : { gate }),
  };
}

function presentedIn(document: Required<ScanBody>['document']): PresentedIdentity {
  return 'zone' in document ? presentedInZone(document.zone) : presentedOf(document);
}
