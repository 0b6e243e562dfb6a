/** How the parts of an issuer are made from its store, and which knows which. */
import { join } from 'node:path';
import { silentLogger } from '../service/logging.ts';
import type { Store } from '../service/store.ts';
import { issuerIdOf } from '../ledger/identifiers.ts';
import { Acts } from './acts/acts.ts';
import { ActHistory } from './acts/history.ts';
import { ProposalSealer } from './acts/proposal-entry.ts';
import { Proposals } from './acts/proposals.ts';
import { Background } from './background.ts';
import { Batches } from './batches.ts';
import { Bookings } from './bookings.ts';
import { Budget } from './budget/budget.ts';
import type { BudgetConfig } from './budget/rules.ts';
import { EarlierDoses } from './earlier-doses.ts';
import { defaultMappings } from '../core/conversion/default-mappings.ts';
import { MappingSet } from '../core/conversion/mapping-set.ts';
import { bookedPlaces } from './conversion/booked-places.ts';
import { Conversion } from './conversion/conversion.ts';
import { grantedStatus } from './conversion/granted-status.ts';
import { openForeignParts } from './foreign/foreign-parts.ts';
import { Gate } from './gate.ts';
import { RecordIssuer } from './issue.ts';
import { ColourActs } from './health/colour-acts.ts';
import { Health } from './health/health.ts';
import { HealthFiles } from './health/health-file.ts';
import { IdempotencyKeys } from './idempotency.ts';
import { KeyRotation } from './keys/key-rotation.ts';
import { SigningDesk } from './keys/signing-desk.ts';
import { KeyedIndex } from './keyed-index.ts';
import { Lanes } from './lanes.ts';
import { ListAllocator } from './list-allocator.ts';
import { Lock } from './lock.ts';
import type { Opening, Parts } from './parts.ts';
import { Pipeline } from './pipeline.ts';
import { PRIVACY_DEFAULTS } from './privacy/config.ts';
import { Holds } from './privacy/holds.ts';
import { KeyRing } from './privacy/key-ring.ts';
import { Privacy } from './privacy/privacy.ts';
import { Progress } from './progress.ts';
import { Receipts } from './receipts.ts';
import { Release } from './release.ts';
import { Status } from './status.ts';
import { StatusPublication } from './status-publication.ts';
import { readersOf } from './store.ts';

const NO_BUDGET: BudgetConfig = { rules: [], utcOffsetMinutes: 0 };

