/** Step 1: text → the parts of a credential. The payload stays bytes until something authenticates it. */
import { CodeError } from '../../qr/code-error.ts';
import { decodeCode, type CodeParts } from '../../qr/code.ts';
import { CredentialError } from '../../credential/errors.ts';
import { parseHeader } from '../../credential/parse.ts';
import type { ReasonCode } from '../reasons.ts';

export interface DecodedCode extends CodeParts {
  readonly kid: string;
}

export function decode(text: string): DecodedCode | ReasonCode {
  if (typeof text !== 'string') return 'CODE_UNKNOWN';
  try {
    const parts = decodeCode(text);
    return { ...parts, kid: parseHeader(parts.headerBytes).kid };
  } catch (error) {
    if (error instanceof CodeError)
      return error.code === 'CODE_FOREIGN' ? 'FORMAT_NOT_SUPPORTED' : error.code;
    if (error instanceof CredentialError) return 'CREDENTIAL_HEADER';
    throw error;
  }
}
