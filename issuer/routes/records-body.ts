/** The file in the body of a request: its type, and its bytes as they arrive, counted and limited. */
import { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { IssuerError } from '../errors.ts';
import { INTAKE_MEDIA_TYPES, toIntakeMediaType, type IntakeMediaType } from '../intake/intake.ts';
import type { Upload } from '../uploads.ts';

export interface FileInRequest {
  readonly mediaType: IntakeMediaType;
  readonly body: Readable;
  /** When the sender said so. */
  readonly totalBytes: number | undefined;
}

/** Throws `RECORDS_MEDIA_TYPE`. */
export function fileIn({ headers, body }: FastifyRequest): FileInRequest {
  const mediaType = toIntakeMediaType(headers['content-type'] ?? '');
  // The route's parsers let through nothing but streams of these types; without a body there is none.
  if (mediaType === undefined || !(body instanceof Readable)) {
    throw new IssuerError('RECORDS_MEDIA_TYPE', `send ${INTAKE_MEDIA_TYPES.join(', ')}`);
  }
  const length = Number(headers['content-length']);
  return { mediaType, body, totalBytes: Number.isSafeInteger(length) ? length : undefined };
}

/** Throws `RECORDS_TOO_LARGE`, and `RECORDS_CUT_SHORT` for a body that ends before its end. */
export async function* limited(body: Readable, maxBytes: number, upload: Upload): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  try {
    for await (const piece of namedWhenCut(body)) {
      bytes += piece.length;
      upload.read(piece.length);
      if (bytes > maxBytes) {
        throw new IssuerError('RECORDS_TOO_LARGE', `a file has at most ${maxBytes} bytes`);
      }
      yield piece;
    }
  } finally {
    discard(body, maxBytes - bytes);
  }
}

async function* namedWhenCut(body: Readable): AsyncGenerator<Uint8Array> {
  try {
    yield* body.iterator({ destroyOnReturn: false });
  } catch (cause) {
    const reason = 'what was answered before holds; send the file again';
    throw new IssuerError('RECORDS_CUT_SHORT', reason, { cause });
  }
}

/**
 * Reads away what nobody wants any more: most clients look at the answer only when they have sent all. One that
 * sends more than it may is cut off.
 */
function discard(body: Readable, bytes: number): void {
  let left = bytes;
  body.on('data', (piece: Uint8Array) => {
    left -= piece.length;
    if (left < 0) body.destroy();
  });
  body.on('error', () => undefined);
  body.resume();
}
