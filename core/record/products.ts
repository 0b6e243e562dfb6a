/**
 * Vaccine products: what each protects against, how, who makes it, and its codes in other systems. Ours is the
 * EU eHealth Network's code, because it names the product and not the dose size. Sources: EU value sets
 * `vaccine-medicinal-product`, `-prophylaxis`, `-mah-manf`; CDC CVX; WHO ICD-11 chapter X.
 *
 * The set is open: a product that is not here is taken as it is named.
 */
import type { Code } from './record.ts';

export interface Product {
  readonly code: Code;
  readonly disease: Code;
  readonly prophylaxis: Code;
  readonly manufacturer: Code;
  /** Codes that mean this product. */
  readonly aliases: readonly Code[];
}

const COVID_19: Code = 'sct|840539006';
const MRNA: Code = 'sct|1119349007';
const INACTIVATED: Code = 'sct|1157024006';
const RECOMBINANT: Code = 'sct|1162643001';
const VECTOR: Code = 'sct|29061000087103';

const PRODUCTS: readonly Product[] = [
  product('eu|EU/1/20/1528', MRNA, 'eu|ORG-100030215', [
    'cvx|208',
    'cvx|217',
    'cvx|218',
    'cvx|219',
    'cvx|300',
    'cvx|301',
    'cvx|302',
    'icd11|XM8NQ0',
  ]),
  product('eu|EU/1/20/1507', MRNA, 'eu|ORG-100031184', [
    'cvx|207',
    'cvx|221',
    'cvx|227',
    'cvx|228',
    'cvx|229',
    'cvx|230',
    'icd11|XM3DT5',
  ]),
  product('eu|EU/1/21/1529', VECTOR, 'eu|ORG-100001699', ['cvx|210', 'icd11|XM4YL8']),
  product('eu|EU/1/20/1525', VECTOR, 'eu|ORG-100001417', ['cvx|212', 'icd11|XM6QV1']),
  product('eu|EU/1/21/1618', RECOMBINANT, 'eu|ORG-100032020', ['cvx|211']),
  product('eu|CoronaVac', INACTIVATED, 'eu|Sinovac-Biotech', ['cvx|511', 'icd11|XM7HT3']),
  product('eu|BBIBP-CorV', INACTIVATED, 'eu|ORG-100020693', ['cvx|510', 'icd11|XM8866']),
  product('eu|WIBP-CorV', INACTIVATED, 'eu|Sinopharm-WIBP', []),
  product('eu|Convidecia', VECTOR, 'eu|ORG-100013793', ['cvx|506', 'icd11|XM1AG7']),
  product('eu|Covaxin', INACTIVATED, 'eu|Bharat-Biotech', ['cvx|502', 'icd11|XM1G90']),
  product('eu|Covishield', VECTOR, 'eu|ORG-100001981', ['icd11|XM97T2']),
  product('eu|Covovax', RECOMBINANT, 'eu|ORG-100001981', []),
  product('eu|Sputnik-V', VECTOR, 'eu|Gamaleya-Research-Institute', ['cvx|505', 'icd11|XM5ZJ4']),
];

const PRODUCT_BY_CODE: ReadonlyMap<string, Product> = new Map(
  PRODUCTS.flatMap((entry) => [entry.code, ...entry.aliases].map((code) => [code, entry])),
);

/** The product that `code`, ours or an alias, names; `undefined` for one we hold nothing about. */
export function findProduct(code: Code): Product | undefined {
  return PRODUCT_BY_CODE.get(code);
}

function product(code: Code, prophylaxis: Code, manufacturer: Code, aliases: readonly Code[]): Product {
  return { code, disease: COVID_19, prophylaxis, manufacturer, aliases };
}
