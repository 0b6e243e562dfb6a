/** Schemas that several routes share. Their types are written out, as exports need it. */
import type { TArray, TLiteral, TObject, TString, TUnion } from 'typebox';
import { Closed, Type, type TSchema } from '../../service/schema.ts';

type TProfile = TUnion<[TLiteral<'venue'>, TLiteral<'travel'>, TLiteral<'hcert'>, TLiteral<'shc'>]>;
type TState = TUnion<[TLiteral<'anchoring'>, TLiteral<'released'>]>;

/** One of the two of every record, or a code of another system. */
export const ProfileName: TProfile = Type.Union([
  Type.Literal('venue'),
  Type.Literal('travel'),
  Type.Literal('hcert'),
  Type.Literal('shc'),
]);
export const State: TState = Type.Union([Type.Literal('anchoring'), Type.Literal('released')]);
export const Hash32: TString = Type.String({ pattern: '^0x[0-9a-f]{64}$' });

export const Credentials: TArray<TObject<{ profile: TProfile; handle: TString; state: TState }>> = Type.Array(
  Closed({ profile: ProfileName, handle: Type.String(), state: State }),
);

/** Handles and ids are looked up, not judged: a wrong form is as unknown as a wrong value. */
export const Name: TString = Type.String({ minLength: 1, maxLength: 64 });

/** Every route may answer with a problem. */
export const problems: Readonly<Record<'4xx' | '5xx', TSchema>> = {
  '4xx': Type.Ref('Problem'),
  '5xx': Type.Ref('Problem'),
};
