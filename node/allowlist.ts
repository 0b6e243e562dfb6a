/**
 * The accounts that may send transactions, in Besu's permissions file, so that the same file serves either engine:
 *
 *     accounts-allowlist=["0x627306090abaB3A6e1400e9345bC60c78a8BEf57", "0xf17f52151EbEF6C7334FAD080c5704D77216b732"]
 *
 * The file is TOML, of which only string arrays are needed: comments, line breaks in arrays and `nodes-allowlist`
 * (which says nothing here) are accepted, anything else is refused rather than ignored. An empty list admits nobody.
 */
import { readFile } from 'node:fs/promises';
import { NodeError } from './node-errors.ts';

const ACCOUNTS_KEY = 'accounts-allowlist';
const KNOWN_KEYS: readonly string[] = [ACCOUNTS_KEY, 'nodes-allowlist'];

/** One `key = [ … ]`, with whatever is white space or a comment around its tokens. */
const ENTRY = /\s*([A-Za-z-]+)[ \t]*=[ \t]*\[((?:\s|,|"[^"\n]*"|'[^'\n]*')*)\][ \t]*(?:\n|$)/y;
const STRING = /"([^"\n]*)"|'([^'\n]*)'/g;
const ADDRESS = /^0x[0-9a-fA-F]{40}$/;

export class Allowlist {
  readonly #file: string;
  #accounts: ReadonlySet<string>;

  private constructor(file: string, accounts: ReadonlySet<string>) {
    this.#file = file;
    this.#accounts = accounts;
  }

  /** Reads the file. Throws `NODE_ALLOWLIST_MISSING` or `NODE_ALLOWLIST_INVALID`. */
  static async open(file: string): Promise<Allowlist> {
    return new Allowlist(file, await readAllowlist(file));
  }

  /** Reads the file again; when that fails the list stays as it was. */
  async reload(): Promise<void> {
    this.#accounts = await readAllowlist(this.#file);
  }

  /** `address` in lower-case hex. */
  permits(address: string): boolean {
    return this.#accounts.has(address);
  }
}

async function readAllowlist(file: string): Promise<ReadonlySet<string>> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new NodeError('NODE_ALLOWLIST_MISSING', 'the account allowlist cannot be read', { cause });
  }
  return parseAllowlist(text);
}

/** Lower-case addresses of `accounts-allowlist`. Throws `NODE_ALLOWLIST_INVALID`. */
export function parseAllowlist(text: string): ReadonlySet<string> {
  const entries = parseStringArrays(withoutComments(text));
  const accounts = entries.get(ACCOUNTS_KEY);
  if (accounts === undefined) throw invalid(`${ACCOUNTS_KEY} is missing`);
  for (const account of accounts) {
    if (!ADDRESS.test(account)) throw invalid(`${ACCOUNTS_KEY} holds something that is not an address`);
  }
  return new Set(accounts.map((account) => account.toLowerCase()));
}

function parseStringArrays(text: string): Map<string, string[]> {
  const entries = new Map<string, string[]>();
  const end = text.trimEnd().length;
  ENTRY.lastIndex = 0;
  while (ENTRY.lastIndex < end) {
    const match = ENTRY.exec(text);
    const [, key, body] = match ?? [];
    if (key === undefined || body === undefined || !KNOWN_KEYS.includes(key)) {
      throw invalid(`only ${KNOWN_KEYS.join(' and ')} are known, each an array of strings`);
    }
    if (entries.has(key)) throw invalid(`${key} is there twice`);
    entries.set(key, stringsOf(body));
  }
  return entries;
}

/** Strings separated by single commas; one may trail. */
function stringsOf(body: string): string[] {
  const strings = Array.from(body.matchAll(STRING), (match) => match[1] ?? match[2] ?? '');
  const skeleton = body.replaceAll(STRING, 's').replaceAll(/\s/g, '');
  if (!/^(?:s(?:,s)*,?)?$/.test(skeleton)) throw invalid('an array has a comma too many or too few');
  return strings;
}

/** No string of this file holds a `#`: the values are addresses and enode URLs. */
function withoutComments(text: string): string {
  return text.replaceAll('\r\n', '\n').replaceAll(/#[^\n]*/g, '');
}

function invalid(what: string): NodeError {
  return new NodeError('NODE_ALLOWLIST_INVALID', `account allowlist: ${what}`);
}
