/** `hcl convert`: one health code into that of another place, as its holder's device does it. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { toBase64url } from '../../core/bytes/base64url.ts';
import { arrivalAudience } from '../../core/conversion/arrival-audience.ts';
import { consentMessage, evidenceDigest, type ConsentTerms } from '../../core/conversion/consent.ts';
import { LANGUAGES } from '../../core/record/value-sets/value-set.ts';
import type { ConversionAnswer, ConversionPackage } from '../../issuer/conversion/source/handover.ts';
import type { DecisionAnswer } from '../../issuer/conversion/target/answer.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import type { Command, ExitCode } from '../command.ts';
import { parseArguments, required } from '../command.ts';
import { issuerByName, readConsortiumFile, type ConsortiumIssuer } from '../consortium-file.ts';
import { demoTraveller, type TravellerCodes } from '../convert/demo-traveller.ts';
import { commitmentIn, HolderDevice } from '../convert/holder.ts';
import { officerToken } from '../convert/officer-token.ts';
import { holderClient, type HolderClient } from '../convert/holder-client.ts';
import { CliError, usageError } from '../errors.ts';
import { dataFolderOf, resolvePath, type Io } from '../io.ts';
import { fieldLines, styled } from '../page.ts';

const OPTIONS = {
  from: { type: 'string' },
  to: { type: 'string' },
  code: { type: 'string' },
  evidence: { type: 'string' },
  key: { type: 'string' },
  port: { type: 'string' },
  on: { type: 'string' },
  booking: { type: 'string' },
  officer: { type: 'string' },
  lang: { type: 'string', default: 'en' },
  json: { type: 'boolean' },
} as const;

type Values = ReturnType<typeof parseArguments<typeof OPTIONS>>['values'];

const WAIT_MS = 50;
const PATIENCE_MS = 60_000;

export const convert: Command = {
  usage: `Usage: hcl convert --from NAME --to NAME [--code FILE --key FILE
                   [--evidence FILE]] [--port CODE] [--on DAY]
                   [--booking REFERENCE] [--lang CODE] [--json]
       hcl convert officer-token --to NAME --officer NUMBER

  Converts a health code of one place into one of another, as its holder's
  device does: it shows the words to agree to, signs the consent, waits until
  the source hands the conversion over, carries it to the target and takes the
  target's own code. The two issuers never talk to each other.

  officer-token    prints the token of one of the target's officers, who give
                   their word on referrals with it; it follows from the
                   operator's

  --from NAME      who issued the code: HK-DH
  --to NAME        whose code is wanted: MO-SSM
  --code FILE      the holder's travel code; without it the demonstration makes
                   a specimen traveller with a test and a declaration
  --key FILE       the holder's private key, a JWK, for files with --code
  --evidence FILE  codes that it rests on, one a line
  --port CODE      boundary control point: HZMB
  --on DAY         day of the crossing: 2022-12-21 (default: today)
  --booking REFERENCE  the place of a quota that is used with it
  --officer NUMBER  whose token: O-17
  --lang CODE      ${LANGUAGES.join(', ')} (default en)
  --json           one line of JSON: the decision, the code, time per step

  Exit status: 0 when the target has accepted; 1 when it refuses or refers to
  an officer, and on failure; 2 wrong usage.`,
  async run(args, io) {
    const { values, positionals } = parseArguments(args, OPTIONS);
    const [action] = positionals;
    if (action === 'officer-token') return await showOfficerToken(values, io);
    if (action !== undefined) throw usageError(`convert does not know "${action}"`);
    const [from, to] = [required(values.from, '--from'), required(values.to, '--to')];
    if (!LANGUAGES.some((one) => one === values.lang))
      throw usageError(`--lang is one of ${LANGUAGES.join(', ')}`);
    const consortium = await readConsortiumFile(dataFolderOf(io));
    const [source, target] = [issuerByName(consortium, from), issuerByName(consortium, to)];
    const device =
      values.key === undefined ? HolderDevice.make() : await HolderDevice.read(resolvePath(io, values.key));
    const codes = await readCodes(values, { source, device, io });
    const converted = await convertCode(codes, { device, source, target, values, io });
    await show(converted, { source, target, values, io });
    return converted.decision === 'accepted' ? 0 : 1;
  },
};

async function showOfficerToken(values: Values, io: Io): Promise<ExitCode> {
  const [to, officer] = [required(values.to, '--to'), required(values.officer, '--officer')];
  const consortium = await readConsortiumFile(dataFolderOf(io));
  return await officerToken(issuerByName(consortium, to), officer, io);
}

interface Journey {
  readonly device: HolderDevice;
  readonly source: ConsortiumIssuer;
  readonly target: ConsortiumIssuer;
  readonly values: Values;
  readonly io: Io;
}

type Converted = DecisionAnswer & {
  readonly text?: string;
  readonly milliseconds: Readonly<Record<string, number>>;
};

async function readCodes(
  { code, evidence }: Values,
  { source, device, io }: Pick<Journey, 'source' | 'device' | 'io'>,
): Promise<TravellerCodes> {
  if (code === undefined) return await demoTraveller(source, device, io);
  const lines = async (path: string): Promise<readonly string[]> =>
    (await readFile(resolvePath(io, path), 'utf8')).split('\n').filter((line) => line !== '');
  const [first] = await lines(code);
  if (first === undefined) throw new CliError('CLI_FILE_INVALID', `${code} holds no code`);
  return { code: first, evidence: evidence === undefined ? [] : await lines(evidence) };
}

async function convertCode(codes: TravellerCodes, journey: Journey): Promise<Converted> {
  const { device, source, target, values, io } = journey;
  const [there, here] = [target, source].map((issuer) => holderClient(issuer, values.lang, io));
  if (here === undefined || there === undefined) throw new CliError('CLI_USAGE', 'two issuers');
  const watch = new StopWatch();
  const terms = await agree(codes, here, journey);
  watch.lap('consent');
  const id = await ask(codes, { terms, device, here });
  watch.lap('asked');
  let carried = await whenReady(here, id);
  watch.lap('handedOver');
  const audience = arrivalAudience({ target: target.did, booking: values.booking });
  const arrive = async (): Promise<DecisionAnswer> =>
    // The route's response.
    (await there.post('/conversions/arrivals', {
      code: device.present(carried.code, io.nowSeconds(), audience),
      list: carried.list,
      ...(values.booking === undefined ? {} : { booking: values.booking }),
    })) as DecisionAnswer;
  // The list that goes with it is the source's last one only until somebody else's code ends.
  const renew = async (): Promise<void> => {
    carried = await whenReady(here, id);
  };
  let decided = await patiently(arrive, renew);
  watch.lap('decided');
  for (let waited = 0; decided.decision === 'accepted' && decided.code === undefined; waited += WAIT_MS) {
    if (waited > PATIENCE_MS) throw new CliError('CLI_TIMED_OUT', 'the target has not released its code yet');
    await delay(WAIT_MS);
    decided = await patiently(arrive, renew);
  }
  watch.lap('code');
  await patiently(arrive, renew);
  watch.lap('again');
  return { ...decided, milliseconds: watch.laps };
}

/** Shows the words, and takes them as agreed to: whoever runs the command is the holder. */
async function agree(
  { evidence }: TravellerCodes,
  here: HolderClient,
  { target, values, io }: Journey,
): Promise<ConsentTerms> {
  // The route's response.
  const { name, text } = (await here.get('/conversions/consent')) as {
    readonly name: string;
    readonly text: string;
  };
  if (!values.json) await io.out.write(`${styled(io.out, 'dim', text)}\n\n`);
  return {
    at: io.nowSeconds(),
    evidence: evidenceDigest(nodeCrypto, evidence.map(commitmentIn)),
    id: randomBytes(16).toString('hex'),
    target: target.did,
    text: name,
    ...(values.port === undefined ? {} : { port: values.port }),
    ...(values.on === undefined ? {} : { plannedOn: values.on }),
  };
}

