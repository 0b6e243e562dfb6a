/** What a holder's device does at the source: show the words, sign the consent, wait for what it is to carry. */
import { randomBytes } from 'node:crypto';
import { toBase64url } from '../../core/bytes/base64url.ts';
import { consentMessage, evidenceDigest, type ConsentTerms } from '../../core/conversion/consent.ts';
import type { ConversionAnswer, ConversionPackage } from '../../issuer/conversion/source/handover.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { CliError } from '../errors.ts';
import { styled } from '../page.ts';
import type { TravellerCodes } from './demo-traveller.ts';
import { evidenceLists } from './evidence-lists.ts';
import { commitmentIn } from './holder.ts';
import type { HolderClient } from './holder-client.ts';
import type { Journey } from './journey.ts';
import { PATIENT, patiently, until } from './patience.ts';

/** Shows the words, and takes them as agreed to: whoever runs the command is the holder. */
export async function agree(
  { evidence }: TravellerCodes,
  here: HolderClient,
  { target, port, plannedOn, isQuiet, io }: Journey,
): Promise<ConsentTerms> {
  // The route's response.
  const { name, text } = (await here.get('/conversions/consent')) as {
    readonly name: string;
    readonly text: string;
  };
  if (!isQuiet) await io.out.write(`${styled(io.out, 'dim', text)}\n\n`);
  return {
    at: io.nowSeconds(),
    evidence: evidenceDigest(nodeCrypto, evidence.map(commitmentIn)),
    id: randomBytes(16).toString('hex'),
    target: target.did,
    text: name,
    ...(port === undefined ? {} : { port }),
    ...(plannedOn === undefined ? {} : { plannedOn }),
  };
}

export async function ask(
  { code, evidence }: TravellerCodes,
  terms: ConsentTerms,
  { here, journey }: { readonly here: HolderClient; readonly journey: Journey },
): Promise<void> {
  const signature = toBase64url(journey.device.sign(consentMessage(commitmentIn(code), terms)));
  let lists = await evidenceLists(evidence, journey);
  // They are their issuers' last ones only until somebody else's code ends.
  const renew = async (): Promise<void> => {
    lists = await evidenceLists(evidence, journey);
  };
  await patiently(() => {
    const carried = lists.length === 0 ? {} : { lists };
    return here.post('/conversions', { code, evidence, ...carried, terms, signature });
  }, renew);
}

/** Throws `CLI_SERVICE_REFUSED` with the source's words as soon as nothing will be handed over any more. */
export async function whenReady(
  id: string,
  { here, source }: Pick<Journey, 'source'> & { readonly here: HolderClient },
): Promise<ConversionPackage> {
  return await until(async () => {
    const told = await here.get(`/conversions/${id}`, PATIENT);
    const answer = told as ConversionAnswer & { readonly text?: string }; // the route's response
    if (answer.reason !== undefined) {
      const words = [answer.reason, answer.text].filter((word) => word !== undefined).join(', ');
      throw new CliError('CLI_SERVICE_REFUSED', `${source.name}: ${words}`);
    }
    return answer.package;
  }, 'the source has not handed the conversion over yet');
}