/** In the order of the data flow. What knows of one that comes later asks for it when it needs it. */
export async function wireParts({ config, secrets, ports, metrics }: Opening, store: Store): Promise<Parts> {
  const { crypto, now, randomBytes, log = silentLogger } = ports;
  const { did, publicBaseUrl, windowMs, maxWaiting } = config;
  const { freshForSeconds } = config.status;
  const tables = readersOf(store);

  const gate = new Gate();
  const index = new KeyedIndex(secrets.indexKey);
  const { privacy: privacyConfig = PRIVACY_DEFAULTS } = config;
  const folder = privacyConfig.epochFolder ?? join(config.dataFolder, 'epochs');
  const ring = await KeyRing.open({ store, tables, folder, did, ...secrets, randomBytes });
  const { envelope } = ring;
  const keyEncryption = ring.keys;
  const finisher = new SigningDesk({ ...secrets, did, keyEncryption }, { crypto, randomBytes, envelope });
  const { presentKey: key, sealer } = finisher;

  const batches = await Batches.open({ crypto, store, tables, now, randomBytes, seedKey: secrets.batchSeed });
  const lanes = await Lanes.open(tables, await batches.stagedEnds(), now());
  const lists = await ListAllocator.open(tables, { envelope, randomBytes, publicBaseUrl });
  const common = { crypto, store, tables, lists, now, randomBytes, metrics, log };
  const proposals = await Proposals.open({
    crypto,
    tables,
    sealer: new ProposalSealer(secrets.indexKey, randomBytes),
  });
  const history = await ActHistory.open({ store, tables, proposals });
  const judged = { ...common, did, proposals, history, ledger: ports.status };
  const status = await Status.open({ ...judged, freshForSeconds });
  const pipeline = new Pipeline({ batches, lanes, ledger: ports.ledger, now, windowMs, metrics, log });
  const release = new Release({ crypto, tables, index, sealer, batches, lanes, lists, status });
  const budget = await Budget.open(config.budget ?? NO_BUDGET, {
    ...common,
    indexKey: secrets.indexKey,
    nowSeconds: Math.floor(now() / 1000),
  });
  const receipts = new Receipts({ crypto, did, key, index, release, kids: () => rotation.kids, now });
  const keys = new IdempotencyKeys({ store, tables, index, now });
  const acts = await Acts.open({
    ...judged,
    index,
    sealer,
    placesOf: async (target) =>
      target.by === 'credential'
        ? [await release.statusPlace(target.handle)]
        : await release.statusPlaces(target.recordId),
    onApproved: () => background.wake(),
    publishedVersion: () => status.published?.version.version ?? 0,
  });
  const colourActs = await ColourActs.open({ crypto, did, tables });
  const files = await HealthFiles.open({ store, tables, ring, did, log });
  const progress = new Progress();
  const background = new Background({
    health: {
      carryOut: () => health.carryOut(),
      get nextDueMs() {
        return health.nextDueMs;
      },
    },
    pipeline,
    acts,
    status,
    lanes,
    gate,
    metrics,
    progress,
    now,
    log,
  });
  const records = await RecordIssuer.open({
    ...common,
    budget,
    did,
    index,
    ring,
    lanes,
    finisher,
    maxWaiting,
    checkOpen: () => gate.check(),
    describe: (number) => release.describe(number),
    receipts,
    colourActs,
    earlierDoses: new EarlierDoses({ tables, sealer, release }),
    beingErased: (numbers) => privacy.beingErased(numbers),
    onStored: (count) => {
      metrics.records.inc(count);
      background.wake();
    },
  });
  const health = await Health.open({
    ...common,
    did,
    jurisdiction: config.jurisdiction,
    files,
    colourActs,
    index,
    ring,
    sealer,
    records,
    release,
    proposals,
    history,
    conversionsOf: async (recordIds) => (await conversion?.source.madeOf(recordIds)) ?? [],
    onDue: () => background.wake(),
    onEnded: (recordIds) => conversion?.source.codesEnded(recordIds),
    ...(config.healthPolicies === undefined ? {} : { policies: config.healthPolicies }),
  });
  const recordsLock = new Lock();
  const holds = await Holds.open({ ...common, envelope });
  const privacy = new Privacy({
    ...common,
    recordsLock,
    holds,
    healthFiles: files,
    healthOf: (document) => health.heldUnder(document),
    restsOn: (recordId) => health.restsOn(recordId),
    addForgotten: (batch, forgotten) => health.unneeded.addForgotten(batch, forgotten),
    onForgotten: () => health.unneeded.endForgotten(),
    did,
    key,
    config: privacyConfig,
    index,
    ring,
    sealer,
    batches,
    lanes,
    finisher,
    records,
    release,
    acts,
    status,
    onErased: (count) => {
      metrics.erased.inc(count);
      background.wake();
    },
  });
  const { foreign, imports, foreignPublication } = await openForeignParts(config, {
    ...common,
    did,
    index,
    ring,
    sealer,
    lanes,
    acts,
    records,
    recordsLock,
    key,
    status,
    onStored: () => background.wake(),
    describe: (number) => release.describe(number),
    beingErased: (numbers) => privacy.beingErased(numbers),
  });
  const publication = new StatusPublication({ crypto, did, key, lists, status, freshForSeconds });
  const rotation = await KeyRotation.open({
    ...common,
    ring,
    recordsLock,
    desk: finisher,
    records,
    lanes,
    batches,
    status,
    publication,
    background,
    keyStore: ports.keyStore,
    registry: ports.registry,
  });
  const bookings = await Bookings.open({
    ...common,
    programmes: config.bookingProgrammes,
    secret: secrets.indexKey,
  });
  const conversion =
    ports.conversion === undefined
      ? undefined
      : await Conversion.open({
          ...common,
          did,
          issuer: issuerIdOf(did),
          key,
          indexKey: secrets.indexKey,
          index,
          ledger: ports.conversion,
          mappings: config.mappings === undefined ? defaultMappings() : new MappingSet(config.mappings),
          records,
          release,
          status,
          privacy,
          grants: grantedStatus(health),
          quota: bookedPlaces(bookings.desk, now),
          progress,
        });
  return {
    store,
    finisher,
    key,
    metrics,
    gate,
    records,
    keys,
    receipts,
    lanes,
    batches,
    release,
    acts,
    status,
    publication,
    background,
    rotation,
    privacy,
    foreign,
    imports,
    foreignPublication,
    conversion,
    health,
    colourActs,
    bookings,
  };
}
