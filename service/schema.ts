/**
 * The schema language of every route. Objects are closed by default: a body with a field that nobody named is
 * refused, never trimmed.
 */
import * as TypeBox from 'typebox';

export type { Static, TSchema } from 'typebox';
export const Type: typeof TypeBox.Type = TypeBox.Type;

/** `Type.Object` that admits no other field. */
export function Closed<Properties extends TypeBox.TProperties>(
  properties: Properties,
  options: TypeBox.TObjectOptions = {},
): TypeBox.TObject<Properties> {
  return TypeBox.Type.Object(properties, { additionalProperties: false, ...options });
}