async function ask(
  { code, evidence }: TravellerCodes,
  {
    terms,
    device,
    here,
  }: { readonly terms: ConsentTerms; readonly device: HolderDevice; readonly here: HolderClient },
): Promise<string> {
  const message = consentMessage(commitmentIn(code), terms);
  await patiently(() =>
    here.post('/conversions', { code, evidence, terms, signature: toBase64url(device.sign(message)) }),
  );
  return terms.id;
}

async function whenReady(here: HolderClient, id: string): Promise<ConversionPackage> {
  for (let waited = 0; waited < PATIENCE_MS; waited += WAIT_MS) {
    // The route's response.
    const answer = (await here.get(`/conversions/${id}`)) as ConversionAnswer;
    if (answer.package !== undefined) return answer.package;
    await delay(WAIT_MS);
  }
  throw new CliError('CLI_TIMED_OUT', 'the source has not handed the conversion over yet');
}

/** What one of the two has not read from the ledger yet, it will have read in a moment. */
const A_MOMENT_LATER = /CONVERSION_(?:CODE_UNCONFIRMED|LIST_OUTDATED|NOT_SPENT|MAPPING_NOT_IN_FORCE)/;
const OUTDATED = /CONVERSION_LIST_OUTDATED/;

/** @param renew fetches anew what has become out of date */
async function patiently<Answer>(
  request: () => Promise<Answer>,
  renew?: () => Promise<void>,
): Promise<Answer> {
  for (let waited = 0; ; waited += WAIT_MS) {
    try {
      return await request();
    } catch (error) {
      const isEarly = error instanceof CliError && A_MOMENT_LATER.test(error.message);
      if (!isEarly || waited > LEDGER_PATIENCE_MS) throw error;
      await delay(WAIT_MS);
      if (OUTDATED.test(error.message)) await renew?.();
    }
  }
}

const LEDGER_PATIENCE_MS = 10_000;

class StopWatch {
  readonly #laps: Record<string, number> = {};
  #lastMs = performance.now();

  get laps(): Readonly<Record<string, number>> {
    return this.#laps;
  }

  lap(name: string): void {
    const now = performance.now();
    this.#laps[name] = Math.round(now - this.#lastMs);
    this.#lastMs = now;
  }
}

async function show(
  converted: Converted,
  { source, target, values, io }: Omit<Journey, 'device'>,
): Promise<void> {
  const { decision, state, text, code, milliseconds } = converted;
  if (values.json) {
    const { receipt: _, ...told } = converted;
    await io.out.write(`${JSON.stringify({ from: source.name, to: target.name, ...told })}\n`);
    return;
  }
  const style = decision === 'accepted' ? 'green' : 'yellow';
  await io.out.write(`${styled(io.out, style, decision)}  ${source.name} → ${target.name}\n`);
  await io.out.write(
    fieldLines(io.out, [
      ...(state === undefined ? [] : [{ label: 'State', value: state }]),
      ...(text === undefined ? [] : [{ label: 'Reason', value: text }]),
      {
        label: 'Time',
        value: Object.entries(milliseconds)
          .map(([name, ms]) => `${LAP_NAMES[name] ?? name} ${ms} ms`)
          .join(' · '),
      },
    ]),
  );
  // On a line of its own, whole: spaces are part of it.
  if (code !== undefined) await io.out.write(`\n${code}\n`);
}

const LAP_NAMES: Readonly<Record<string, string>> = { handedOver: 'handed over', again: 'asked once more' };
