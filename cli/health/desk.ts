/** What `hcl status` and `hcl order` have in common: the issuer asked, and whom it is about, never on the line itself. */
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { issuerByName, readConsortiumFile } from '../consortium-file.ts';
import { CliError, usageError } from '../errors.ts';
import { dataFolderOf, resolvePath, type Io } from '../io.ts';
import { issuerClient } from '../issuer-client.ts';

export interface PersonOptions {
  readonly record: string | undefined;
  readonly document: string | undefined;
  readonly subject: string | undefined;
}

/** Posts JSON to the issuer, and gives its answer. With a key the same request again is answered the same. */
export type Post = (path: string, body: object, idempotencyKey?: string) => Promise<unknown>;

/** Throws `CLI_USAGE` before anything is read or asked. */
export function checkPerson({ record, document, subject }: PersonOptions): void {
  if ([record, document, subject].filter((one) => one !== undefined).length !== 1)
    throw usageError('say one of --record, --document and --subject');
}

export async function readPerson({ record, document, subject }: PersonOptions, io: Io): Promise<object> {
  if (record !== undefined) return { recordId: record };
  if (document !== undefined) return { document: await readJson(document, io) };
  return { subject: await readJson(subject ?? '-', io) };
}

export async function readJson(path: string, io: Io): Promise<object> {
  const content = path === '-' ? await text(io.stdin) : await readText(resolvePath(io, path));
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch {
    // The cause quotes the text, which is about a person.
  }
  if (typeof value !== 'object' || value === null)
    throw new CliError('CLI_FILE_INVALID', `${path} is not an object in JSON`);
  return value;
}

export async function postTo(name: string, io: Io): Promise<Post> {
  const consortium = await readConsortiumFile(dataFolderOf(io));
  const client = await issuerClient(issuerByName(consortium, name), io);
  return async (path, body, idempotencyKey) => {
    const answer = await client({
      method: 'POST',
      path,
      contentType: 'application/json',
      body: JSON.stringify(body),
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    });
    return answer.json();
  };
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new CliError('CLI_FILE_UNREADABLE', `${path} cannot be read`, { cause });
  }
}
