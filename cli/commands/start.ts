/** `hcl start`: the demonstration consortium, as `npm start`; or one service alone, set up by its environment. */
import { once } from 'node:events';
import type { Command, ExitCode } from '../command.ts';
import { parseArguments } from '../command.ts';
import { usageError } from '../errors.ts';
import { dataFolderOf, resolvePath, type Io } from '../io.ts';

interface Service {
  readonly url: string;
  close(): Promise<void>;
}

/** Each loads its own service and no other. */
const SERVICES: Readonly<Record<string, (env: Io['env']) => Promise<Service>>> = {
  issuer: async (env) => await (await import('../../issuer/start-alone.ts')).startIssuerAlone(env),
  verifier: async (env) => {
    const { readConfig } = await import('../../verifier/config.ts');
    const { startVerifier } = await import('../../verifier/server.ts');
    return await startVerifier(readConfig(env));
  },
};

export const start: Command = {
  usage: `Usage: hcl start [--data FOLDER] [--once]
       hcl start issuer | verifier

  Without a name: the demonstration consortium.

  --data FOLDER  where keys and state lie (default HCL_DATA, or data/demo)
  --once         end after the report instead of running until Ctrl-C

  With one: that service alone, until Ctrl-C or SIGTERM. Its settings are the
  variables HCL_ISSUER_… or HCL_VERIFIER_… (docs/configuration.md); logs go to
  standard output, where it listens to standard error.`,
  async run(args, io) {
    const { values, positionals } = parseArguments(args, {
      data: { type: 'string' },
      once: { type: 'boolean' },
    });
    const [name, ...more] = positionals;
    if (more.length > 0) throw usageError(`start takes no "${more[0]}"`);
    if (name === undefined) return await startDemonstration(values, io);
    const service = Object.hasOwn(SERVICES, name) ? SERVICES[name] : undefined;
    if (service === undefined) throw usageError(`start takes ${Object.keys(SERVICES).join(' or ')}`);
    if (values.data !== undefined || values.once) {
      throw usageError('--data and --once belong to the demonstration');
    }
    return await runUntilStopped(await service(io.env), io);
  },
};

async function startDemonstration(
  { data, once }: { readonly data: string | undefined; readonly once: boolean },
  io: Io,
): Promise<ExitCode> {
  const dataFolder = data === undefined ? dataFolderOf(io) : resolvePath(io, data);
  const script = await import('../../scripts/start.ts');
  await script.start({ dataFolder, once }, io);
  return 0;
}

/** Until the first Ctrl-C or SIGTERM; a second one ends at once. */
async function runUntilStopped(service: Service, io: Io): Promise<ExitCode> {
  try {
    await io.err.write(`${service.url}\n`);
    await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  } finally {
    await service.close();
  }
  return 0;
}
