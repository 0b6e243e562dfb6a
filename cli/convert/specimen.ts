/**
 * `hcl convert specimen`: the demonstration's traveller before they have a code: the key of their device, and who they
 * are as a party that books. Under the key they convert later on, it is the same person.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomically } from '../../service/files.ts';
import type { ExitCode } from '../command.ts';
import { resolvePath, type Io } from '../io.ts';
import { writeNewPrivateFile } from '../new-private-file.ts';
import { specimenOf } from './demo-traveller.ts';
import { HolderDevice } from './holder.ts';

const ADVICE = 'go on with this traveller, or name another folder with --out';

/**
 * Writes `key.jwk`, which is private, and `party.json` for `hcl booking book --party`. A folder that is there keeps its
 * mode. Throws `CLI_USAGE` where a traveller is there already: their bookings hold under their key.
 */
export async function makeSpecimen(folder: string, io: Io): Promise<ExitCode> {
  const device = HolderDevice.make();
  const { docType, docIssuer, docNumber, dob: birthDate } = specimenOf(device);
  const party = [{ document: { docType, docIssuer, docNumber }, relation: 'applicant', birthDate }];
  const path = resolvePath(io, folder);
  await mkdir(path, { recursive: true, mode: 0o700 });
  await writeNewPrivateFile(join(path, 'key.jwk'), `${JSON.stringify(device.privateJwk)}\n`, ADVICE);
  await writeFileAtomically(join(path, 'party.json'), `${JSON.stringify(party, null, 2)}\n`);
  await io.out.write(`${join(folder, 'key.jwk')}, ${join(folder, 'party.json')}\n`);
  return 0;
}
