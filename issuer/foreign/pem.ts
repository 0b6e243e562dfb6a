/** Certificates in a PEM file (RFC 7468 §5), as operators are given them. */
import { Buffer } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { BytesError } from '../../core/bytes/errors.ts';
import { parseCertificate, type Certificate } from '../../core/foreign/x509/certificate.ts';
import { ConfigError } from '../../service/config.ts';

const BLOCK = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/g;

/** Throws `CONFIG_INVALID` for a file that cannot be read or holds no certificate. */
export async function readCertificates(path: string): Promise<readonly Certificate[]> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new ConfigError('CONFIG_INVALID', 'the file of document signer certificates cannot be read', {
      cause,
    });
  });
  const certificates = [...text.matchAll(BLOCK)].map(([, body = '']) => certificateOf(body));
  if (certificates.length === 0)
    throw new ConfigError('CONFIG_INVALID', 'the file of document signer certificates holds none');
  return certificates;
}

function certificateOf(base64: string): Certificate {
  try {
    return parseCertificate(new Uint8Array(Buffer.from(base64, 'base64')));
  } catch (cause) {
    if (!(cause instanceof BytesError)) throw cause;
    throw new ConfigError('CONFIG_INVALID', 'a document signer certificate cannot be read', { cause });
  }
}
