/**
 * The JSON form of a mapping, read strictly:
 *
 *   { "form": "hcl-mapping/1", "id": "map.hk-mo", "version": 1, "title": {"en": …},
 *     "source": {"authority": "HK-DH", "scheme": "HK-HC"}, "target": {"authority": "MO-SSM", "scheme": "MO"},
 *     "from": "2021-12-10T00:00:00+08:00", "offset": "+08:00",
 *     "states": {"green": {"do": "convert", "to": "green"}, "red": {"do": "refuse"}},
 *     "evidence": [{"type": "test", "class": "naat-negative-recognised", "within": {"amount": 48, "unit": "hours"}}],
 *     "longest": {"amount": 0, "unit": "calendarDays"}, "ports": ["HZMB"],
 *     "sources": [{"ref": "S38", "says": …, "confidence": "H"}] }
 *
 * In the form `hcl-mapping/2` it may demand a booked place of who arrives, at some of its ports or, without a list, at all:
 *
 *   "booking": {"ports": ["HZMB"]}
 *
 * In the form `hcl-mapping/3` it may say whose evidence counts, and that form alone has its issuer travel (`evidence.ts`):
 *
 *   "evidence": [{"type": "test", "class": …, "within": …, "issuers": ["did:web:hk-dh.example"]}]
 *
 * A table that would make a state better is not of the form, nor is one that converts another state than the best.
 */
import type { JsonValue } from '../bytes/canonical-json.ts';
import type { JsonObject } from '../bytes/strict-json.ts';
import { parseOffset } from '../policy/civil-day.ts';
import { JsonFields } from '../policy/json-fields.ts';
import { readTexts } from '../policy/texts-form.ts';
import { COLOURS, SCHEMES, type Colour, type ConversionEvidence } from '../record/derived.ts';
import { EVIDENCE_CLASSES } from './evidence.ts';
import type { BookingDemand, EvidenceRule, Mapping, MappingEnd, Span, StateRule } from './mapping.ts';
import { isBetter, isOfScheme, rankOf } from './strictness.ts';

const ID = /^map\.[a-z]{2}-[a-z]{2}$/;
const AUTHORITY = /^[A-Z0-9-]{1,40}$/;
const PORT = /^[A-Z0-9][A-Z0-9-]{0,19}$/;
const DID = /^did:web:[A-Za-z0-9._:%-]{1,192}$/;
const REFERENCE = /^[A-Za-z0-9. §-]{1,60}$/;
const FORMS = ['hcl-mapping/1', 'hcl-mapping/2', 'hcl-mapping/3'] as const;
type Form = (typeof FORMS)[number];
const EVIDENCE_TYPES: readonly ConversionEvidence['type'][] = ['test', 'declaration'];

/** Throws `POLICY_FIELD`; messages name the field. */
export function parseMapping(value: JsonValue): Mapping {
  const fields = new JsonFields(value, 'mapping');
  const form = fields.oneOf('form', FORMS);
  const offsetSeconds = parseOffset(fields.text('offset'));
  if (offsetSeconds === undefined) throw fields.wrong('offset', 'is not an offset like +08:00');
  const mapping = {
    id: fields.text('id', ID),
    version: fields.count('version', { min: 1, max: 9999 }),
    title: readTexts(fields.object('title')),
    source: readEnd(fields.object('source')),
    target: readEnd(fields.object('target')),
    fromSeconds: fields.moment('from'),
    offsetSeconds,
    states: readStates(fields.object('states')),
    evidence: fields.list('evidence', { max: 8 }).map((rule, i) => readEvidence(rule, i, form)),
    longest: readSpan(fields.object('longest')),
    ports: fields.texts('ports', PORT, { min: 1, max: 64 }),
    ...(form !== 'hcl-mapping/1' && fields.has('booking')
      ? { booking: readBooking(fields.object('booking')) }
      : {}),
    sources: fields.list('sources', { min: 1, max: 64 }).map(readSource),
    // The reader of its fields has made sure of it.
    json: value as JsonObject,
  };
  if (mapping.source.authority === mapping.target.authority) {
    throw fields.wrong('target', 'is the source itself');
  }
  checkStates(fields, mapping);
  if (mapping.booking?.ports?.every((port) => mapping.ports.includes(port)) === false)
    throw fields.wrong('booking', 'names a port of another way');
  fields.refuseOthers();
  return mapping;
}

function checkStates(
  fields: JsonFields,
  { states, source, target }: Pick<Mapping, 'states' | 'source' | 'target'>,
): void {
  for (const state of COLOURS) {
    const rule = states[state];
    if (rule !== undefined && !isOfScheme(state, source.scheme))
      throw fields.wrong('states', 'has a state of another scheme');
    if (rule?.do === 'convert' && !isOfScheme(rule.to, target.scheme))
      throw fields.wrong('states', 'leads to a state of another scheme');
  }
}

function readBooking(fields: JsonFields): BookingDemand {
  const demand = fields.has('ports') ? { ports: fields.texts('ports', PORT, { min: 1, max: 64 }) } : {};
  fields.refuseOthers();
  return demand;
}

function readEnd(fields: JsonFields): MappingEnd {
  const end = { authority: fields.text('authority', AUTHORITY), scheme: fields.oneOf('scheme', SCHEMES) };
  fields.refuseOthers();
  return end;
}

function readStates(fields: JsonFields): Mapping['states'] {
  const states: Partial<Record<Colour, StateRule>> = {};
  for (const name of fields.names) {
    const state = COLOURS.find((colour) => colour === name);
    if (state === undefined) throw fields.wrong(name, 'is no state');
    states[state] = readState(fields.object(name), state);
  }
  fields.refuseOthers();
  return states;
}

function readState(fields: JsonFields, state: Colour): StateRule {
  const what = fields.oneOf('do', ['convert', 'refer', 'refuse']);
  if (what !== 'convert') {
    fields.refuseOthers();
    return { do: what };
  }
  const to = fields.oneOf('to', COLOURS);
  if (isBetter(to, state)) throw fields.wrong('to', 'is better than the state it comes from');
  if (rankOf(state) > 0) throw fields.wrong('do', 'converts a state that only an officer may judge');
  fields.refuseOthers();
  return { do: 'convert', to };
}

function readEvidence(value: JsonValue, index: number, form: Form): EvidenceRule {
  const fields = new JsonFields(value, `mapping.evidence.${index}`);
  const rule = {
    type: fields.oneOf('type', EVIDENCE_TYPES),
    class: fields.oneOf('class', EVIDENCE_CLASSES),
    within: readSpan(fields.object('within')),
    ...(form === 'hcl-mapping/3' && fields.has('issuers')
      ? { issuers: fields.texts('issuers', DID, { min: 1, max: 64 }) }
      : {}),
  };
  fields.refuseOthers();
  return rule;
}

function readSpan(fields: JsonFields): Span {
  const span = {
    amount: fields.count('amount', { min: 0, max: 9999 }),
    unit: fields.oneOf('unit', ['hours', 'calendarDays']),
  };
  fields.refuseOthers();
  return span;
}

function readSource(value: JsonValue, index: number): Mapping['sources'][number] {
  const fields = new JsonFields(value, `mapping.sources.${index}`);
  const source = {
    ref: fields.text('ref', REFERENCE),
    says: fields.text('says'),
    confidence: fields.oneOf('confidence', ['H', 'M', 'L']),
  };
  fields.refuseOthers();
  return source;
}
