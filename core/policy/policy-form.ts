/**
 * The JSON form of a policy, version 1, read strictly: every member is known, every name that a rule uses exists.
 *
 *   { "form": "hcl-policy/1", "id": "mo.arrival", "version": 1, "topic": "entry", "title": {"en": …},
 *     "jurisdiction": "MO", "effective": {"from": "2022-12-23T00:00:00+08:00", "until": …},
 *     "scope": {"places": ["port:*"], "routes": ["HK>MO"], "travellers": ["*"]},
 *     "counting": {"offset": "+08:00", "leapDayBirthday": "03-01"},
 *     "windows": {"fresh": {…}}, "valueSets": {"negative": ["sct|260415000"]},
 *     "rules": [{"id": "tested", "logic": …, "needs": [], "otherwise": "stop", "message": {"en": …}}],
 *     "sources": [{"ref": "S63", "says": …, "confidence": "H"}] }
 *
 * Rules do not count time themselves: CertLogic's `plusTime` lets 31 August + 6 months overflow into March and
 * knows no calendar days of a zone. They look at the windows instead: `current.in.fresh`.
 */
import type { JsonValue } from '../bytes/canonical-json.ts';
import { isJsonObject, type JsonObject } from '../bytes/strict-json.ts';
import { ageLimitsOf } from './age-limits.ts';
import { parseOffset } from './civil-day.ts';
import { JsonFields } from './json-fields.ts';
import type { Policy, Scope, Source } from './policy.ts';
import { readRules } from './rule-form.ts';
import { readTexts } from './texts-form.ts';
import { readWindows } from './window-form.ts';

const FORM = 'hcl-policy/1';

const ID = /^[a-z][a-z0-9]*(?:[.-][a-z0-9]+)*$/;
const WORD = /^[a-z][A-Za-z0-9-]{0,39}$/;
const MEMBER = /^[a-z][A-Za-z0-9]{0,39}$/;
const PLACE = /^(?:\*|[a-z]+:(?:\*|[A-Za-z0-9-]+))$/;
const ROUTE = /^(?:\*|-|(?:\*|[A-Z]{2}(?:-[A-Z0-9]{1,3})?)>(?:\*|[A-Z]{2}(?:-[A-Z0-9]{1,3})?))$/;
const TRAVELLER = /^(?:\*|[a-z][a-z-]*)$/;
const CODE = /^[^\p{Cc}]{1,100}$/u;

const MAX_VALUES = 2000;

/** Throws `POLICY_FIELD` or an error of `expression.ts`; messages name the field. */
export function parsePolicy(value: JsonValue): Policy {
  const fields = new JsonFields(value, 'policy');
  fields.oneOf('form', [FORM]);
  const effective = fields.object('effective');
  const fromSeconds = effective.moment('from');
  const untilSeconds = effective.has('until') ? effective.moment('until') : undefined;
  if (untilSeconds !== undefined && untilSeconds <= fromSeconds)
    throw effective.wrong('until', 'is not after from');
  effective.refuseOthers();
  const counting = fields.object('counting');
  const offsetSeconds = parseOffset(counting.text('offset'));
  if (offsetSeconds === undefined) throw counting.wrong('offset', 'is not an offset like +08:00');
  const leapDayBirthday = counting.oneOf('leapDayBirthday', ['02-28', '03-01']);
  counting.refuseOthers();
  const windows = readWindows(fields.object('windows'));
  const valueSets = readValueSets(fields);
  const rules = readRules(fields, windows, valueSets);
  const ages = ageLimitsOf(rules.map(({ logic }) => logic));
  const policy = {
    id: fields.text('id', ID),
    version: fields.count('version', { min: 1, max: 9999 }),
    topic: fields.text('topic', WORD),
    title: readTexts(fields.object('title')),
    jurisdiction: fields.text('jurisdiction', /^[A-Z]{2}$/),
    fromSeconds,
    ...(untilSeconds === undefined ? {} : { untilSeconds }),
    scope: readScope(fields.object('scope')),
    offsetSeconds,
    leapDayBirthday,
    windows,
    valueSets,
    rules,
    ...(ages === undefined ? {} : { ages }),
    sources: fields.list('sources', { min: 1, max: 64 }).map((source, i) => readSource(source, i)),
    // The reader of its fields has made sure of it.
    json: value as JsonObject,
  };
  fields.refuseOthers();
  return policy;
}

function readScope(fields: JsonFields): Scope {
  const limits = { min: 1, max: 64 };
  const scope = {
    places: fields.texts('places', PLACE, limits),
    routes: fields.texts('routes', ROUTE, limits),
    travellers: fields.texts('travellers', TRAVELLER, limits),
  };
  fields.refuseOthers();
  return scope;
}

function readValueSets(policy: JsonFields): JsonObject {
  if (!policy.has('valueSets')) return {};
  const fields = policy.object('valueSets');
  const sets = fields.names.map((name) => {
    if (!MEMBER.test(name)) throw fields.wrong(name, 'is not a name of letters and digits');
    return [name, fields.texts(name, CODE, { max: MAX_VALUES })] as const;
  });
  return Object.fromEntries(sets);
}

function readSource(value: JsonValue, index: number): Source {
  const fields = new JsonFields(value, `policy.sources.${index}`);
  const source = {
    ref: fields.text('ref', /^[A-Za-z0-9. §-]{1,60}$/),
    says: fields.text('says'),
    confidence: fields.oneOf('confidence', ['H', 'M', 'L']),
  };
  fields.refuseOthers();
  return source;
}

/** Whether JSON looks like a policy of ours, whatever is wrong with it. */
export function isPolicyForm(value: JsonValue): boolean {
  return isJsonObject(value) && Object.hasOwn(value, 'form');
}
