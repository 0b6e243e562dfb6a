/** `hcl key`: an issuer's signing keys and ledger account. One file per command in `cli/key/`. */
import type { Command } from '../command.ts';
import { parseArguments, required } from '../command.ts';
import { usageError } from '../errors.ts';
import { changeAccount } from '../key/key-account.ts';
import { createKeys } from '../key/key-create.ts';
import { markCompromised } from '../key/key-compromised.ts';
import { openKeyJob } from '../key/key-job.ts';
import { listKeys } from '../key/key-list.ts';
import { rotateKey } from '../key/key-rotate.ts';
import { parseInstant } from '../times.ts';

const OPTIONS = {
  issuer: { type: 'string' },
  from: { type: 'string' },
  kid: { type: 'string' },
  account: { type: 'string' },
  end: { type: 'string' },
  days: { type: 'string', default: '365' },
  overlap: { type: 'string', default: '3600' },
  wait: { type: 'string', default: '1200' },
  're-sign': { type: 'boolean' },
  keys: { type: 'string' },
  unlock: { type: 'string' },
  'passphrase-file': { type: 'string' },
  tokens: { type: 'string' },
  'admin-key': { type: 'string' },
  json: { type: 'boolean' },
} as const;

const ACTIONS = ['create', 'list', 'rotate', 'compromised', 'account', 'remove'] as const;

export const key: Command = {
  usage: `Usage: hcl key create      --keys FOLDER (--unlock FILE | --passphrase-file F)
                           --tokens FOLDER
       hcl key list        --issuer NAME
       hcl key rotate      --issuer NAME [--days N] [--overlap SECONDS]
                           [--wait SECONDS] [--re-sign]
       hcl key compromised --issuer NAME --from TIME
                           (--kid KID | --account ADDRESS)
       hcl key account     --issuer NAME [--days N] [--end ADDRESS]
       hcl key remove      --issuer NAME --kid KID

  create       all keys of a new issuer, sealed; a key file that is not there
               is made. Shows what the issuer's admin registers
  list         signing keys and accounts, and what the ledger says of them
  rotate       a new signing key while the issuer goes on; the former one ends
               once all that it signed is anchored
  compromised  from TIME on (RFC 3339) it does not count; at once
  account      another ledger account from the next start on; --end ends one
  remove       destroys a former signing key

  --days N              how long what is registered is good (default 365)
  --overlap SECONDS     how long the former key stays good (default 3600)
  --wait SECONDS        how long to wait for the ledger (default 1200)
  --re-sign             sign again what waits, instead of waiting for it
  --keys FOLDER         the sealed key files; with --unlock FILE, or
  --passphrase-file F   what opens them
  --tokens FOLDER       where operators' and auditors' tokens go
  --admin-key FILE      the key of the issuer's admin (or, for compromised,
                        its authority's)
  --json                one line of JSON per result

  Without these options the demonstration's own places are taken.
  What each key is for, and what to do when one is lost: docs/keys.md.`,
  async run(args, io) {
    const { values, positionals } = parseArguments(args, OPTIONS);
    const [word, ...more] = positionals;
    const action = ACTIONS.find((known) => known === word);
    if (action === undefined || more.length > 0) throw usageError(`say one of ${ACTIONS.join(', ')}`);
    const { json, keys, unlock, tokens } = values;
    const places = { keys, unlock, passphrase: values['passphrase-file'], adminKey: values['admin-key'] };
    if (action === 'create') return await createKeys({ ...places, tokens }, json, io);
    const name = required(values.issuer, '--issuer');
    const from = action === 'compromised' ? parseInstant(required(values.from, '--from'), '--from') : 0;
    const days = toNumber(values.days, '--days');
    using job = await openKeyJob(name, places, io);
    switch (action) {
      case 'list':
        return await listKeys(job, json, io);
      case 'rotate':
        return await rotateKey(
          job,
          {
            days,
            overlapSeconds: toNumber(values.overlap, '--overlap'),
            waitSeconds: toNumber(values.wait, '--wait'),
            reSign: values['re-sign'],
            json,
          },
          io,
        );
      case 'compromised':
        return await markCompromised(job, { from, kid: values.kid, account: values.account, json }, io);
      case 'account':
        return await changeAccount(job, { days, end: values.end, json }, io);
      case 'remove': {
        const kid = required(values.kid, '--kid');
        await (await job.store()).remove(kid);
        await io.out.write(json ? `${JSON.stringify({ removed: kid })}\n` : `  ${kid} is destroyed\n`);
        return 0;
      }
    }
  },
};

function toNumber(text: string, option: string): number {
  if (!/^\d{1,7}$/.test(text)) throw usageError(`${option} is a whole number`);
  return Number(text);
}
