/**
 * `GET /colours/changes?after=N`: every change of a colour, oldest first, for auditors. The bytes name no person: a
 * random name for each, digests for the evidence, ids of keys for those who approved. Beside a change by hand stands the
 * legal act that was approved.
 */
import { actIdOf, encodeAct } from '../../core/act/act.ts';
import { toBase64url } from '../../core/bytes/base64url.ts';
import { fromHex } from '../../core/bytes/hex.ts';
import { parseColourAct } from '../../core/health/colour-act.ts';
import { ColourError } from '../../core/health/errors.ts';
import type { Service } from '../../service/app.ts';
import { Closed, Type } from '../../service/schema.ts';
import type { AuditorContext } from './act-audit.ts';
import { IssuerError } from '../errors.ts';
import type { Issuer } from '../issuer.ts';
import { problems } from './schemas.ts';

const PAGE = 1_000;
/** A query is text: a number in it is matched, not coerced. */
const Query = Closed({ after: Type.String({ pattern: '^(?:0|[1-9]\\d{0,14})$' }) });
const Page = Closed({
  changes: Type.Array(
    Closed({ number: Type.Integer(), bytes: Type.String(), act: Type.Optional(Type.String()) }),
  ),
  more: Type.Boolean(),
});

export function addColourChanges(app: Service, { issuer, onRequest }: AuditorContext): void {
  const schema = {
    tags: ['auditor'],
    security: [{ operator: [] }],
    querystring: Query,
    response: { 200: Page, ...problems },
  };
  app.get('/colours/changes', { onRequest, schema }, async ({ query }) => {
    const found = await issuer.colourActs.after(Number(query.after), PAGE);
    const changes = await Promise.all(found.map((change) => toShown(issuer, change)));
    return { changes, more: changes.length === PAGE };
  });
}

interface Shown {
  readonly number: number;
  readonly bytes: string;
  readonly act?: string;
}

async function toShown(
  issuer: Issuer,
  change: { readonly number: number; readonly bytes: Uint8Array },
): Promise<Shown> {
  const shown = { number: change.number, bytes: toBase64url(change.bytes) };
  const act = await legalActOf(issuer, change.bytes);
  return act === undefined ? shown : { ...shown, act: toBase64url(act) };
}

/** What was touched, or is gone, is shown without: the audit finds it. */
async function legalActOf(issuer: Issuer, bytes: Uint8Array): Promise<Uint8Array | undefined> {
  try {
    const { act: leaf } = parseColourAct(bytes);
    if (leaf === undefined) return undefined;
    return encodeAct((await issuer.acts.show(actIdOf(fromHex(leaf)))).act);
  } catch (error) {
    if (error instanceof ColourError) return undefined;
    if (error instanceof IssuerError && error.code === 'ACT_NOT_FOUND') return undefined;
    throw error;
  }
}
