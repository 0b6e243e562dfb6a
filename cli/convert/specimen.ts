/**
 * `hcl convert specimen`: the demonstration's traveller before they have a code: the key of their device, and who they
 * are as a party that books. Under the key they convert later on, it is the same person.
 */
import { join } from 'node:path';
import { makePrivateFolder, writeFileAtomically } from '../../service/files.ts';
import type { ExitCode } from '../command.ts';
import { resolvePath, type Io } from '../io.ts';
import { specimenOf } from './demo-traveller.ts';
import { HolderDevice } from './holder.ts';

/** Writes `key.jwk`, which is private, and `party.json` for `hcl booking book --party`. */
export async function makeSpecimen(folder: string, io: Io): Promise<ExitCode> {
  const device = HolderDevice.make();
  const { docType, docIssuer, docNumber, dob: birthDate } = specimenOf(device);
  const party = [{ document: { docType, docIssuer, docNumber }, relation: 'applicant', birthDate }];
  const path = resolvePath(io, folder);
  await makePrivateFolder(path);
  await writeFileAtomically(join(path, 'key.jwk'), `${JSON.stringify(device.privateJwk)}\n`);
  await writeFileAtomically(join(path, 'party.json'), `${JSON.stringify(party, null, 2)}\n`);
  await io.out.write(`${join(folder, 'key.jwk')}, ${join(folder, 'party.json')}\n`);
  return 0;
}
