/**
 * The mappings that we ship: what Hong Kong, Guangdong and Macao made of each other's codes between 2020 and 2023, with
 * dates and sources. Operators bring their own; a mapping holds only where both authorities have it on the ledger.
 */
import type { JsonObject } from '../bytes/strict-json.ts';
import gdToHk1 from './mappings/map.gd-hk.1.json' with { type: 'json' };
import gdToMo1 from './mappings/map.gd-mo.1.json' with { type: 'json' };
import gdToMo2 from './mappings/map.gd-mo.2.json' with { type: 'json' };
import hkToGd1 from './mappings/map.hk-gd.1.json' with { type: 'json' };
import hkToMo1 from './mappings/map.hk-mo.1.json' with { type: 'json' };
import hkToMo2 from './mappings/map.hk-mo.2.json' with { type: 'json' };
import hkToMo3 from './mappings/map.hk-mo.3.json' with { type: 'json' };
import moToGd1 from './mappings/map.mo-gd.1.json' with { type: 'json' };
import moToGd2 from './mappings/map.mo-gd.2.json' with { type: 'json' };
import moToHk1 from './mappings/map.mo-hk.1.json' with { type: 'json' };
import { parseMapping } from './mapping-form.ts';
import { MappingSet } from './mapping-set.ts';

export const DEFAULT_MAPPING_FILES: readonly JsonObject[] = [
  gdToHk1,
  gdToMo1,
  gdToMo2,
  hkToGd1,
  hkToMo1,
  hkToMo2,
  hkToMo3,
  moToGd1,
  moToGd2,
  moToHk1,
];

export function defaultMappings(): MappingSet {
  return new MappingSet(DEFAULT_MAPPING_FILES.map(parseMapping));
}
