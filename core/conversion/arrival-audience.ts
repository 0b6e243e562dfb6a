/**
 * Whom a conversion is shown to, as the holder's device signs it (`core/qr/presentation.ts`): the target, and the booked
 * place that is used with it. Whoever has seen the code can show it nowhere else, with no other booking and not without
 * it. Port and day stand in the credential itself, which the signature covers.
 *
 *   "hcl/arrival/1\0" ‖ RFC 8785 bytes of {"booking": "<reference>", "target": "<DID>"}, the first where there is one
 */
import { toCanonicalJson } from '../bytes/canonical-json.ts';
import { concatBytes } from '../bytes/concat.ts';
import { toUtf8 } from '../bytes/utf8.ts';

export interface ArrivalAt {
  /** DID. */
  readonly target: string;
  /** As the holder sends it. */
  readonly booking?: string | undefined;
}

const DOMAIN = toUtf8('hcl/arrival/1\0');

export function arrivalAudience({ booking, target }: ArrivalAt): Uint8Array {
  const named = booking === undefined ? { target } : { booking, target };
  return concatBytes(DOMAIN, toUtf8(toCanonicalJson(named)));
}
