/** The options of `hcl act` → what an act says: its terms and whom it concerns. */
import {
  ACT_REASONS,
  isReasonFor,
  mayBeProposed,
  type ActKind,
  type ActReason,
} from '../../core/act/kinds.ts';
import type { ActRequest, Target } from '../../issuer/acts/propose.ts';
import type { Notice } from '../../core/act/act.ts';
import { required, type Arguments } from '../command.ts';
import { usageError } from '../errors.ts';
import { parseInstant } from '../times.ts';

export const ACT_OPTIONS = {
  issuer: { type: 'string' },
  handle: { type: 'string' },
  record: { type: 'string' },
  practitioner: { type: 'string' },
  site: { type: 'string' },
  lot: { type: 'string' },
  product: { type: 'string' },
  laboratory: { type: 'string' },
  since: { type: 'string' },
  before: { type: 'string' },
  kid: { type: 'string' },
  all: { type: 'boolean' },
  act: { type: 'string' },
  reason: { type: 'string' },
  basis: { type: 'string' },
  notice: { type: 'string' },
  'notice-zh-hant': { type: 'string' },
  'notice-zh-hans': { type: 'string' },
  'notice-pt': { type: 'string' },
  from: { type: 'string' },
  until: { type: 'string' },
  key: { type: 'string' },
  replace: { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

type Texts = Arguments<typeof ACT_OPTIONS>['values'];

const HANDLE = /^[A-Za-z0-9_-]{22}$/;

/** Throws `CLI_USAGE` with the option's name. */
export function readActRequest(kind: ActKind, texts: Texts): ActRequest {
  const from = optionalTime(texts.from, '--from');
  const until = optionalTime(texts.until, '--until');
  return {
    kind,
    reason: readReason(kind, texts),
    legalBasis: required(texts.basis, '--basis'),
    notice: readNotice(texts),
    target: readTarget(texts),
    ...(from === undefined ? {} : { effectiveFrom: from }),
    ...(until === undefined ? {} : { until }),
  };
}

/** Throws `CLI_USAGE` and lists the reasons there are. */
export function readReason(kind: ActKind, { reason }: Pick<Texts, 'reason'>): ActReason {
  const text = required(reason, '--reason');
  if (isReasonFor(kind, text) && mayBeProposed(text)) return text;
  const known = (ACT_REASONS[kind] as readonly string[]).filter(mayBeProposed);
  throw usageError(`--reason to ${kind} is one of ${known.join(', ')}`);
}

export function readNotice(texts: Texts): Notice {
  const { 'notice-zh-hant': hant, 'notice-zh-hans': hans, 'notice-pt': pt } = texts;
  return {
    en: required(texts.notice, '--notice'),
    ...(hant === undefined ? {} : { 'zh-Hant': hant }),
    ...(hans === undefined ? {} : { 'zh-Hans': hans }),
    ...(pt === undefined ? {} : { pt }),
  };
}

/** Exactly one of the options that choose. */
function readTarget(texts: Texts): Target {
  const chosen = CHOICES.filter((name) => texts[name] !== undefined && texts[name] !== false);
  const [choice] = chosen;
  if (choice === undefined || chosen.length > 1) {
    throw usageError(`say once whom it concerns: ${CHOICES.map((name) => `--${name}`).join(', ')}`);
  }
  if (texts.product !== undefined && choice !== 'lot') throw usageError('--product goes with --lot');
  switch (choice) {
    case 'handle':
      return { by: 'credential', handle: handleOf(required(texts.handle, '--handle')) };
    case 'record':
      return { by: 'record', recordId: required(texts.record, '--record') };
    case 'practitioner':
      return { by: 'practitioner', practitioner: required(texts.practitioner, '--practitioner') };
    case 'site':
      return { by: 'site', site: required(texts.site, '--site') };
    case 'lot': {
      const lot = required(texts.lot, '--lot');
      return { by: 'lot', lot, ...(texts.product === undefined ? {} : { product: texts.product }) };
    }
    case 'laboratory':
      return {
        by: 'laboratory',
        laboratory: required(texts.laboratory, '--laboratory'),
        from: parseInstant(required(texts.since, '--since'), '--since'),
        until: parseInstant(required(texts.before, '--before'), '--before'),
      };
    case 'kid':
      return { by: 'key', kid: required(texts.kid, '--kid') };
    case 'all':
      return { by: 'issuer' };
    case 'act':
      return { by: 'act', act: required(texts.act, '--act') };
  }
}

const CHOICES = [
  'handle',
  'record',
  'practitioner',
  'site',
  'lot',
  'laboratory',
  'kid',
  'all',
  'act',
] as const;

function handleOf(text: string): string {
  if (HANDLE.test(text)) return text;
  throw usageError('--handle is not a handle: 22 letters, digits, "-" or "_"');
}

function optionalTime(text: string | undefined, option: string): number | undefined {
  return text === undefined ? undefined : parseInstant(text, option);
}
