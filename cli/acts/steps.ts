/** The steps of an act, one function each: try out, propose, approve, look, take back, correct. */
import { readFile } from 'node:fs/promises';
import { isActKind, type ActKind } from '../../core/act/kinds.ts';
import type { Hex } from '../../core/bytes/hex.ts';
import type { ActRequest } from '../../issuer/acts/propose.ts';
import { addressOfKey } from '../../ledger/identifiers.ts';
import { readSecretFile } from '../../service/files.ts';
import { required } from '../command.ts';
import { CliError, usageError } from '../errors.ts';
import { resolvePath } from '../io.ts';
import { styled } from '../page.ts';
import { actTable, credentials } from './act-page.ts';
import { approve } from './approve.ts';
import { takeWords, writeAct, type Desk } from './desk.ts';
import { readActRequest, readNotice, readReason } from './options.ts';

/** A step first looks at how it was called, then does its work. */
export interface Step {
  check(desk: Pick<Desk, 'values' | 'words'>): unknown;
  run(desk: Desk): Promise<void>;
}

const dryRun: Step = {
  check: readRequest,
  async run(desk) {
    const { client, io, values } = desk;
    const count = await client.dryRun(readRequest(desk));
    await io.out.write(
      values.json
        ? `${JSON.stringify({ credentials: count })}\n`
        : `It would concern ${credentials(count)}.\n`,
    );
  },
};

const propose: Step = {
  check: readRequest,
  async run(desk) {
    const { client, io, values } = desk;
    const proposedBy = values.key === undefined ? undefined : await addressIn(resolvePath(io, values.key));
    const { id } = await client.propose({
      ...readRequest(desk),
      ...(proposedBy === undefined ? {} : { proposedBy }),
    });
    if (values.key !== undefined) await approveWith([id], values.key, desk);
    await writeAct(await client.show(id), desk);
  },
};

const approveStep: Step = {
  check({ values, words }) {
    required(values.key, '--key');
    if (words.length === 0) throw usageError('name the ID of each act to approve');
  },
  async run(desk) {
    await approveWith(desk.words, required(desk.values.key, '--key'), desk);
    for (const id of desk.words) await writeAct(await desk.client.show(id), desk);
  },
};

const list: Step = {
  check: ({ words }) => takeWords(words, []),
  async run({ client, io, values }) {
    const acts = await client.list();
    await io.out.write(
      values.json ? acts.map((act) => `${JSON.stringify(act)}\n`).join('') : actTable(acts, io.out),
    );
  },
};

const show: Step = {
  check: ({ words }) => takeWords(words, ['the ID of the act']),
  run: async (desk) => writeAct(await desk.client.show(desk.words[0] ?? ''), desk),
};

const withdraw: Step = {
  check: ({ words }) => takeWords(words, ['the ID of the act']),
  run: async (desk) => writeAct(await desk.client.withdraw(desk.words[0] ?? ''), desk),
};

const correct: Step = {
  check({ values, words }) {
    takeWords(words, ['the FILE with the corrected record']);
    correctionTerms(values);
  },
  async run({ client, io, values, words }) {
    const record = await readJson(resolvePath(io, words[0] ?? ''));
    const answer = await client.correct({ ...correctionTerms(values), record });
    if ('problems' in answer) {
      const problems = answer.problems.map(({ field, reason }) => `${field} ${reason}`).join('; ');
      throw new CliError('CLI_SERVICE_REFUSED', `the corrected record is refused: ${problems}`);
    }
    const { recordId, act } = answer;
    await io.out.write(
      values.json
        ? `${JSON.stringify(answer)}\n`
        : `${styled(io.out, 'green', '✓')} The corrected record is ${recordId}. Two people approve act ${act.id}, ` +
            'then the old code says that it was replaced.\n',
    );
  },
};

export const STEPS: Readonly<Record<string, Step>> = {
  'dry-run': dryRun,
  propose,
  approve: approveStep,
  list,
  show,
  withdraw,
  correct,
};

function readRequest({ values, words }: Pick<Desk, 'values' | 'words'>): ActRequest {
  takeWords(words, ['the KIND of act']);
  return readActRequest(kindOf(words[0] ?? ''), values);
}

function kindOf(word: string): ActKind {
  if (isActKind(word)) return word;
  throw usageError(`"${word}" is no kind of act`);
}

async function approveWith(ids: readonly string[], keyFile: string, desk: Desk): Promise<void> {
  const options = { keyFile: resolvePath(desk.io, keyFile), replace: desk.values.replace };
  await approve(ids, options, desk);
}

async function addressIn(keyFile: string): Promise<Hex> {
  return addressOfKey((await readSecretFile(keyFile)).trim());
}

function correctionTerms(values: Desk['values']): object {
  return {
    recordId: required(values.record, '--record'),
    reason: readReason('supersede', values),
    legalBasis: required(values.basis, '--basis'),
    notice: readNotice(values),
  };
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as unknown;
  } catch {
    // The cause may quote the file, which is about a person.
    throw new CliError('CLI_FILE_UNREADABLE', `${path} cannot be read as JSON`);
  }
}
