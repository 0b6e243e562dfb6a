/** A consortium, the built page behind the verifier's routes, and codes of every kind for it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BundleSource } from '../../../core/bundle/bundle-state.ts';
import { fullBundle } from '../../../core/bundle/make-bundle.ts';
import { buildPages } from '../../../scripts/build-pages.ts';
import { makeConsortium, vaccinationRecord, type Consortium } from '../../support/consortium.ts';
import { Publishing, SIGNER_SET } from '../../support/publishing.ts';
import { servePage, type ServedPage } from './served-page.ts';

const HOUR = 3600;

export interface PageWorld extends AsyncDisposable {
  readonly consortium: Consortium;
  readonly publishing: Publishing;
  readonly served: ServedPage;
  readonly pagesFolder: string;
  readonly codes: {
    readonly venue: string;
    readonly travel: string;
    readonly revoked: string;
    readonly unanchored: string;
  };
  /** Publishes what the consortium knows now. */
  publish(): Promise<BundleSource>;
  /** Publishes this, whatever it is, as all that there is. */
  publishSource(source: BundleSource, bundle?: Uint8Array): Promise<void>;
}

/** @param folder of built pages; absent: built from the sources */
export async function makePageWorld(seed: number, folder?: string): Promise<PageWorld> {
  const consortium = makeConsortium({ seed });
  const publishing = new Publishing(consortium);
  const codes = await issueCodes(consortium);
  const dataFolder = await mkdtemp(join(tmpdir(), 'hcl-page-'));
  const pagesFolder = folder ?? (await buildPages());
  const served = await servePage(pagesFolder, dataFolder, publishing.context().trust);
  const publishSource: PageWorld['publishSource'] = (source, bundle = fullBundle(source)) =>
    served.publish(bundle, {
      origin: source.checkpoint.origin,
      size: source.checkpoint.size,
      timeSeconds: consortium.nowSeconds,
      checkpoint: source.note,
      deltas: [],
      handovers: [],
      signers: SIGNER_SET,
    });
  const publish = async (): Promise<BundleSource> => {
    const source = await publishing.source();
    await publishSource(source);
    return source;
  };
  await publish();
  return {
    consortium,
    publishing,
    served,
    pagesFolder,
    codes,
    publish,
    publishSource,
    async [Symbol.asyncDispose]() {
      await served[Symbol.asyncDispose]();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}

async function issueCodes(consortium: Consortium): Promise<PageWorld['codes']> {
  const issue = async (
    options: Parameters<Consortium['issueCodes']>[1],
  ): Promise<{ readonly text: string; readonly index: number }> => {
    const [code] = await consortium.issueCodes([vaccinationRecord()], options);
    if (code === undefined) throw new Error('one code for one record');
    return { text: code.text, index: code.claims.status.status_list.idx };
  };
  const venue = await issue({ profile: 'venue' });
  const travel = await issue({ profile: 'travel' });
  const revoked = await issue({ profile: 'venue' });
  const unanchored = await issue({ profile: 'venue', isAnchored: false });
  // Overdue status lists are another matter than old knowledge.
  const nextUpdate = consortium.nowSeconds + 200 * HOUR;
  consortium.publishStatus(consortium.issuer, [{ index: revoked.index, value: 'revoked' }], nextUpdate);
  return {
    venue: venue.text,
    travel: travel.text,
    revoked: revoked.text,
    unanchored: unanchored.text,
  };
}
