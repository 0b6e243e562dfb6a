/** `hcl convert`: one health code into that of another place, as its holder's device does it. */
import { readFile } from 'node:fs/promises';
import { parseReference } from '../../booking/reference.ts';
import { LANGUAGES } from '../../core/record/value-sets/value-set.ts';
import type { Command, ExitCode } from '../command.ts';
import { parseArguments, required } from '../command.ts';
import { issuerByName, readConsortiumFile, type ConsortiumIssuer } from '../consortium-file.ts';
import { showConverted } from '../convert/converted-page.ts';
import { demoTraveller, type TravellerCodes } from '../convert/demo-traveller.ts';
import { HolderDevice } from '../convert/holder.ts';
import type { Journey } from '../convert/journey.ts';
import { makeSpecimen } from '../convert/specimen.ts';
import { officerToken, revokeOfficerTokens } from '../convert/officer-token.ts';
import { convertCode } from '../convert/way.ts';
import { CliError, usageError } from '../errors.ts';
import { dataFolderOf, resolvePath, type Io } from '../io.ts';

const OPTIONS = {
  from: { type: 'string' },
  to: { type: 'string' },
  code: { type: 'string' },
  evidence: { type: 'string' },
  key: { type: 'string' },
  'tested-by': { type: 'string' },
  port: { type: 'string' },
  on: { type: 'string' },
  booking: { type: 'string' },
  officer: { type: 'string' },
  revoke: { type: 'boolean' },
  out: { type: 'string' },
  lang: { type: 'string', default: 'en' },
  json: { type: 'boolean' },
} as const;

type Values = ReturnType<typeof parseArguments<typeof OPTIONS>>['values'];

export const convert: Command = {
  usage: `Usage: hcl convert --from NAME --to NAME [--code FILE --key FILE
                   [--evidence FILE]] [--tested-by NAME] [--port CODE]
                   [--on DAY] [--booking REFERENCE] [--lang CODE] [--json]
       hcl convert specimen --out FOLDER
       hcl convert officer-token --to NAME --officer NUMBER [--revoke]

  Converts a health code of one place into one of another, as its holder's
  device does: it shows the words to agree to, signs the consent, waits until
  the source hands the conversion over, carries it to the target and takes the
  target's own code. The two issuers never talk to each other.

  specimen         makes the key of a specimen traveller's device, for --key, and
                   the party that they are, for "hcl booking book"
  officer-token    prints the token of one of the target's officers, who give
                   their word on referrals with it; it follows from the
                   operator's. With --revoke it takes back every token that
                   was made for this officer, and prints none

  --from NAME      who issued the code: HK-DH
  --to NAME        whose code is wanted: MO-SSM
  --code FILE      the holder's travel code; without it the demonstration makes
                   a specimen traveller with a test and a declaration
  --key FILE       the holder's private key, a JWK; with --code it is needed
  --out FOLDER     where the specimen's files go
  --evidence FILE  codes that it rests on, one a line; of another issuer than the
                   source too: its status list is fetched and goes with them
  --tested-by NAME  whose test the specimen traveller has (default: of --from)
  --port CODE      boundary control point: HZMB
  --on DAY         day of the crossing: 2022-12-21 (default: today)
  --booking REFERENCE  the place of a quota that is used with it
  --officer NUMBER  whose token: O-17
  --lang CODE      ${LANGUAGES.join(', ')} (default en)
  --json           one line of JSON: the decision, the code, the receipts of
                   both, time per step

  Both services sign what they did; the two receipts are compared.
  Exit status: 0 when the target has accepted; 1 when it refuses or refers to
  an officer, when the receipts do not belong together, and on failure; 2 wrong
  usage.`,
  async run(args, io) {
    const { values, positionals } = parseArguments(args, OPTIONS);
    const [action] = positionals;
    if (action === 'specimen') return await makeSpecimen(required(values.out, '--out'), io);
    if (action === 'officer-token') return await doOfficerToken(values, io);
    if (action !== undefined) throw usageError(`convert does not know "${action}"`);
    const [from, to] = [required(values.from, '--from'), required(values.to, '--to')];
    if (!LANGUAGES.some((one) => one === values.lang))
      throw usageError(`--lang is one of ${LANGUAGES.join(', ')}`);
    // A reference that is typed wrong ends here, before the source has spent anything.
    const booking = values.booking === undefined ? undefined : parseReference(values.booking);
    const consortium = await readConsortiumFile(dataFolderOf(io));
    const { issuers } = consortium;
    const [source, target] = [issuerByName(consortium, from), issuerByName(consortium, to)];
    const testedBy = issuerByName(consortium, values['tested-by'] ?? from);
    const device =
      values.key === undefined ? HolderDevice.make() : await HolderDevice.read(resolvePath(io, values.key));
    const codes = await readCodes(values, { source, testedBy, device, io });
    const { json: isQuiet, lang: language, on: plannedOn, port } = values;
    const wishes = { booking, isQuiet, language, plannedOn, port };
    const converted = await convertCode(codes, { device, source, target, issuers, io, ...wishes });
    if (isQuiet) await io.out.write(`${JSON.stringify({ from, to, ...converted })}\n`);
    else await showConverted(converted, { source, target, io });
    return converted.decision === 'accepted' && converted.receipts.areOfOneConversion ? 0 : 1;
  },
};

async function doOfficerToken(values: Values, io: Io): Promise<ExitCode> {
  const [to, officer] = [required(values.to, '--to'), required(values.officer, '--officer')];
  const issuer = issuerByName(await readConsortiumFile(dataFolderOf(io)), to);
  const act = values.revoke ? revokeOfficerTokens : officerToken;
  return await act(issuer, officer, io);
}

interface At extends Pick<Journey, 'source' | 'device' | 'io'> {
  readonly testedBy: ConsortiumIssuer;
}

async function readCodes(
  { code, evidence }: Values,
  { source: issuer, testedBy, device, io }: At,
): Promise<TravellerCodes> {
  if (code === undefined) return await demoTraveller({ issuer, testedBy }, device, io);
  const lines = async (path: string): Promise<readonly string[]> =>
    (await readFile(resolvePath(io, path), 'utf8')).split('\n').filter((line) => line !== '');
  const [first] = await lines(code);
  if (first === undefined) throw new CliError('CLI_FILE_INVALID', `${code} holds no code`);
  return { code: first, evidence: evidence === undefined ? [] : await lines(evidence) };
}
