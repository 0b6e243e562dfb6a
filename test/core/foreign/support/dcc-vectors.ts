/** The vectors of eu-dcc-testdata: each stage of a code beside the next one, with what each step should find. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonValue } from '../../../../core/bytes/canonical-json.ts';

export interface DccVector {
  /** Path in the corpus. */
  readonly file: string;
  readonly JSON?: JsonValue;
  /** Hex, as are COSE and COMPRESSED. */
  readonly CBOR?: string;
  readonly COSE?: string;
  readonly COMPRESSED?: string;
  readonly BASE45?: string;
  readonly PREFIX?: string;
  /** base64 of a PNG picture. */
  readonly '2DCODE'?: string;
  readonly TESTCTX: { readonly CERTIFICATE?: string; readonly VALIDATIONCLOCK?: string };
  readonly EXPECTEDRESULTS: Readonly<Record<string, boolean | undefined>>;
}

export function readVectors(folder: string): readonly DccVector[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\/raw\/[^/]+\.json$/i.test(file))
    .toSorted()
    .map((file) => ({
      file,
      ...(JSON.parse(readFileSync(join(folder, file), 'utf8')) as Omit<DccVector, 'file'>),
    }));
}

/** When to check it, Unix seconds; `undefined` where the vector says nothing. */
export function clockOf({ TESTCTX }: DccVector): number | undefined {
  const milliseconds = Date.parse(TESTCTX.VALIDATIONCLOCK ?? '');
  return Number.isNaN(milliseconds) ? undefined : Math.floor(milliseconds / 1000);
}
