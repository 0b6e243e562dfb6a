/**
 * What an issuer shows auditors of changes of colours, read strictly.
 *
 *   GET /colours/changes?after=N    { "changes": [{ "number": 7, "bytes": "<base64url>", "act": "<base64url>" }], "more": false }
 */
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { AuditError } from './errors.ts';

export interface PublishedColours {
  readonly changes: readonly { readonly number: number; readonly bytes: string; readonly act?: string }[];
  readonly more: boolean;
}

const page = Compile(
  Type.Object({
    changes: Type.Array(
      Type.Object({
        number: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
        bytes: Type.String({ minLength: 1, maxLength: 4096 }),
        act: Type.Optional(Type.String({ minLength: 1, maxLength: 16_384 })),
      }),
      { maxItems: 10_000 },
    ),
    more: Type.Boolean(),
  }),
);

/** Throws `AUDIT_COLOURS_MALFORMED`. */
export function parseColours(value: unknown): PublishedColours {
  if (!page.Check(value))
    throw new AuditError('AUDIT_COLOURS_MALFORMED', 'the published changes of colours are not of their form');
  return value;
}
