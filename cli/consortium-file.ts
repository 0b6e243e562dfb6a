/**
 * `<data>/consortium.json`: where the parts of a running consortium answer. The start script writes it, the
 * command line reads it. It holds no secret, only where the operators' tokens lie.
 *
 *   { "version": 1, "rpcUrl": "http://127.0.0.1:8545", "chainId": 31337, "deployment": "deployment.json",
 *     "verifierUrl": "http://127.0.0.1:4100",
 *     "issuers": [{ "name": "HK-DH", "did": "did:web:…", "url": "http://127.0.0.1:4001",
 *                   "jurisdiction": "HK", "operatorTokenFile": "issuers/HK-DH/operator.token",
 *                   "auditorTokenFile"?: "…", "approvers"?: [{ "keyFile": "…" }] }] }
 *
 * Paths are relative to the file.
 */
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { writeFileAtomically } from '../service/files.ts';
import { CliError } from './errors.ts';
import { jsonReader, type JsonReader } from './json-reader.ts';

export interface ConsortiumIssuer {
  /** Short name on the command line: `HK-DH`. */
  readonly name: string;
  readonly did: string;
  readonly url: string;
  /** ISO 3166-1 alpha-2. */
  readonly jurisdiction: string;
  readonly operatorTokenFile: string;
  /** Opens the issuer's history of acts to auditors. */
  readonly auditorTokenFile?: string;
  /** Keys of people who approve acts; only a demonstration has them in one place. */
  readonly approverKeyFiles?: readonly string[];
}

export interface ConsortiumFile {
  readonly version: 1;
  readonly rpcUrl: string;
  readonly chainId: number;
  readonly deployment: string;
  readonly verifierUrl: string;
  readonly auditorUrl?: string;
  readonly issuers: readonly ConsortiumIssuer[];
}

const FILE_NAME = 'consortium.json';

/** Reads the file in `dataFolder`, its paths made absolute. Throws `CLI_NOT_STARTED`, `CLI_FILE_INVALID`. */
export async function readConsortiumFile(dataFolder: string): Promise<ConsortiumFile> {
  const path = join(dataFolder, FILE_NAME);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new CliError(
      'CLI_NOT_STARTED',
      `there is no ${path}: start the consortium with "npm start", or set HCL_DATA to its data folder`,
      { cause },
    );
  }
  const file = parseConsortiumFile(text);
  const base = dirname(path);
  return {
    ...file,
    deployment: resolve(base, file.deployment),
    issuers: file.issuers.map((issuer) => ({
      ...issuer,
      operatorTokenFile: resolve(base, issuer.operatorTokenFile),
      ...(issuer.auditorTokenFile === undefined
        ? {}
        : { auditorTokenFile: resolve(base, issuer.auditorTokenFile) }),
      ...(issuer.approverKeyFiles === undefined
        ? {}
        : { approverKeyFiles: issuer.approverKeyFiles.map((file) => resolve(base, file)) }),
    })),
  };
}

/** Writes the file whole or not at all, readable by its owner alone. */
export async function writeConsortiumFile(dataFolder: string, file: ConsortiumFile): Promise<void> {
  const path = join(dataFolder, FILE_NAME);
  const text = `${JSON.stringify({ ...file, issuers: file.issuers.map(toText) }, undefined, 2)}\n`;
  parseConsortiumFile(text);
  await writeFileAtomically(path, text);
}

/** Throws `CLI_FILE_INVALID` for anything but the shape above; unknown fields are refused. */
export function parseConsortiumFile(text: string): ConsortiumFile {
  const root = jsonReader(text, FILE_NAME);
  root.only(['version', 'rpcUrl', 'chainId', 'deployment', 'verifierUrl', 'auditorUrl', 'issuers']);
  if (root.integer('version') !== 1) root.fail('version', 'is not 1');
  const auditorUrl = root.optional('auditorUrl') ? root.httpUrl('auditorUrl') : undefined;
  return {
    version: 1,
    rpcUrl: root.httpUrl('rpcUrl'),
    chainId: root.integer('chainId'),
    deployment: root.text('deployment'),
    verifierUrl: root.httpUrl('verifierUrl'),
    ...(auditorUrl === undefined ? {} : { auditorUrl }),
    issuers: root.list('issuers').map((issuer) => {
      issuer.only([
        'name',
        'did',
        'url',
        'jurisdiction',
        'operatorTokenFile',
        'auditorTokenFile',
        'approvers',
      ]);
      return {
        name: issuer.text('name'),
        did: issuer.text('did'),
        url: issuer.httpUrl('url'),
        jurisdiction: issuer.text('jurisdiction'),
        operatorTokenFile: issuer.text('operatorTokenFile'),
        ...(issuer.optional('auditorTokenFile') ? { auditorTokenFile: issuer.text('auditorTokenFile') } : {}),
        ...(issuer.optional('approvers')
          ? { approverKeyFiles: issuer.list('approvers').map((approver) => keyFileOf(approver)) }
          : {}),
      };
    }),
  };
}

function toText({ approverKeyFiles, ...issuer }: ConsortiumIssuer): object {
  if (approverKeyFiles === undefined) return issuer;
  return { ...issuer, approvers: approverKeyFiles.map((keyFile) => ({ keyFile })) };
}

function keyFileOf(approver: JsonReader): string {
  approver.only(['keyFile']);
  return approver.text('keyFile');
}

/** The issuer called `name`; throws `CLI_USAGE` and lists the names there are. */
export function issuerByName(file: ConsortiumFile, name: string): ConsortiumIssuer {
  const issuer = file.issuers.find((candidate) => candidate.name === name);
  if (issuer !== undefined) return issuer;
  const known = file.issuers.map((candidate) => candidate.name).join(', ');
  throw new CliError('CLI_USAGE', `no issuer is called "${name}"; there are ${known}`);
}
