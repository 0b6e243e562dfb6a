/** The life of an issuer's parts on one opened store: opened and compared with the ledger, and closed. */
import { join } from 'node:path';
import { fromUtf8, toUtf8 } from '../core/bytes/utf8.ts';
import { Store, WriteBatch } from '../service/store.ts';
import type { Background } from './background.ts';
import { IssuerError } from './errors.ts';
import { TABLES } from './store.ts';
import type { Opening, Parts } from './parts.ts';
import { wireParts } from './wiring.ts';

const IDENTITY = toUtf8('identity');

/** `compare` is told of parts that are wired but have not looked at the ledger. */
export async function openAndCompare(
  opening: Opening,
  compare: (background: Background) => Promise<void>,
): Promise<Parts> {
  const { config, onFailure } = opening;
  const store = await Store.open(join(config.dataFolder, 'store'), { onFailure });
  try {
    await checkIdentity(store, config.did);
    const parts = await wireParts(opening, store);
    await compare(parts.background);
    return parts;
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** After the pass under way: two at a time would not know of each other. */
export async function closeParts(parts: Parts): Promise<void> {
  const { background, privacy, conversion, bookings, finisher, store } = parts;
  await Promise.all([background.stop(), privacy.stop(), conversion?.stop(), bookings.stop()]);
  await finisher[Symbol.asyncDispose]();
  await store.close();
}

/** A store belongs to one issuer for ever: its envelopes and credentials name it. */
async function checkIdentity(store: Store, did: string): Promise<void> {
  const known = await store.table(TABLES.meta).get(IDENTITY);
  if (known === undefined) await store.commit(new WriteBatch().put(TABLES.meta, IDENTITY, toUtf8(did)));
  else if (fromUtf8(known) !== did) {
    throw new IssuerError('ISSUER_STORE_OF_ANOTHER', 'the data folder belongs to another issuer');
  }
}
