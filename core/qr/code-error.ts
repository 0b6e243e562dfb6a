/** Why a text is no code that this version can read. */
import { HclError } from '../errors.ts';

export type CodeErrorCode =
  | 'CODE_EMPTY'
  | 'CODE_TOO_LONG'
  /** Another format that we know by name. */
  | 'CODE_FOREIGN'
  | 'CODE_UNKNOWN'
  /** A later version of ours: the scanner needs an update, the code may well be good. */
  | 'CODE_VERSION_UNKNOWN'
  | 'CODE_DICTIONARY_UNKNOWN'
  | 'CODE_FLAGS_UNKNOWN'
  | 'CODE_NOT_BASE45'
  | 'CODE_MALFORMED'
  | 'CODE_INFLATE'
  | 'CODE_PATH_TOO_LONG';

export class CodeError extends HclError<CodeErrorCode> {
  /** With `CODE_FOREIGN`: what the text seems to be, one of the names in `kind.ts`. */
  readonly kind: string | undefined;

  constructor(code: CodeErrorCode, message: string, options?: ErrorOptions & { readonly kind?: string }) {
    super(code, message, options);
    this.kind = options?.kind;
  }
}
