/** A consortium, the built page behind the verifier's routes, and codes of every kind for it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeSnapshot } from '../../../core/trust/snapshot.ts';
import { buildPages } from '../../../scripts/build-pages.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { makeConsortium, vaccinationRecord, type Consortium } from '../../support/consortium.ts';
import { servePage, type ServedPage } from './served-page.ts';

const HOUR = 3600;

export interface PageWorld extends AsyncDisposable {
  readonly consortium: Consortium;
  readonly served: ServedPage;
  readonly pagesFolder: string;
  readonly codes: {
    readonly venue: string;
    readonly travel: string;
    readonly revoked: string;
    readonly unanchored: string;
  };
  /** Publishes what the consortium knows now. */
  publish(): Promise<void>;
}

export async function makePageWorld(seed: number): Promise<PageWorld> {
  const consortium = makeConsortium({ seed });
  const { issuer } = consortium;
  const issue = async (
    options: Parameters<Consortium['issueCodes']>[1],
  ): Promise<{ text: string; index: number }> => {
    const [code] = await consortium.issueCodes([vaccinationRecord()], options);
    if (code === undefined) throw new Error('one code for one record');
    return { text: code.text, index: code.claims.status.status_list.idx };
  };
  const venue = await issue({ profile: 'venue' });
  const travel = await issue({ profile: 'travel' });
  const revoked = await issue({ profile: 'venue' });
  const unanchored = await issue({ profile: 'venue', isAnchored: false });
  // Overdue status lists are another matter than old knowledge.
  consortium.publishStatus(
    issuer,
    [{ index: revoked.index, value: 'revoked' }],
    consortium.nowSeconds + 200 * HOUR,
  );
  const dataFolder = await mkdtemp(join(tmpdir(), 'hcl-page-'));
  const pagesFolder = await buildPages();
  const served = await servePage(pagesFolder, dataFolder);
  const publish = (): Promise<void> => served.publish(encodeSnapshot(nodeCrypto, consortium));
  await publish();
  return {
    consortium,
    served,
    pagesFolder,
    codes: { venue: venue.text, travel: travel.text, revoked: revoked.text, unanchored: unanchored.text },
    publish,
    async [Symbol.asyncDispose]() {
      await served[Symbol.asyncDispose]();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}
