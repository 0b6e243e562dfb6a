/**
 * `hcl node`: the embedded ledger node by itself, from a settings file:
 *
 *   { "dataFolder": "chain", "chainId": 8520300, "genesisTimestampSeconds": 1760000000,
 *     "sealerKeyFile": "sealer.key", "allowlistFile": "permissions.toml",
 *     "host": "127.0.0.1", "port": 8545, "sealIntervalMs": 0, "heartbeatSeconds": 60 }
 *
 * Paths are relative to the file; the last four have defaults (`node/options.ts`). On SIGHUP the allowlist is read
 * again; a list that is not good is reported and the old one stays.
 */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { EmbeddedNode } from '../../node/node.ts';
import type { NodeOptions } from '../../node/options.ts';
import type { Command } from '../command.ts';
import { parseArguments, required } from '../command.ts';
import { CliError, describeError, usageError } from '../errors.ts';
import { resolvePath, type Io } from '../io.ts';
import { jsonReader } from '../json-reader.ts';

const FIELDS = [
  'dataFolder',
  'chainId',
  'genesisTimestampSeconds',
  'sealerKeyFile',
  'allowlistFile',
  'host',
  'port',
  'sealIntervalMs',
  'heartbeatSeconds',
];

export const node: Command = {
  usage: `Usage: hcl node --config FILE

  --config FILE  JSON: dataFolder, chainId, genesisTimestampSeconds,
                 sealerKeyFile, allowlistFile; and, if they should differ from
                 the defaults: host, port, sealIntervalMs, heartbeatSeconds

  On SIGHUP the allowlist is read again; a bad one changes nothing.`,
  async run(args, io) {
    const { values, positionals } = parseArguments(args, { config: { type: 'string' } });
    if (positionals.length > 0) throw usageError(`node takes no "${positionals[0]}"`);
    const options = await readNodeOptions(resolvePath(io, required(values.config, '--config')));
    await runUntilStopped(options, io);
    return 0;
  },
};

/** Throws `CLI_FILE_UNREADABLE`, `CLI_FILE_INVALID`. */
async function readNodeOptions(path: string): Promise<NodeOptions> {
  const file = jsonReader(await readText(path), path);
  file.only(FIELDS);
  const at = (name: string): string => resolve(dirname(path), file.text(name));
  return {
    dataFolder: at('dataFolder'),
    chainId: file.integer('chainId'),
    genesis: { timestampSeconds: file.integer('genesisTimestampSeconds') },
    sealerPrivateKey: (await readText(at('sealerKeyFile'))).trim(),
    allowlistFile: at('allowlistFile'),
    ...(file.optional('host') ? { host: file.text('host') } : {}),
    ...(file.optional('port') ? { port: file.integer('port') } : {}),
    ...(file.optional('sealIntervalMs') ? { sealIntervalMs: file.integer('sealIntervalMs') } : {}),
    ...(file.optional('heartbeatSeconds') ? { heartbeatSeconds: file.integer('heartbeatSeconds') } : {}),
  };
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new CliError('CLI_FILE_UNREADABLE', `${path} cannot be read`, { cause });
  }
}

async function runUntilStopped(options: NodeOptions, io: Io): Promise<void> {
  // EthereumJS takes long to load; only this command needs it.
  const { startNode } = await import('../../node/server.ts');
  const started = await startNode(options, {
    nowSeconds: io.nowSeconds,
    onError: () => void io.err.write('the node has stopped making blocks\n'),
  });
  const reload = (): void => void reloadAllowlist(started.node, io);
  process.on('SIGHUP', reload);
  try {
    await io.out.write(`${started.url}  genesis ${started.node.genesisHash}\n`);
    await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  } finally {
    process.off('SIGHUP', reload);
    await started.close();
  }
}

async function reloadAllowlist(running: EmbeddedNode, io: Io): Promise<void> {
  try {
    await running.reloadAllowlist();
    await io.out.write('the allowlist was read again\n');
  } catch (error) {
    await io.err.write(`the allowlist stays as it was: ${describeError(error)}\n`);
  }
}
