/** Whether what the two services have signed of a conversion belongs together: that is what a holder can hold on to. */
import { equalBytes } from '../../core/bytes/equal.ts';
import {
  areOfOneConversion,
  readConversionReceipt,
  type ConversionReceipt,
} from '../../core/conversion/conversion-receipt.ts';
import { fromJwk, type P256Jwk } from '../../core/credential/key.ts';
import { ReceiptError } from '../../core/receipt/errors.ts';
import { commitmentIn } from './holder.ts';
import type { HolderClient } from './holder-client.ts';

export interface BothReceipts {
  readonly source: string;
  readonly target: string;
}

/** Each by the key that its service signs with now, of one conversion, and that of the code that was carried. */
export async function areReceiptsOf(
  code: string,
  receipts: BothReceipts,
  { here, there }: { readonly here: HolderClient; readonly there: HolderClient },
): Promise<boolean> {
  const [source, target] = await Promise.all([read(receipts.source, here), read(receipts.target, there)]);
  if (source?.role !== 'source' || target?.role !== 'target') return false;
  return areOfOneConversion(source, target) && equalBytes(source.commitment, commitmentIn(code));
}

async function read(receipt: string, signer: HolderClient): Promise<ConversionReceipt | undefined> {
  // The route's response.
  const { keys } = (await signer.get('/issuer')) as { readonly keys: readonly { readonly jwk: P256Jwk }[] };
  for (const { jwk } of keys) {
    try {
      return readConversionReceipt(receipt, fromJwk(jwk));
    } catch (error) {
      if (!(error instanceof ReceiptError)) throw error;
    }
  }
  return undefined;
}
