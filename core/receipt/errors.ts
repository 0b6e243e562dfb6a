/** What is wrong with a text that should be a receipt. */
import { HclError } from '../errors.ts';

export class ReceiptError extends HclError<'RECEIPT_MALFORMED' | 'RECEIPT_SIGNATURE'> {}
