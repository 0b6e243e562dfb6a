/** The status lists of evidence that another issuer than the source gave: fetched where everybody gets them, and carried. */
import { toCarriedList, type CarriedList, type PublishedToken } from '../../core/conversion/carried-list.ts';
import { parseClaims } from '../../core/credential/parse.ts';
import { decodeCode } from '../../core/qr/code.ts';
import type { ConsortiumIssuer } from '../consortium-file.ts';
import { CliError } from '../errors.ts';
import { holderClient } from './holder-client.ts';
import type { Journey } from './journey.ts';

/** One for each list that a code of another issuer names. Throws `CLI_FILE_INVALID`, `CLI_SERVICE_UNREACHABLE`. */
export async function evidenceLists(
  evidence: readonly string[],
  { io, issuers, language, source }: Pick<Journey, 'io' | 'issuers' | 'language' | 'source'>,
): Promise<readonly CarriedList[]> {
  const named = evidence.map((code) => parseClaims(decodeCode(code).payloadBytes));
  const others = new Map(
    named.filter(({ iss }) => iss !== source.did).map(({ iss, status }) => [status.status_list.uri, iss]),
  );
  return await Promise.all(
    [...others].map(async ([uri, did]) => {
      const issuer = issuerOf(did, issuers);
      const answer = await holderClient(issuer, language, io).get('/status');
      // The route's response.
      const { lists } = answer as { readonly lists: readonly PublishedToken[] };
      const list = toCarriedList(uri, lists);
      if (list === undefined) throw new CliError('CLI_FILE_INVALID', `${issuer.name} has no list ${uri}`);
      return list;
    }),
  );
}

function issuerOf(did: string, issuers: readonly ConsortiumIssuer[]): ConsortiumIssuer {
  const issuer = issuers.find((one) => one.did === did);
  if (issuer === undefined)
    throw new CliError('CLI_FILE_INVALID', `evidence is of ${did}, whose address is not known here`);
  return issuer;
}
